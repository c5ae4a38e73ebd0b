//! Files and folders that are named on the command line.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ikd_verifier::scan::Content;

use crate::outcome::Failure;

/// Larger files are not read: no picture of a QR is.
const MAX_FILE: u64 = 128 << 20;

/// File names that a folder is searched for.
const IMAGES: [&str; 4] = ["png", "jpg", "jpeg", "webp"];

/// The files that are named, and the images below the folders that are named.
pub(crate) fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if Content::of(&path.to_string_lossy()) == Content::Ikd && !path.exists() {
            // Not repeated here: it is personal data.
            return Err("that is the text of a QR: give it with --text".to_owned().into());
        }
        if path.is_dir() {
            images_below(path, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    if files.is_empty() {
        return Err("no PNG, JPEG or WebP files there".to_owned().into());
    }
    Ok(files)
}

/// Links to folders are not followed, so that no circle is walked.
fn images_below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error| Failure::file(folder, error);
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().map_err(failed)?.is_dir() {
            images_below(&path, files)?;
        } else if is_image(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_image(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    IMAGES.iter().any(|image| extension.eq_ignore_ascii_case(image))
}

/// Reads a whole file, up to a limit.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is above 128 MiB"));
    }
    Ok(bytes)
}

/// Reads a file that the command cannot do without.
pub(crate) fn read_needed(path: &Path) -> Result<Vec<u8>, Failure> {
    read(path).map_err(|error| Failure::file(path, error))
}

/// Writes a file that must not be there yet.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| io::Write::write_all(&mut file, bytes));
    written.map_err(|error| Failure::file(path, error))
}

/// Puts bytes in the place of a file: readers see the old ones or these.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let written = fs::File::create(&name).and_then(|mut file| {
        io::Write::write_all(&mut file, bytes)?;
        file.sync_all()?;
        fs::rename(&name, path)
    });
    written.map_err(|error| Failure::file(path, error))
}

/// Writes a file for its owner alone, which must not be there yet, to last.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let file = private(fs::OpenOptions::new().write(true).create_new(true)).open(path);
    let written = file.and_then(|mut file| {
        io::Write::write_all(&mut file, bytes)?;
        file.sync_all()
    });
    written.map_err(|error| Failure::file(path, error))
}

/// Readable by the owner alone, from the first moment.
#[cfg(unix)]
fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

/// Other systems take the permissions of the folder.
#[cfg(not(unix))]
fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    options
}
