//! A trust state in a file: replaced atomically, merged with what another process wrote.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::error::StateError;
use super::state::Trust;

/// A file that holds a [`Trust`]. A crash leaves the old state or the new one.
#[derive(Debug, Clone)]
pub struct FileTrustStore {
    path: PathBuf,
}

/// Why the file could not be read or written.
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
    /// The content is not what was saved.
    #[error("trust store {path}: {source}")]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: StateError,
    },
}

impl FileTrustStore {
    /// A store in this file, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the state; `None` if there is no file.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the file cannot be read, or is damaged.
    pub fn load(&self) -> Result<Option<Trust>, StoreError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.io(source)),
        };
        let state = |source| StoreError::State { path: self.path.clone(), source };
        Trust::restore(&bytes).map(Some).map_err(state)
    }

    /// Writes the state, and takes up what another process wrote meanwhile: neither a version nor
    /// the clock floor ever goes back.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the file then holds what it held before.
    pub fn save(&self, trust: &Trust) -> Result<(), StoreError> {
        let lock = File::create(self.beside("lock")).map_err(|e| self.io(e))?;
        lock.lock().map_err(|e| self.io(e))?;
        if let Some(written) = self.load()? {
            trust.merge(&written);
        }
        self.replace(&trust.save()).map_err(|e| self.io(e))
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let temporary = self.beside("new");
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, &self.path)?;
        sync_folder(&self.path)
    }

    fn beside(&self, extension: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".");
        name.push(extension);
        name.into()
    }

    fn io(&self, source: io::Error) -> StoreError {
        StoreError::Io { path: self.path.clone(), source }
    }
}

/// Makes a rename or a new file in the folder of `path` last through a power failure.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Windows keeps folders in its journal, and cannot open them as files.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
