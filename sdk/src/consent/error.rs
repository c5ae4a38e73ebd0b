//! What keeps a request from being made or waited for, on the relying party's side.

use thiserror::Error;

use super::keys::SignError;
use super::request::RequestError;
use super::sources::RandomError;
use crate::http::HttpError;

/// Something is wrong on this side: set-up, keys or storage. What the gateway or the citizen does
/// is no error but a [`ConsentResult`](super::ConsentResult).
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConsentError {
    /// The trust list names no consent gateway for the issuer of the QR.
    #[error("the trust list names no consent gateway for this issuer; update the trust list")]
    NoGateway,
    /// The request does not fit its purpose, or asks nothing.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The relying party's key does not sign.
    #[error(transparent)]
    Signing(#[from] SignError),
    /// The key that signs requests is not Ed25519, or signs one text in two ways.
    #[error("requests are signed with a deterministic Ed25519 key; make one: `ikd keygen --rp`")]
    KeyKind,
    /// There are no random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The HTTP options cannot be used.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The stored request is of another relying party, or the trust list names another gateway now.
    #[error("the stored request is not one of this relying party and gateway")]
    Foreign,
}

impl ConsentError {
    /// A stable text for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoGateway => "no_gateway",
            Self::Request(_) => "bad_request",
            Self::Signing(_) => "cannot_sign",
            Self::KeyKind => "unsuitable_key",
            Self::Random(_) => "no_random_numbers",
            Self::Http(_) => "http_options",
            Self::Foreign => "foreign_request",
        }
    }
}
