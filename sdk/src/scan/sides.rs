//! Finder patterns by their outlines: for symbols so skewed, or so bent without an alignment pattern
//! to show it, that three centres and pitches do not tell the pose.
//!
//! Rays from the middle of a pattern cross three edges, whatever its shape; through the outermost
//! ones go four straight lines, and where those meet are the pattern's corners. Twelve corners make
//! a perspective map that is right also where the symbol has no finder.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "rays and sides are counted in loops over arrays of fixed size; floating-point \
              arithmetic cannot panic"
)]

use super::find::Finder;
use super::geometry::Point;
use super::luma::Luma;

const RAYS: usize = 64;
/// A ray goes so many modules far: a pattern may be three times as long one way as the other.
const REACH: f32 = 10.5;
/// Looks per module along a ray.
const LOOKS: f32 = 6.0;

/// The outline of a finder pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outline {
    /// Clockwise from the top left, seen along the symbol's own axes.
    pub(crate) corners: [Point; 4],
}

impl Outline {
    /// Measures a pattern whose rows run about along `u` and whose columns about along `v`; `None`
    /// when it is not three nested quadrilaterals.
    pub(crate) fn measure(
        frame: Luma<'_>,
        finder: &Finder,
        (u, v): (Point, Point),
    ) -> Option<Self> {
        let rays = Rays::cast(frame, finder)?;
        let (mut u, mut v) =
            (u * (rays.radius(u)? / u.length()), v * (rays.radius(v)? / v.length()));
        let mut middle = finder.centre;
        let mut corners = [middle; 4];
        // Which side a ray meets follows from the axes, and better axes from the sides.
        for _ in 0..4 {
            corners = rays.quadrilateral(middle, u, v)?;
            let [a, b, c, d] = corners;
            u = (b + c - a - d) * 0.25;
            v = (c + d - a - b) * 0.25;
            middle = (a + b + c + d) * 0.25;
        }
        Some(Self { corners })
    }

    /// The image of the pattern's centre: where the diagonals meet.
    pub(crate) fn centre(&self) -> Option<Point> {
        let [a, b, c, d] = self.corners;
        Line { at: a, way: c - a }.meets(&Line { at: b, way: d - b })
    }

    /// One module along the rows and one along the columns.
    pub(crate) fn axes(&self) -> (Point, Point) {
        let [a, b, c, d] = self.corners;
        ((b + c - a - d) * (1.0 / 14.0), (c + d - a - b) * (1.0 / 14.0))
    }
}

/// The outermost edges of a pattern, seen from its middle.
struct Rays {
    centre: Point,
    edges: [Option<Point>; RAYS],
}

impl Rays {
    fn cast(frame: Luma<'_>, finder: &Finder) -> Option<Self> {
        let sign = if finder.inverted { -1.0 } else { 1.0 };
        let level = |p: Point| sign * frame.grey(p);
        let way = |k: usize| {
            let (sin, cos) = (k as f32 * (std::f32::consts::TAU / RAYS as f32)).sin_cos();
            Point::new(cos, sin) * (finder.module / LOOKS)
        };
        let dark = level(finder.centre);
        let near = (4.0 * LOOKS) as usize;
        let lightest = (0..RAYS)
            .step_by(8)
            .flat_map(|k| (0..near).map(move |step| (k, step)))
            .map(|(k, step)| level(finder.centre + way(k) * step as f32))
            .fold(f32::MIN, f32::max);
        if lightest - dark < 20.0 {
            return None;
        }
        let limit = (lightest + dark) * 0.5;
        let mut rays = Self { centre: finder.centre, edges: [None; RAYS] };
        let mut seen = 0;
        // A few rays all around come first: most of what is no pattern is sorted out by them.
        let spread = (0..8).flat_map(|first| (first..RAYS).step_by(8));
        for (count, k) in spread.enumerate() {
            if count >= 8 && 3 * seen < 2 * count {
                return None;
            }
            rays.edges[k] = cross(|step| level(finder.centre + way(k) * step) - limit)
                .map(|steps| finder.centre + way(k) * steps);
            seen += usize::from(rays.edges[k].is_some());
        }
        (3 * seen >= 2 * RAYS).then_some(rays)
    }

    /// Distance of the edge in the direction of `axis`, as the mean of both ways.
    fn radius(&self, axis: Point) -> Option<f32> {
        let towards = |axis: Point| {
            let along = |p: &Point| {
                let off = *p - self.centre;
                off.dot(axis) / (off.length() * axis.length())
            };
            let nearest = self.edges.iter().flatten().max_by(|a, b| along(a).total_cmp(&along(b)));
            nearest.map(|p| (*p - self.centre).length())
        };
        Some((towards(axis)? + towards(-axis)?) * 0.5).filter(|&radius| radius > 1.0)
    }

    /// The corners of the sides that the edges lie on, given the axes to half a side.
    fn quadrilateral(&self, middle: Point, u: Point, v: Point) -> Option<[Point; 4]> {
        let area = u.cross(v);
        if area < 1.0 {
            return None;
        }
        // Top, right, bottom, left.
        let mut sums = [Sums::default(); 4];
        for &edge in self.edges.iter().flatten() {
            let off = edge - middle;
            let (x, y) = (off.cross(v) / area, u.cross(off) / area);
            // Near a corner it is open which side was met, and print and blur round it.
            if x.abs().min(y.abs()) > 0.85 * x.abs().max(y.abs()) {
                continue;
            }
            let side = match (x.abs() > y.abs(), x > 0.0, y > 0.0) {
                (true, true, _) => 1,
                (true, false, _) => 3,
                (false, _, true) => 2,
                (false, _, false) => 0,
            };
            sums[side].add(edge - self.centre);
        }
        let [top, right, bottom, left] = sums.map(|sums| sums.line());
        let (top, right, bottom, left) = (top?, right?, bottom?, left?);
        let corner = |a: &Line, b: &Line| a.meets(b).map(|p| p + self.centre);
        Some([
            corner(&top, &left)?,
            corner(&top, &right)?,
            corner(&bottom, &right)?,
            corner(&bottom, &left)?,
        ])
    }
}

/// Where a ray leaves the dark ring, in looks, if it crosses dark, light and dark on the way with
/// widths of about 3, 2 and 2 halves of a module. `level` is above 0 where it is light.
fn cross(level: impl Fn(f32) -> f32) -> Option<f32> {
    let mut edges = [0f32; 3];
    let mut found = 0;
    let mut before = level(0.0);
    for step in 1..(REACH * LOOKS) as usize {
        let now = level(step as f32);
        if (now > 0.0) != (before > 0.0) {
            edges[found] = step as f32 - now / (now - before);
            found += 1;
            if found == edges.len() {
                let [core, gap, ring] = edges;
                let fits = (0.28..0.6).contains(&(core / ring))
                    && (0.55..0.88).contains(&(gap / ring))
                    && gap > 1.15 * core;
                return fits.then_some(ring);
            }
        }
        before = now;
    }
    None
}

/// A straight line through `at`.
struct Line {
    at: Point,
    way: Point,
}

impl Line {
    fn meets(&self, other: &Self) -> Option<Point> {
        let across = self.way.cross(other.way);
        let sine = across / (self.way.length() * other.way.length());
        // Sides that are all but parallel make no corner.
        (sine.abs() > 0.05)
            .then(|| self.at + self.way * ((other.at - self.at).cross(other.way) / across))
    }
}

/// What a line through points by least squares needs.
#[derive(Clone, Copy, Default)]
struct Sums {
    count: f32,
    sum: Point,
    xx: f32,
    xy: f32,
    yy: f32,
}

impl Sums {
    fn add(&mut self, p: Point) {
        self.count += 1.0;
        self.sum = self.sum + p;
        self.xx += p.x * p.x;
        self.xy += p.x * p.y;
        self.yy += p.y * p.y;
    }

    /// The line with the least squared distances; `None` for too few points or a crooked row.
    fn line(&self) -> Option<Line> {
        if self.count < 4.0 {
            return None;
        }
        let at = self.sum * (1.0 / self.count);
        let xx = self.xx / self.count - at.x * at.x;
        let xy = self.xy / self.count - at.x * at.y;
        let yy = self.yy / self.count - at.y * at.y;
        let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
        let (sin, cos) = angle.sin_cos();
        let spread = |c: f32, s: f32| xx * c * c + 2.0 * xy * c * s + yy * s * s;
        let (along, across) = (spread(cos, sin), spread(-sin, cos));
        (along > 25.0 * across.max(0.0)).then_some(Line { at, way: Point::new(cos, sin) })
    }
}
