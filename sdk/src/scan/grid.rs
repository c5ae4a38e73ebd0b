//! A door for the fuzzer: grids that no picture leads to.

use super::decode::{DecodeScratch, SoftGrid, decode};

/// Reads a square of modules, as [`Scanner`](super::Scanner) does with those it has sampled.
/// Returns how many bytes came out.
pub fn read(size: usize, values: &[f32]) -> Option<usize> {
    let grid = SoftGrid { size, values };
    decode(grid, &mut DecodeScratch::new()).ok().map(|decoded| decoded.bytes.len())
}
