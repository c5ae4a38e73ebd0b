//! The seen-store: no QR is accepted twice (IKD-QR section 6, step 24).

#[cfg(feature = "store")]
mod directory;
mod memory;

use std::fmt;

use sha2::{Digest, Sha256};
use thiserror::Error;

#[cfg(feature = "store")]
pub use directory::DirectoryReplayStore;
pub use memory::MemoryReplayStore;

use crate::payload::cose::CoseKey;
use crate::time::UnixTime;

/// Remembers which presentations were accepted.
///
/// An implementation must make [`accept_once`](Self::accept_once) atomic: of any number of calls
/// with one key, on all verifiers that share the store, exactly one is answered with
/// [`Acceptance::First`], also when a process is killed at any moment.
pub trait ReplayStore: Send + Sync + fmt::Debug {
    /// Records `key` until `expires`, and tells whether it was there already.
    ///
    /// # Errors
    ///
    /// [`ReplayError`] when the store cannot tell. The presentation is then refused.
    fn accept_once(
        &self,
        key: ReplayKey,
        expires: UnixTime,
        now: UnixTime,
    ) -> Result<Acceptance, ReplayError>;

    /// Which verifiers share the store.
    fn scope(&self) -> ReplayScope;
}

/// Identifies a presentation: SHA-256 of the holder's key and `cti`. Texts, encodings and
/// unprotected bytes do not enter it, so an old QR in a new dress keeps its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    pub(crate) fn new(holder: &CoseKey<'_>, cti: &[u8]) -> Self {
        // The length of a key follows from the first byte, so no two inputs collide.
        let hash = match holder {
            CoseKey::Ed25519(key) => Sha256::new().chain_update([1]).chain_update(key),
            CoseKey::P256 { x, y } => {
                Sha256::new().chain_update([2]).chain_update(x).chain_update(y)
            }
            CoseKey::Other => Sha256::new(),
        };
        Self(hash.chain_update(cti).finalize().into())
    }

    /// The digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Whether a presentation was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// Never: it is recorded now.
    First,
    /// Yes: it must be refused.
    Seen,
}

/// Which verifiers a replay store protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ReplayScope {
    /// This process.
    Process,
    /// The processes of this device.
    Device,
    /// Several devices.
    Shared,
}

/// Why a replay store cannot tell.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// More presentations are alive than the store may remember.
    #[error("the replay store is full: {limit} presentations are alive")]
    Full {
        /// Its limit.
        limit: usize,
    },
    /// The storage under it failed.
    #[error("the replay store failed: {0}")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}
