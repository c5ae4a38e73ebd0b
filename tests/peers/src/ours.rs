//! The scanner under test: the one file that knows its interface.

use crate::frames::Frame;
use ikd_verifier::scan::{Budget, Luma, Scanner, Tracker};

/// Reads single frames.
pub struct Ours(Scanner);

impl Ours {
    pub fn new() -> Self {
        Self(Scanner::new())
    }

    /// The bytes of every code in a frame: photographs with the budget for stills, frames of a
    /// camera with the one for video, as a verifier would.
    pub fn read(&mut self, frame: &Frame) -> Vec<Vec<u8>> {
        let budget = if frame.photo && std::env::var_os("RT").is_none() { Budget::thorough() } else { Budget::realtime() };
        let report = luma(frame).map(|luma| self.0.scan(luma, &budget)).unwrap_or_default();
        report.codes.into_iter().map(|code| code.bytes).collect()
    }
}

/// Follows a code through the frames of a video.
pub struct OurTracker(Tracker);

impl OurTracker {
    pub fn new() -> Self {
        Self(Tracker::new())
    }

    /// The bytes of the codes that this frame made known.
    pub fn push(&mut self, frame: &Frame) -> Vec<Vec<u8>> {
        let report = luma(frame).map(|luma| self.0.push(luma, &Budget::realtime()));
        report.unwrap_or_default().codes.into_iter().map(|code| code.bytes).collect()
    }
}

fn luma(frame: &Frame) -> Option<Luma<'_>> {
    Luma::new(&frame.luma, frame.width, frame.height, frame.width).ok()
}
