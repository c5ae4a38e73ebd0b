//! A quadratic surface through shifts that are known here and there.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "matrices of fixed size indexed by loop counters; casts to f32 saturate"
)]

use super::geometry::{Point, solve};

/// The equations of a least-squares quadratic surface, one for each coordinate of a shift.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surface {
    x: [[f64; 7]; 6],
    y: [[f64; 7]; 6],
}

impl Default for Surface {
    fn default() -> Self {
        let mut empty = [[0f64; 7]; 6];
        for (k, line) in empty.iter_mut().enumerate() {
            // A little weight on small coefficients: few nodes must not make a wild surface.
            line[k] = if k < 3 { 1e-4 } else { 2e-3 };
        }
        Self { x: empty, y: empty }
    }
}

impl Surface {
    pub(crate) fn add(&mut self, terms: &[f64; 6], shift: Point) {
        for (system, value) in [(&mut self.x, shift.x), (&mut self.y, shift.y)] {
            for (line, factor) in system.iter_mut().zip(terms) {
                for (cell, term) in line.iter_mut().zip(terms) {
                    *cell += factor * term;
                }
                line[6] += factor * f64::from(value);
            }
        }
    }

    pub(crate) fn solved(&self) -> Quadratic {
        let (mut x, mut y) = (self.x, self.y);
        match (solve(&mut x), solve(&mut y)) {
            (Some(x), Some(y)) => Quadratic { x, y },
            _ => Quadratic::default(),
        }
    }
}

/// Coefficients of a quadratic surface for each coordinate of a shift.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Quadratic {
    x: [f64; 6],
    y: [f64; 6],
}

impl Quadratic {
    pub(crate) fn at(&self, terms: &[f64; 6]) -> Point {
        let sum = |c: &[f64; 6]| c.iter().zip(terms).map(|(a, b)| a * b).sum::<f64>() as f32;
        Point::new(sum(&self.x), sum(&self.y))
    }
}
