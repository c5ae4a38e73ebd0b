//! Root keys: the only thing a verifier is told by hand (trust section 1).

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::signature::Ed25519Key;

/// An Ed25519 public key of a root.
pub type RootKey = [u8; 32];

/// The root keys that are trusted now, and how many of them must sign a list.
#[derive(Debug, Clone)]
pub struct RootKeys {
    threshold: usize,
    keys: Vec<(Kid, Ed25519Key)>,
}

/// The first 8 bytes of SHA-256 of a root key (trust section 1).
pub(super) type Kid = [u8; 8];

/// Why keys and threshold make no root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RootKeysError {
    /// The bytes are no Ed25519 public key.
    #[error("root key {0} is no Ed25519 public key")]
    Key(usize),
    /// The threshold is not between 1 and the number of distinct keys.
    #[error("a threshold of {threshold} does not fit {keys} distinct root keys")]
    Threshold {
        /// The threshold given.
        threshold: usize,
        /// Number of distinct keys.
        keys: usize,
    },
}

impl RootKeys {
    /// Root keys and the number of them that must sign.
    ///
    /// # Errors
    ///
    /// [`RootKeysError`] when a key is no point, or the threshold is 0 or above the number of
    /// distinct keys.
    pub fn new(keys: &[RootKey], threshold: usize) -> Result<Self, RootKeysError> {
        let mut distinct: Vec<(Kid, Ed25519Key)> = Vec::new();
        for (i, bytes) in keys.iter().enumerate() {
            if distinct.iter().all(|(_, known)| known.as_bytes() != bytes) {
                let key = Ed25519Key::from_bytes(bytes).ok_or(RootKeysError::Key(i))?;
                distinct.push((kid(bytes), key));
            }
        }
        if threshold == 0 || threshold > distinct.len() {
            return Err(RootKeysError::Threshold { threshold, keys: distinct.len() });
        }
        Ok(Self { threshold, keys: distinct })
    }

    /// How many distinct keys must sign.
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// The public keys.
    pub fn keys(&self) -> impl Iterator<Item = &RootKey> {
        self.keys.iter().map(|(_, key)| key.as_bytes())
    }

    /// How many distinct roots a signature check holds for. The check gets each signature's kid
    /// tried against every root of that kid.
    pub(super) fn count_valid(&self, signed: impl Fn(&Kid, &Ed25519Key) -> bool) -> usize {
        self.keys.iter().filter(|(kid, key)| signed(kid, key)).count()
    }
}

pub(super) fn kid(key: &RootKey) -> Kid {
    let digest: [u8; 32] = Sha256::digest(key).into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    [a, b, c, d, e, f, g, h]
}
