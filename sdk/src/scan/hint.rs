//! Why nothing was read, as far as the frame tells.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a histogram of 256 levels indexed by bytes, and counters of at most 4096 samples"
)]

use super::geometry::{Homography, Point};
use super::luma::Luma;
use super::reader::Unread;
use super::report::Hint;

/// Modules of fewer pixels than this cannot be told apart when anything else is amiss.
const SMALL_PITCH: f32 = 2.2;
/// A symbol is half light; when more than this share is white to the limit, light has flooded it.
const FLOODED: f32 = 0.62;
/// The light modules of a dim symbol stay below this level.
const DIM: u8 = 56;
/// Fixed patterns that agree less than this with what was seen are blurred.
const CLEAR: f32 = 0.82;
/// Samples along each side.
const SAMPLES: usize = 64;

/// What to tell whoever holds the camera.
pub(crate) fn diagnose(frame: Luma<'_>, unread: Option<&Unread>, spent: bool) -> Hint {
    let Some(unread) = unread else {
        if spent {
            return Hint::BudgetSpent;
        }
        let whole = [
            Point::new(0.0, 0.0),
            Point::new(frame.width() as f32, 0.0),
            Point::new(frame.width() as f32, frame.height() as f32),
            Point::new(0.0, frame.height() as f32),
        ];
        let light = Light::measure(frame, &whole);
        return match light {
            Light { bright, .. } if bright < DIM => Hint::TooDark,
            Light { flooded, .. } if flooded > FLOODED => Hint::TooBright,
            _ => Hint::NoFinder,
        };
    };
    let light = Light::measure(frame, &unread.outline);
    if light.bright < DIM {
        Hint::TooDark
    } else if light.flooded > FLOODED {
        Hint::TooBright
    } else if unread.pitch() < SMALL_PITCH {
        Hint::TooSmall
    } else if unread.trust < CLEAR {
        Hint::Blurred
    } else {
        Hint::Uncorrectable
    }
}

/// How light a part of the frame is.
struct Light {
    /// The level that a fifth of it exceeds.
    bright: u8,
    /// The share of it that is white to the limit.
    flooded: f32,
}

impl Light {
    fn measure(frame: Luma<'_>, quad: &[Point; 4]) -> Self {
        let side = SAMPLES as f32;
        let square = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)];
        let mut pairs = [(Point::default(), Point::default()); 4];
        for (pair, ((x, y), corner)) in pairs.iter_mut().zip(square.into_iter().zip(quad)) {
            *pair = (Point::new(x, y), *corner);
        }
        let mut histogram = [0usize; 256];
        if let Some(map) = Homography::fit(&pairs) {
            for k in 0..SAMPLES * SAMPLES {
                let (x, y) = ((k % SAMPLES) as f32 + 0.5, (k / SAMPLES) as f32 + 0.5);
                histogram[frame.grey(map.map(Point::new(x, y))) as u8 as usize] += 1;
            }
        }
        let total = SAMPLES * SAMPLES;
        let mut above = 0;
        let bright = (0..=255u8).rev().find(|&level| {
            above += histogram[usize::from(level)];
            above * 5 > total
        });
        let flooded = histogram[252..].iter().sum::<usize>() as f32 / total as f32;
        Self { bright: bright.unwrap_or(0), flooded }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(trust: f32, pitch: f32) -> Unread {
        let far = 21.0 * pitch;
        let outline = [(0.0, 0.0), (far, 0.0), (far, far), (0.0, far)];
        let outline = outline.map(|(x, y)| Point::new(x, y));
        Unread { version: 1, outline, trust, ..Unread::default() }
    }

    #[test]
    fn light_pitch_and_trust_decide() {
        let hint = |level: u8, unread: Option<&Unread>| {
            // Every other column is at `level`, the others are black.
            let data: Vec<u8> = (0..200 * 200).map(|k| level * (k / 2 % 2) as u8).collect();
            diagnose(Luma::new(&data, 200, 200, 200).unwrap(), unread, false)
        };
        assert_eq!(hint(160, None), Hint::NoFinder);
        assert_eq!(hint(30, None), Hint::TooDark);
        assert_eq!(hint(160, Some(&unread(0.9, 6.0))), Hint::Uncorrectable);
        assert_eq!(hint(160, Some(&unread(0.5, 6.0))), Hint::Blurred);
        assert_eq!(hint(160, Some(&unread(0.5, 2.0))), Hint::TooSmall);
        assert_eq!(hint(30, Some(&unread(0.9, 6.0))), Hint::TooDark);
        let white = vec![255; 200 * 200];
        let flooded =
            diagnose(Luma::new(&white, 200, 200, 200).unwrap(), Some(&unread(0.9, 6.0)), false);
        assert_eq!(flooded, Hint::TooBright);
    }
}
