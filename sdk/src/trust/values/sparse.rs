//! Bytes that are nearly all zero, as those of a status list are: where the others are, and which.
//!
//! Of a million credentials in two bits with one in a hundred revoked at random, one byte in 25 is
//! not zero. Three bytes for each of those are an eighth of the list, and a tenth is about what
//! information theory leaves (`H(0.01)` = 0.08 of 2 bits). A look-up is a search among the few
//! thousand entries of one block. Blocks where this does not pay are kept as they are.

use super::inflate::PIECE;

/// Blocks of [`PIECE`] bytes; the last may be shorter.
#[derive(Default)]
pub(super) struct SparseBytes {
    blocks: Vec<Block>,
    len: usize,
    memory: usize,
}

enum Block {
    /// Positions within the block, rising, and the byte at each.
    Sparse(Vec<u16>, Vec<u8>),
    Whole(Vec<u8>),
}

/// Bytes that one entry of a sparse block takes.
const ENTRY: usize = 3;

impl SparseBytes {
    /// Adds a block. All but the last have [`PIECE`] bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let entries = bytes.iter().filter(|byte| **byte != 0).count();
        let sparse = entries.saturating_mul(ENTRY);
        let block = if sparse < bytes.len() {
            let (mut at, mut values) = (Vec::with_capacity(entries), Vec::with_capacity(entries));
            for (position, byte) in (0..=u16::MAX).zip(bytes).filter(|(_, byte)| **byte != 0) {
                at.push(position);
                values.push(*byte);
            }
            Block::Sparse(at, values)
        } else {
            Block::Whole(bytes.to_vec())
        };
        self.len = self.len.saturating_add(bytes.len());
        let content = sparse.min(bytes.len());
        self.memory = self.memory.saturating_add(content).saturating_add(size_of::<Block>());
        self.blocks.push(block);
    }

    /// Number of bytes.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Bytes of memory.
    pub(super) fn memory(&self) -> usize {
        self.memory
    }

    /// The byte at an index; `None` past the end.
    pub(super) fn get(&self, index: usize) -> Option<u8> {
        if index >= self.len {
            return None;
        }
        let within = u16::try_from(index % PIECE).ok()?;
        match self.blocks.get(index / PIECE)? {
            Block::Whole(bytes) => bytes.get(usize::from(within)).copied(),
            Block::Sparse(positions, bytes) => match positions.binary_search(&within) {
                Ok(entry) => bytes.get(entry).copied(),
                Err(_) => Some(0),
            },
        }
    }
}
