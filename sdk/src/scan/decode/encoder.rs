//! A QR encoder for tests: any version, level and mask, from raw codewords. It shares the block
//! layout with the decoder and nothing else; `tests` also reads what other encoders make.

use super::reed_solomon::parity_of;
use super::version::{EcLevel, Layout, alignment_centres, size_of};

/// A symbol, row-major, `true` for dark.
pub(super) struct Symbol {
    pub(super) size: usize,
    pub(super) dark: Vec<bool>,
    taken: Vec<bool>,
}

/// Packs values of given widths into codewords.
#[derive(Default)]
pub(super) struct BitWriter {
    bits: Vec<bool>,
}

impl BitWriter {
    pub(super) fn put(&mut self, value: usize, width: usize) -> &mut Self {
        self.bits.extend((0..width).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    /// With terminator and padding, to `length` codewords.
    pub(super) fn finish(&mut self, length: usize) -> Vec<u8> {
        let room = (length * 8).checked_sub(self.bits.len()).expect("the content fits");
        self.put(0, room.min(4));
        self.put(0, (8 - self.bits.len() % 8) % 8);
        let byte = |bits: &[bool]| bits.iter().fold(0, |sum, &bit| sum << 1 | u8::from(bit));
        let mut data: Vec<u8> = self.bits.chunks(8).map(byte).collect();
        data.extend([0xEC, 0x11].iter().cycle().take(length - data.len()));
        data
    }
}

/// The data codewords of one alphanumeric segment.
pub(super) fn alphanumeric(text: &[u8], version: u8, level: EcLevel) -> Vec<u8> {
    let value = |c: u8| {
        let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        alphabet.iter().position(|&a| a == c).expect("a character of the alphabet")
    };
    let count_bits = [9, 11, 13][usize::from(version >= 10) + usize::from(version >= 27)];
    let mut bits = BitWriter::default();
    bits.put(2, 4).put(text.len(), count_bits);
    for pair in text.chunks(2) {
        match *pair {
            [a, b] => bits.put(value(a) * 45 + value(b), 11),
            _ => bits.put(value(pair[0]), 6),
        };
    }
    bits.finish(Layout::of(version, level).data())
}

/// Characters that fill about all of a symbol in alphanumeric mode.
pub(super) fn alphanumeric_capacity(version: u8, level: EcLevel) -> usize {
    (Layout::of(version, level).data() * 8 - 17) * 2 / 11
}

impl Symbol {
    pub(super) fn of_data(data: &[u8], version: u8, level: EcLevel, mask: u8) -> Self {
        let size = size_of(version);
        let empty = vec![false; size * size];
        let mut symbol = Self { size, dark: empty.clone(), taken: empty };
        symbol.draw_patterns(version);
        symbol.draw_information(version, level, mask);
        symbol.draw_codewords(&interleaved(data, version, level), mask);
        symbol
    }

    pub(super) fn transposed(&self) -> Self {
        let n = self.size;
        let flip = |of: &[bool]| (0..n * n).map(|k| of[k % n * n + k / n]).collect();
        Self { size: n, dark: flip(&self.dark), taken: flip(&self.taken) }
    }

    pub(super) fn soft(&self) -> Vec<f32> {
        self.dark.iter().map(|&dark| if dark { 1.0 } else { -1.0 }).collect()
    }

    fn set(&mut self, x: usize, y: usize, dark: bool) {
        self.dark[y * self.size + x] = dark;
        self.taken[y * self.size + x] = true;
    }

    fn draw_patterns(&mut self, version: u8) {
        let n = self.size;
        for k in 0..n {
            self.set(6, k, k % 2 == 0);
            self.set(k, 6, k % 2 == 0);
        }
        for (cx, cy) in [(3, 3), (n - 4, 3), (3, n - 4)] {
            for y in (cy + 1).saturating_sub(5)..(cy + 5).min(n) {
                for x in (cx + 1).saturating_sub(5)..(cx + 5).min(n) {
                    let ring = x.abs_diff(cx).max(y.abs_diff(cy));
                    self.set(x, y, ring != 2 && ring != 4);
                }
            }
        }
        for cy in alignment_centres(version) {
            for cx in alignment_centres(version) {
                if [(6, 6), (6, n - 7), (n - 7, 6)].contains(&(cx, cy)) {
                    continue;
                }
                for (y, x) in (cy - 2..=cy + 2).flat_map(|y| (cx - 2..=cx + 2).map(move |x| (y, x)))
                {
                    self.set(x, y, x.abs_diff(cx).max(y.abs_diff(cy)) != 1);
                }
            }
        }
    }

    fn draw_information(&mut self, version: u8, level: EcLevel, mask: u8) {
        let n = self.size;
        let data = [1, 0, 3, 2][level as usize] << 3 | u32::from(mask);
        let rest = (0..10).fold(data, |rest, _| (rest << 1) ^ ((rest >> 9) * 0x537));
        let word = (data << 10 | rest) ^ 0x5412;
        for k in 0..15 {
            let dark = word >> k & 1 == 1;
            match k {
                0..6 => self.set(8, k, dark),
                6 | 7 => self.set(8, k + 1, dark),
                8 => self.set(7, 8, dark),
                _ => self.set(14 - k, 8, dark),
            }
            if k < 8 { self.set(n - 1 - k, 8, dark) } else { self.set(8, n - 15 + k, dark) }
        }
        self.set(8, n - 8, true);
        if version >= 7 {
            let data = u32::from(version);
            let rest = (0..12).fold(data, |rest, _| (rest << 1) ^ ((rest >> 11) * 0x1F25));
            let word = data << 12 | rest;
            for k in 0..18 {
                let dark = word >> k & 1 == 1;
                self.set(n - 11 + k % 3, k / 3, dark);
                self.set(k / 3, n - 11 + k % 3, dark);
            }
        }
    }

    fn draw_codewords(&mut self, codewords: &[u8], mask: u8) {
        let n = self.size;
        let mut bits = codewords.iter().flat_map(|c| (0..8).rev().map(move |k| c >> k & 1 == 1));
        let mut upward = true;
        for right in (1..n).rev().filter(|&x| if x > 6 { x % 2 == 0 } else { x % 2 == 1 }) {
            for step in 0..n {
                let y = if upward { n - 1 - step } else { step };
                for x in [right, right - 1] {
                    if !self.taken[y * n + x] {
                        let bit = bits.next().unwrap_or(false);
                        self.set(x, y, bit ^ inverts(mask, x, y));
                    }
                }
            }
            upward = !upward;
        }
        assert!(bits.next().is_none(), "every codeword is drawn");
    }
}

fn inverts(mask: u8, x: usize, y: usize) -> bool {
    let product = x * y;
    match mask {
        0 => (x + y).is_multiple_of(2),
        1 => y.is_multiple_of(2),
        2 => x.is_multiple_of(3),
        3 => (x + y).is_multiple_of(3),
        4 => (x / 3 + y / 2).is_multiple_of(2),
        5 => product % 2 + product % 3 == 0,
        6 => (product % 2 + product % 3).is_multiple_of(2),
        _ => ((x + y) % 2 + product % 3).is_multiple_of(2),
    }
}

/// 7.6, written as the standard tells it: column by column over the blocks.
fn interleaved(data: &[u8], version: u8, level: EcLevel) -> Vec<u8> {
    let layout = Layout::of(version, level);
    assert_eq!(data.len(), layout.data());
    let mut rest = data;
    let blocks: Vec<(&[u8], Vec<u8>)> = (0..layout.blocks)
        .map(|block| {
            let (data, after) = rest.split_at(layout.data_of(block));
            rest = after;
            (data, parity_of(data, layout.parity))
        })
        .collect();
    let mut out = Vec::new();
    for index in 0..layout.short_data + 1 {
        out.extend(blocks.iter().filter_map(|(data, _)| data.get(index)));
    }
    for index in 0..layout.parity {
        out.extend(blocks.iter().map(|(_, parity)| parity[index]));
    }
    out
}
