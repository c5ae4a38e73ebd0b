//! The relying party's keys: a trait for HSM and KMS, and keys in files.

use std::fmt;
use std::fs;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use ed25519_dalek::pkcs8::spki::der::SecretDocument;
use ed25519_dalek::pkcs8::{KeypairBytes, ObjectIdentifier, PrivateKeyInfoRef};
use ed25519_dalek::{Signer, SigningKey};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use thiserror::Error;

use super::jose::PublicJwk;

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

/// Why a key file cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("key {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// Others than its owner may read or write the file.
    #[error("key {path}: others may access it (mode {mode:03o}); run `chmod 600` on it")]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds no private key in PKCS#8 PEM, or one of another kind than Ed25519 and P-256.
    #[error("key {path}: no Ed25519 or P-256 key in PKCS#8 PEM; make one with `ikd keygen --rp`")]
    Format {
        /// The file.
        path: PathBuf,
    },
}

/// A key in a file that only its owner may access: PKCS#8 in PEM, Ed25519 or P-256.
pub struct FileKey {
    key: Key,
    public: PublicJwk,
}

enum Key {
    Ed25519(SigningKey),
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
        let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
        check_permissions(path)?;
        let pem = fs::read_to_string(path).map_err(failed)?;
        Self::from_pem(&pem).ok_or_else(|| KeyFileError::Format { path: path.to_owned() })
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
        Self { public: PublicJwk::Ed25519(key.verifying_key().to_bytes()), key: Key::Ed25519(key) }
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

/// Nobody but the owner may read or write the file.
#[cfg(unix)]
fn check_permissions(path: &Path) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path);
    let metadata = metadata.map_err(|source| KeyFileError::Io { path: path.to_owned(), source })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(KeyFileError::Permissions { path: path.to_owned(), mode })
    }
}

/// Other systems take the permissions of the folder.
#[cfg(not(unix))]
fn check_permissions(_: &Path) -> Result<(), KeyFileError> {
    Ok(())
}
