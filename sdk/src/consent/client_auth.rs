//! How the relying party shows who it is: `private_key_jwt` (OpenID Connect Core section 9) and
//! DPoP proofs (RFC 9449). Every call has new ones.
//!
//! Proofs are signed with a key of the relying party, not with one made for the request: a stored
//! request then holds no key, and any instance can go on waiting. That all requests of a relying
//! party show one key tells a gateway nothing that `client_id` does not.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::error::ConsentError;
use super::jose::{Object, encode, sign};
use super::keys::RequestSigner;
use super::sources::Random;
use crate::time::UnixTime;

/// Seconds that an assertion or a request object is good (consent section 1).
pub(crate) const LIFE: i64 = 60;

/// A client assertion for the gateway that calls itself `audience`.
pub(crate) async fn assertion(
    signer: &dyn RequestSigner,
    random: &dyn Random,
    client_id: &str,
    audience: &str,
    now: UnixTime,
) -> Result<String, ConsentError> {
    let claims = object(json!({
        "iss": client_id, "sub": client_id, "aud": audience, "jti": unique(random)?,
        "iat": now, "exp": now.plus(LIFE),
    }));
    Ok(sign(signer, [kid(signer), ("typ", "JWT".into())], claims).await?)
}

/// What one DPoP proof is about.
pub(crate) struct Proof<'a> {
    pub(crate) method: &'a str,
    /// The address, which has neither query nor fragment.
    pub(crate) url: &'a str,
    /// What the gateway wants to see again.
    pub(crate) nonce: Option<&'a str>,
    /// The token that the proof goes with.
    pub(crate) access_token: Option<&'a str>,
}

/// A DPoP proof (RFC 9449 section 4.2).
pub(crate) async fn proof(
    signer: &dyn RequestSigner,
    random: &dyn Random,
    proof: &Proof<'_>,
    now: UnixTime,
) -> Result<String, ConsentError> {
    let mut claims = object(json!({
        "htm": proof.method, "htu": proof.url, "jti": unique(random)?, "iat": now,
    }));
    if let Some(nonce) = proof.nonce {
        claims.insert("nonce".to_owned(), nonce.into());
    }
    if let Some(token) = proof.access_token {
        claims.insert("ath".to_owned(), encode(Sha256::digest(token)).into());
    }
    let header = [("typ", "dpop+jwt".into()), ("jwk", signer.public_key().bare())];
    Ok(sign(signer, header, claims).await?)
}

/// The header member that names the signer's key.
pub(crate) fn kid(signer: &dyn RequestSigner) -> (&'static str, Value) {
    ("kid", signer.public_key().thumbprint().into())
}

/// 16 random bytes in base64url.
pub(crate) fn unique(random: &dyn Random) -> Result<String, ConsentError> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes)?;
    Ok(encode(bytes))
}

/// The object that a `json!({…})` is.
pub(crate) fn object(value: Value) -> Object {
    if let Value::Object(object) = value { object } else { Object::new() }
}
