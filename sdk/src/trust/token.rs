//! The signed bytes of a list: in memory, or in a file of the store.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use sha2::{Digest, Sha256};

/// Bytes that were signed, known by their SHA-256.
#[derive(Clone)]
pub(super) struct Token {
    digest: [u8; 32],
    place: Place,
}

#[derive(Clone)]
enum Place {
    Memory(Arc<[u8]>),
    #[cfg(feature = "store")]
    File(Arc<std::path::Path>),
}

impl Token {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self { digest: Sha256::digest(bytes).into(), place: Place::Memory(bytes.into()) }
    }

    /// SHA-256 of the bytes.
    pub(super) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The bytes.
    ///
    /// # Errors
    ///
    /// Only where they are in a file: it is gone, or holds something else.
    pub(super) fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        match &self.place {
            Place::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
            #[cfg(feature = "store")]
            Place::File(path) => read_checked(path, &self.digest).map(Cow::Owned),
        }
    }
}

#[cfg(feature = "store")]
impl Token {
    /// The bytes of this SHA-256 in a file.
    pub(super) fn in_file(digest: [u8; 32], path: &std::path::Path) -> Self {
        Self { digest, place: Place::File(path.into()) }
    }
}

/// The content of a file that has this SHA-256.
#[cfg(feature = "store")]
pub(super) fn read_checked(path: &std::path::Path, digest: &[u8; 32]) -> io::Result<Vec<u8>> {
    let bytes = std::fs::read(path)?;
    match Sha256::digest(&bytes).as_slice() == digest {
        true => Ok(bytes),
        false => Err(io::Error::new(io::ErrorKind::InvalidData, "the file is damaged")),
    }
}
