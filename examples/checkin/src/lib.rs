//! Airport check-in and train boarding with a verified IKD identity.
//!
//! The way through this crate, in the order a scanned person takes it:
//!
//! 1. [`manifest`]: the airline's or railway's passenger list, read once from CSV.
//! 2. [`name`]: does the identity's name belong to the name on the ticket, and why?
//! 3. [`decision`]: board, look closer or refuse, with reasons in Indonesian and English.
//!
//! Nothing here verifies a signature or reads a clock. A [`decision::Identity`] is made from what
//! the verifier accepted; the QR's text never comes this far. `src/main.rs` puts both together.
//!
//! Three promises hold everywhere: no similarity score ever boards anybody, only rules that are
//! listed and reported; two passengers who both fit are never chosen between; and no `Debug`
//! output or error shows a name or a NIK.
//!
//! ```
//! use ikd_checkin::decision::{Decision, Gate, Identity, Rules};
//! use ikd_checkin::manifest::Manifest;
//!
//! let file = "PNR,Name,NIK,Seat\nFIKTIF,CONTOHWATI/SITI MRS,0001,12A\n";
//! let gate = Gate::new(Manifest::read(file.as_bytes())?, Rules::AIR);
//! let person = Identity {
//!     nik: Some("3174015708900001"),
//!     full_name: Some("Hj. Siti Contohwati, S.H."),
//!     birth_date: None,
//! };
//! match gate.decide(&person) {
//!     Decision::Board { passenger, .. } => assert_eq!(passenger.seat(), Some("12A")),
//!     other => panic!("not boarded: {other:?}"),
//! }
//! # Ok::<(), ikd_checkin::manifest::ManifestError>(())
//! ```
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::print_stdout
)]

pub mod decision;
pub mod manifest;
pub mod mask;
pub mod name;
