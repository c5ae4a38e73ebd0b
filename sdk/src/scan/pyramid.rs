//! Smaller copies of a frame, made when first asked for.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a level is read only after it was built; there are at most 16"
)]

use super::luma::Luma;

/// Copies of one frame at half, quarter … size. Level 0 is the frame itself.
#[derive(Debug, Default)]
pub(crate) struct Pyramid {
    copies: Vec<Shrunk>,
    /// How many of `copies` belong to the present frame; the others keep their buffers.
    built: usize,
}

#[derive(Debug, Default)]
struct Shrunk {
    data: Vec<u8>,
    width: usize,
    height: usize,
}

impl Pyramid {
    /// Starts a new frame.
    pub(crate) fn forget(&mut self) {
        self.built = 0;
    }

    /// Makes sure that `level` is there; `None` when the frame is too small for it.
    pub(crate) fn build(&mut self, frame: Luma<'_>, level: usize) -> Option<()> {
        while self.built < level {
            if self.copies.len() == self.built {
                self.copies.push(Shrunk::default());
            }
            let mut copy = std::mem::take(&mut self.copies[self.built]);
            let half = self.level(frame, self.built).halve_into(&mut copy.data);
            let sides = half.map(|half| (half.width(), half.height()));
            (copy.width, copy.height) = sides.unwrap_or_default();
            self.copies[self.built] = copy;
            sides?;
            self.built += 1;
        }
        Some(())
    }

    /// The frame at `level`, or at the smallest level there is.
    pub(crate) fn level<'a>(&'a self, frame: Luma<'a>, level: usize) -> Luma<'a> {
        let Some(place) = level.min(self.built).checked_sub(1) else {
            return frame;
        };
        let copy = &self.copies[place];
        Luma::new(&copy.data, copy.width, copy.height, copy.width).unwrap_or(frame)
    }

    /// The first level that is not `too_large`, or the smallest there is.
    pub(crate) fn level_where(&self, too_large: impl Fn(usize) -> bool) -> usize {
        (0..self.built).find(|&level| !too_large(level)).unwrap_or(self.built)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_halve_until_a_side_is_gone() {
        let data: Vec<u8> = (0..64 * 20).map(|k| (k % 64) as u8).collect();
        let frame = Luma::new(&data, 64, 20, 64).unwrap();
        let mut pyramid = Pyramid::default();
        assert_eq!(pyramid.build(frame, 2), Some(()));
        let quarter = pyramid.level(frame, 2);
        assert_eq!((quarter.width(), quarter.height()), (16, 5));
        assert_eq!(pyramid.build(frame, 9), None);
        assert_eq!(pyramid.level_where(|level| level < 1), 1);
        pyramid.forget();
        assert_eq!(pyramid.level(frame, 2).width(), 64);
    }
}
