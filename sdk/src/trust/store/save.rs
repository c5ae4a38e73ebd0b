//! Saving: what another process wrote is taken up first, then what is new is written.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::sync::Arc;

use super::super::state::{Trust, TrustState};
use super::error::StoreError;
use super::files::{replace, set_aside, sync_folder};
use super::index::{Digest, Index};
use super::load::{Generation, Reader};
use super::{FileTrustStore, clock};

impl FileTrustStore {
    /// Writes what has changed, and takes up what another process wrote meanwhile. From then on the
    /// signed bytes of the lists stay in the files only.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the store then holds what it held before, and the trust goes on in memory.
    pub fn save(&self, trust: &Trust) -> Result<(), StoreError> {
        let lists = self.lists();
        fs::create_dir_all(&lists).map_err(|error| StoreError::io(&lists, error))?;
        let _lock = self.lock()?;
        let mut stored = Generation::read(&self.path)?;
        if matches!(stored, Generation::Damaged) {
            set_aside(&self.path);
            stored = Generation::read(&self.previous())?;
        }
        self.take_up(&stored, trust);
        let state = trust.snapshot();
        self.write(&state, &stored).map_err(|error| StoreError::io(&self.path, error))?;
        trust.keep_in_files(&state, |digest| self.list(digest));
        clock::raise(&self.path, trust)
    }

    /// Writes the clock floor of `trust`, unless a higher one is there. It changes with every scan
    /// and the lists do not, so this is much cheaper than [`save`](Self::save).
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be written.
    pub fn save_clock(&self, trust: &Trust) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        clock::raise(&self.path, trust)
    }

    /// Merges the lists that another process wrote and that are newer than ours.
    fn take_up(&self, stored: &Generation, trust: &Trust) {
        match stored {
            Generation::Missing | Generation::Damaged => {}
            Generation::Whole(_, written) => trust.merge(written),
            Generation::Index(_, index) => {
                let state = trust.snapshot();
                let newer = index.newer_than(&state);
                if newer.list.is_none() && newer.status.is_empty() {
                    return;
                }
                let memory = self.memory.saturating_sub(state.memory());
                if let Ok(Some(written)) = Reader::new(self).index(index, &newer.status, memory) {
                    trust.merge(&written.trust);
                }
            }
        }
    }

    fn write(&self, state: &Arc<TrustState>, stored: &Generation) -> io::Result<()> {
        let index = Index::of(state);
        let mut new_lists = false;
        for token in state.tokens().filter(|token| token.in_memory()) {
            replace(&self.list(token.digest()), &token.read()?)?;
            new_lists = true;
        }
        if new_lists {
            sync_folder(&self.lists().join("of"))?;
        }
        let bytes = index.to_bytes();
        if bytes == stored.bytes() && self.path.try_exists()? {
            return Ok(());
        }
        if !stored.bytes().is_empty() {
            replace(&self.previous(), stored.bytes())?;
        }
        replace(&self.path, &bytes)?;
        sync_folder(&self.path)?;
        self.clean(&index, stored.index())
    }

    /// Removes the lists that neither generation names, and what killed processes left. What was set
    /// aside stays.
    fn clean(&self, index: &Index, previous: Option<&Index>) -> io::Result<()> {
        let name = |digest: &Digest| self.list(digest);
        let digests = index.digests().chain(previous.into_iter().flat_map(Index::digests));
        let kept: BTreeSet<_> = digests.map(name).collect();
        for entry in fs::read_dir(self.lists())? {
            let path = entry?.path();
            let aside =
                path.extension().is_some_and(|e| e.to_string_lossy().starts_with("damaged"));
            if !aside && !kept.contains(&path) {
                // It is tried again with the next save.
                let _ = fs::remove_file(&path);
            }
        }
        Ok(())
    }
}
