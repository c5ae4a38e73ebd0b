//! A replay store in a folder, shared by the processes of a device.
//!
//! One empty file stands for one accepted presentation, named by its key. The operating system
//! creates a file that must not exist yet atomically (POSIX `O_CREAT | O_EXCL`), for threads and
//! processes alike: that very step is the acceptance. A process that is killed has created the file
//! or has not, so no moment exists in which a QR could be accepted twice. An embedded database would
//! lock its file for one process, or need a server.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use super::{Acceptance, ReplayError, ReplayKey, ReplayScope, ReplayStore};
use crate::time::UnixTime;
use crate::trust::sync_folder;

/// Subfolders, one for each first byte of a key.
const PARTS: usize = 256;

/// One of so many acceptances also cleans a subfolder, each in turn: expired files never number
/// more than a few thousand, and no acceptance pays for all of them.
const CLEAN_EVERY: usize = 16;

/// Seconds that a file is kept beyond its expiry, for processes whose clocks differ.
const KEEP: i64 = 60;

/// Remembers in a folder on a local disk. File names are digests, nothing is in the files, and the
/// expiry is their modification time.
#[derive(Debug)]
pub struct DirectoryReplayStore {
    folder: PathBuf,
    accepted: AtomicUsize,
}

impl DirectoryReplayStore {
    /// Opens or creates the folder.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        for part in 0..PARTS {
            fs::create_dir_all(part_folder(&folder, part))?;
        }
        sync_folder(&folder.join("00"))?;
        Ok(Self { folder, accepted: AtomicUsize::new(0) })
    }

    /// Removes what has expired from the subfolder whose turn it is.
    fn clean(&self, now: UnixTime) -> io::Result<()> {
        let accepted = self.accepted.fetch_add(1, Ordering::Relaxed);
        if !accepted.is_multiple_of(CLEAN_EVERY) {
            return Ok(());
        }
        let keep_from = system_time(now.minus(KEEP));
        for entry in fs::read_dir(part_folder(&self.folder, (accepted / CLEAN_EVERY) % PARTS))? {
            let entry = entry?;
            if entry.metadata()?.modified()? < keep_from {
                // Another process may have removed it already.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

fn part_folder(folder: &Path, part: usize) -> PathBuf {
    folder.join(format!("{part:02x}"))
}

fn system_time(time: UnixTime) -> SystemTime {
    let secs = Duration::from_secs(u64::try_from(time.secs()).unwrap_or_default());
    SystemTime::UNIX_EPOCH.checked_add(secs).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Creates the marker of a key, to last through a power failure; `false` if it is there already.
fn create(folder: &Path, key: &ReplayKey, expires: UnixTime) -> io::Result<bool> {
    let name: String = key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let part = key.as_bytes().first().copied().unwrap_or_default();
    let path = part_folder(folder, part.into()).join(name);
    let file: File = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    };
    file.set_modified(system_time(expires))?;
    file.sync_all()?;
    sync_folder(&path)?;
    Ok(true)
}

impl ReplayStore for DirectoryReplayStore {
    fn accept_once(
        &self,
        key: ReplayKey,
        expires: UnixTime,
        now: UnixTime,
    ) -> Result<Acceptance, ReplayError> {
        let created = create(&self.folder, &key, expires);
        // Cleaning must not decide about a QR: a failing disk shows in the next creation.
        let _ = self.clean(now);
        match created {
            Ok(true) => Ok(Acceptance::First),
            Ok(false) => Ok(Acceptance::Seen),
            Err(error) => Err(ReplayError::Storage(Box::new(error))),
        }
    }

    fn scope(&self) -> ReplayScope {
        ReplayScope::Device
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::payload::cose::CoseKey;

    fn key(n: u32) -> ReplayKey {
        ReplayKey::new(&CoseKey::Ed25519(&[7; 32]), &n.to_be_bytes())
    }

    #[test]
    fn one_key_is_one_presentation_whatever_its_times() {
        let folder = tempfile::tempdir().unwrap();
        let at = UnixTime::from_secs;
        let first = DirectoryReplayStore::open(folder.path()).unwrap();
        assert_eq!(first.accept_once(key(1), at(90), at(10)).unwrap(), Acceptance::First);
        assert_eq!(first.accept_once(key(1), at(3_600), at(20)).unwrap(), Acceptance::Seen);
        assert_eq!(first.accept_once(key(2), at(90), at(20)).unwrap(), Acceptance::First);
        let again = DirectoryReplayStore::open(folder.path()).unwrap();
        assert_eq!(again.accept_once(key(1), at(90), at(30)).unwrap(), Acceptance::Seen);
    }

    #[test]
    fn what_has_expired_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = DirectoryReplayStore::open(folder.path()).unwrap();
        let at = |secs: u32| UnixTime::from_secs(secs.into());
        let rounds = u32::try_from(CLEAN_EVERY.saturating_mul(PARTS)).unwrap();
        for n in 0..100 {
            store.accept_once(key(n), at(1_000), at(900)).unwrap();
        }
        for n in 100..rounds.saturating_add(200) {
            // Only the turns of cleaning matter, so the expensive creation is left out.
            store.clean(at(2_000)).unwrap();
            if n % 1_000 == 0 {
                store.accept_once(key(n), at(2_090), at(2_000)).unwrap();
            }
        }
        let files = |part| fs::read_dir(part_folder(folder.path(), part)).unwrap().count();
        let left = (0..PARTS).map(files).fold(0, usize::saturating_add);
        assert_eq!(left, 4);
    }
}
