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
/// Header members that would change what is decrypted.
const FORBIDDEN: [&str; 2] = ["crit", "zip"];

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
            && !FORBIDDEN.iter().any(|name| header.contains_key(*name));
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::super::client_auth::object;
    use super::super::jose::encode;
    use super::*;

    /// Bob of RFC 7518 appendix C, whose key agreement with Alice is given there.
    fn bob() -> DecryptionKey {
        let d = decode("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw").unwrap();
        DecryptionKey(SecretKey::from_slice(&d).unwrap())
    }

    fn alice() -> Value {
        json!({ "kty": "EC", "crv": "P-256",
            "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
            "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps" })
    }

    fn header() -> Value {
        json!({ "alg": "ECDH-ES", "enc": "A256GCM", "epk": alice(), "apu": "QWxpY2U",
            "apv": "Qm9i" })
    }

    fn message(header: &Value) -> String {
        let header = encode(header.to_string());
        let key = bob().content_key(&object(self::header())).unwrap();
        let cipher = Aes256Gcm::new(&key.into());
        let mut text = *b"a.signed.token";
        let buffer = text.as_mut_slice().into();
        let nonce = [1; 12].into();
        let tag = cipher.encrypt_inout_detached(&nonce, header.as_bytes(), buffer).unwrap();
        format!("{header}..{}.{}.{}", encode([1; 12]), encode(text), encode(tag))
    }

    #[test]
    fn derives_a_key_as_the_rfc_says() {
        // RFC 7518 appendix C, but for A256GCM: computed with a few lines of Python that give the
        // RFC's own key for A128GCM.
        let key = bob().content_key(&object(header())).unwrap();
        assert_eq!(encode(key), "_VpjYu4u855R2KndssmFBzkLWo9qO8FK9HxH0bWOO2A");
    }

    #[test]
    fn opens_what_is_for_this_key_and_nothing_else() {
        let good = message(&header());
        assert_eq!(bob().decrypt(&good).as_deref(), Some("a.signed.token"));
        let other = DecryptionKey(SecretKey::from_slice(&[5; 32]).unwrap());
        assert_eq!(other.decrypt(&good), None);
        let (start, tag) = good.rsplit_once('.').unwrap();
        for bad in [
            format!("{start}.{}", encode([0; 16])),
            format!("{start}.{}", encode([0; 8])),
            format!("{good}.AA"),
            good.replacen("..", ".AA.", 1),
            format!("{start}.{tag}="),
            "a.signed.token".to_owned(),
            String::new(),
        ] {
            assert_eq!(bob().decrypt(&bad), None, "{bad}");
        }
    }

    #[test]
    fn headers_that_change_the_rules_are_refused() {
        for (name, value) in [
            ("alg", json!("dir")),
            ("alg", json!("ECDH-ES+A256KW")),
            ("enc", json!("A128GCM")),
            ("zip", json!("DEF")),
            ("crit", json!(["exp"])),
            // Not on the curve.
            (
                "epk",
                json!({ "kty": "EC", "crv": "P-256", "x": encode([1; 32]), "y": encode([1; 32]) }),
            ),
            ("epk", json!({ "kty": "OKP", "crv": "X25519", "x": encode([1; 32]) })),
            ("apu", json!(1)),
        ] {
            let mut header = header();
            header.as_object_mut().unwrap().insert(name.to_owned(), value.clone());
            assert_eq!(bob().decrypt(&message(&header)), None, "{name} {value}");
        }
    }
}
