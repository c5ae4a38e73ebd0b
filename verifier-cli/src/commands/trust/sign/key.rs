//! Private keys of roots.

use std::fs;
use std::path::Path;

use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{Signer, SigningKey};
use ikd_verifier::RootKey;

use crate::outcome::Failure;

/// A root's key. `Debug` is left out on purpose.
pub(super) struct RootSigner(SigningKey);

/// Reads a PKCS#8 PEM file that only its owner can read.
pub(super) fn read(path: &Path) -> Result<RootSigner, Failure> {
    check_permissions(path)?;
    let pem = fs::read_to_string(path).map_err(|error| Failure::file(path, error))?;
    let key = SigningKey::from_pkcs8_pem(&pem);
    key.map(RootSigner).map_err(|_| Failure::file(path, "no Ed25519 key in PKCS#8 PEM"))
}

#[cfg(unix)]
fn check_permissions(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).map_err(|error| Failure::file(path, error))?;
    match metadata.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(Failure::file(
            path,
            "others can read this key: chmod 600 it, and think of a new one",
        )),
    }
}

/// Other systems have no such bits.
#[cfg(not(unix))]
fn check_permissions(_: &Path) -> Result<(), Failure> {
    Ok(())
}

impl RootSigner {
    pub(super) fn public(&self) -> RootKey {
        self.0.verifying_key().to_bytes()
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}
