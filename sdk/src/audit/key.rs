//! Keys in files that their owner alone can read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use thiserror::Error;

use super::log::private;
use super::subject::PseudonymKey;

/// Bytes of a key file at most.
const MAX_FILE: u64 = 16 << 10;

/// Why a key file cannot be used. Nothing of its content is in it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file system failed.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// Others than the owner may read or write it.
    #[error("{path} is open to others than its owner: chmod 600 {path}")]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// It holds something else.
    #[error("{path} is not {expected}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
}

/// Reads an Ed25519 key from a PKCS#8 file (PEM), such as `ikd keygen` writes.
///
/// # Errors
///
/// [`KeyFileError`], also when others than the owner may read the file.
pub fn read_signing_key(path: &Path) -> Result<SigningKey, KeyFileError> {
    let pem = read_secret(path)?;
    let expected = "an Ed25519 private key in PKCS#8 (PEM)";
    let key = SigningKey::from_pkcs8_pem(&pem);
    key.map_err(|_| KeyFileError::Content { path: path.to_owned(), expected })
}

impl PseudonymKey {
    /// Reads a key that [`write_new`](Self::write_new) wrote.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`], also when others than the owner may read the file.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let bytes = URL_SAFE_NO_PAD.decode(read_secret(path)?.trim_end()).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        let expected = "a pseudonym key";
        let content = || KeyFileError::Content { path: path.to_owned(), expected };
        bytes.map(Self::from_bytes).ok_or_else(content)
    }

    /// Writes the key into a new file for its owner alone: base64url on one line.
    ///
    /// # Errors
    ///
    /// [`KeyFileError::Io`]; a file that is there is left alone.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyFileError> {
        let text = URL_SAFE_NO_PAD.encode(self.as_bytes());
        let file = private(OpenOptions::new().write(true).create_new(true)).open(path);
        let written = file.and_then(|mut file| {
            writeln!(file, "{text}")?;
            file.sync_all()
        });
        written.map_err(|source| KeyFileError::Io { path: path.to_owned(), source })
    }
}

/// The text of a file that its owner alone can read.
pub(crate) fn read_secret(path: &Path) -> Result<String, KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    if is_exposed(&file).map_err(io)? {
        return Err(KeyFileError::Exposed { path: path.to_owned() });
    }
    let mut text = String::new();
    file.take(MAX_FILE).read_to_string(&mut text).map_err(io)?;
    Ok(text)
}

#[cfg(unix)]
fn is_exposed(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.mode() & 0o077 != 0)
}

/// Other systems rule this by the folder.
#[cfg(not(unix))]
fn is_exposed(_file: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::attributes::Nik;

    #[test]
    fn a_key_is_read_back_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("subject.key");
        let key = PseudonymKey::from_bytes([7; 32]);
        key.write_new(&path).unwrap();
        let nik = Nik::from("9901015708920001");
        assert_eq!(PseudonymKey::read(&path).unwrap().of_nik(&nik), key.of_nik(&nik));
        assert!(matches!(key.write_new(&path), Err(KeyFileError::Io { .. })));
        assert!(matches!(read_signing_key(&path), Err(KeyFileError::Content { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("subject.key");
        PseudonymKey::from_bytes([7; 32]).write_new(&path).unwrap();
        for mode in [0o640, 0o604, 0o660] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(PseudonymKey::read(&path), Err(KeyFileError::Exposed { .. })));
        }
    }
}
