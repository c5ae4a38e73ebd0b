//! From three finder patterns to a pose: how many modules lie between them, and the perspective map
//! they suggest.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "arrays of fixed size indexed by loop counters; floating-point arithmetic cannot panic, \
              and casts saturate"
)]

use super::geometry::{Homography, Point};
use super::layout;
use super::luma::Luma;
use super::sides::Outline;
use super::triple::{Triple, ratio};

/// A finder pattern measured along the symbol's own axes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Corner {
    pub(crate) centre: Point,
    /// Pixels per module along the symbol's rows and columns.
    pub(crate) pitch: (f32, f32),
    /// One module along the rows and one along the columns, as the pattern's own sides run: a
    /// lens bends these away from the lines between the corners.
    pub(crate) axes: (Point, Point),
}

/// Three measured corners and the number of modules they suggest.
#[derive(Clone, Debug)]
pub(crate) struct Corners {
    /// Top left, top right, bottom left (as if not mirrored).
    pub(crate) at: [Corner; 3],
    /// Modules along a side, unrounded.
    pub(crate) estimate: f32,
    pub(crate) inverted: bool,
    /// The patterns' own corners, where those were measured.
    pub(crate) outlines: Option<[Outline; 3]>,
}

impl Corners {
    /// Measures the three patterns with sub-pixel accuracy; `None` when one of them has no rings.
    pub(crate) fn measure(frame: Luma<'_>, triple: &Triple) -> Option<Self> {
        let three = [triple.corner, triple.right, triple.below];
        let mut at =
            three.map(|f| Corner { centre: f.centre, pitch: (0.0, 0.0), axes: Default::default() });
        // The axes follow from the centres, and better centres from the axes.
        for _ in 0..2 {
            let u = at[1].centre - at[0].centre;
            let v = at[2].centre - at[0].centre;
            let (u, v) = (u * (1.0 / u.length()), v * (1.0 / v.length()));
            for (corner, finder) in at.iter_mut().zip(&three) {
                let guess = |axis: Point, known: f32| {
                    // A cut along pixel rows is longer than one along the symbol's axis.
                    let turned = axis.x.abs().max(axis.y.abs());
                    if known > 0.0 { known } else { finder.module * turned }
                };
                let centre = corner.centre;
                let measure = |axis: Point, side: Point, pitch: f32| {
                    measure_axis(frame, centre, axis, side, pitch, triple.inverted())
                };
                let (pu, pv) = (guess(u, corner.pitch.0), guess(v, corner.pitch.1));
                let (u_pitch, u_off) = measure(u, v * pv, pu)?;
                let (v_pitch, v_off) = measure(v, u * pu, pv)?;
                corner.centre = centre + u * u_off + v * v_off;
                corner.pitch = (u_pitch, v_pitch);
                corner.axes = (u * u_pitch, v * v_pitch);
            }
        }
        let estimate = estimate(&at)?;
        for corner in &mut at {
            let (u, v) = corner.axes;
            let turn = |step, side| slant(frame, corner.centre, step, side, triple.inverted());
            corner.axes = (u + v * turn(v, u), v + u * turn(u, v));
        }
        Some(Self { at, estimate, inverted: triple.inverted(), outlines: None })
    }

    /// Measures the three patterns by their outlines: slower, and only where these are clear, but
    /// right in any perspective.
    pub(crate) fn by_outlines(frame: Luma<'_>, triple: &Triple) -> Option<Self> {
        let [a, b, c] = triple.centres();
        let axes = (b - a, c - a);
        let three = [triple.corner, triple.right, triple.below];
        let outline = |k: usize| Outline::measure(frame, &three[k], axes);
        let outlines = [outline(0)?, outline(1)?, outline(2)?];
        let corner = |outline: &Outline| {
            let (u, v) = outline.axes();
            let centre = outline.centre()?;
            Some(Corner { centre, pitch: (u.length(), v.length()), axes: (u, v) })
        };
        let [a, b, c] = &outlines;
        let at = [corner(a)?, corner(b)?, corner(c)?];
        let estimate = estimate(&at)?;
        Some(Self { at, estimate, inverted: triple.inverted(), outlines: Some(outlines) })
    }

    /// The map from modules to pixels that puts the corners in place for a symbol of `size`, its
    /// perspective taken from how the pitch differs between them.
    pub(crate) fn prior(&self, size: usize) -> Homography {
        if let Some(outlines) = &self.outlines
            && let Some(map) = through_corners(outlines, size)
        {
            return map;
        }
        let [a, b, c] = self.at;
        let span = size as f32 - 7.0;
        let bend = |near: f32, far: f32| ((near / far).sqrt().clamp(0.6, 1.6) - 1.0) / span;
        let (p, q) = (bend(a.pitch.0, b.pitch.0), bend(a.pitch.1, c.pitch.1));
        let u = (b.centre * (1.0 + p * span) - a.centre) * (1.0 / span);
        let v = (c.centre * (1.0 + q * span) - a.centre) * (1.0 / span);
        // The formula above starts at the centre of the corner, 3.5 modules in.
        let scale = 1.0 / (1.0 - 3.5 * (p + q));
        let origin = a.centre - (u + v) * 3.5;
        Homography::from_parts(origin * scale, u * scale, v * scale, p * scale, q * scale)
    }

    /// Where the corners' centres are, in modules.
    pub(crate) fn modules(size: usize) -> [Point; 3] {
        let far = size as f32 - 3.5;
        [Point::new(3.5, 3.5), Point::new(far, 3.5), Point::new(3.5, far)]
    }

    /// Versions that may fit, the best first.
    ///
    /// The measured pitch says how many modules there should be, the timing patterns whether they
    /// are there, and from version 7 on the symbol itself names its version beside two corners.
    pub(crate) fn versions(&self, frame: Luma<'_>) -> Candidates {
        let sign = if self.inverted { 1.0 } else { -1.0 };
        let info = self.version_info(frame);
        let mut candidates = Candidates::default();
        for version in 1..=40 {
            let size = layout::size_of(version);
            let off = (self.estimate - size as f32).abs() / self.estimate;
            let named = if version >= 7 {
                let word = layout::version_word(version);
                info.iter().map(|levels| sign * word_correlation(levels, word)).fold(0.0, f32::max)
            } else {
                0.0
            };
            // A pitch measured on 7 modules is wrong by a percent or two. Through a strong lens it
            // can be wrong by much more, but then the name must be clear.
            let near = off < if size < 30 { 0.14 } else { 0.085 };
            if !near && (off > 0.4 || named < 0.8) {
                continue;
            }
            let timing = sign * timing_correlation(frame, &self.prior(size), size);
            let named = if version >= 7 { named } else { timing };
            let score = timing.max(0.0) + 1.5 * named - (6.0 * off).min(0.6);
            candidates.insert(score, version);
        }
        candidates
    }

    /// Grey levels of the two copies of the version information, lowest bit first.
    fn version_info(&self, frame: Luma<'_>) -> [[f32; 18]; 2] {
        let [_, right, below] = self.at;
        let read = |corner: Corner, long: Point, short: Point| {
            let mut levels = [0f32; 18];
            for (k, level) in levels.iter_mut().enumerate() {
                let (i, j) = ((k / 3) as f32 - 3.0, (k % 3) as f32 - 7.0);
                *level = frame.grey(corner.centre + long * i + short * j);
            }
            levels
        };
        [read(right, right.axes.1, right.axes.0), read(below, below.axes.0, below.axes.1)]
    }
}

/// Modules along a side; `None` where rows and columns do not agree on it.
fn estimate(at: &[Corner; 3]) -> Option<f32> {
    // The pitch along a line seen in perspective: its mean is the geometric one.
    let u = (at[1].centre - at[0].centre).length() / (at[0].pitch.0 * at[1].pitch.0).sqrt();
    let v = (at[2].centre - at[0].centre).length() / (at[0].pitch.1 * at[2].pitch.1).sqrt();
    let estimate = (u + v) * 0.5 + 7.0;
    (ratio(u, v) < 1.35 && (18.0..186.0).contains(&estimate)).then_some(estimate)
}

/// The map that puts the corners of three finder patterns in place.
fn through_corners(outlines: &[Outline; 3], size: usize) -> Option<Homography> {
    let far = size as f32 - 7.0;
    let mut pairs = [(Point::default(), Point::default()); 12];
    let origins = [(0.0, 0.0), (far, 0.0), (0.0, far)];
    for (k, pair) in pairs.iter_mut().enumerate() {
        let (left, top) = origins[k / 4];
        let (x, y) = [(0.0, 0.0), (7.0, 0.0), (7.0, 7.0), (0.0, 7.0)][k % 4];
        *pair = (Point::new(left + x, top + y), outlines[k / 4].corners[k % 4]);
    }
    Homography::fit(&pairs)
}

/// Versions with their scores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidates {
    ranked: [(f32, u8); 4],
}

impl Default for Candidates {
    fn default() -> Self {
        Self { ranked: [(f32::MIN, 0); 4] }
    }
}

impl Candidates {
    fn insert(&mut self, score: f32, version: u8) {
        let mut entry = (score, version);
        for slot in &mut self.ranked {
            if entry.0 > slot.0 {
                std::mem::swap(slot, &mut entry);
            }
        }
    }

    /// The score of the best: about 2.5 for a clear symbol, below 0.5 for no symbol at all.
    pub(crate) fn best_score(&self) -> f32 {
        self.ranked[0].0
    }

    /// The versions worth trying, the best first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        let best = self.best_score();
        // A clear winner stands alone.
        let margin = if best > 1.6 { 0.5 } else { 0.9 };
        self.ranked
            .iter()
            .take_while(move |entry| entry.1 > 0 && entry.0 > best - margin)
            .map(|entry| entry.1)
            .take(2)
    }
}

/// Pitch and centre offset of a finder along `axis`, from the two places where its dark ring is
/// cut. `side` is a vector of one module across the axis.
fn measure_axis(
    frame: Luma<'_>,
    centre: Point,
    axis: Point,
    side: Point,
    pitch: f32,
    inverted: bool,
) -> Option<(f32, f32)> {
    let ahead = ring_distance(frame, centre, axis * pitch, side, inverted)?;
    let behind = ring_distance(frame, centre, axis * -pitch, side, inverted)?;
    // The ring's middle is 3 modules from the centre on either side.
    let found = (ahead + behind) * pitch / 6.0;
    (ratio(found, pitch) < 1.5).then_some((found, (ahead - behind) * pitch * 0.5))
}

/// Distance from a finder's centre to the middle of its dark ring, in steps of `step` (a module).
///
/// The middle is the centre of mass of the darkness between two light rings: unlike an edge it
/// does not move when blur or bloom eats into the ring from both sides.
fn ring_distance(
    frame: Luma<'_>,
    centre: Point,
    step: Point,
    side: Point,
    inverted: bool,
) -> Option<f32> {
    const FINE: f32 = 0.125;
    const FIRST: f32 = 1.5;
    let mut profile = [0f32; 25]; // 1.5 to 4.5 modules
    for (k, level) in profile.iter_mut().enumerate() {
        let at = centre + step * (FIRST + k as f32 * FINE);
        let sum = frame.grey(at) + frame.grey(at + side) + frame.grey(at - side);
        *level = match (frame.contains(at), inverted) {
            // A symbol cut out without its quiet zone: what is beyond counts as light.
            (false, _) => f32::NAN,
            (true, false) => sum,
            (true, true) => -sum,
        };
    }
    let lightest = profile.iter().fold(f32::MIN, |a, &b| a.max(b));
    for level in profile.iter_mut().filter(|level| level.is_nan()) {
        *level = lightest;
    }
    // The ring is near 3 modules: between the 6th and the 18th sample.
    let ring = (6..=18).min_by(|&a, &b| profile[a].total_cmp(&profile[b]))?;
    let peak = |range: &[f32]| range.iter().fold(f32::MIN, |a, &b| a.max(b));
    let inner = peak(&profile[ring.saturating_sub(10)..ring]);
    let outer = peak(&profile[ring + 1..(ring + 11).min(profile.len())]);
    let (light, dark) = (inner.min(outer), profile[ring]);
    if light - dark < 9.0 {
        return None;
    }
    let level = (light + dark) * 0.5;
    let (mut mass, mut moment) = (0f32, 0f32);
    let mut add = |k: usize| {
        let weight = level - profile[k];
        if weight > 0.0 {
            mass += weight;
            moment += weight * k as f32;
        }
        weight > 0.0
    };
    let _ = (0..=ring).rev().take_while(|&k| add(k)).count();
    let _ = (ring + 1..profile.len()).take_while(|&k| add(k)).count();
    Some(FIRST + moment / mass * FINE)
}

/// Slope of a finder's sides against `side`: how far they move along `step` per module of `side`.
fn slant(frame: Luma<'_>, centre: Point, step: Point, side: Point, inverted: bool) -> f32 {
    let cut = |way: f32, along: f32| {
        ring_distance(frame, centre + side * along, step * way, side * 0.6, inverted)
    };
    let slope = |way: f32| Some((cut(way, 1.2)? - cut(way, -1.2)?) * way / 2.4);
    match (slope(1.0), slope(-1.0)) {
        (Some(ahead), Some(behind)) => ((ahead + behind) * 0.5).clamp(-0.6, 0.6),
        _ => 0.0,
    }
}

/// Pearson's correlation of grey levels with colours (dark counts as +1).
fn pearson(modules: impl Iterator<Item = (f32, bool)>) -> f32 {
    let mut sums = [0f32; 6];
    for (grey, dark) in modules {
        let sign = if dark { 1.0 } else { -1.0 };
        for (sum, term) in
            sums.iter_mut().zip([1.0, grey, sign, grey * grey, sign * sign, grey * sign])
        {
            *sum += term;
        }
    }
    let [n, g, s, gg, ss, gs] = sums;
    if n < 2.0 {
        return 0.0;
    }
    let (var_g, var_s) = (gg - g * g / n, ss - s * s / n);
    if var_g <= n || var_s <= 0.0 {
        return 0.0;
    }
    (gs - g * s / n) / (var_g * var_s).sqrt()
}

/// Correlation of both timing patterns with what is seen where `map` puts them.
fn timing_correlation(frame: Luma<'_>, map: &Homography, size: usize) -> f32 {
    let line = |place: fn(f32) -> Point| {
        pearson((8..size - 8).map(|k| (frame.grey(map.map(place(k as f32 + 0.5))), k % 2 == 0)))
    };
    (line(|k| Point::new(k, 6.5)) + line(|k| Point::new(6.5, k))) * 0.5
}

/// Correlation of 18 grey levels with the bits of a word.
fn word_correlation(levels: &[f32; 18], word: u32) -> f32 {
    let bit = |k: usize| word >> k & 1 == 1;
    pearson(levels.iter().enumerate().map(|(k, &level)| (level, bit(k))))
}

#[cfg(test)]
mod tests {
    use super::super::find::Finder;
    use super::super::testing::{Scene, symbol, turned};
    use super::*;

    fn finder(x: f32, y: f32, module: f32) -> Finder {
        Finder { centre: Point::new(x, y), module, hits: 5, inverted: false }
    }

    #[test]
    fn corners_are_measured_to_a_fraction_of_a_pixel_and_the_version_is_named() {
        let (modules, size) = symbol("VERSION", 7);
        for (pitch, angle, blur) in [(3.0, 0.2, 0), (5.5, -0.6, 2)] {
            let middle = Point::new(180.4, 175.7);
            let lens = turned(size, middle, pitch, angle);
            let scene = Scene {
                modules: &modules,
                size,
                width: 360,
                height: 350,
                lens: &lens,
                dark: 40.0,
                light: 200.0,
                blur,
                noise: 8.0,
                seed: 5,
            };
            let shot = scene.shoot();
            let frame = Luma::new(&shot.data, 360, 350, 360).unwrap();
            let (sin, cos) = angle.sin_cos();
            let truth = Corners::modules(size).map(|at| {
                let off = (at - Point::new(22.5, 22.5)) * pitch;
                middle + Point::new(off.x * cos - off.y * sin, off.x * sin + off.y * cos)
            });
            // As the search leaves them: a pixel off, and the module along the pixel rows.
            let rough = truth.map(|p| finder(p.x + 0.9, p.y - 0.7, pitch / cos));
            let triple = Triple::of(rough[0], rough[1], rough[2], 3).unwrap();
            let corners = Corners::measure(frame, &triple).unwrap();
            for (corner, truth) in corners.at.iter().zip(truth) {
                assert!((corner.centre - truth).length() < 0.12, "{corner:?} for {truth:?}");
            }
            assert!((corners.estimate - 45.0).abs() < 1.5, "{}", corners.estimate);
            let versions = corners.versions(frame);
            assert_eq!(versions.iter().next(), Some(7));
            assert!(versions.best_score() > 1.8, "{versions:?}");
        }
    }
}
