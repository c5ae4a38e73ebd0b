//! Versions: sizes, alignment patterns, block layouts, version information (ISO/IEC 18004:2015,
//! 6.3.5, 6.5.1 table 9, 7.10, annexes D and E).
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "tables indexed by a version of 1 to 40 and a level of 0 to 3; all values below 4,000"
)]

use super::{GridError, SoftGrid};

/// The last version.
pub(crate) const MAX_VERSION: u8 = 40;

/// Modules a side of the largest symbol.
pub(crate) const MAX_SIZE: usize = 177;

/// The level of error correction of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EcLevel {
    /// About 7 % of the codewords can be restored.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

/// The version of a symbol of `size` modules a side.
pub(crate) const fn of_size(size: usize) -> Option<u8> {
    if size < 21 || size > MAX_SIZE || size % 4 != 1 {
        return None;
    }
    Some(((size - 17) / 4) as u8)
}

/// Modules a side.
pub(crate) const fn size_of(version: u8) -> usize {
    version as usize * 4 + 17
}

/// Rows, and columns, of the centres of the alignment patterns (annex E); none in version 1.
///
/// Every pair of them is the centre of a pattern, but for the three in the finder patterns.
pub(crate) fn alignment_centres(version: u8) -> impl Iterator<Item = usize> + Clone {
    let v = usize::from(version);
    let count = if v < 2 { 0 } else { v / 7 + 2 };
    // Even steps back from the far edge, the remainder next to the near edge. Annex E departs from
    // its own rule once, at version 32.
    let step = match version {
        0 | 1 => 0,
        32 => 26,
        _ => (v * 4 + count * 2 + 1) / (count * 2 - 2) * 2,
    };
    let last = v * 4 + 10;
    (0..count).map(move |k| if k == 0 { 6 } else { last - (count - 1 - k) * step })
}

/// How the codewords of a symbol are parted into blocks (table 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Blocks in all: first the short ones, then the long ones.
    pub(super) blocks: usize,
    /// Blocks that are one data codeword shorter.
    pub(super) short: usize,
    /// Data codewords of a short block.
    pub(super) short_data: usize,
    /// Error correction codewords of every block.
    pub(super) parity: usize,
    /// Parity kept to detect errors, not to correct them: `p` in table 9.
    pub(super) reserve: usize,
}

impl Layout {
    /// The layout of a version and level.
    pub(super) fn of(version: u8, level: EcLevel) -> Self {
        let index = usize::from(version.clamp(1, MAX_VERSION)) - 1;
        let parity = usize::from(PARITY[level as usize][index]);
        let blocks = usize::from(BLOCKS[level as usize][index]);
        let total = codewords(version);
        let data = total - blocks * parity;
        let reserve = match (version, level) {
            (1, EcLevel::L) => 3,
            (1, EcLevel::M) | (2, EcLevel::L) => 2,
            (1, EcLevel::Q | EcLevel::H) | (3, EcLevel::L) => 1,
            _ => 0,
        };
        Self { blocks, short: blocks - data % blocks, short_data: data / blocks, parity, reserve }
    }

    /// Data codewords of a block.
    pub(super) fn data_of(&self, block: usize) -> usize {
        self.short_data + usize::from(block >= self.short)
    }

    /// Data codewords of all blocks.
    pub(super) fn data(&self) -> usize {
        self.blocks * self.short_data + self.blocks - self.short
    }

    /// Codewords of the symbol.
    #[cfg(test)]
    pub(super) fn total(&self) -> usize {
        self.data() + self.blocks * self.parity
    }

    /// Where the codeword `index` of `block` stands in the interleaved sequence (7.6).
    pub(super) fn place(&self, block: usize, index: usize) -> usize {
        let data = self.data_of(block);
        if index >= data {
            self.data() + (index - data) * self.blocks + block
        } else if index < self.short_data {
            index * self.blocks + block
        } else {
            self.short_data * self.blocks + block - self.short
        }
    }
}

/// Codewords of a symbol: the modules left by function patterns and information, in eights.
fn codewords(version: u8) -> usize {
    let v = usize::from(version);
    let size = size_of(version);
    let alignment = alignment_centres(version).count();
    // Three finder patterns with separators, two format informations with the dark module, and
    // timing patterns.
    let mut modules = size * size - 3 * 64 - 31 - 2 * (size - 16);
    if alignment > 0 {
        // Patterns on the timing lines share five modules with them.
        modules -= (alignment * alignment - 3) * 25 - (alignment - 2) * 10;
    }
    if v >= 7 {
        modules -= 36;
    }
    modules / 8
}

/// Refuses a grid whose version information does not fit its size (7.10).
///
/// Both copies together are correlated with all 34 words. A grid laid over a symbol in the wrong
/// way, or over no symbol, agrees with its own version no more than with the others, and here is
/// where that costs least. What blur and one torn corner leave passes.
pub(super) fn check(grid: SoftGrid<'_>, version: u8) -> Result<(), GridError> {
    if version < 7 {
        return Ok(());
    }
    let far = grid.size - 11;
    let mut soft = [0.0; 18];
    for (bit, sum) in soft.iter_mut().enumerate() {
        let (across, down) = (far + bit % 3, bit / 3);
        *sum = grid.clear(across, down) + grid.clear(down, across);
    }
    let agreement = |candidate: u8| super::format::agreement(&soft, information(candidate));
    let expected = agreement(version);
    let best = (7..=MAX_VERSION)
        .map(|candidate| (candidate, agreement(candidate)))
        .filter(|&(_, agreement)| agreement > CLEAR_AGREEMENT && agreement > expected + 0.3)
        .max_by(|a, b| a.1.total_cmp(&b.1));
    match best {
        Some((read, _)) => Err(GridError::Version { read: Some(read) }),
        None if expected < LEAST_AGREEMENT => Err(GridError::Version { read: None }),
        None => Ok(()),
    }
}

/// Agreement that names another version. Three wrong modules in each copy, as many as the code
/// corrects, leave 0.67; the best of all words agrees with noise by about 0.5.
const CLEAR_AGREEMENT: f32 = 0.75;

/// The least agreement of a grid with its own version: noise stays below it four times in five.
const LEAST_AGREEMENT: f32 = 0.2;

/// The 18 bits of version information: a (18, 6) code (annex D).
fn information(version: u8) -> u32 {
    let word = u32::from(version) << 12;
    word | super::format::remainder(word, 0x1F25)
}

/// Error correction codewords a block, by level and version (table 9).
#[rustfmt::skip]
const PARITY: [[u8; 40]; 4] = [
    [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
     28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
    [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
     26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28],
    [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
     28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
    [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
     30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
];

/// Blocks, by level and version (table 9).
#[rustfmt::skip]
const BLOCKS: [[u8; 40]; 4] = [
    [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
     8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25],
    [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
     17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49],
    [1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20,
     23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68],
    [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
     25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_versions_agree() {
        for version in 1..=MAX_VERSION {
            assert_eq!(of_size(size_of(version)), Some(version));
        }
        for size in [0, 1, 17, 20, 22, 24, 178, 181, usize::MAX] {
            assert_eq!(of_size(size), None, "{size}");
        }
    }

    #[test]
    fn alignment_centres_are_those_of_annex_e() {
        let of = |version| alignment_centres(version).collect::<Vec<_>>();
        assert_eq!(of(1), [0; 0]);
        assert_eq!(of(2), [6, 18]);
        assert_eq!(of(7), [6, 22, 38]);
        assert_eq!(of(15), [6, 26, 48, 70]);
        assert_eq!(of(25), [6, 32, 58, 84, 110]);
        assert_eq!(of(32), [6, 34, 60, 86, 112, 138]);
        assert_eq!(of(36), [6, 24, 50, 76, 102, 128, 154]);
        assert_eq!(of(40), [6, 30, 58, 86, 114, 142, 170]);
    }

    #[test]
    fn codeword_counts_are_those_of_table_1() {
        let table = [(1, 26), (2, 44), (6, 172), (7, 196), (10, 346), (25, 1588), (40, 3706)];
        for (version, count) in table {
            assert_eq!(codewords(version), count, "version {version}");
        }
    }

    #[test]
    fn every_codeword_has_one_place() {
        for version in 1..=MAX_VERSION {
            for level in [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H] {
                let layout = Layout::of(version, level);
                assert_eq!(layout.total(), codewords(version));
                let mut seen = vec![false; layout.total()];
                for block in 0..layout.blocks {
                    for index in 0..layout.data_of(block) + layout.parity {
                        let place = layout.place(block, index);
                        assert!(!std::mem::replace(&mut seen[place], true));
                    }
                }
                assert!(seen.iter().all(|&seen| seen));
            }
        }
    }

    #[test]
    fn version_information_is_that_of_annex_d() {
        assert_eq!(information(7), 0x07C94);
        assert_eq!(information(21), 0x15683);
        assert_eq!(information(40), 0x28C69);
    }
}
