//! The store of a device: trust, the highest time ever seen, and the QRs that were used.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use ikd_verifier::limits::MAX_WANTED_LISTS;
use ikd_verifier::{FileRefreshStore, FileTrustStore, RefreshStore, Trust, UnixTime};

use crate::outcome::{Failure, warn};

/// A folder with what a device has to remember.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    memory: Option<usize>,
    /// When the files that were loaded had been written.
    loaded: Mutex<Option<SystemTime>>,
}

/// Between two looks at whether another process has stored something.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Store {
    /// The store that is named, in the environment, or where the platform keeps data.
    pub(crate) fn locate(named: Option<&Path>) -> Result<Self, Failure> {
        let from_environment =
            || std::env::var_os("IKD_STORE").filter(|s| !s.is_empty()).map(PathBuf::from);
        let folder = named
            .map(Path::to_owned)
            .or_else(from_environment)
            .or_else(|| dirs::data_dir().map(|folder| folder.join("ikd")));
        let folder = folder.ok_or_else(|| "no place for a store: give --store DIR".to_owned())?;
        Ok(Self { folder, memory: None, loaded: Mutex::default() })
    }

    /// The same store that gives status lists this many bytes of memory.
    pub(crate) fn with_memory_limit(self, bytes: Option<usize>) -> Self {
        Self { memory: bytes, ..self }
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of used QRs.
    pub(crate) fn replay_folder(&self) -> PathBuf {
        self.folder.join("replay")
    }

    /// The trust that was stored; `None` before `ikd trust init`. Damaged files are told of.
    pub(crate) fn load(&self) -> Result<Option<Trust>, Failure> {
        *self.loaded() = written(&self.trust_files());
        let loaded = self.trust_files().open().map_err(|error| error.to_string())?;
        let Some(loaded) = loaded else { return Ok(None) };
        for damage in &loaded.damage {
            warn(damage);
        }
        for (uri, error) in &loaded.refused {
            warn(format_args!("status list {uri} is not used: {} ({error})", error.code()));
        }
        if let Some(floor) = self.read_old_clock() {
            loaded.trust.observe(floor);
        }
        loaded.trust.set_clock_offset(self.refresh_store().load_memo().clock_offset());
        Ok(Some(loaded.trust))
    }

    /// Takes up what other processes store from now on, such as `ikd trust watch`, and notes for them
    /// what scans miss. On a thread of its own: a scan never waits for it.
    pub(crate) fn follow(&self, trust: &Arc<Trust>) {
        let loaded = Mutex::new(*self.loaded());
        let this = Self { folder: self.folder.clone(), memory: self.memory, loaded };
        let trust = Arc::clone(trust);
        thread::spawn(move || {
            loop {
                thread::sleep(LOOK_EVERY);
                this.take_up_newer(&trust);
                this.note_missing(&trust);
            }
        });
    }

    /// What cannot be read is told of at the next start; until then, what is held stays.
    fn take_up_newer(&self, trust: &Trust) {
        let now = written(&self.trust_files());
        if now != *self.loaded()
            && let Ok(Some(stored)) = self.trust_files().load()
        {
            trust.merge(&stored);
            trust.set_clock_offset(self.refresh_store().load_memo().clock_offset());
            *self.loaded() = now;
        }
    }

    /// Notes the status lists that scans missed, for `ikd trust update` and `watch`.
    pub(crate) fn note_missing(&self, trust: &Trust) {
        let mut missing = trust.take_wanted_status_lists();
        missing.retain(|uri| !uri.contains(char::is_control));
        let known = self.missing();
        let new = missing.iter().filter(|uri| !known.contains(uri)).map(|uri| format!("{uri}\n"));
        let new: String = new.take(MAX_WANTED_LISTS.saturating_sub(known.len())).collect();
        if new.is_empty() {
            return;
        }
        let path = self.missing_file();
        let file = fs::OpenOptions::new().append(true).create(true).open(&path);
        if let Err(error) = file.and_then(|mut file| file.write_all(new.as_bytes())) {
            warn(format_args!("{}: {error}", path.display()));
        }
    }

    /// The status lists that scans missed.
    pub(crate) fn missing(&self) -> Vec<String> {
        let text = fs::read_to_string(self.missing_file()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn missing_file(&self) -> PathBuf {
        self.folder.join("missing-status-lists")
    }

    fn loaded(&self) -> MutexGuard<'_, Option<SystemTime>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a refresh keeps what it fetched: the same trust, and a memo beside it.
    pub(crate) fn refresh_store(&self) -> FileRefreshStore {
        FileRefreshStore::new(self.trust_files(), self.folder.join("refresh"))
    }

    /// Stores trust, and makes the folder if it is not there.
    pub(crate) fn save(&self, trust: &Trust) -> Result<(), Failure> {
        self.trust_files().save(trust).map_err(|error| error.to_string().into())
    }

    /// Stores the highest time ever seen.
    pub(crate) fn save_clock(&self, trust: &Trust) {
        match self.trust_files().save_clock(trust) {
            Ok(()) => drop(fs::remove_file(self.old_clock_file())),
            Err(error) => warn(error),
        }
    }

    /// The file in which earlier versions kept the highest time ever seen.
    fn old_clock_file(&self) -> PathBuf {
        self.folder.join("clock")
    }

    fn read_old_clock(&self) -> Option<UnixTime> {
        let text = fs::read_to_string(self.old_clock_file()).ok()?;
        text.trim().parse().ok().map(UnixTime::from_secs)
    }

    fn trust_files(&self) -> FileTrustStore {
        let files = FileTrustStore::new(self.folder.join("trust.state"));
        match self.memory {
            Some(bytes) => files.with_memory_limit(bytes),
            None => files,
        }
    }
}

fn written(files: &FileTrustStore) -> Option<SystemTime> {
    fs::metadata(files.path()).and_then(|file| file.modified()).ok()
}
