//! The clock floor, in a file of its own.

use std::path::{Path, PathBuf};

use super::super::state::Trust;
use super::error::StoreError;
use super::files::{self, beside, seal, unseal};
use crate::payload::cbor;
use crate::time::UnixTime;

/// The highest time ever seen that is stored; and the file, if it is damaged. Without it, the times of
/// the lists are the floor.
pub(super) fn read(store: &Path) -> Result<(Option<UnixTime>, Option<PathBuf>), StoreError> {
    let path = file(store);
    let bytes = files::read(&path).map_err(|error| StoreError::io(&path, error))?;
    let Some(bytes) = bytes else { return Ok((None, None)) };
    let floor = unseal(&bytes).and_then(|content| cbor::check(content).ok()?.int());
    Ok((floor.map(UnixTime::from_secs), floor.is_none().then_some(path)))
}

/// Stores the floor of `trust`, unless a higher one is stored. The caller holds the lock.
pub(super) fn raise(store: &Path, trust: &Trust) -> Result<(), StoreError> {
    let (stored, damaged) = read(store)?;
    if let Some(damaged) = damaged {
        files::set_aside(&damaged);
    }
    let Some(floor) = trust.clock_floor().filter(|floor| Some(*floor) > stored) else {
        return Ok(());
    };
    let mut content = Vec::new();
    cbor::write_int(&mut content, floor.secs());
    let path = file(store);
    let written = files::replace(&path, &seal(content)).and_then(|()| files::sync_folder(&path));
    written.map_err(|error| StoreError::io(&path, error))
}

pub(super) fn file(store: &Path) -> PathBuf {
    beside(store, "clock")
}
