//! One alignment pattern: where it is, to a fraction of a module.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "patch indices stay below PATCH_SIDE squared, since the reach is cut to MAX_REACH"
)]

use super::geometry::Point;
use super::luma::Luma;

/// Longest reach of a search, in modules.
const MAX_REACH: usize = 6;
const PATCH_SIDE: usize = 2 * (2 * MAX_REACH + 4) + 1;

/// Looks for an alignment pattern within `reach` modules of `at`; gives the best place and its
/// correlation with the pattern (1 is perfect).
pub(crate) fn seek(
    frame: Luma<'_>,
    at: Point,
    (u, v): (Point, Point),
    reach: usize,
    inverted: bool,
) -> (Point, f32) {
    // Grey levels every half module, read once for all the places to be tried.
    let reach = 2 * reach.min(MAX_REACH);
    let side = 2 * (reach + 4) + 1;
    let centre = (reach + 4) as f32;
    let mut patch = [0f32; PATCH_SIDE * PATCH_SIDE];
    for (k, level) in patch.iter_mut().enumerate().take(side * side) {
        let (i, j) = ((k % side) as f32 - centre, (k / side) as f32 - centre);
        *level = frame.grey(at + u * (i * 0.5) + v * (j * 0.5));
    }
    let (mut best, mut place) = (f32::MIN, (0, 0));
    for j in 0..=2 * reach {
        for i in 0..=2 * reach {
            let levels = |x: usize, y: usize| patch[(j + 2 * y) * side + i + 2 * x];
            // Of equals the nearer one.
            let away = i.abs_diff(reach).max(j.abs_diff(reach)) as f32;
            let score = pattern_score(levels, inverted) - 0.006 * away;
            if score > best {
                (best, place) = (score, (i, j));
            }
        }
    }
    let offset = |k: usize| (k as f32 - reach as f32) * 0.5;
    let coarse = at + u * offset(place.0) + v * offset(place.1);
    // Then to a fraction of a module: twice a parabola through scores left and right of the best.
    let score_at = |p: Point| {
        let levels =
            |x: usize, y: usize| frame.grey(p + u * (x as f32 - 2.0) + v * (y as f32 - 2.0));
        pattern_score(levels, inverted)
    };
    let mut fine = coarse;
    let mut middle = score_at(fine);
    for width in [0.45, 0.3] {
        for axis in [u, v] {
            let (before, after) = (score_at(fine - axis * width), score_at(fine + axis * width));
            let bend = 2.0 * middle - before - after;
            if bend > 1e-4 {
                let step = (0.5 * (after - before) / bend).clamp(-1.0, 1.0) * width;
                let next = fine + axis * step;
                let score = score_at(next);
                if score >= middle - 0.02 {
                    (fine, middle) = (next, score);
                }
            }
        }
    }
    (fine, middle)
}

/// Pearson's correlation of 5 x 5 levels with the alignment pattern.
fn pattern_score(level: impl Fn(usize, usize) -> f32, inverted: bool) -> f32 {
    let (mut ring, mut all, mut squares) = (0f32, 0f32, 0f32);
    for y in 0..5usize {
        for x in 0..5usize {
            let value = level(x, y);
            all += value;
            squares += value * value;
            if x.abs_diff(2).max(y.abs_diff(2)) == 1 {
                ring += value;
            }
        }
    }
    // Eight light modules of 25: their share has the variance 8/25 · 17/25.
    let variance = (squares - all * all / 25.0).max(25.0);
    let score = (ring - all * (8.0 / 25.0)) / (variance * (8.0 * 17.0 / 25.0)).sqrt();
    if inverted { -score } else { score }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_to_a_fraction_of_a_module() {
        let centre = Point::new(41.3, 37.8);
        for (inverted, dark, light) in [(false, 30, 220), (true, 220, 30)] {
            let data: Vec<u8> = (0..80 * 80)
                .map(|k| {
                    let p = Point::new((k % 80) as f32 + 0.5, (k / 80) as f32 + 0.5);
                    let off = (p - centre) * (1.0 / 4.0);
                    let ring = off.x.abs().max(off.y.abs());
                    // Outside, a coarse chequer stands for data.
                    let chequer = ((off.x / 1.7).floor() + (off.y / 1.3).floor()) % 2.0 == 0.0;
                    let is_dark = match ring {
                        r if r < 0.5 => true,
                        r if r < 1.5 => false,
                        r if r < 2.5 => true,
                        _ => chequer,
                    };
                    if is_dark { dark } else { light }
                })
                .collect();
            let frame = Luma::new(&data, 80, 80, 80).unwrap();
            let axes = (Point::new(4.1, 0.0), Point::new(0.0, 3.9));
            let start = centre + Point::new(-5.0, 6.0);
            let (at, score) = seek(frame, start, axes, 3, inverted);
            assert!((at - centre).length() < 0.7 && score > 0.9, "{at:?} {score}");
            let (_, other) = seek(frame, start, axes, 3, !inverted);
            assert!(other < 0.75, "{other}");
        }
    }
}
