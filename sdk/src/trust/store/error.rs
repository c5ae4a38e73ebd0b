//! What a store has to tell: why it failed, and which files were damaged.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::super::error::StateError;

/// Why the store could not be read or written. The state in memory goes on as it is.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file system failed.
    #[error("trust store {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// Nothing can be written there: read-only media, or missing permissions. Loading and verifying
    /// work; what is taken up now is lost when the program ends.
    #[error("trust store {path} cannot be written: {source}")]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// Nothing good is stored. What was damaged was set aside where that could be done, so that the
    /// store can be set up anew.
    #[error("trust store {path}: {source}")]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: StateError,
    },
}

impl StoreError {
    pub(super) fn state(path: &Path, source: StateError) -> Self {
        Self::State { path: path.to_owned(), source }
    }

    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Self::ReadOnly { path, source }
            }
            _ => Self::Io { path, source },
        }
    }
}

/// A file that did not hold what was saved. The last good one was used in its place, or, where
/// there is none, that list is missing until it is fetched again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    pub(super) file: PathBuf,
    pub(super) set_aside: Option<PathBuf>,
}

impl Damage {
    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Where it was put; `None` when it was missing, or could not be renamed.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.set_aside {
            Some(aside) => write!(f, "{file} is damaged; it is set aside as {}", aside.display()),
            None => write!(f, "{file} is damaged or missing"),
        }
    }
}
