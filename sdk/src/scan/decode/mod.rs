//! From a sampled grid of modules to bytes (ISO/IEC 18004:2015, clause 12, steps after sampling).
//!
//! The grid comes with a confidence for each module, and three steps use it:
//!
//! - [`format`] and [`version`] correlate the soft values with every legal word instead of deciding
//!   bits first, so that a torn corner does not end the reading;
//! - [`unmask`] puts the modules into reading order, [`blocks`] parts them into Reed-Solomon blocks;
//! - [`blocks`] corrects errors and, where a block has too many of them, erases its least confident
//!   codewords.
//!
//! [`segments`] then reads the bit stream. Bytes are exact; text is given only where it is certain.
//!
//! **No wrong texts.** Every correction has to be one that noise would reach with a chance below
//! 2⁻³⁰ ([`reed_solomon`]), and the whole bit stream must parse to its terminator, with erasures to
//! the last pad codeword. A wrong text is worse than none: a video has another frame in 30 ms.

mod blocks;
mod format;
mod modes;
mod reed_solomon;
mod segments;
mod unmask;
pub(crate) mod version;

#[cfg(test)]
mod encoder;
#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_damage;

use std::fmt;

use blocks::Corrector;
use format::Format;
use segments::Message;
use unmask::Modules;

pub use segments::{Fnc1, Mode, Segment, StructuredAppend};
pub use version::EcLevel;

/// A square of sampled modules.
///
/// Nothing is assumed of the values: a NaN counts as an unknown module, as zero does.
#[derive(Clone, Copy)]
pub(crate) struct SoftGrid<'a> {
    /// Modules a side.
    pub(crate) size: usize,
    /// Row-major, `size * size` values: above zero dark, below zero light. The magnitude is the
    /// confidence, 1.0 for a module that is clear beyond doubt and 0.0 for one that was not seen.
    pub(crate) values: &'a [f32],
}

impl SoftGrid<'_> {
    /// A module, from -1 to 1; zero where nothing is known.
    fn clear(&self, x: usize, y: usize) -> f32 {
        let index = y.checked_mul(self.size).and_then(|row| row.checked_add(x));
        let value = index.and_then(|index| self.values.get(index)).copied().unwrap_or(0.0);
        if value.is_nan() { 0.0 } else { value.clamp(-1.0, 1.0) }
    }
}

impl fmt::Debug for SoftGrid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftGrid").field("size", &self.size).finish_non_exhaustive()
    }
}

/// What a grid says.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// The message, exact in any encoding.
    pub(crate) bytes: Vec<u8>,
    /// The message as text, if every byte has one certain meaning (ASCII, valid UTF-8, declared
    /// ISO 8859-1). Other character sets stay bytes.
    pub(crate) text: Option<String>,
    /// Where each mode and character set was in force.
    pub(crate) segments: Vec<Segment>,
    /// The place in a series of symbols, if this is one of a series.
    pub(crate) structured_append: Option<StructuredAppend>,
    /// The FNC1 flag, if set.
    pub(crate) fnc1: Option<Fnc1>,
    /// 1 to 40.
    pub(crate) version: u8,
    /// The level of error correction.
    pub(crate) level: EcLevel,
    /// The data mask, 0 to 7.
    pub(crate) mask: u8,
    /// The grid was the mirror image of a symbol.
    pub(crate) mirrored: bool,
    /// Codewords that error correction changed.
    pub(crate) corrected: u32,
}

/// The content of a code is personal data: only its length is shown.
impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("bytes", &self.bytes.len())
            .field("text", &self.text.as_ref().map(String::len))
            .field("segments", &self.segments)
            .field("version", &self.version)
            .field("level", &self.level)
            .field("mask", &self.mask)
            .field("mirrored", &self.mirrored)
            .field("corrected", &self.corrected)
            .finish_non_exhaustive()
    }
}

/// Why a grid was not read, in the order of the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GridError {
    /// No version has this size, or the version information names another one.
    Version {
        /// The version that the symbol itself clearly names, if it does.
        read: Option<u8>,
    },
    /// No format information resembles what stands beside the finder patterns.
    Format,
    /// Error correction failed.
    Uncorrectable {
        /// Blocks that could not be corrected.
        failed: u8,
        /// Blocks of the symbol.
        blocks: u8,
    },
    /// Error correction succeeded, and the bit stream is not one the standard allows.
    Data,
}

/// Buffers that one decoding leaves to the next. Nothing of the content is read again.
pub(crate) struct DecodeScratch {
    modules: Modules,
    corrector: Corrector,
}

impl DecodeScratch {
    /// Makes empty buffers; they grow with the first grid.
    pub(crate) fn new() -> Self {
        Self { modules: Modules::new(), corrector: Corrector::new() }
    }
}

impl fmt::Debug for DecodeScratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeScratch").finish_non_exhaustive()
    }
}

/// Reads a grid.
///
/// The cheap checks come first. The two or three likeliest readings of the format information are
/// corrected as they stand; only if none comes out is the best of them corrected with erasures.
pub(crate) fn decode(
    grid: SoftGrid<'_>,
    scratch: &mut DecodeScratch,
) -> Result<Decoded, GridError> {
    let version = version::of_size(grid.size).ok_or(GridError::Version { read: None })?;
    if grid.size.checked_mul(grid.size) != Some(grid.values.len()) {
        return Err(GridError::Version { read: None });
    }
    version::check(grid, version)?;
    let candidates = format::candidates(grid);
    let DecodeScratch { modules, corrector } = scratch;

    let mut nearest: Option<(u8, Format)> = None;
    let mut loaded = None;
    for &format in candidates.iter().flatten() {
        modules.load(grid, version, format);
        let failed = corrector.correct(modules, version, format.level);
        if failed == 0 {
            return finish(corrector, version, format);
        }
        loaded = Some(format);
        let corrected = corrector.blocks().saturating_sub(failed);
        if nearest.is_none_or(|(most, _)| corrected > most) {
            nearest = Some((corrected, format));
        }
    }
    let (_, format) = nearest.ok_or(GridError::Format)?;
    if loaded != Some(format) {
        modules.load(grid, version, format);
        corrector.correct(modules, version, format.level);
    }
    match corrector.correct_with_erasures(modules) {
        0 => finish(corrector, version, format),
        failed => Err(GridError::Uncorrectable { failed, blocks: corrector.blocks() }),
    }
}

/// Reads the corrected codewords as a message.
fn finish(corrector: &Corrector, version: u8, format: Format) -> Result<Decoded, GridError> {
    let strict = corrector.used_erasures();
    let Message { bytes, text, segments, structured_append, fnc1 } =
        segments::read(corrector.data(), version, strict).ok_or(GridError::Data)?;
    Ok(Decoded {
        bytes,
        text,
        segments,
        structured_append,
        fnc1,
        version,
        level: format.level,
        mask: format.mask,
        mirrored: format.mirrored,
        corrected: corrector.corrected(),
    })
}
