//! What a scan gives back.

use std::fmt;

use super::decode::{Decoded, EcLevel, Fnc1, Segment, StructuredAppend};
use super::geometry::Point;
use crate::message::Message;

/// The outcome of scanning one frame.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ScanReport {
    /// The codes that were read.
    pub codes: Vec<ScannedCode>,
    /// If there are none: what stood in the way, as far as the frame tells.
    pub hint: Option<Hint>,
    /// Work units that the scan took (see [`Budget`](super::Budget)).
    pub work: u64,
}

/// One code in a frame.
#[derive(Clone)]
#[non_exhaustive]
pub struct ScannedCode {
    /// The content, exact in any encoding.
    pub bytes: Vec<u8>,
    /// The content as text, where it is certain what text the bytes are.
    pub text: Option<String>,
    /// Outer corners of the symbol in frame pixels: top left, top right, bottom right and bottom
    /// left of the symbol (not of the frame).
    pub corners: [[f32; 2]; 4],
    /// 1 to 40.
    pub version: u8,
    /// Level of error correction.
    pub level: EcLevel,
    /// Seen in a mirror.
    pub mirrored: bool,
    /// Light modules on dark.
    pub inverted: bool,
    /// Codewords that error correction had to change.
    pub corrected: u32,
    /// The content's parts, each with its mode.
    pub segments: Vec<Segment>,
    /// The place in a series of codes, if it is one of a series.
    pub structured_append: Option<StructuredAppend>,
    /// The FNC1 flag, if set.
    pub fnc1: Option<Fnc1>,
}

impl ScannedCode {
    pub(crate) fn new(decoded: Decoded, outline: [Point; 4], inverted: bool) -> Self {
        Self {
            bytes: decoded.bytes,
            text: decoded.text,
            corners: outline.map(|p| [p.x, p.y]),
            version: decoded.version,
            level: decoded.level,
            mirrored: decoded.mirrored,
            inverted,
            corrected: decoded.corrected,
            segments: decoded.segments,
            structured_append: decoded.structured_append,
            fnc1: decoded.fnc1,
        }
    }

    /// Moves the corners, for a code found in a part of the frame.
    pub(crate) fn shift(&mut self, by: Point) {
        for [x, y] in &mut self.corners {
            *x += by.x;
            *y += by.y;
        }
    }
}

/// Prints lengths only: the content is personal data.
impl fmt::Debug for ScannedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScannedCode")
            .field("bytes", &self.bytes.len())
            .field("text", &self.text.as_ref().map(String::len))
            .field("corners", &self.corners)
            .field("version", &self.version)
            .field("level", &self.level)
            .field("mirrored", &self.mirrored)
            .field("inverted", &self.inverted)
            .field("corrected", &self.corrected)
            .field("segments", &self.segments.len())
            .finish_non_exhaustive()
    }
}

/// The outcome of one frame of a video.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TrackReport {
    /// Codes whose content the tracker gives for the first time.
    pub codes: Vec<ScannedCode>,
    /// Every code in the frame, read or not, new or not.
    pub visible: Vec<Sighting>,
    /// If none was read: what stands in the way.
    pub hint: Option<Hint>,
    /// Work units that the frame took.
    pub work: u64,
}

/// Where a code is in a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sighting {
    /// Outer corners, as in [`ScannedCode::corners`].
    pub corners: [[f32; 2]; 4],
    /// Whether this frame (with those before it) could be read.
    pub read: bool,
}

/// Why no code was read, and so what the person holding the camera can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hint {
    /// Nothing looks like a corner of a code: point the camera at one.
    NoFinder,
    /// A code is there and its modules are too small: move closer ("dekatkan").
    TooSmall,
    /// A code is there and blurred: hold still, or let the camera focus.
    Blurred,
    /// Light floods the code: tilt the phone ("miringkan ponsel").
    TooBright,
    /// Too little light comes from the code: raise the screen's brightness.
    TooDark,
    /// A code is there and too much of it is hidden or damaged.
    Uncorrectable,
    /// The budget ended before anything like a code was found.
    BudgetSpent,
}

impl Hint {
    /// Every hint.
    pub const ALL: [Self; 7] = [
        Self::NoFinder,
        Self::TooSmall,
        Self::Blurred,
        Self::TooBright,
        Self::TooDark,
        Self::Uncorrectable,
        Self::BudgetSpent,
    ];

    /// A stable text for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoFinder => "no_finder",
            Self::TooSmall => "too_small",
            Self::Blurred => "blurred",
            Self::TooBright => "too_bright",
            Self::TooDark => "too_dark",
            Self::Uncorrectable => "uncorrectable",
            Self::BudgetSpent => "budget_spent",
        }
    }

    /// What the person at the camera can do.
    pub const fn message(self) -> Message {
        match self {
            Self::NoFinder | Self::BudgetSpent => Message::new(
                "Arahkan kamera ke QR di layar ponsel.",
                "Point the camera at the QR on the phone.",
            ),
            Self::TooSmall => {
                Message::new("Dekatkan kamera ke QR.", "Move the camera closer to the QR.")
            }
            Self::Blurred => Message::new(
                "Tahan kamera agar gambar tidak buram.",
                "Hold the camera still, or let it focus.",
            ),
            Self::TooBright => Message::new(
                "Miringkan ponsel agar tidak memantulkan cahaya.",
                "Tilt the phone, so that no light shines off it.",
            ),
            Self::TooDark => Message::new(
                "Minta warga menaikkan kecerahan layar.",
                "Ask the citizen to raise the screen's brightness.",
            ),
            Self::Uncorrectable => Message::new(
                "Sebagian QR tertutup atau rusak; pindai lagi.",
                "Part of the QR is hidden or damaged; scan again.",
            ),
        }
    }
}
