//! Finder patterns: the three nested squares that mark a symbol's corners.
//!
//! Rows are turned into run edges 64 pixels at a time; a window of five runs that could be a cut
//! through a finder pattern is then checked down, across and along a diagonal. Runs are compared by
//! the distances between edges of *equal* polarity (2, 4, 4, 2 modules): blur, bloom and a wrong
//! threshold make dark runs thinner and light ones wider, and leave those distances alone.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "pixel kernel: edges are positions inside a row of at most MAX_SIDE pixels, and pixels \
              are read through accessors that clamp"
)]

use super::binarise::ThresholdMap;
use super::geometry::Point;
use super::luma::Luma;

/// A frame with its thresholds.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) frame: Luma<'a>,
    pub(crate) map: &'a ThresholdMap,
}

impl View<'_> {
    #[inline]
    fn dark(&self, x: usize, y: usize) -> bool {
        self.frame.pixel(x, y) <= self.map.at(x, y)
    }
}

/// A pattern that looks like a finder from every side that was checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finder {
    pub(crate) centre: Point,
    /// Module size along the pixel rows and columns (longer than the true one by up to √2 when
    /// the symbol is turned).
    pub(crate) module: f32,
    /// Rows on which it was seen.
    pub(crate) hits: u32,
    /// Light on dark.
    pub(crate) inverted: bool,
}

/// The search, with its buffers.
#[derive(Debug, Default)]
pub(crate) struct FinderSearch {
    thresholds: Vec<u8>,
    dark: Vec<u8>,
    edges: Vec<u32>,
    pub(crate) found: Vec<Finder>,
}

/// When there seem to be this many, the doubtful ones are dropped.
const MAX_FOUND: usize = 96;

impl FinderSearch {
    /// Looks at every `step`-th row of `view`, and leaves what it found in `found`.
    pub(crate) fn run(&mut self, view: View<'_>, step: usize) {
        self.found.clear();
        let mut expanded = None;
        for y in (step / 2..view.frame.height()).step_by(step.max(1)) {
            if !expanded.is_some_and(|row| ThresholdMap::same_row(row, y)) {
                view.map.expand_row(y, &mut self.thresholds);
                expanded = Some(y);
            }
            let first_dark = self.find_edges(view.frame.row(y));
            self.match_row(view, y, first_dark);
            if self.found.len() >= MAX_FOUND {
                // Texture and noise are seen once; a finder pattern is crossed by several rows.
                self.found.retain(|finder| {
                    finder.hits > 1 || finder.centre.y + 3.0 * finder.module > y as f32
                });
                if self.found.len() > MAX_FOUND * 2 / 3 {
                    return;
                }
            }
        }
    }

    /// Fills `edges` with the places where a row changes colour, its ends included; gives the
    /// colour it starts with.
    fn find_edges(&mut self, row: &[u8]) -> bool {
        self.dark.clear();
        self.dark.extend(row.iter().zip(&self.thresholds).map(|(&v, &t)| u8::from(v <= t)));
        let first = self.dark.first().copied().unwrap_or(0);
        let last = self.dark.last().copied().unwrap_or(0);
        self.dark.resize(row.len().div_ceil(64) * 64, last);
        self.edges.clear();
        self.edges.push(0);
        let mut before = u64::from(first);
        for (k, chunk) in self.dark.chunks_exact(64).enumerate() {
            let word = pack(chunk);
            let mut changes = word ^ (word << 1 | before);
            before = word >> 63;
            while changes != 0 {
                self.edges.push(k as u32 * 64 + changes.trailing_zeros());
                changes &= changes - 1;
            }
        }
        self.edges.push(row.len() as u32);
        first == 1
    }

    fn match_row(&mut self, view: View<'_>, y: usize, first_dark: bool) {
        for k in 0..self.edges.len().saturating_sub(5) {
            let e = &self.edges[k..k + 6];
            let core = e[3] - e[2];
            if core <= e[2] - e[1] || core <= e[4] - e[3] {
                continue;
            }
            let edges = [e[0], e[1], e[2], e[3], e[4], e[5]].map(|edge| edge as i32);
            let Some(module) = finder_module(&edges) else {
                continue;
            };
            let inverted = first_dark != (k % 2 == 0);
            let x = (edges[2] + edges[3]) as f32 * 0.5;
            if !self.seen_again(Point::new(x, y as f32 + 0.5), inverted) {
                self.found.extend(check(view, x, y, module, inverted));
            }
        }
    }

    /// Counts another row through a pattern that is known already.
    fn seen_again(&mut self, at: Point, inverted: bool) -> bool {
        let known = self.found.iter_mut().find(|finder| {
            let off = finder.centre - at;
            finder.inverted == inverted
                && off.x.abs() < 1.5 * finder.module
                && off.y.abs() < 1.8 * finder.module
        });
        if let Some(finder) = known {
            finder.hits += 1;
            return true;
        }
        false
    }
}

/// 64 bytes of 0 or 1 to a word, the first byte lowest.
fn pack(bytes: &[u8]) -> u64 {
    let mut word = 0;
    for (k, eight) in bytes.chunks_exact(8).enumerate() {
        let lanes = <[u8; 8]>::try_from(eight).map_or(0, u64::from_le_bytes);
        // Each byte's bit is multiplied to a place of its own in the top byte.
        word |= (lanes.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * k);
    }
    word
}

/// The module size if six edges cut a finder pattern through its middle.
fn finder_module(e: &[i32; 6]) -> Option<f32> {
    let total = e[4] - e[0] + e[5] - e[1]; // 12 modules
    if total < 14 {
        return None;
    }
    // In twelfths of a pixel; one pixel of slack for where edges fall on the grid.
    let near = |distance: i32, modules: i32, slack: i32| {
        (12 * distance - modules * total).abs() <= slack * total / 8 + 12
    };
    let fits = near(e[2] - e[0], 2, 3)
        && near(e[5] - e[3], 2, 3)
        && near(e[3] - e[1], 4, 4)
        && near(e[4] - e[2], 4, 4)
        && near(e[3] - e[2], 3, 7);
    let (left, right) = (e[1] - e[0], e[5] - e[4]);
    let even = 12 * (left - right).abs() <= total * 3 / 4 + 12;
    (fits && even).then_some(total as f32 / 12.0)
}

/// Checks a cut through row `y` at `x` from the other sides.
fn check(view: View<'_>, x: f32, y: usize, module: f32, inverted: bool) -> Option<Finder> {
    let limit = (module * 2.6) as i32 + 2;
    let probe = |x: i32, y: i32, dx: i32, dy: i32| probe(view, (x, y), (dx, dy), inverted, limit);
    let middle = |e: &[i32; 6]| (e[2] + e[3]) as f32 * 0.5;

    let down = probe(x as i32, y as i32, 0, 1)?;
    let module_y = finder_module(&down)?;
    if module_y > 2.2 * module || module > 2.2 * module_y {
        return None;
    }
    let cy = y as f32 + middle(&down);
    let across = probe(x as i32, cy as i32, 1, 0)?;
    let module_x = finder_module(&across)?;
    let cx = x.floor() + middle(&across);
    let falling = probe(cx as i32, cy as i32, 1, 1);
    if falling.as_ref().and_then(finder_module).is_none() {
        finder_module(&probe(cx as i32, cy as i32, 1, -1)?)?;
    }
    Some(Finder {
        centre: Point::new(cx, cy),
        module: (module_x + module_y) * 0.5,
        hits: 1,
        inverted,
    })
}

/// Walks from a dark pixel both ways along `step` through dark, light and dark; gives the six
/// edges relative to the start, in steps.
fn probe(
    view: View<'_>,
    (x, y): (i32, i32),
    (dx, dy): (i32, i32),
    inverted: bool,
    limit: i32,
) -> Option<[i32; 6]> {
    let (width, height) = (view.frame.width() as i32, view.frame.height() as i32);
    // The colour at step k; outside the frame is neither.
    let colour = |k: i32| {
        let (px, py) = (x + dx * k, y + dy * k);
        let inside = px >= 0 && py >= 0 && px < width && py < height;
        inside.then(|| view.dark(px as usize, py as usize) != inverted)
    };
    let run = |from: i32, way: i32, dark: bool, most: i32| {
        let mut k = from;
        while colour(k) == Some(dark) {
            k += way;
            if (k - from).abs() > most {
                return None;
            }
        }
        (k != from).then_some(k)
    };
    let e3 = run(0, 1, true, 2 * limit)?;
    let e4 = run(e3, 1, false, limit)?;
    let e5 = run(e4, 1, true, limit)?;
    let e2 = if colour(-1) == Some(true) { run(-1, -1, true, 2 * limit)? } else { -1 };
    let e1 = run(e2, -1, false, limit)?;
    let e0 = run(e1, -1, true, limit)?;
    Some([e0 + 1, e1 + 1, e2 + 1, e3, e4, e5])
}

#[cfg(test)]
mod tests {
    use super::super::binarise::Style;
    use super::*;

    /// A finder pattern of `module` pixels around `centre`, turned by `angle`, box-filtered 4 x 4.
    fn draw(width: usize, height: usize, centre: Point, module: f32, angle: f32) -> Vec<u8> {
        let (sin, cos) = angle.sin_cos();
        let dark = |p: Point| {
            let off = (p - centre) * (1.0 / module);
            let (u, v) = (off.x * cos + off.y * sin, off.y * cos - off.x * sin);
            let ring = u.abs().max(v.abs());
            ring < 1.5 || (2.5..3.5).contains(&ring)
        };
        (0..width * height)
            .map(|k| {
                let count = (0..16)
                    .filter(|s| {
                        let (sx, sy) = (s % 4, s / 4);
                        let x = (k % width) as f32 + sx as f32 * 0.25 + 0.125;
                        let y = (k / width) as f32 + sy as f32 * 0.25 + 0.125;
                        dark(Point::new(x, y))
                    })
                    .count();
                (240 - count * 13) as u8
            })
            .collect()
    }

    fn find(data: &[u8], width: usize, height: usize) -> Vec<Finder> {
        let frame = Luma::new(data, width, height, width).unwrap();
        let mut map = ThresholdMap::default();
        map.build(frame, Style::Wide);
        let mut search = FinderSearch::default();
        search.run(View { frame, map: &map }, 2);
        search.found
    }

    #[test]
    fn a_finder_is_found_at_any_angle_and_size() {
        for module in [2.0, 3.3, 9.0] {
            for turn in 0..12 {
                let centre = Point::new(80.3, 61.8);
                let data = draw(160, 130, centre, module, turn as f32 * 0.13);
                let found = find(&data, 160, 130);
                assert_eq!(found.len(), 1, "module {module}, turn {turn}");
                let off = (found[0].centre - centre).length();
                assert!(off < 0.4 * module.max(2.0), "{off} at module {module}, turn {turn}");
                assert!(!found[0].inverted);
            }
        }
    }

    #[test]
    fn light_on_dark_is_found_and_told() {
        let mut data = draw(90, 90, Point::new(45.0, 45.0), 4.0, 0.3);
        data.iter_mut().for_each(|v| *v = 255 - *v);
        let found = find(&data, 90, 90);
        assert!(found.len() == 1 && found[0].inverted, "{found:?}");
    }

    #[test]
    fn bars_alone_are_no_finder() {
        let ratio = [3, 1, 1, 3, 1, 1, 9, 1, 1, 3, 1, 1];
        let data: Vec<u8> = (0..100 * 60)
            .map(|k| {
                let mut x = k % 100 % 26;
                let run = ratio.iter().position(|&r| {
                    let inside = x < r;
                    x = if inside { x } else { x - r };
                    inside
                });
                if run.unwrap_or(0) % 2 == 1 { 20 } else { 230 }
            })
            .collect();
        assert!(find(&data, 100, 60).is_empty());
    }

    #[test]
    fn bits_are_packed_first_byte_lowest() {
        let mut bytes = [0u8; 64];
        for k in [0, 9, 23, 40, 63] {
            bytes[k] = 1;
        }
        assert_eq!(pack(&bytes), 1 | 1 << 9 | 1 << 23 | 1 << 40 | 1 << 63);
    }
}
