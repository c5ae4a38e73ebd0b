//! A stand-in for the issuer of Indonesia's digital identity and for the citizen's phone.
//!
//! Nobody should need the real ones to try a verifier of IKD-QR 1, or to test it. A [`Sandbox`] has
//! root keys, a trust list, an issuer with a status list, visibly fictional [`Person`]s with phones,
//! and QRs for four [`Profile`]s. It makes every kind of bad QR too: each [`Trouble`] comes with the
//! result code that a verifier must give.
//!
//! Everything follows from a seed of 32 bytes and a time, so a test sees the same bytes each time.
//! The crate shares no code with the verifier: where the two agree, the format is what agrees.
//! **Nothing here is secret.** The keys are as public as the seed, and protect nothing.
//!
//! ```
//! use ikd_sandbox::{Picture, Profile, Sandbox, Trouble};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let now = 1_790_000_000;
//! let sandbox = Sandbox::new([7; 32], now);
//!
//! // What a verifier is set up with, once.
//! assert_eq!((sandbox.roots().len(), sandbox.threshold()), (3, 2));
//! let bundle = sandbox.bundle();
//! # assert!(!bundle.is_empty());
//!
//! // What a phone shows at the gate.
//! let siti = sandbox.person("siti-contoh")?;
//! let qr = sandbox.present(siti, Profile::Travel, now);
//! assert!(qr.text().starts_with("IKD1:"));
//! assert_eq!(qr.expires(), now + 60);
//! let png = Picture::of(&qr.text())?.png(4);
//! # assert!(png.starts_with(b"\x89PNG"));
//!
//! // What a cheat shows.
//! let bad = "stolen-credential".parse::<Trouble>()?.make(&sandbox, siti, Profile::Travel, now);
//! assert_eq!(bad.code, "bad_holder_signature");
//! # Ok(())
//! # }
//! ```
//!
//! # Making it to order
//!
//! - [`CredentialOptions`] and [`PresentOptions`] choose keys, times, status, disclosures, the
//!   audience, a challenge or a shared document.
//! - [`CredentialDraft`] and [`TrustList`] have open fields: change anything, then sign.
//! - [`cbor`], [`cose`] and [`base45`] are the encoders, for QRs that break the format itself.
//! - `gateway`, behind the feature of that name, is the consent gateway: an OpenID server that asks
//!   the citizen on the phone page for more than the QR shows.
//!
//! # Limitations
//!
//! Credentials are of the time the sandbox was opened: one that is kept open for two weeks shows
//! credentials that have ended. The phone page speaks plain HTTP and knows no users; keep it on the
//! loopback address, or among people who may see fictional data. The gateway listens on a loopback
//! address only.

mod attribute;
mod bad_qr;
pub mod base45;
mod bundle;
pub mod cbor;
pub mod cose;
mod credential;
mod device;
mod draw;
#[cfg(feature = "gateway")]
pub mod gateway;
mod issuer;
mod keys;
mod name;
mod person;
mod persons;
pub mod phone_page;
mod photo;
mod profile;
pub mod publisher;
mod sandbox;
mod status_list;
mod trouble;
mod trust_list;

pub use attribute::Attribute;
pub use credential::{Credential, CredentialDraft, StatusReference};
pub use device::{ANYONE, Device, DocumentShare, PresentOptions, Presentation};
pub use draw::{Background, Picture, TooLong};
pub use issuer::{Coverage, CredentialKey, CredentialOptions, GATEWAY, ISS, Issuer, STATUS_URI};
pub use keys::{KeyKind, PublicKey, SigningKey};
pub use name::UnknownName;
pub use person::{Gender, Person};
pub use profile::Profile;
pub use sandbox::Sandbox;
pub use status_list::{Status, StatusLife, StatusList};
pub use trouble::{BadQr, Trouble};
pub use trust_list::{IssuerEntry, KeyEntry, KeyUse, Roots, TrustList};
