//! Text to [`UnverifiedPresentation`]: envelope, CBOR, COSE and structure (IKD-QR sections 1 to 3).

pub(crate) mod base45;
pub(crate) mod cbor;
pub(crate) mod cose;
pub(crate) mod credential;
pub(crate) mod disclosure;
pub(crate) mod envelope;
pub(crate) mod presentation;

pub use base45::Base45Error;
pub use cbor::{CborError, CborFault};
pub use envelope::Envelope;
pub use presentation::{DocumentShare, UnverifiedPresentation};
