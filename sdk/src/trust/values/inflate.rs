//! zlib (RFC 1950) in pieces, through one small buffer.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::super::error::StatusListError;
use crate::limits::MAX_STATUS_BYTES;

/// Bytes of a piece: a power of two and at least the 32 KiB that deflate looks back, for the
/// buffer is written round and round.
pub(super) const PIECE: usize = 1 << 16;

/// Hands each piece to `take`: all have [`PIECE`] bytes, but for the last. `false` as soon as `take`
/// says so.
pub(super) fn inflate(
    mut deflated: &[u8],
    mut take: impl FnMut(&[u8]) -> bool,
) -> Result<bool, StatusListError> {
    let mut inflater = Box::<DecompressorOxide>::default();
    let mut buffer = vec![0; PIECE];
    let (mut filled, mut total) = (0_usize, 0_usize);
    loop {
        let flags = TINFL_FLAG_PARSE_ZLIB_HEADER;
        let (status, read, written) =
            decompress(&mut inflater, deflated, &mut buffer, filled, flags);
        deflated = deflated.get(read..).unwrap_or_default();
        filled = filled.saturating_add(written);
        total = total.saturating_add(written);
        let done = status == TINFLStatus::Done;
        if !(done || status == TINFLStatus::HasMoreOutput) || total > MAX_STATUS_BYTES {
            return Err(StatusListError::BadCompression);
        }
        let piece = buffer.get(..filled).unwrap_or_default();
        if !piece.is_empty() && !take(piece) {
            return Ok(false);
        }
        if done {
            return Ok(true);
        }
        filled = 0;
    }
}
