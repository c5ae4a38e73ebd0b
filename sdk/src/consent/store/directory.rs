//! Waiting requests in a folder, shared by the processes of one computer.
//!
//! Each request is a file that never changes, named by its id, and beside it a smaller one with the
//! times of its polls, replaced as a whole. The first file's modification time says when it is due.
//! A process holds a request by the operating system's lock on the first file, which ends with the
//! process, however that dies: no lease has to run out before another process goes on. A request
//! ends by the removal of its file, which succeeds once.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{Claim, ConsentStore, ConsentStoreError, Storing};
use crate::audit::private;
use crate::consent::pending::PendingConsent;
use crate::trust::sync_folder;

/// The ending of a request's file, and of that of its polls.
const REQUEST: &str = "consent";
const POLLS: &str = "polls";

/// What the time of a request's file says once a notification came.
const WOKEN: SystemTime = SystemTime::UNIX_EPOCH;
/// What the file system, or a file, lets be done.
type Stored<T> = Result<T, ConsentStoreError>;

/// Keeps waiting requests in a folder on a local disk. Only the owner may read the files.
#[derive(Debug, Clone)]
pub struct DirectoryConsentStore {
    folder: Arc<Path>,
}

impl From<io::Error> for ConsentStoreError {
    fn from(error: io::Error) -> Self {
        Self::storage(error)
    }
}

/// The lock of a claim; dropping the file ends it.
struct Lock {
    file: File,
    id: String,
}

impl DirectoryConsentStore {
    /// Opens or creates the folder.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(Self { folder: folder.into() })
    }

    fn path(&self, id: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{id}.{ending}"))
    }

    fn add(&self, pending: &PendingConsent) -> Stored<()> {
        let (id, bytes) = (pending.id(), json(pending)?);
        let path = self.path(&id, REQUEST);
        // Under another name first: others see a whole file or none.
        let temporary = self.path(&id, "new");
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&temporary)?;
        file.write_all(&bytes)?;
        file.set_modified(pending.next_poll())?;
        file.sync_all()?;
        fs::rename(&temporary, &path)?;
        sync_folder(&path)?;
        Ok(())
    }

    fn take(&self, now: SystemTime, limit: usize) -> Stored<Vec<Claim>> {
        let mut claims = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            if claims.len() >= limit {
                break;
            }
            let path = entry?.path();
            if path.extension() != Some(OsStr::new(REQUEST)) {
                continue;
            }
            if let Some(claim) = self.take_one(&path, now)? {
                claims.push(claim);
            }
        }
        Ok(claims)
    }

    /// Takes a request, unless it is not due, held or gone.
    fn take_one(&self, path: &Path, now: SystemTime) -> Stored<Option<Claim>> {
        let is_due = |file: &File| Ok::<_, io::Error>(file.metadata()?.modified()? <= now);
        let file = match private(OpenOptions::new().read(true).write(true)).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if !is_due(&file)? {
            return Ok(None);
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // Between opening and locking, the holder may have ended the request or polled.
        if !path.exists() || !is_due(&file)? {
            return Ok(None);
        }
        let id = path.file_stem().map(|id| id.to_string_lossy().into_owned()).unwrap_or_default();
        let pending = match self.read(&id) {
            Ok(Some(pending)) => pending,
            Ok(None) => return Ok(None),
            Err(error) => {
                if matches!(error, ConsentStoreError::Damaged { .. }) {
                    fs::rename(path, self.path(&id, "damaged"))?;
                }
                return Err(error);
            }
        };
        // Due, for whoever can lock it.
        file.set_modified(now)?;
        Ok(Some(Claim::new(pending, Lock { file, id })))
    }

    /// A request with the times of its last poll; `None` if there is none.
    fn read(&self, id: &str) -> Stored<Option<PendingConsent>> {
        let Some(request) = read_file(&self.path(id, REQUEST))? else { return Ok(None) };
        let damaged = |_| ConsentStoreError::Damaged { id: id.to_owned() };
        let mut pending: PendingConsent = serde_json::from_slice(&request).map_err(damaged)?;
        if let Some(polls) = read_file(&self.path(id, POLLS))? {
            pending.schedule = serde_json::from_slice(&polls).map_err(damaged)?;
        }
        Ok(Some(pending))
    }

    fn give_back(&self, claim: &Claim) -> Stored<bool> {
        let Some(lock) = claim.lease::<Lock>() else { return Ok(false) };
        let (path, temporary) = (self.path(&lock.id, POLLS), self.path(&lock.id, "polls-new"));
        // Lost by a power failure, it costs one poll too early: it need not be on the disk at once.
        let mut file =
            private(OpenOptions::new().write(true).create(true).truncate(true)).open(&temporary)?;
        file.write_all(&json(&claim.pending.schedule)?)?;
        fs::rename(&temporary, &path)?;
        // A notification that came meanwhile is not forgotten.
        if lock.file.metadata()?.modified()? != WOKEN {
            lock.file.set_modified(claim.pending.next_poll())?;
        }
        Ok(true)
    }

    fn end(&self, claim: &Claim) -> Stored<bool> {
        let Some(lock) = claim.lease::<Lock>() else { return Ok(false) };
        let path = self.path(&lock.id, REQUEST);
        let removed = match fs::remove_file(&path) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error.into()),
        };
        sync_folder(&path)?;
        // What is left of its polls says nothing of anyone.
        let _ = fs::remove_file(self.path(&lock.id, POLLS));
        Ok(removed)
    }

    fn make_due(&self, id: &str) -> Stored<()> {
        match OpenOptions::new().write(true).open(self.path(id, REQUEST)) {
            Ok(file) => Ok(file.set_modified(WOKEN)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Runs what waits for the disk where it holds up nobody.
    fn blocking<'a, T: Send + 'static>(
        &self,
        work: impl FnOnce(Self) -> Stored<T> + Send + 'static,
    ) -> Storing<'a, T> {
        let store = self.clone();
        Box::pin(async move {
            match tokio::task::spawn_blocking(move || work(store)).await {
                Ok(done) => done,
                Err(error) => Err(ConsentStoreError::storage(error)),
            }
        })
    }
}

impl ConsentStore for DirectoryConsentStore {
    fn insert<'a>(&'a self, pending: &'a PendingConsent) -> Storing<'a, ()> {
        let pending = pending.clone();
        self.blocking(move |store| store.add(&pending))
    }

    /// The lease does not matter: the operating system tells which holders live.
    fn claim(&self, now: SystemTime, _: Duration, limit: usize) -> Storing<'_, Vec<Claim>> {
        self.blocking(move |store| store.take(now, limit))
    }

    fn renew<'a>(&'a self, _: &'a Claim, _: Duration) -> Storing<'a, bool> {
        Box::pin(std::future::ready(Ok(true)))
    }

    fn release(&self, claim: Claim) -> Storing<'_, bool> {
        self.blocking(move |store| store.give_back(&claim))
    }

    fn complete(&self, claim: Claim) -> Storing<'_, bool> {
        self.blocking(move |store| store.end(&claim))
    }

    fn find<'a>(&'a self, id: &'a str) -> Storing<'a, Option<PendingConsent>> {
        let id = checked(id);
        self.blocking(move |store| id.map_or(Ok(None), |id| store.read(&id)))
    }

    fn wake<'a>(&'a self, id: &'a str) -> Storing<'a, ()> {
        let id = checked(id);
        self.blocking(move |store| id.map_or(Ok(()), |id| store.make_due(&id)))
    }
}

/// An id as [`PendingConsent::id`] makes them: never a path.
fn checked(id: &str) -> Option<String> {
    let sound = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    sound.then(|| id.to_owned())
}

fn read_file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn json(value: &impl serde::Serialize) -> Stored<Vec<u8>> {
    serde_json::to_vec(value).map_err(ConsentStoreError::storage)
}
