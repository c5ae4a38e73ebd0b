//! Files of a log: created for the owner alone, locked between processes.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::error::AuditError;

/// The path with something added to its file name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// As files count.
pub(super) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Holds all others off, in this process and others, until the file is dropped. A process that is
/// killed lets go.
pub(super) fn lock(path: &Path) -> Result<File, AuditError> {
    let lock = beside(path, ".lock");
    let file = private(OpenOptions::new().create(true).truncate(false).write(true)).open(&lock);
    let file = file.map_err(AuditError::io(&lock))?;
    file.lock().map_err(AuditError::io(&lock))?;
    Ok(file)
}

/// The file as it is between two writes, and its length then. What comes later is not read: appends
/// lie beyond the length, and an erasure puts another file in place of this one.
pub(super) fn open_to_read(path: &Path) -> Result<(File, u64), AuditError> {
    // Read-only media, and copies of a log, have no lock and no writer.
    let lock = File::open(beside(path, ".lock")).ok();
    if let Some(lock) = &lock {
        lock.lock_shared().map_err(AuditError::io(path))?;
    }
    let file = File::open(path).map_err(AuditError::io(path))?;
    let length = file.metadata().map_err(AuditError::io(path))?.len();
    Ok((file, length))
}

/// Writes a file for its owner alone, over one of the same name, and to last.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), AuditError> {
    let written = create_private(path).and_then(|mut file| {
        io::Write::write_all(&mut file, bytes)?;
        file.sync_all()
    });
    written.map_err(AuditError::io(path))
}

/// An empty file for its owner alone.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().create(true).truncate(true).write(true)).open(path)
}

/// Readable by the owner alone, from the first moment.
#[cfg(unix)]
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

/// Other systems take the permissions of the folder.
#[cfg(not(unix))]
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
