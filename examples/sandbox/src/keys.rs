//! Keys of the issuer, the roots and the phones, all derived from the sandbox's seed.

use std::fmt;

use ed25519_dalek::{Signer as _, Verifier as _};
use sha2::{Digest as _, Sha256};

use crate::cbor::Value;

/// The kind of a key, and with it the signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Ed25519 (COSE algorithm -19).
    Ed25519,
    /// ECDSA on P-256 with SHA-256 (COSE algorithm -9), what hardware keystores hold.
    P256,
}

/// A private key that signs.
#[derive(Clone)]
pub struct SigningKey(Inner);

#[derive(Clone)]
enum Inner {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    P256(Box<p256::ecdsa::SigningKey>),
}

/// A public key as COSE knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// The 32 bytes of an Ed25519 key.
    Ed25519([u8; 32]),
    /// The coordinates of a P-256 point.
    P256 {
        /// The x coordinate, big-endian.
        x: [u8; 32],
        /// The y coordinate, big-endian.
        y: [u8; 32],
    },
}

impl SigningKey {
    /// The key of this kind that `seed` and `label` lead to.
    #[must_use]
    pub fn derive(kind: KeyKind, seed: &[u8; 32], label: &str) -> Self {
        match kind {
            KeyKind::Ed25519 => {
                let secret = derive(seed, &[label.as_bytes()]);
                Self(Inner::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&secret))))
            }
            KeyKind::P256 => {
                // One number in 2^32 is not below the order of P-256, and the next one is taken.
                let key = (0_u8..=u8::MAX).find_map(|attempt| {
                    let secret = derive(seed, &[label.as_bytes(), &[attempt]]);
                    p256::ecdsa::SigningKey::from_slice(&secret).ok()
                });
                Self(Inner::P256(Box::new(key.expect("256 misses in a row do not happen"))))
            }
        }
    }

    /// The kind of the key.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self.0 {
            Inner::Ed25519(_) => KeyKind::Ed25519,
            Inner::P256(_) => KeyKind::P256,
        }
    }

    /// The COSE number of the algorithm this key signs with.
    #[must_use]
    pub fn algorithm(&self) -> i64 {
        match self.kind() {
            KeyKind::Ed25519 => -19,
            KeyKind::P256 => -9,
        }
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        match &self.0 {
            Inner::Ed25519(key) => PublicKey::Ed25519(key.verifying_key().to_bytes()),
            Inner::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let coordinate = |bytes: &[u8]| bytes.try_into().expect("P-256 has 32-byte fields");
                match (point.x(), point.y()) {
                    (Some(x), Some(y)) => PublicKey::P256 { x: coordinate(x), y: coordinate(y) },
                    _ => unreachable!("an uncompressed point has both coordinates"),
                }
            }
        }
    }

    /// The signature of `message`. The same message always gives the same signature.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        match &self.0 {
            Inner::Ed25519(key) => key.sign(message).to_bytes(),
            Inner::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().into()
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.kind()).finish()
    }
}

impl PublicKey {
    /// Whether `signature` is this key's signature of `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(x) => ed25519_dalek::VerifyingKey::from_bytes(x)
                .and_then(|key| {
                    let signature = ed25519_dalek::Signature::from_slice(signature)?;
                    key.verify_strict(message, &signature)
                })
                .is_ok(),
            Self::P256 { x, y } => {
                let point = [&[4][..], x, y].concat();
                p256::ecdsa::VerifyingKey::from_sec1_bytes(&point)
                    .and_then(|key| {
                        let signature = p256::ecdsa::Signature::from_slice(signature)?;
                        key.verify(message, &signature)
                    })
                    .is_ok()
            }
        }
    }

    /// The COSE_Key map.
    #[must_use]
    pub fn cose_key(&self) -> Value {
        match self {
            Self::Ed25519(x) => Value::map([(1, 1.into()), (-1, 6.into()), (-2, x[..].into())]),
            Self::P256 { x, y } => {
                Value::map([(1, 2.into()), (-1, 1.into()), (-2, x[..].into()), (-3, y[..].into())])
            }
        }
    }

    /// The key's identifier: the first 8 bytes of SHA-256 of the key (of x, for P-256).
    #[must_use]
    pub fn kid(&self) -> [u8; 8] {
        let (Self::Ed25519(x) | Self::P256 { x, .. }) = self;
        let digest: [u8; 32] = Sha256::digest(x).into();
        digest[..8].try_into().expect("8 of 32 bytes")
    }
}

/// SHA-256 over the seed and length-prefixed parts: one secret for every purpose.
///
/// The prefix keeps ("ab", "c") and ("a", "bc") apart.
pub(crate) fn derive(seed: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(seed);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::{KeyKind, SigningKey};

    const SEED: [u8; 32] = [7; 32];

    #[test]
    fn one_seed_and_label_is_one_key() {
        for kind in [KeyKind::Ed25519, KeyKind::P256] {
            let key = SigningKey::derive(kind, &SEED, "a");
            assert_eq!(key.public(), SigningKey::derive(kind, &SEED, "a").public());
            assert_ne!(key.public(), SigningKey::derive(kind, &SEED, "b").public());
            assert_ne!(key.public(), SigningKey::derive(kind, &[8; 32], "a").public());
            assert_eq!(key.sign(b"x"), key.sign(b"x"));
            assert!(key.public().verifies(b"x", &key.sign(b"x")));
            assert!(!key.public().verifies(b"y", &key.sign(b"x")));
            assert!(!key.public().verifies(b"x", &key.sign(b"x")[1..]));
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let key = SigningKey::derive(KeyKind::P256, &SEED, "a");
        assert_eq!(format!("{key:?}"), "SigningKey(P256)");
    }
}
