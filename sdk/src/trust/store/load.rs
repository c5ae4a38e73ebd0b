//! Loading: the newest generation that is whole, and list by list the last good one.

use std::path::{Path, PathBuf};

use super::super::error::{StateError, StatusListError};
use super::super::roots::RootKeys;
use super::super::state::{Origin, Trust};
use super::super::token::read_checked;
use super::error::{Damage, StoreError};
use super::files::{self, unseal};
use super::index::{Digest, Index, StatusEntry};
use super::{FileTrustStore, clock};

/// How often loading begins anew because another process replaced what was being read.
const ATTEMPTS: usize = 10;

/// What was loaded, and what was wrong.
#[derive(Debug)]
pub struct Loaded {
    /// The trust.
    pub trust: Trust,
    /// Files that were damaged or missing.
    pub damage: Vec<Damage>,
    /// URIs of stored status lists that could not be taken up, and why.
    pub refused: Vec<(String, StatusListError)>,
}

/// What an index file holds.
pub(super) enum Generation {
    /// Nothing: there is no file.
    Missing,
    Damaged,
    /// Its bytes, and what they say.
    Index(Vec<u8>, Index),
    /// A state of version 1, in one piece.
    Whole(Vec<u8>, Trust),
}

impl Generation {
    pub(super) fn read(path: &Path) -> Result<Self, StoreError> {
        let bytes = files::read(path).map_err(|error| StoreError::io(path, error))?;
        let Some(bytes) = bytes else { return Ok(Self::Missing) };
        if unseal(&bytes).is_none() {
            return Ok(Self::Damaged);
        }
        if let Some(index) = Index::parse(&bytes) {
            return Ok(Self::Index(bytes, index));
        }
        match Trust::restore(&bytes) {
            Ok(trust) => Ok(Self::Whole(bytes, trust)),
            // It is sealed, so nothing happened to it: another program wrote it.
            Err(StateError::Damaged) => Err(StoreError::state(path, StateError::Version)),
            Err(source) => Err(StoreError::state(path, source)),
        }
    }

    /// The bytes of a good one.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Index(bytes, _) | Self::Whole(bytes, _) => bytes,
            Self::Missing | Self::Damaged => &[],
        }
    }

    pub(super) fn index(&self) -> Option<&Index> {
        if let Self::Index(_, index) = self { Some(index) } else { None }
    }
}

impl FileTrustStore {
    /// The trust that is stored, with what was damaged; `None` before the first save. Signatures are
    /// checked anew. Damaged files are set aside, unless the media are read-only.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when nothing good is left, or the file system fails.
    pub fn open(&self) -> Result<Option<Loaded>, StoreError> {
        let mut attempt = 0_usize;
        loop {
            let current = Generation::read(&self.path)?;
            let read = current.bytes().to_vec();
            let (loaded, bad) = self.assemble(current)?;
            attempt = attempt.saturating_add(1);
            let replaced = || Generation::read(&self.path).is_ok_and(|now| now.bytes() != read);
            if !bad.is_empty() && attempt < ATTEMPTS && replaced() {
                continue;
            }
            let (floor, bad_clock) = clock::read(&self.path)?;
            let damage = self.set_aside(bad.into_iter().chain(bad_clock).collect());
            let Some(mut loaded) = loaded else {
                return match damage.iter().all(|damage| damage.file == clock::file(&self.path)) {
                    true => Ok(None),
                    false => Err(StoreError::state(&self.path, StateError::Damaged)),
                };
            };
            if let Some(floor) = floor {
                loaded.trust.observe(floor);
            }
            loaded.damage = damage;
            return Ok(Some(loaded));
        }
    }

    /// The best of the current generation and the one before, and the files that are damaged.
    fn assemble(&self, current: Generation) -> Result<(Option<Loaded>, Vec<PathBuf>), StoreError> {
        let mut reader = Reader::new(self);
        let mut loaded = reader.generation(&self.path, current)?;
        if loaded.is_some() && reader.bad.is_empty() {
            return Ok((loaded, reader.bad));
        }
        let previous = Generation::read(&self.previous())?;
        if let (Some(loaded), Some(previous)) = (&mut loaded, previous.index()) {
            let lost = std::mem::take(&mut reader.lost);
            let older = previous.status.iter().filter(|entry| lost.contains(&entry.uri));
            reader.status_lists(loaded, older);
        }
        if loaded.is_none() {
            loaded = reader.generation(&self.previous(), previous)?;
        }
        Ok((loaded, reader.bad))
    }

    /// Renames damaged files. Another process may have put a good one there meanwhile.
    fn set_aside(&self, bad: Vec<PathBuf>) -> Vec<Damage> {
        let lock = if bad.is_empty() { None } else { self.lock().ok() };
        let aside = |file: PathBuf| {
            let damaged = lock.is_some() && self.is_damaged(&file);
            let set_aside = if damaged { files::set_aside(&file) } else { None };
            Damage { file, set_aside }
        };
        bad.into_iter().map(aside).collect()
    }

    fn is_damaged(&self, file: &Path) -> bool {
        let Ok(bytes) = std::fs::read(file) else { return false };
        match file.parent() {
            Some(folder) if folder == self.lists() => {
                self.list(&super::super::token::digest(&bytes)) != file
            }
            _ => unseal(&bytes).is_none(),
        }
    }
}

/// Reads lists, and notes which files are damaged.
pub(super) struct Reader<'a> {
    store: &'a FileTrustStore,
    bad: Vec<PathBuf>,
    /// URIs of the status lists in them.
    lost: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(store: &'a FileTrustStore) -> Self {
        Self { store, bad: Vec::new(), lost: Vec::new() }
    }

    fn generation(
        &mut self,
        path: &Path,
        generation: Generation,
    ) -> Result<Option<Loaded>, StoreError> {
        match generation {
            Generation::Missing => Ok(None),
            Generation::Damaged => {
                self.bad.push(path.to_owned());
                Ok(None)
            }
            Generation::Whole(_, trust) => {
                let trust = self.store.with_limits(trust, self.store.memory);
                Ok(Some(Loaded { trust, damage: Vec::new(), refused: Vec::new() }))
            }
            Generation::Index(_, index) => self
                .index(&index, &index.status, self.store.memory)
                .map_err(|source| StoreError::state(path, source)),
        }
    }

    /// Roots and trust list of an index and those of its status lists that are wanted; `None` when
    /// the file of the trust list is damaged.
    pub(super) fn index(
        &mut self,
        index: &Index,
        wanted: &[StatusEntry],
        memory: usize,
    ) -> Result<Option<Loaded>, StateError> {
        let roots = RootKeys::new(&index.roots, index.threshold);
        let roots = roots.map_err(|_| StateError::Damaged)?;
        let trust = self.store.with_limits(Trust::new(roots), memory);
        if let Some(entry) = &index.list {
            let Some((path, bytes)) = self.list(&entry.digest) else { return Ok(None) };
            trust.put_list(&bytes, Origin::Stored(&path))?;
        }
        let mut loaded = Loaded { trust, damage: Vec::new(), refused: Vec::new() };
        self.status_lists(&mut loaded, wanted);
        Ok(Some(loaded))
    }

    fn status_lists<'e>(
        &mut self,
        loaded: &mut Loaded,
        entries: impl IntoIterator<Item = &'e StatusEntry>,
    ) {
        for entry in entries {
            let Some((path, bytes)) = self.list(&entry.digest) else {
                self.lost.push(entry.uri.clone());
                continue;
            };
            let put = loaded.trust.put_status(Some(&entry.uri), &bytes, Origin::Stored(&path));
            if let Err(error) = put {
                loaded.refused.push((entry.uri.clone(), error));
            }
        }
    }

    fn list(&mut self, digest: &Digest) -> Option<(PathBuf, Vec<u8>)> {
        let path = self.store.list(digest);
        match read_checked(&path, digest) {
            Ok(bytes) => Some((path, bytes)),
            Err(_) => {
                self.bad.push(path);
                None
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::payload::cbor;
    use crate::trust::store::files::seal;

    /// What a later version of this program may write is not damage: it is left where it is.
    #[test]
    fn a_state_of_another_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileTrustStore::new(folder.path().join("trust"));
        let mut content = Vec::new();
        cbor::write_head(&mut content, 5, 1);
        cbor::write_text(&mut content, "ikd_trust_state");
        cbor::write_head(&mut content, 0, 3);
        let bytes = seal(content);
        std::fs::write(store.path(), &bytes).unwrap();
        let roots = RootKeys::new(&[[1; 32]], 1).unwrap();
        for result in [store.load().map(drop), store.save(&Trust::new(roots))] {
            let version = StateError::Version;
            assert!(matches!(result, Err(StoreError::State { source, .. }) if source == version));
        }
        assert!(std::fs::read(store.path()).unwrap() == bytes);
    }
}
