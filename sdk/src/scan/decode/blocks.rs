//! Codewords into blocks, and their correction (ISO/IEC 18004:2015, 7.5, 7.6 and 12 h to j).
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "places of codewords in blocks of at most 255, of which a symbol has at most 81"
)]

use super::reed_solomon::{MAX_PARITY, ReedSolomon};
use super::unmask::Modules;
use super::version::{EcLevel, Layout};

/// The most attempts at one block with different numbers of erasures.
const ATTEMPTS: usize = 8;

/// Blocks at the beginning that, if they all fail, let the rest go untried.
const HOPELESS: usize = 3;

/// Corrects the blocks of a symbol, and holds the data of those that came out.
pub(super) struct Corrector {
    code: ReedSolomon,
    layout: Layout,
    /// The data codewords, block after block.
    data: Vec<u8>,
    /// The blocks that are not corrected yet.
    failed: Vec<u8>,
    corrected: u32,
    used_erasures: bool,
}

impl Corrector {
    pub(super) fn new() -> Self {
        Self {
            code: ReedSolomon::new(),
            layout: Layout::of(1, EcLevel::L),
            data: Vec::new(),
            failed: Vec::new(),
            corrected: 0,
            used_erasures: false,
        }
    }

    /// Corrects what errors alone explain. Returns how many blocks failed.
    ///
    /// Where the first few blocks all fail, the grid is seldom one of a symbol at all: the rest is
    /// counted as failed and left for [`Self::correct_with_erasures`].
    pub(super) fn correct(&mut self, modules: &Modules, version: u8, level: EcLevel) -> u8 {
        self.layout = Layout::of(version, level);
        self.data.clear();
        self.data.resize(self.layout.data(), 0);
        self.failed.clear();
        self.corrected = 0;
        self.used_erasures = false;
        for block in 0..self.layout.blocks {
            let hopeless = block == HOPELESS && self.failed.len() == HOPELESS;
            if hopeless {
                self.failed.extend(block as u8..self.layout.blocks as u8);
                break;
            }
            let mut codewords = [0; 255];
            let codewords = &mut codewords[..self.length(block)];
            self.gather(modules, block, codewords);
            let Layout { parity, reserve, .. } = self.layout;
            match self.code.correct(codewords, parity, reserve, &[]) {
                Some(changed) => self.keep(block, codewords, changed),
                None => self.failed.push(block as u8),
            }
        }
        self.failed.len() as u8
    }

    /// Corrects the blocks that failed, with more and more of their most doubtful codewords erased.
    /// Returns how many are left; it stops at the first that no attempt corrects.
    ///
    /// This is generalised minimum distance decoding: an erasure costs half of what an error costs,
    /// so it pays wherever a doubtful codeword is more often wrong than right, as under glare.
    pub(super) fn correct_with_erasures(&mut self, modules: &Modules) -> u8 {
        while let Some(&block) = self.failed.last() {
            if !self.correct_block_with_erasures(modules, usize::from(block)) {
                break;
            }
            self.failed.pop();
        }
        self.failed.len() as u8
    }

    /// The data codewords of all blocks. Zeros stand for those of blocks that failed.
    pub(super) fn data(&self) -> &[u8] {
        &self.data
    }

    /// Blocks of the symbol.
    pub(super) fn blocks(&self) -> u8 {
        self.layout.blocks as u8
    }

    /// Codewords that were changed.
    pub(super) fn corrected(&self) -> u32 {
        self.corrected
    }

    /// Whether a block needed erasures.
    pub(super) fn used_erasures(&self) -> bool {
        self.used_erasures
    }

    fn correct_block_with_erasures(&mut self, modules: &Modules, block: usize) -> bool {
        let Layout { parity, reserve, .. } = self.layout;
        let n = self.length(block);
        let mut received = [0; 255];
        self.gather(modules, block, &mut received[..n]);
        let doubtful = self.most_doubtful(modules, block);

        // What is left for errors is kept even: an odd codeword of it would correct nothing.
        let most = parity - reserve;
        let step = (most / ATTEMPTS / 2 * 2).max(2);
        for erased in (most % 2..most).step_by(step) {
            let mut codewords = received;
            let codewords = &mut codewords[..n];
            let erasures = &doubtful[..erased];
            if let Some(changed) = self.code.correct(codewords, parity, reserve, erasures) {
                self.keep(block, codewords, changed);
                self.used_erasures |= erased > 0;
                return true;
            }
        }
        false
    }

    /// Positions of the codewords in least confidence, worst first.
    fn most_doubtful(&self, modules: &Modules, block: usize) -> [u8; MAX_PARITY] {
        let n = self.length(block);
        let mut doubts = [0.0f32; 255];
        for (index, doubt) in doubts[..n].iter_mut().enumerate() {
            *doubt = modules.doubt(self.layout.place(block, index));
        }
        let mut worst = [0; MAX_PARITY];
        for slot in &mut worst[..self.layout.parity] {
            let doubtful = doubts[..n].iter_mut().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            if let Some((index, doubt)) = doubtful {
                *slot = index as u8;
                *doubt = f32::NEG_INFINITY;
            }
        }
        worst
    }

    fn length(&self, block: usize) -> usize {
        self.layout.data_of(block) + self.layout.parity
    }

    fn gather(&self, modules: &Modules, block: usize, codewords: &mut [u8]) {
        for (index, codeword) in codewords.iter_mut().enumerate() {
            *codeword = modules.codeword(self.layout.place(block, index));
        }
    }

    fn keep(&mut self, block: usize, codewords: &[u8], changed: u32) {
        let length = self.layout.data_of(block);
        let long_before = block.saturating_sub(self.layout.short);
        let start = block * self.layout.short_data + long_before;
        self.data[start..start + length].copy_from_slice(&codewords[..length]);
        self.corrected += changed;
    }
}
