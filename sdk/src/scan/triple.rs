//! Which three finder patterns belong together.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "arrays of fixed size indexed by loop counters; floating-point arithmetic cannot panic"
)]

use super::find::Finder;
use super::geometry::Point;

/// Three finder patterns that may be the corners of one symbol, clockwise around `corner`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Triple {
    pub(crate) corner: Finder,
    pub(crate) right: Finder,
    pub(crate) below: Finder,
    /// How unlike a square's corners they are; 0 is perfect.
    penalty: f32,
}

/// More finders than this are not combined: the ones seen on most rows come first.
const MAX_COMBINED: usize = 20;

/// Lists plausible triples, the likeliest first; `step` is the distance of the rows searched.
pub(crate) fn triples(finders: &mut [Finder], step: usize, out: &mut Vec<Triple>) {
    out.clear();
    finders.sort_by_key(|finder| std::cmp::Reverse(finder.hits));
    let finders = &finders[..finders.len().min(MAX_COMBINED)];
    for (i, &a) in finders.iter().enumerate() {
        for (j, &b) in finders.iter().enumerate().skip(i + 1) {
            if a.inverted != b.inverted || ratio(a.module, b.module) > 2.5 {
                continue;
            }
            for &c in &finders[j + 1..] {
                if a.inverted == c.inverted {
                    out.extend(Triple::each([a, b, c], step));
                }
            }
        }
    }
    out.sort_by(|a, b| a.penalty.total_cmp(&b.penalty));
}

pub(crate) fn ratio(a: f32, b: f32) -> f32 {
    a.max(b) / a.min(b).max(1e-3)
}

impl Triple {
    /// The ways to see three patterns as corners: one, or more when perspective leaves it open
    /// which of them is the corner.
    fn each(three: [Finder; 3], step: usize) -> impl Iterator<Item = Self> {
        // The corner lies opposite the longest side.
        let opposite = [(1, 2), (2, 0), (0, 1)]
            .map(|(p, q): (usize, usize)| (three[p].centre - three[q].centre).length());
        let longest = opposite.iter().fold(0f32, |a, &b| a.max(b));
        (0..3)
            .filter(move |&k| opposite[k] > 0.88 * longest)
            .filter_map(move |k| Self::of(three[k], three[(k + 1) % 3], three[(k + 2) % 3], step))
    }

    pub(crate) fn of(
        corner: Finder,
        mut right: Finder,
        mut below: Finder,
        step: usize,
    ) -> Option<Self> {
        let modules = [corner.module, right.module, below.module];
        let least = modules.iter().fold(f32::MAX, |a, &b| a.min(b));
        let most = modules.iter().fold(0f32, |a, &b| a.max(b));
        if most > 2.5 * least {
            return None;
        }
        let (u, v) = (right.centre - corner.centre, below.centre - corner.centre);
        if u.cross(v) < 0.0 {
            (right, below) = (below, right);
        }
        let (u_len, v_len) = (u.length(), v.length());
        // 14 modules apart at the least, 170 at the most; `module` may be √2 too long.
        if u_len.min(v_len) < 9.0 * least || u_len.max(v_len) > 185.0 * most {
            return None;
        }
        let cosine = u.dot(v).abs() / (u_len * v_len);
        if cosine > 0.8 || ratio(u_len, v_len) > 2.8 {
            return None;
        }
        // A pattern is crossed by all rows through its core; what only looks like one, by one or
        // two. That tells more than the shape, which perspective may distort.
        let doubt = |finder: Finder| {
            let expected = (3.0 * finder.module / step as f32).max(1.0);
            1.0 - (finder.hits as f32 / expected).min(1.0)
        };
        let doubts = doubt(corner) + doubt(right) + doubt(below);
        let shape = cosine + ratio(u_len, v_len).ln() + (most / least).ln();
        let penalty = 0.6 * shape + 0.6 * doubts;
        Some(Self { corner, right, below, penalty })
    }

    /// The same patterns in an image `factor` times as large.
    pub(crate) fn scaled(&self, factor: f32) -> Self {
        let scale = |finder: Finder| Finder {
            centre: finder.centre * factor,
            module: finder.module * factor,
            ..finder
        };
        Self {
            corner: scale(self.corner),
            right: scale(self.right),
            below: scale(self.below),
            ..*self
        }
    }

    /// About the pixels per module.
    pub(crate) fn pitch(&self) -> f32 {
        (self.corner.module + self.right.module + self.below.module) / 3.0
    }

    pub(crate) fn centres(&self) -> [Point; 3] {
        [self.corner, self.right, self.below].map(|finder| finder.centre)
    }

    /// Light modules on dark.
    pub(crate) fn inverted(&self) -> bool {
        self.corner.inverted
    }

    /// Whether any of the three lies inside the quadrilateral.
    pub(crate) fn touches(&self, quad: &[Point; 4]) -> bool {
        self.centres().iter().any(|&centre| inside(centre, quad))
    }
}

/// Whether `p` lies inside a convex quadrilateral given clockwise.
fn inside(p: Point, quad: &[Point; 4]) -> bool {
    (0..4).all(|k| (quad[(k + 1) % 4] - quad[k]).cross(p - quad[k]) >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(x: f32, y: f32, module: f32) -> Finder {
        Finder { centre: Point::new(x, y), module, hits: 5, inverted: false }
    }

    #[test]
    fn corners_of_a_square_come_first_and_clockwise() {
        let mut finders = [
            finder(300.0, 100.0, 4.0),
            finder(100.0, 300.0, 4.0),
            finder(100.0, 100.0, 4.0),
            finder(220.0, 130.0, 4.0),
            finder(500.0, 90.0, 11.0),
        ];
        let mut out = Vec::new();
        triples(&mut finders, 3, &mut out);
        let [corner, right, below] = out[0].centres();
        assert_eq!((corner.x, corner.y), (100.0, 100.0));
        assert_eq!((right.x, below.y), (300.0, 300.0));
        let quad = [(90.0, 90.0), (110.0, 90.0), (110.0, 110.0), (90.0, 110.0)];
        assert!(out[0].touches(&quad.map(|(x, y)| Point::new(x, y))));
    }
}
