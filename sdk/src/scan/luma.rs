//! The camera frame as the scanner sees it: a borrowed plane of 8-bit luma.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "pixel kernel: `Luma::new` proves that every row lies inside `data`, sides are at most \
              MAX_SIDE, and coordinates are clamped before they become indices"
)]

use std::fmt;

use super::geometry::Point;

/// The longest side a frame may have, in pixels.
pub(crate) const MAX_SIDE: usize = 32_768;

/// A borrowed, validated 8-bit luma plane.
#[derive(Clone, Copy)]
pub struct Luma<'a> {
    data: &'a [u8],
    width: usize,
    height: usize,
    stride: usize,
}

/// Why a buffer is not a luma plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LumaError {
    /// A side is zero or above 32 768.
    Side {
        /// The width given.
        width: usize,
        /// The height given.
        height: usize,
    },
    /// Rows would overlap.
    Stride {
        /// The stride given.
        stride: usize,
        /// The width given.
        width: usize,
    },
    /// The buffer ends before the last row does.
    TooShort {
        /// Bytes given.
        len: usize,
        /// Bytes needed.
        needed: usize,
    },
}

impl fmt::Display for LumaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Side { width, height } => {
                write!(f, "a frame of {width} x {height} pixels (sides must be 1 to {MAX_SIDE})")
            }
            Self::Stride { stride, width } => {
                write!(f, "a stride of {stride} bytes for rows of {width} pixels")
            }
            Self::TooShort { len, needed } => {
                write!(f, "{len} bytes of luma where {needed} are needed")
            }
        }
    }
}

impl std::error::Error for LumaError {}

impl fmt::Debug for Luma<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The pixels show somebody's credential.
        write!(f, "Luma({} x {}, stride {})", self.width, self.height, self.stride)
    }
}

impl<'a> Luma<'a> {
    /// Wraps a plane of `height` rows, `stride` bytes apart, of which the first `width` are pixels.
    ///
    /// The last row may end right after its pixels.
    ///
    /// # Errors
    ///
    /// When the numbers do not describe a plane inside `data`.
    pub fn new(
        data: &'a [u8],
        width: usize,
        height: usize,
        stride: usize,
    ) -> Result<Self, LumaError> {
        let side = 1..=MAX_SIDE;
        if !side.contains(&width) || !side.contains(&height) {
            return Err(LumaError::Side { width, height });
        }
        if stride < width {
            return Err(LumaError::Stride { stride, width });
        }
        let needed = stride
            .checked_mul(height - 1)
            .and_then(|rows| rows.checked_add(width))
            .unwrap_or(usize::MAX);
        if data.len() < needed {
            return Err(LumaError::TooShort { len: data.len(), needed });
        }
        Ok(Self { data, width, height, stride })
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The part of the frame inside a box, which is cut to the frame; `None` when nothing is left.
    pub(crate) fn crop(&self, x: usize, y: usize, width: usize, height: usize) -> Option<Self> {
        let width = width.min(self.width.checked_sub(x)?);
        let height = height.min(self.height.checked_sub(y)?);
        let start = y * self.stride + x;
        Self::new(self.data.get(start..)?, width, height, self.stride).ok()
    }

    /// The pixels of row `y`; the last row when `y` lies below it.
    pub(crate) fn row(&self, y: usize) -> &'a [u8] {
        let start = y.min(self.height - 1) * self.stride;
        &self.data[start..start + self.width]
    }

    /// The pixel at (x, y), with the border continued outwards.
    pub(crate) fn pixel(&self, x: usize, y: usize) -> u8 {
        self.data[y.min(self.height - 1) * self.stride + x.min(self.width - 1)]
    }

    /// Whether `p` lies on the frame.
    pub(crate) fn contains(&self, p: Point) -> bool {
        (0.0..=self.width as f32).contains(&p.x) && (0.0..=self.height as f32).contains(&p.y)
    }

    /// Bilinear grey level; pixel (x, y) covers the unit square whose centre is (x + ½, y + ½).
    #[inline]
    pub(crate) fn grey(&self, p: Point) -> f32 {
        let (x, tx) = split(p.x, self.width);
        let (y, ty) = split(p.y, self.height);
        let top = y * self.stride + x;
        // A frame one pixel wide or high has no neighbour: the step is then zero.
        let right = usize::from(self.width > 1);
        let below = if self.height > 1 { top + self.stride } else { top };
        let upper = mix(self.data[top], self.data[top + right], tx);
        let lower = mix(self.data[below], self.data[below + right], tx);
        upper + (lower - upper) * ty
    }

    /// Writes the frame at half size (2 x 2 means) into `out`, and gives it as a frame.
    ///
    /// `None` when a side is too short to halve.
    pub(crate) fn halve_into<'b>(&self, out: &'b mut Vec<u8>) -> Option<Luma<'b>> {
        let (width, height) = (self.width / 2, self.height / 2);
        if width == 0 || height == 0 {
            return None;
        }
        out.clear();
        out.resize(width * height, 0);
        for (y, target) in out.chunks_exact_mut(width).enumerate() {
            let upper = self.row(2 * y).chunks_exact(2);
            let lower = self.row(2 * y + 1).chunks_exact(2);
            for (pixel, (a, b)) in target.iter_mut().zip(upper.zip(lower)) {
                let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
                *pixel = ((sum + 2) >> 2) as u8;
            }
        }
        Luma::new(out, width, height, width).ok()
    }
}

/// Index of the pixel whose centre is at or before `v`, and how far past that centre `v` is.
#[inline]
fn split(v: f32, side: usize) -> (usize, f32) {
    let last = side as i32 - 2;
    let v = v - 0.5;
    // `as` saturates and turns NaN into 0, so any input gives an index inside the frame.
    let cell = (v as i32).clamp(0, last.max(0));
    // Unlike `clamp`, `max` also turns NaN into a number.
    let past = (v - cell as f32).max(0.0);
    (cell as usize, past.min(1.0))
}

#[inline]
fn mix(a: u8, b: u8, t: f32) -> f32 {
    let (a, b) = (f32::from(a), f32::from(b));
    a + (b - a) * t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_must_fit_its_buffer() {
        assert!(Luma::new(&[0; 11], 3, 3, 4).is_ok(), "the last row needs no padding");
        assert_eq!(
            Luma::new(&[0; 10], 3, 3, 4).err(),
            Some(LumaError::TooShort { len: 10, needed: 11 })
        );
        assert!(matches!(Luma::new(&[0; 9], 3, 3, 2), Err(LumaError::Stride { .. })));
        assert!(matches!(Luma::new(&[], 0, 3, 2), Err(LumaError::Side { .. })));
        assert!(matches!(
            Luma::new(&[0; 9], 3, MAX_SIDE, usize::MAX),
            Err(LumaError::TooShort { .. })
        ));
    }

    #[test]
    fn grey_is_bilinear_between_pixel_centres_and_flat_outside() {
        let frame = Luma::new(&[0, 100, 200, 40], 2, 2, 2).unwrap();
        assert_eq!(frame.grey(Point::new(0.5, 0.5)), 0.0);
        assert_eq!(frame.grey(Point::new(1.0, 0.5)), 50.0);
        assert_eq!(frame.grey(Point::new(1.0, 1.0)), 85.0);
        assert_eq!(frame.grey(Point::new(-9.0, 1e30)), 200.0);
        assert_eq!(frame.grey(Point::new(f32::NAN, f32::INFINITY)), 200.0);
        let dot = Luma::new(&[7], 1, 1, 1).unwrap();
        assert_eq!(dot.grey(Point::new(3.0, -2.0)), 7.0);
    }

    #[test]
    fn halving_takes_means_and_drops_odd_edges() {
        let data = [10, 20, 99, 30, 40, 99, 99, 99, 99];
        let mut out = Vec::new();
        let half = Luma::new(&data, 3, 3, 3).unwrap().halve_into(&mut out).unwrap();
        assert_eq!((half.width(), half.height(), half.pixel(0, 0)), (1, 1, 25));
        assert!(Luma::new(&data, 9, 1, 9).unwrap().halve_into(&mut Vec::new()).is_none());
    }
}
