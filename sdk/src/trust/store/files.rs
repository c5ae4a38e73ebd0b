//! Files that are replaced as a whole, and found out when they are damaged.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Content, and its SHA-256 to find damage.
pub(super) fn seal(mut content: Vec<u8>) -> Vec<u8> {
    let digest = Sha256::digest(&content);
    content.extend_from_slice(&digest);
    content
}

/// The content of what [`seal`] made; `None` when it is damaged.
pub(super) fn unseal(bytes: &[u8]) -> Option<&[u8]> {
    let (content, digest) = bytes.split_last_chunk::<32>()?;
    (Sha256::digest(content).as_slice() == digest).then_some(content)
}

/// The bytes of a file; `None` if there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts bytes in the place of a file: whatever happens, it holds the old ones or these. The caller
/// holds the lock of the store, and calls [`sync_folder`] afterwards.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = beside(path, "new");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

/// Renames a damaged file, so that nobody reads it again and somebody can look at it. Equal damage
/// gets an equal name, so that copies do not pile up.
pub(super) fn set_aside(path: &Path) -> Option<PathBuf> {
    let digest: [u8; 32] = Sha256::digest(fs::read(path).unwrap_or_default()).into();
    let name: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let aside = beside(path, &format!("damaged-{name}"));
    fs::rename(path, &aside).ok().map(|()| aside)
}

/// The path with `.extension` behind it.
pub(super) fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(".");
    name.push(extension);
    name.into()
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
