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
        Self { digest: digest(bytes), place: Place::Memory(bytes.into()) }
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
    /// Bytes that are in a file.
    pub(super) fn in_file(bytes: &[u8], path: &std::path::Path) -> Self {
        Self { digest: digest(bytes), place: Place::File(path.into()) }
    }

    pub(super) fn in_memory(&self) -> bool {
        matches!(self.place, Place::Memory(_))
    }

    /// From now on the bytes are in a file.
    pub(super) fn move_to(&mut self, path: &std::path::Path) {
        self.place = Place::File(path.into());
    }
}

/// SHA-256.
pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The content of a file that has this SHA-256.
#[cfg(feature = "store")]
pub(super) fn read_checked(path: &std::path::Path, digest: &[u8; 32]) -> io::Result<Vec<u8>> {
    let bytes = std::fs::read(path)?;
    match self::digest(&bytes) == *digest {
        true => Ok(bytes),
        false => Err(io::Error::new(io::ErrorKind::InvalidData, "the file is damaged")),
    }
}
