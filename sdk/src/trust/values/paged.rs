//! Values in a file, for lists that memory has no room for: one byte is read for a look-up, which
//! the operating system's cache answers in well under a microsecond.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Prefix of the names of such files.
pub(in crate::trust) const PREFIX: &str = "scratch-";

/// Bytes in a file without a name, which goes when this value goes, or the process.
pub(super) struct Paged {
    file: File,
    len: u64,
}

impl Paged {
    /// Number of bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The byte at an index; `None` past the end, and where the file cannot be read.
    pub(super) fn get(&self, index: u64) -> Option<u8> {
        let mut byte = [0];
        let read = (index < self.len).then(|| read_at(&self.file, &mut byte, index))?;
        let [byte] = byte;
        matches!(read, Ok(1)).then_some(byte)
    }
}

/// A file that is being filled.
pub(super) struct Writer(Paged);

impl Writer {
    /// A new file, whose name is removed at once: no other process can change it, and it is gone
    /// after a crash.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let (path, file) = create_new(folder)?;
        fs::remove_file(&path)?;
        Ok(Self(Paged { file, len: 0 }))
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.len = self.0.len.saturating_add(u64::try_from(bytes.len()).unwrap_or_default());
        self.0.file.write_all(bytes)
    }

    pub(super) fn finish(mut self) -> io::Result<Paged> {
        self.0.file.flush()?;
        Ok(self.0)
    }
}

/// A file that no other process has: containers may share a folder and the number of a process.
fn create_new(folder: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{PREFIX}{}-{number}", std::process::id()));
        match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            file => return Ok((path, file?)),
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Writer;

    #[test]
    fn a_file_that_cannot_be_read_gives_no_value() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(folder.path()).unwrap();
        writer.push(&[7; 100]).unwrap();
        let paged = writer.finish().unwrap();
        assert_eq!((paged.get(99), paged.get(100), paged.len()), (Some(7), None, 100));
        paged.file.set_len(50).unwrap();
        assert_eq!((paged.get(49), paged.get(99), paged.len()), (Some(7), None, 100));
    }
}
