//! Points and the plane-to-plane map (homography) that the stages share.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "fixed-size matrices indexed by loop counters; floating-point arithmetic cannot panic"
)]

use std::ops::{Add, Mul, Neg, Sub};

/// A point or vector, in pixels of the frame or in modules of the symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

impl Point {
    pub(crate) const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub(crate) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    pub(crate) fn cross(self, other: Self) -> f32 {
        self.x * other.y - self.y * other.x
    }

    pub(crate) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }
}

impl Add for Point {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Point {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }
}

impl Neg for Point {
    type Output = Self;
    fn neg(self) -> Self {
        Self::new(-self.x, -self.y)
    }
}

impl Mul<f32> for Point {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        Self::new(self.x * factor, self.y * factor)
    }
}

/// A projective map of the plane, its last coefficient normalised to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Homography([f32; 8]);

impl Homography {
    /// The map `(a + u x + v y) / (1 + p x + q y)`.
    pub(crate) fn from_parts(a: Point, u: Point, v: Point, p: f32, q: f32) -> Self {
        Self([u.x, v.x, a.x, u.y, v.y, a.y, p, q])
    }

    #[inline]
    pub(crate) fn map(&self, p: Point) -> Point {
        let h = &self.0;
        let scale = 1.0 / (h[6] * p.x + h[7] * p.y + 1.0);
        Point::new(
            (h[0] * p.x + h[1] * p.y + h[2]) * scale,
            (h[3] * p.x + h[4] * p.y + h[5]) * scale,
        )
    }

    /// How a step of one module along each axis moves the image of `p`.
    pub(crate) fn axes(&self, p: Point) -> (Point, Point) {
        let along = |step: Point| self.map(p + step * 0.5) - self.map(p - step * 0.5);
        (along(Point::new(1.0, 0.0)), along(Point::new(0.0, 1.0)))
    }

    /// Least-squares fit to at least four (from, to) pairs; `None` when they do not determine it.
    ///
    /// Works on coordinates centred and scaled by the data, in f64: the normal equations of raw
    /// pixel coordinates lose too many digits.
    pub(crate) fn fit(pairs: &[(Point, Point)]) -> Option<Self> {
        if pairs.len() < 4 {
            return None;
        }
        let from = Frame::of(pairs.iter().map(|pair| pair.0))?;
        let to = Frame::of(pairs.iter().map(|pair| pair.1))?;
        let mut system = [[0f64; 9]; 8];
        for &(source, target) in pairs {
            let (u, v) = from.enter(source);
            let (x, y) = to.enter(target);
            let rows = [
                ([u, v, 1.0, 0.0, 0.0, 0.0, -x * u, -x * v], x),
                ([0.0, 0.0, 0.0, u, v, 1.0, -y * u, -y * v], y),
            ];
            for (row, value) in rows {
                for (i, line) in system.iter_mut().enumerate() {
                    for (cell, factor) in line.iter_mut().zip(row) {
                        *cell += row[i] * factor;
                    }
                    line[8] += row[i] * value;
                }
            }
        }
        let h = solve(&mut system)?;
        // to⁻¹ · H · from, written out as 3 x 3 products.
        let inner = [[h[0], h[1], h[2]], [h[3], h[4], h[5]], [h[6], h[7], 1.0]];
        let into = [
            [from.scale, 0.0, -from.scale * from.x],
            [0.0, from.scale, -from.scale * from.y],
            [0.0, 0.0, 1.0],
        ];
        let out = [[1.0 / to.scale, 0.0, to.x], [0.0, 1.0 / to.scale, to.y], [0.0, 0.0, 1.0]];
        let m = product(&out, &product(&inner, &into));
        let last = m[2][2];
        if last.abs() < 1e-12 {
            return None;
        }
        let mut flat = [0f32; 8];
        for (k, cell) in flat.iter_mut().enumerate() {
            *cell = (m[k / 3][k % 3] / last) as f32;
        }
        flat.iter().all(|cell| cell.is_finite()).then_some(Self(flat))
    }
}

/// Centre and scale that bring a cloud of points to about the unit square.
struct Frame {
    x: f64,
    y: f64,
    scale: f64,
}

impl Frame {
    fn of(points: impl Iterator<Item = Point> + Clone) -> Option<Self> {
        let (mut x, mut y, mut count) = (0f64, 0f64, 0f64);
        for p in points.clone() {
            x += f64::from(p.x);
            y += f64::from(p.y);
            count += 1.0;
        }
        let (x, y) = (x / count, y / count);
        let spread: f64 =
            points.map(|p| (f64::from(p.x) - x).abs() + (f64::from(p.y) - y).abs()).sum();
        (spread > 1e-9 && spread.is_finite()).then(|| Self { x, y, scale: count / spread })
    }

    fn enter(&self, p: Point) -> (f64, f64) {
        ((f64::from(p.x) - self.x) * self.scale, (f64::from(p.y) - self.y) * self.scale)
    }
}

fn product(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let mut out = [[0f64; 3]; 3];
    for (row, line) in out.iter_mut().zip(a) {
        for (k, cell) in row.iter_mut().enumerate() {
            *cell = line[0] * b[0][k] + line[1] * b[1][k] + line[2] * b[2][k];
        }
    }
    out
}

/// Solves N linear equations (each row: N coefficients, then the value) by Gauss-Jordan
/// elimination with row pivots; `None` when they are singular.
pub(crate) fn solve<const N: usize, const M: usize>(
    system: &mut [[f64; M]; N],
) -> Option<[f64; N]> {
    for i in 0..N {
        let mut pivot = i;
        for row in i + 1..N {
            if system[row][i].abs() > system[pivot][i].abs() {
                pivot = row;
            }
        }
        system.swap(i, pivot);
        let head = system[i][i];
        if head.abs() < 1e-12 || !head.is_finite() {
            return None;
        }
        let lead = system[i];
        for (k, row) in system.iter_mut().enumerate() {
            if k != i {
                let factor = row[i] / head;
                for (cell, other) in row.iter_mut().zip(lead).skip(i) {
                    *cell -= factor * other;
                }
            }
        }
    }
    let mut out = [0f64; N];
    for (i, cell) in out.iter_mut().enumerate() {
        *cell = system[i][M - 1] / system[i][i];
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: Point, b: Point) -> bool {
        (a - b).length() < 0.01
    }

    #[test]
    fn a_fit_returns_the_map_that_made_the_pairs() {
        let truth = Homography::from_parts(
            Point::new(700.0, 300.0),
            Point::new(4.1, 0.6),
            Point::new(-0.5, 3.9),
            0.0009,
            -0.0004,
        );
        let pairs: Vec<_> = [(0, 0), (117, 0), (0, 117), (110, 110), (58, 32), (20, 99)]
            .map(|(x, y)| Point::new(x as f32, y as f32))
            .map(|p| (p, truth.map(p)))
            .to_vec();
        let found = Homography::fit(&pairs).unwrap();
        for x in 0..12 {
            for y in 0..12 {
                let p = Point::new(x as f32 * 10.0, y as f32 * 10.0);
                assert!(near(found.map(p), truth.map(p)), "{p:?}");
            }
        }
        let (right, down) = truth.axes(Point::new(60.0, 60.0));
        assert!(right.cross(down) > 0.0);
    }

    #[test]
    fn too_little_is_refused() {
        let same = [(Point::new(1.0, 1.0), Point::new(2.0, 2.0)); 5];
        assert_eq!(Homography::fit(&same), None);
        assert_eq!(Homography::fit(&same[..3]), None);
    }
}
