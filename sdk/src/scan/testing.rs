//! A camera for tests: renders symbols, flat or bent, sharp or blurred, noisy or not.

use super::geometry::Point;

/// A rendered frame.
pub(crate) struct Shot {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) data: Vec<u8>,
}

/// What a frame is to look like.
pub(crate) struct Scene<'a> {
    /// Modules of the symbol, row by row, `true` for dark.
    pub(crate) modules: &'a [bool],
    pub(crate) size: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// From pixels to modules.
    pub(crate) lens: &'a dyn Fn(Point) -> Point,
    pub(crate) dark: f32,
    pub(crate) light: f32,
    /// Half the width of the blur, in pixels.
    pub(crate) blur: usize,
    /// Greatest deviation of a pixel.
    pub(crate) noise: f32,
    pub(crate) seed: u32,
}

/// The modules of a symbol of `version` with alphanumeric content.
pub(crate) fn symbol(text: &str, version: i16) -> (Vec<bool>, usize) {
    let code = qrcode::QrCode::with_version(
        text.as_bytes(),
        qrcode::Version::Normal(version),
        qrcode::EcLevel::L,
    )
    .unwrap();
    let dark = code.to_colors().into_iter().map(|c| c == qrcode::Color::Dark).collect();
    (dark, code.width())
}

/// A text that nearly fills a symbol of `version` at level L.
pub(crate) fn long_text(version: i16) -> String {
    let length = [25, 47, 77, 114, 154, 195, 224, 279, 335, 395, 468, 535, 619, 667, 758];
    let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut state = 7u32;
    (0..length[version as usize - 1])
        .map(|_| {
            state = next(state);
            char::from(alphabet[(state >> 8) as usize % 45])
        })
        .collect()
}

/// A similarity: `pitch` pixels a module, turned by `angle` about the symbol's middle at `at`.
pub(crate) fn turned(size: usize, at: Point, pitch: f32, angle: f32) -> impl Fn(Point) -> Point {
    let (sin, cos) = angle.sin_cos();
    let half = size as f32 / 2.0;
    move |p| {
        let off = (p - at) * (1.0 / pitch);
        Point::new(off.x * cos + off.y * sin + half, off.y * cos - off.x * sin + half)
    }
}

impl Scene<'_> {
    pub(crate) fn shoot(&self) -> Shot {
        const FINE: usize = 3;
        let (width, height) = (self.width, self.height);
        let level = |p: Point| {
            let at = (self.lens)(p);
            let side = 0.0..self.size as f32;
            let inside = side.contains(&at.x) && side.contains(&at.y);
            let dark = inside && self.modules[at.y as usize * self.size + at.x as usize];
            if dark { self.dark } else { self.light }
        };
        let mut image: Vec<f32> = (0..width * height)
            .map(|k| {
                let samples = (0..FINE * FINE).map(|s| {
                    let fine = |v: usize| (v as f32 + 0.5) / FINE as f32;
                    let x = (k % width) as f32 + fine(s % FINE);
                    level(Point::new(x, (k / width) as f32 + fine(s / FINE)))
                });
                samples.sum::<f32>() / (FINE * FINE) as f32
            })
            .collect();
        // Twice a box in each direction is close to a bell.
        for _ in 0..2 {
            image = box_blur(&image, width, self.blur, 1);
            image = box_blur(&image, width, self.blur, width);
        }
        let mut state = self.seed;
        let data = image
            .iter()
            .map(|level| {
                state = next(state);
                let noise = ((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * self.noise;
                (level + noise).round() as u8
            })
            .collect();
        Shot { width, height, data }
    }
}

fn box_blur(image: &[f32], width: usize, reach: usize, step: usize) -> Vec<f32> {
    let last = image.len() / width - 1;
    (0..image.len())
        .map(|k| {
            let (x, y) = ((k % width) as i64, (k / width) as i64);
            let reach = reach as i64;
            let sum: f32 = (-reach..=reach)
                .map(|d| {
                    let (dx, dy) = if step == 1 { (d, 0) } else { (0, d) };
                    let x = (x + dx).clamp(0, width as i64 - 1) as usize;
                    let y = (y + dy).clamp(0, last as i64) as usize;
                    image[y * width + x]
                })
                .sum();
            sum / (2 * reach + 1) as f32
        })
        .collect()
}

pub(crate) fn next(state: u32) -> u32 {
    state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)
}
