//! Pixels to text: finds and reads QR codes in camera frames.
//!
//! [`Scanner`] reads single frames, [`Tracker`] videos; both take a [`Luma`] plane and a [`Budget`]
//! of work, and keep their buffers. What is read are exact bytes, with the text where it is certain.
//! When nothing is read, a [`Hint`] says what the person holding the camera can do.
//!
//! The stages, each in a file of its own: `binarise`, `find`, `locate`, `lattice`, `sample`,
//! `equalise`, `decode`; `reader` takes one symbol through them, `scanner` decides what is tried in
//! which order. `HOW-IT-WORKS.md` beside this file explains how and why. [`Trace`] draws it.
//!
//! Nothing here reads a clock, a file or the environment. No input makes it panic.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        reason = "a test fails by panicking"
    )
)]

mod align;
mod binarise;
mod budget;
#[cfg(feature = "charsets")]
mod charset;
mod content;
mod debug;
mod decode;
mod equalise;
mod find;
mod geometry;
mod hint;
mod image;
mod lattice;
mod layout;
mod locate;
mod luma;
mod plain;
mod pyramid;
mod reader;
mod report;
mod sample;
mod scanner;
mod sides;
mod surface;
mod track;
mod triple;

#[cfg(fuzzing)]
pub mod grid;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use budget::Budget;
pub use content::Content;
pub use debug::{Picture, Trace};
pub use decode::{EcLevel, Fnc1, Mode, Segment, StructuredAppend};
pub use image::{ImageError, LumaImage, scan_image};
pub use luma::{Luma, LumaError};
pub use report::{Hint, ScanReport, ScannedCode, Sighting, TrackReport};
pub use scanner::Scanner;
pub use track::Tracker;
