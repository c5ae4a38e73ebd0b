//! IKD Verifier for JavaScript.
//!
//! This crate converts and decides nothing: every check is in [`ikd_verifier`]. One file for each
//! thing that JavaScript sees:
//!
//! - `Trust`: root keys, trust list, status lists and the clock floor; saved and restored as bytes.
//! - `Verifier`: texts to results, either with a replay store in memory, or through a `Pending` for
//!   stores that answer later, such as IndexedDB.
//! - `Scanner`, `Tracker` (feature `scan`): pictures and video to texts, read in place from the
//!   module's memory.
//! - `challengeText`, `qrModules`: the verifier's own QR.
//!
//! Whatever depends on the time takes it as a `Date` from the caller.

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

mod challenge;
mod date;
mod error;
mod options;
pub mod result;
#[cfg(feature = "scan")]
mod scanner;
mod trust;
#[allow(dead_code, reason = "its constants end in a custom section, which rustc sees as no use")]
mod typescript;
mod verifier;

pub use challenge::challenge_text;
#[cfg(feature = "scan")]
pub use challenge::{QrModules, qr_modules};
pub use options::{ChallengeOptions, PolicyOptions, VerifyOptions};
#[cfg(feature = "scan")]
pub use scanner::{Scan, ScannedText, Scanner, Sighting, Track, Tracker};
pub use trust::{ImportReport, RefusedStatusList, StatusListInfo, Trust, TrustInfo};
pub use verifier::{Pending, PendingOrRefused, ReplayAnswer, Verifier};
