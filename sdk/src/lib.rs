//! Offline relying-party verifier for dynamic identity QR codes (IKD-QR 1).
//!
//! A citizen's phone shows a QR that is good for 90 seconds. It holds a credential that the issuer
//! signed, and a presentation that the phone signs each time the QR is shown. This crate scans the
//! QR, verifies both without a network, and gives a typed result: who stands there, or one stable
//! [`Code`] with a reason and a hint for staff in Indonesian and English.
//!
//! ```
//! use std::sync::Arc;
//! use ikd_verifier::{AttributeName, MemoryReplayStore, Policy, RootKeys, Trust, UnixTime, Verifier};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now = UnixTime::from_secs(1_790_000_000);
//! # let sandbox = ikd_sandbox::Sandbox::new([1; 32], now.secs());
//! # let (root_keys, bundle) = (sandbox.roots(), sandbox.bundle());
//! # let person = sandbox.person("siti-contoh")?;
//! # let text = sandbox.present(person, ikd_sandbox::Profile::Travel, now.secs()).text();
//! // Once: the root keys that the operator was given, and a bundle of signed lists.
//! let (trust, _report) = Trust::from_bundle(RootKeys::new(&root_keys, 2)?, &bundle)?;
//! let policy = Policy::new().require([AttributeName::Nik, AttributeName::FullName]);
//! let verifier = Verifier::new(Arc::new(trust), Arc::new(MemoryReplayStore::new()), policy);
//!
//! // For every QR, on any thread.
//! match verifier.verify_text(&text, now) {
//!     Ok(verified) => {
//!         let name = verified.attributes().full_name().unwrap_or("?");
//!         println!("DITERIMA {name}, {} detik lagi", verified.expires_in());
//! #       assert_eq!(name, person.full_name());
//!     }
//!     Err(refusal) => println!("DITOLAK {}: {}", refusal.code(), refusal.code().hint().id),
//! }
//! # assert_eq!(verifier.verify_text(&text, now).unwrap_err().code().as_str(), "replayed");
//! # Ok(())
//! # }
//! ```
//!
//! # What holds
//!
//! - Nothing of a QR can be read before it is verified: [`UnverifiedPresentation`] has no accessors,
//!   and only a [`Verifier`] makes a [`VerifiedPresentation`].
//! - Every claim is read from the bytes that were signed, after the signature holds.
//! - Time is an argument, and so are storage and randomness. The core reads no clock, no file, no
//!   environment and no network. Features add what does: `clock`, `store`.
//! - A [`Policy`] can only demand more than the format does.
//! - [`VerifiedPresentation::not_established`] says what an acceptance does *not* tell.
//! - No `unsafe`, no panic on any input, and no personal data in `Debug`, errors or logs.
//!
//! # The way of a QR
//!
//! [`scan`] turns pixels into texts. [`Envelope`] turns a text into bytes, and these into an
//! [`UnverifiedPresentation`]. [`Verifier::verify`] consumes it, under a [`Trust`] and a time. The
//! steps and their order are those of section 6 of the format, which lies in `format/` beside the
//! source, with test vectors in `vectors/`.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `scan` (default) | [`scan`]: images and camera frames to texts |
//! | `store` (default) | [`FileTrustStore`], [`DirectoryReplayStore`] |
//! | `clock` (default) | [`UnixTime::now`] |
//! | `refresh` | [`Refresher`]: trust list and status lists that keep themselves fresh |
//! | `audit` | [`audit`]: consent receipts and their tamper-evident log |
//! | `consent` | [`consent`]: asks the citizen for attributes; backends only |
//! | `consent-jwe` | encrypted answers |
//! | `consent-ping` | the endpoint for notifications, for `axum` |
//! | `postgres` | waiting requests in PostgreSQL |
//! | `conformance` | [`conformance`]: runs files of test vectors |
//! | `authoring` | [`authoring`]: makes trust lists, for whoever publishes one |
//!
//! Without default features the crate builds for `wasm32-unknown-unknown`.

mod attributes;
#[cfg(feature = "audit")]
pub mod audit;
mod challenge;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "consent")]
pub mod consent;
mod digest_map;
#[cfg(any(test, feature = "conformance"))]
mod hex;
#[cfg(feature = "http")]
mod http;
pub mod limits;
mod message;
mod payload;
mod policy;
#[cfg(feature = "refresh")]
mod refresh;
mod refusal;
mod replay;
#[cfg(feature = "scan")]
pub mod scan;
mod signature;
mod time;
mod trust;
mod verify;

pub use attributes::{
    AttributeKind, AttributeName, AttributeValue, Attributes, ClaimSet, Gender, MaritalStatus, Nik,
    NikError, NikParts, Photo, PhotoFormat, UnknownAttribute, UnknownLabel, Value, Warning,
};
pub use challenge::{Challenge, ChallengeError};
#[cfg(feature = "http")]
pub use http::{HttpError, HttpOptions};
pub use message::{Language, Message};
pub use payload::{
    Base45Error, CborError, CborFault, DocumentShare, Envelope, UnverifiedPresentation,
};
pub use policy::{Policy, SkewError, StatusPolicy};
#[cfg(all(feature = "refresh", feature = "store"))]
pub use refresh::FileRefreshStore;
#[cfg(feature = "refresh")]
pub use refresh::{
    ClockOffset, FetchError, RefreshEvent, RefreshMemo, RefreshOptions, RefreshOutcome,
    RefreshStore, RefreshTarget, RefreshTask, Refresher,
};
pub use refusal::{Code, Detail, Refusal};
#[cfg(feature = "store")]
pub use replay::DirectoryReplayStore;
pub use replay::{Acceptance, MemoryReplayStore, ReplayError, ReplayKey, ReplayScope, ReplayStore};
pub use time::UnixTime;
#[cfg(feature = "authoring")]
pub use trust::authoring;
pub use trust::{
    Bundle, BundleError, ImportReport, Issuer, IssuerKey, KeyUse, RootKey, RootKeys, RootKeysError,
    StateError, Status, StatusList, StatusListError, Trust, TrustError, TrustList, TrustState,
};
#[cfg(feature = "store")]
pub use trust::{Damage, FileTrustStore, Loaded, StoreError};
pub use verify::{
    NotEstablished, PendingPresentation, StatusReport, StatusUnknown, TrustReport,
    VerifiedPresentation, Verifier,
};
