//! A trust state in files, for a device or a server.
//!
//! ```text
//! trust.state            the index: which lists are in force; replaced atomically
//! trust.state.previous   the index before that one
//! trust.state.lists/     a file for each signed list, named by its SHA-256 and never changed
//! trust.state.clock      the highest time ever seen
//! trust.state.lock       held by the process that writes
//! ```
//!
//! A save writes the lists that are new, then the index. A process that is killed leaves the old
//! index or the new one, and both name whole files. One changed list costs that list.
//!
//! Readers take no lock: a process that is stopped while it writes holds up nobody's start.

mod clock;
mod error;
mod files;
mod index;
mod load;
mod save;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use self::error::{Damage, StoreError};
use self::files::beside;
pub(crate) use self::files::sync_folder;
use self::index::Digest;
pub use self::load::Loaded;
use super::state::Trust;
use crate::limits::STATUS_MEMORY;

/// Files that hold a [`Trust`], for any number of processes. A crash leaves the old state or the new
/// one; damage is found, set aside and worked around; what several processes write is merged, so that
/// no version, `iat` or clock ever goes back.
///
/// ```
/// # use ikd_verifier::{FileTrustStore, RootKeys, Trust, UnixTime};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = ikd_sandbox::Sandbox::new([1; 32], 1_790_000_000);
/// # let (root_keys, bundle) = (sandbox.roots(), sandbox.bundle());
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("trust");
/// let store = FileTrustStore::new(path).with_memory_limit(16 << 20);
/// let trust = match store.open()? {
///     Some(loaded) => {
///         loaded.damage.iter().for_each(|damage| eprintln!("{damage}"));
///         loaded.trust
///     }
///     None => Trust::new(RootKeys::new(&root_keys, 2)?),
/// };
/// trust.import_bundle(&bundle, UnixTime::from_secs(1_790_000_000))?;
/// store.save(&trust)?;
/// # assert!(store.load()?.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct FileTrustStore {
    path: PathBuf,
    memory: usize,
    scratch: Option<PathBuf>,
}

impl FileTrustStore {
    /// A store at this path, which need not exist yet. The names of all its files begin with it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), memory: STATUS_MEMORY, scratch: None }
    }

    /// How many bytes of memory the values of all status lists that are loaded may take
    /// ([`STATUS_MEMORY`](crate::limits::STATUS_MEMORY) unless set). Lists beyond that stay in files
    /// (see [`Trust::with_memory_limit`]).
    #[must_use]
    pub fn with_memory_limit(self, bytes: usize) -> Self {
        Self { memory: bytes, ..self }
    }

    /// The folder for values beyond the memory limit. Unless set it is the folder of the lists; a
    /// store on read-only media needs another.
    #[must_use]
    pub fn with_scratch(self, folder: impl Into<PathBuf>) -> Self {
        Self { scratch: Some(folder.into()), ..self }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The trust that is stored, `None` before the first save. What was damaged is worked around; to
    /// hear of it, use [`open`](Self::open).
    ///
    /// # Errors
    ///
    /// [`StoreError`] when nothing good is left, or the file system fails.
    pub fn load(&self) -> Result<Option<Trust>, StoreError> {
        Ok(self.open()?.map(|loaded| loaded.trust))
    }

    fn with_limits(&self, trust: Trust, memory: usize) -> Trust {
        trust.with_memory_limit(memory, self.scratch.clone().unwrap_or_else(|| self.lists()))
    }

    fn lists(&self) -> PathBuf {
        beside(&self.path, "lists")
    }

    fn list(&self, digest: &Digest) -> PathBuf {
        let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.lists().join(name)
    }

    fn previous(&self) -> PathBuf {
        beside(&self.path, "previous")
    }

    /// Keeps other processes from writing until it is dropped.
    fn lock(&self) -> Result<File, StoreError> {
        let path = beside(&self.path, "lock");
        let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| StoreError::io(&path, error))
    }
}
