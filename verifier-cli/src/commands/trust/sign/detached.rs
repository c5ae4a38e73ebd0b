//! A signature in a file of its own, for the way from a root's machine to where the list is put
//! together.

use std::path::Path;

use ikd_verifier::RootKey;
use ikd_verifier::authoring::RootSignature;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::files;
use crate::outcome::Failure;
use crate::values::{hex, to_hex};

/// The file: JSON with hexadecimal values.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Detached {
    ikd_trust_signature: u8,
    payload_sha256: String,
    root: String,
    signature: String,
}

impl Detached {
    pub(super) fn new(root: RootKey, signature: [u8; 64], payload: &[u8]) -> Self {
        Self {
            ikd_trust_signature: 1,
            payload_sha256: to_hex(&sha256(payload)),
            root: to_hex(&root),
            signature: to_hex(&signature),
        }
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = files::read_needed(path)?;
        let file: Self = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::file(path, format_args!("no signature file: {error}")))?;
        match file.ikd_trust_signature {
            1 => Ok(file),
            version => Err(Failure::file(path, format_args!("version {version} is not known"))),
        }
    }

    /// The signature, if it was made for this payload.
    pub(super) fn signature_of(&self, payload: &[u8]) -> Result<RootSignature, String> {
        if hex(&self.payload_sha256)? != sha256(payload) {
            return Err("made for another draft".to_owned());
        }
        Ok(RootSignature { root: hex(&self.root)?, signature: hex(&self.signature)? })
    }
}

/// What people compare before they sign.
pub(super) fn sha256(payload: &[u8]) -> [u8; 32] {
    Sha256::digest(payload).into()
}
