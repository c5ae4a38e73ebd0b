//! Userinfo that is encrypted to the relying party: ECDH-ES on P-256 with A256GCM (RFC 7516, RFC
//! 7518), and nothing else. What comes out is the signed userinfo, which is checked like any other.

use std::fmt;
use std::path::Path;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use p256::pkcs8::DecodePrivateKey;
use p256::{PublicKey, Sec1Point, SecretKey};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::jose::{Object, PublicJwk, decode, parse_object};
use crate::audit::{KeyFileError, read_secret};

const ENC: &str = "A256GCM";
/// The only members of a header that mean something here: no `zip`, no `crit`.
const HEADER: [&str; 8] = ["alg", "enc", "epk", "kid", "apu", "apv", "cty", "typ"];

/// The relying party's P-256 key for encrypted answers. `Debug` does not show it.
#[derive(Clone)]
pub struct DecryptionKey(SecretKey);

impl DecryptionKey {
    /// Reads a P-256 key in PKCS#8 PEM, from a file that only its owner may access.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        let expected = "a P-256 private key in PKCS#8 (PEM)";
        let content = || KeyFileError::Content { path: path.to_owned(), expected };
        Self::from_pem(&read_secret(path)?).ok_or_else(content)
    }

    /// A key from PKCS#8 in PEM; `None` if it is no P-256 key.
    pub fn from_pem(pem: &str) -> Option<Self> {
        SecretKey::from_pkcs8_pem(pem).ok().map(Self)
    }

    /// The JWK for registration at the gateway.
    pub fn to_json(&self) -> Value {
        let point = self.0.public_key().to_sec1_point(false);
        let coordinate = |c: Option<&p256::FieldBytes>| c.map(|c| (*c).into()).unwrap_or_default();
        let jwk = PublicJwk::P256(coordinate(point.x()), coordinate(point.y()));
        let mut jwk = jwk.to_json();
        if let Value::Object(jwk) = &mut jwk {
            jwk.insert("use".to_owned(), "enc".into());
            jwk.insert("alg".to_owned(), "ECDH-ES".into());
        }
        jwk
    }

    /// The text inside a compact JWE; `None` for one that is not acceptable or not for this key.
    pub(super) fn decrypt(&self, text: &str) -> Option<String> {
        let mut parts = text.split('.');
        let mut next = || parts.next();
        let (header, key, iv) = (next()?, next()?, next()?);
        let (ciphertext, tag) = (next()?, next()?);
        // ECDH-ES derives the key: none is sent.
        if next().is_some() || !key.is_empty() {
            return None;
        }
        let content_key = self.content_key(&parse_object(&decode(header)?)?)?;
        let nonce: [u8; 12] = decode(iv)?.try_into().ok()?;
        let tag: [u8; 16] = decode(tag)?.try_into().ok()?;
        let mut plain = decode(ciphertext)?;
        let cipher = Aes256Gcm::new(&content_key.into());
        let (nonce, tag) = (nonce.into(), tag.into());
        let buffer = plain.as_mut_slice().into();
        cipher.decrypt_inout_detached(&nonce, header.as_bytes(), buffer, &tag).ok()?;
        String::from_utf8(plain).ok()
    }

    /// The key of one message: Concat KDF over the shared secret (RFC 7518 section 4.6).
    fn content_key(&self, header: &Object) -> Option<[u8; 32]> {
        let text = |name| header.get(name).and_then(Value::as_str);
        let sound = text("alg") == Some("ECDH-ES")
            && text("enc") == Some(ENC)
            && header.keys().all(|name| HEADER.contains(&name.as_str()));
        let sender = public_key(header.get("epk")?.as_object()?).filter(|_| sound)?;
        let secret = diffie_hellman(self.0.to_nonzero_scalar(), sender.as_affine());
        let party = |name| match header.get(name) {
            None => Some(Vec::new()),
            Some(info) => decode(info.as_str()?),
        };
        let (apu, apv) = (party("apu")?, party("apv")?);
        let mut kdf = Sha256::new_with_prefix(1_u32.to_be_bytes());
        kdf.update(secret.raw_secret_bytes());
        for info in [ENC.as_bytes(), &apu, &apv] {
            kdf.update(u32::try_from(info.len()).ok()?.to_be_bytes());
            kdf.update(info);
        }
        kdf.update(256_u32.to_be_bytes());
        Some(kdf.finalize().into())
    }
}

/// A point on the curve, from a JWK.
fn public_key(jwk: &Object) -> Option<PublicKey> {
    let text = |name| jwk.get(name).and_then(Value::as_str);
    let coordinate = |name| decode(text(name)?)?.try_into().ok();
    let (x, y): ([u8; 32], [u8; 32]) = (coordinate("x")?, coordinate("y")?);
    let fits = text("kty") == Some("EC") && text("crv") == Some("P-256");
    let point = Sec1Point::from_affine_coordinates(&x.into(), &y.into(), false);
    Option::from(PublicKey::from_sec1_point(&point)).filter(|_| fits)
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecryptionKey(…)")
    }
}
