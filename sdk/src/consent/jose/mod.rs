//! JSON Web Signatures (RFC 7515), as small and as strict as this channel needs them.
//!
//! Written here rather than taken from a library: these files have some 400 lines, while the general
//! JOSE crates bring RSA, HMAC, key parsers and a second set of cryptographic back ends, and would
//! still have to be kept from what they accept. What is accepted here is compact serialization, one
//! algorithm for answers (Ed25519), canonical base64url and JSON objects without duplicate members.
//! `none`, HMAC, embedded keys and critical extensions cannot be switched on, as they do not exist.

mod json;
mod jwk;
mod jws;

pub(crate) use json::{Object, parse_object};
pub use jwk::PublicJwk;
pub(crate) use jwk::gateway_key;
pub(crate) use jws::{JoseError, UnverifiedJws, decode, encode, sign};
