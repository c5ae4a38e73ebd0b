//! Signed heads: one signature vouches for an entry and for every entry before it.

use ed25519_dalek::{Signer as _, SigningKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::audit::id::{AuditKey, HeadSignature, LogId, Sha256Digest};
use crate::signature::Ed25519Key;
use crate::time::UnixTime;

/// The audit key: in a file, an HSM or a service.
pub trait HeadSigner: Send + Sync {
    /// The public key.
    fn public_key(&self) -> AuditKey;

    /// The Ed25519 signature of a message (RFC 8032).
    ///
    /// # Errors
    ///
    /// [`HeadSignerError`] when the key cannot be used now.
    fn sign(&self, message: &[u8]) -> Result<HeadSignature, HeadSignerError>;
}

/// Why nothing was signed. The text is the signer's own; it goes to logs, so it holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct HeadSignerError(pub String);

impl HeadSigner for SigningKey {
    fn public_key(&self) -> AuditKey {
        AuditKey::from_bytes(self.verifying_key().to_bytes())
    }

    fn sign(&self, message: &[u8]) -> Result<HeadSignature, HeadSignerError> {
        let signature = self.try_sign(message).map_err(|e| HeadSignerError(e.to_string()))?;
        Ok(HeadSignature::from_bytes(signature.to_bytes()))
    }
}

/// A head, to be kept where whoever can change the log cannot: it shows later that the log still
/// holds everything that it held then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// The log.
    pub log: LogId,
    /// Number of the head's entry.
    pub seq: u64,
    /// Hash of the head's entry.
    pub hash: Sha256Digest,
    /// Time of the head's entry.
    pub time: UnixTime,
    /// Who signed.
    pub key: AuditKey,
    /// The signature.
    pub signature: HeadSignature,
}

impl SignedHead {
    /// Whether the signature holds under the key in it. Whose key that is, the caller must know.
    pub fn holds(&self) -> bool {
        let message = head_message(self.log, self.seq, self.hash, self.time);
        Ed25519Key::from_bytes(self.key.as_bytes())
            .is_some_and(|key| key.verify(&message, self.signature.as_bytes()))
    }
}

/// The bytes that are signed: five lines of text.
pub(super) fn head_message(log: LogId, seq: u64, hash: Sha256Digest, time: UnixTime) -> Vec<u8> {
    format!("ikd-audit-head/1\n{log}\n{seq}\n{hash}\n{}\n", time.secs()).into_bytes()
}
