//! The relying party's keys: a trait for HSM and KMS, and keys in files.

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

use ed25519_dalek::pkcs8::spki::der::SecretDocument;
use ed25519_dalek::pkcs8::{KeypairBytes, ObjectIdentifier, PrivateKeyInfoRef};
use ed25519_dalek::{Signer, SigningKey};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use thiserror::Error;

use super::jose::PublicJwk;
use crate::audit::{KeyFileError, read_secret};

/// A signature that is being made.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, SignError>> + Send + 'a>>;

/// Signs for the relying party: a file ([`FileKey`]), an HSM or a key service.
///
/// The key that signs requests must be Ed25519 and sign deterministically, as RFC 8032 says. A key
/// for DPoP proofs may be P-256 instead.
pub trait RequestSigner: Send + Sync {
    /// The public key that belongs to it.
    fn public_key(&self) -> PublicJwk;

    /// Signs these bytes: 64 bytes of Ed25519 (RFC 8032), or r and s of ECDSA with SHA-256.
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a>;
}

/// The key service did not sign. It says why in its own words, which must hold no secret.
#[derive(Debug, Error)]
#[error("the relying party's key cannot sign: {0}")]
pub struct SignError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// A key in a file that only its owner may access: PKCS#8 in PEM, Ed25519 or P-256.
pub struct FileKey {
    key: Key,
    public: PublicJwk,
}

enum Key {
    Ed25519(Box<SigningKey>),
    P256(Box<EcdsaKeyPair>),
}

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

impl FileKey {
    /// Reads the key.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] when it cannot be read, others may access it, or it is of another kind.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        let expected = "an Ed25519 or P-256 private key in PKCS#8 (PEM)";
        let content = || KeyFileError::Content { path: path.to_owned(), expected };
        Self::from_pem(&read_secret(path)?).ok_or_else(content)
    }

    /// A key from PKCS#8 in PEM, for programs that keep it elsewhere; `None` if it is of another
    /// kind than Ed25519 and P-256.
    pub fn from_pem(pem: &str) -> Option<Self> {
        let (label, document) = SecretDocument::from_pem(pem).ok()?;
        let info = PrivateKeyInfoRef::try_from(document.as_bytes()).ok()?;
        match (label, info.algorithm.oid) {
            ("PRIVATE KEY", ED25519) => {
                let pair = KeypairBytes::try_from(info).ok()?;
                Some(Self::ed25519(SigningKey::try_from(&pair).ok()?))
            }
            ("PRIVATE KEY", EC_PUBLIC_KEY) => Self::p256(document.as_bytes()),
            _ => None,
        }
    }

    fn ed25519(key: SigningKey) -> Self {
        let public = PublicJwk::Ed25519(key.verifying_key().to_bytes());
        Self { public, key: Key::Ed25519(Box::new(key)) }
    }

    /// `ring` takes no other curve under this algorithm.
    fn p256(der: &[u8]) -> Option<Self> {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let key = EcdsaKeyPair::from_pkcs8(algorithm, der, &SystemRandom::new()).ok()?;
        let (_, coordinates) = key.public_key().as_ref().split_first()?;
        let (x, y) = coordinates.split_at_checked(32)?;
        let public = PublicJwk::P256(x.try_into().ok()?, y.try_into().ok()?);
        Some(Self { key: Key::P256(Box::new(key)), public })
    }
}

impl From<SigningKey> for FileKey {
    fn from(key: SigningKey) -> Self {
        Self::ed25519(key)
    }
}

impl RequestSigner for FileKey {
    fn public_key(&self) -> PublicJwk {
        self.public
    }

    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        let signature = match &self.key {
            Key::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Key::P256(key) => key
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| SignError("no random numbers".into())),
        };
        Box::pin(std::future::ready(signature))
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileKey").field(&self.public.thumbprint()).finish()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use ed25519_dalek::pkcs8::EncodePrivateKey;
    use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;

    use super::*;

    fn pem() -> String {
        SigningKey::from_bytes(&[7; 32]).to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
    }

    #[test]
    fn takes_ed25519_and_nothing_that_only_looks_like_a_key() {
        let key = FileKey::from_pem(&pem()).unwrap();
        let expected = SigningKey::from_bytes(&[7; 32]).verifying_key();
        assert_eq!(key.public_key(), PublicJwk::Ed25519(expected.to_bytes()));
        for bad in ["", "-----BEGIN PRIVATE KEY-----", &pem().replace("PRIVATE", "PUBLIC")] {
            assert!(FileKey::from_pem(bad).is_none(), "{bad}");
        }
        let shown = format!("{key:?}");
        assert_eq!(shown, format!("FileKey({:?})", key.public_key().thumbprint()));
    }

    #[cfg(unix)]
    #[test]
    fn refuses_a_file_that_others_may_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rp.pem");
        std::fs::write(&path, pem()).unwrap();
        for (mode, open) in [(0o600, true), (0o640, false), (0o604, false), (0o620, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(FileKey::open(&path).is_ok(), open, "{mode:o}");
        }
    }
}
