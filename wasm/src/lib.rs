//! IKD Verifier for JavaScript.
//!
//! This crate converts and decides nothing: every check is in [`ikd_verifier`]. One file for each
//! thing that JavaScript sees:
//!
//! - `Trust` (feature `verify`): root keys, trust list, status lists and the clock floor; saved and restored as bytes.
//! - `Verifier` (feature `verify`): texts to results, either with a replay store in memory, or through a `Pending` for
//!   stores that answer later, such as IndexedDB.
//! - `Scanner`, `Tracker` (feature `scan`): pictures and video to texts, read in place from the
//!   module's memory.
//! - `challengeText` (feature `verify`), `qrModules` (feature `qr`): the verifier's own QR.
//!
//! Whatever depends on the time takes it as a `Date` from the caller.

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[cfg(feature = "verify")]
mod challenge;
#[cfg(feature = "verify")]
mod date;
#[cfg(any(feature = "scan", feature = "verify"))]
mod error;
#[cfg(feature = "verify")]
mod options;
#[cfg(feature = "qr")]
mod qr;
#[cfg(feature = "verify")]
pub mod result;
#[cfg(feature = "scan")]
mod scanner;
#[cfg(feature = "verify")]
mod trust;
#[cfg(any(feature = "scan", feature = "verify"))]
#[allow(dead_code, reason = "its constants end in a custom section, which rustc sees as no use")]
mod typescript;
#[cfg(feature = "verify")]
mod verifier;

#[cfg(feature = "verify")]
pub use challenge::challenge_text;
#[cfg(feature = "verify")]
pub use options::{ChallengeOptions, PolicyOptions, VerifyOptions};
#[cfg(feature = "qr")]
pub use qr::{QrModules, qr_modules};
#[cfg(feature = "scan")]
pub use scanner::{Scan, ScannedText, Scanner, Sighting, Track, Tracker};
#[cfg(feature = "verify")]
pub use trust::{ImportReport, RefusedStatusList, StatusListInfo, Trust, TrustInfo};
#[cfg(feature = "verify")]
pub use verifier::{Pending, PendingOrRefused, ReplayAnswer, Verifier};
