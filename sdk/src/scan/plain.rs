//! Pictures that are nothing but a symbol: no camera, no quiet zone, perhaps one pixel a module.
//!
//! Finder patterns of one pixel a module cannot be told from data by looking at rows. In such a
//! picture they need not be found: the symbol's corners are the corners of what is dark.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "pixels and modules counted inside a frame of bounded sides"
)]

use super::geometry::Point;
use super::layout;
use super::luma::Luma;
use super::reader::Reader;
use super::report::ScannedCode;

/// Pictures with a longer side are photographs.
const MAX_SIDE: usize = 2048;
/// Modules of the three finder patterns that may differ (of 147).
const MAX_FAULTS: usize = 4;

/// Reads a picture that shows an upright symbol with modules of a whole number of pixels.
pub(crate) fn read(frame: Luma<'_>, reader: &mut Reader) -> Option<ScannedCode> {
    if frame.width().max(frame.height()) > MAX_SIDE {
        return None;
    }
    let dark = Dark::measure(frame)?;
    let (x, y, side) = dark.square(frame)?;
    for version in 1..=40 {
        let size = layout::size_of(version);
        if side % size != 0 {
            continue;
        }
        let pitch = side / size;
        let module = |i: usize, j: usize| {
            dark.is(frame.pixel(x + i * pitch + pitch / 2, y + j * pitch + pitch / 2))
        };
        if finder_faults(size, module) <= MAX_FAULTS {
            let soft: Vec<f32> = (0..size * size)
                .map(|k| if module(k % size, k / size) { 1.0 } else { -1.0 })
                .collect();
            let decoded = reader.read_grid(version, &soft)?;
            let (left, top, far) = (x as f32, y as f32, side as f32);
            let outline = [(0.0, 0.0), (far, 0.0), (far, far), (0.0, far)]
                .map(|(dx, dy)| Point::new(left + dx, top + dy));
            return Some(ScannedCode::new(decoded, outline, false));
        }
    }
    None
}

/// What counts as dark in a picture of two colours.
struct Dark {
    limit: u8,
}

impl Dark {
    fn measure(frame: Luma<'_>) -> Option<Self> {
        let (mut low, mut high) = (u8::MAX, 0);
        for y in 0..frame.height() {
            for &level in frame.row(y) {
                low = level.min(low);
                high = level.max(high);
            }
        }
        (high.saturating_sub(low) > 64).then(|| Self { limit: low / 2 + high / 2 })
    }

    fn is(&self, level: u8) -> bool {
        level <= self.limit
    }

    /// Corner and side of the square that holds all that is dark; `None` when it is no square.
    fn square(&self, frame: Luma<'_>) -> Option<(usize, usize, usize)> {
        let mut rows = (0..frame.height()).filter(|&y| frame.row(y).iter().any(|&v| self.is(v)));
        let top = rows.next()?;
        let bottom = rows.next_back()? + 1;
        let (mut left, mut right) = (frame.width(), 0);
        for y in top..bottom {
            let mut line = frame.row(y).iter();
            let first = line.position(|&v| self.is(v));
            left = first.map_or(left, |x| x.min(left));
            let last = frame.row(y).iter().rposition(|&v| self.is(v));
            right = last.map_or(right, |x| (x + 1).max(right));
        }
        let side = right.checked_sub(left)?;
        (side == bottom - top).then_some((left, top, side))
    }
}

/// Modules of the three finder patterns that are not as they should be.
fn finder_faults(size: usize, module: impl Fn(usize, usize) -> bool) -> usize {
    let far = size - 7;
    let corners = [(0, 0), (far, 0), (0, far)];
    let places = (0..49usize).flat_map(|k| corners.map(|(x, y)| (k % 7, k / 7, x, y)));
    places
        .filter(|&(i, j, x, y)| {
            let ring = i.abs_diff(3).max(j.abs_diff(3));
            module(x + i, y + j) != (ring != 2)
        })
        .count()
}
