//! Repeatable randomness for tests.

use super::encoder::{Symbol, alphanumeric, alphanumeric_capacity};
use super::version::EcLevel;

/// A generator of repeatable numbers (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit
    }

    /// From 0 to 1.
    pub(super) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 24) as f32
    }

    /// Mean 0, deviation 1, nearly.
    pub(super) fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() - 6.0
    }

    pub(super) fn text(&mut self, length: usize) -> Vec<u8> {
        let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        (0..length).map(|_| alphabet[self.below(45)]).collect()
    }

    /// A full alphanumeric symbol with its text.
    pub(super) fn symbol(&mut self, version: u8, level: EcLevel) -> (Symbol, Vec<u8>) {
        let text = self.text(alphanumeric_capacity(version, level));
        let data = alphanumeric(&text, version, level);
        (Symbol::of_data(&data, version, level, self.below(8) as u8), text)
    }
}
