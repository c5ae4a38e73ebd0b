//! Format information: level and mask (ISO/IEC 18004:2015, 7.9 and annex C).
//!
//! Each of the 32 words is correlated with the soft values of both copies together, in the grid
//! and in its mirror image. A copy that is torn or under glare only weakens the agreement.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "coordinates in a grid of at least 21 modules a side, and shifts below 32"
)]

use super::{EcLevel, SoftGrid};

/// What format information says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    /// The level of error correction.
    pub(super) level: EcLevel,
    /// The data mask, 0 to 7.
    pub(super) mask: u8,
    /// Read from the transposed grid.
    pub(super) mirrored: bool,
}

/// How many readings are worth correcting.
const CANDIDATES: usize = 3;

/// The least agreement of a reading. Three wrong modules in each copy, which is as many as the code
/// corrects, leave 0.6; one copy with three wrong and the other lost leave 0.3 to 0.45.
const LEAST_AGREEMENT: f32 = 0.4;

/// A reading this much worse than the best is not worth correcting: two words of the code differ in
/// a third of their modules at least, which is 0.67 on a clean grid.
const GAP: f32 = 0.35;

/// The likeliest readings, best first.
pub(super) fn candidates(grid: SoftGrid<'_>) -> [Option<Format>; CANDIDATES] {
    let mut best: [Option<(f32, Format)>; CANDIDATES] = [None; CANDIDATES];
    for mirrored in [false, true] {
        let soft = read(grid, mirrored);
        for data in 0..32 {
            let agreement = agreement(&soft, word(data));
            if agreement < LEAST_AGREEMENT {
                continue;
            }
            let mut entry = Some((agreement, Format { mirrored, ..of_data(data) }));
            for slot in &mut best {
                if entry.map(|(a, _)| a) > slot.map(|(a, _)| a) {
                    std::mem::swap(slot, &mut entry);
                }
            }
        }
    }
    let least = best.first().copied().flatten().map_or(0.0, |(agreement, _)| agreement - GAP);
    best.map(|entry| entry.filter(|(agreement, _)| *agreement >= least).map(|(_, format)| format))
}

/// Agreement of soft bits with a word, bit 0 first: 1 is complete, -1 its opposite, noise about 0.
pub(super) fn agreement(soft: &[f32], word: u32) -> f32 {
    let mut weight = f32::MIN_POSITIVE;
    let mut sum = 0.0;
    for (bit, value) in soft.iter().enumerate() {
        weight += value.abs();
        sum += if word >> bit & 1 == 1 { *value } else { -value };
    }
    sum / weight
}

/// The remainder of `word` by a generator polynomial, as both BCH codes use it.
pub(super) fn remainder(word: u32, generator: u32) -> u32 {
    let mut rest = word;
    while rest.leading_zeros() <= generator.leading_zeros() {
        rest ^= generator << (generator.leading_zeros() - rest.leading_zeros());
    }
    rest
}

/// The 15 bits of format information for five data bits.
fn word(data: u32) -> u32 {
    let word = data << 10;
    (word | remainder(word, 0x537)) ^ 0x5412
}

fn of_data(data: u32) -> Format {
    let level = match data >> 3 {
        0b01 => EcLevel::L,
        0b00 => EcLevel::M,
        0b11 => EcLevel::Q,
        _ => EcLevel::H,
    };
    Format { level, mask: (data & 7) as u8, mirrored: false }
}

/// The sum of both copies, bit 0 (least significant) first: figure 25.
fn read(grid: SoftGrid<'_>, mirrored: bool) -> [f32; 15] {
    let module = |x, y| {
        if mirrored { grid.clear(y, x) } else { grid.clear(x, y) }
    };
    let mut soft = [0.0; 15];
    for (bit, sum) in soft.iter_mut().enumerate() {
        // Beside the top left finder pattern, stepping over the timing patterns.
        let near = match bit {
            0..6 => module(8, bit),
            6 | 7 => module(8, bit + 1),
            8 => module(7, 8),
            _ => module(14 - bit, 8),
        };
        // Under the top right one, then right of the bottom left one.
        let far = match bit {
            0..8 => module(grid.size - 1 - bit, 8),
            _ => module(8, grid.size - 15 + bit),
        };
        *sum = near + far;
    }
    soft
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_annex_c() {
        assert_eq!(word(0b00000), 0x5412);
        assert_eq!(word(0b01000), 0x77C4);
        assert_eq!(word(0b10111), 0x083B);
        assert_eq!(word(0b11111), 0x2BED);
    }

    #[test]
    fn words_are_at_least_five_bits_apart() {
        for a in 0..32 {
            for b in 0..a {
                assert!((word(a) ^ word(b)).count_ones() >= 5);
            }
        }
    }

    #[test]
    fn a_clean_word_agrees_and_noise_does_not() {
        let soft: Vec<f32> =
            (0..15).map(|bit| if word(9) >> bit & 1 == 1 { 2.0 } else { -2.0 }).collect();
        assert!(agreement(&soft, word(9)) > 0.999);
        assert!((0..32).filter(|&d| d != 9).all(|d| agreement(&soft, word(d)) < LEAST_AGREEMENT));
        assert_eq!(agreement(&[0.0; 15], word(9)), 0.0);
    }
}
