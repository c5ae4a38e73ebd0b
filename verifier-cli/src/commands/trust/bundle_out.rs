//! `ikd trust update --bundle-out`: what is in force, in one file for gates without network.

use std::io::Write;
use std::path::Path;

use ikd_verifier::{Language, Message, TrustState, UnixTime};

use crate::files;
use crate::outcome::{Exit, Failure, warn};
use crate::render::GOOD;

/// Writes the bundle, and says what is in it.
pub(super) fn run(
    path: &Path,
    state: &TrustState,
    now: UnixTime,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let bundle = state.to_bundle().map_err(|error| error.to_string())?;
    if state.list().is_some_and(|list| list.expires() <= now) {
        warn("the trust list has expired: no gate will take this bundle up");
    }
    files::replace(path, &bundle)?;
    let say = |id, en| Message::new(id, en).in_language(language);
    let (made, list) = (say("Bundel", "Bundle"), say("daftar kepercayaan", "trust list"));
    let (until, lists) = (say("sampai", "until"), say("daftar status", "status lists"));
    write!(out, "{GOOD}✔{GOOD:#} {made} {}: {list}", path.display())?;
    if let Some(list) = state.list() {
        write!(out, " {} {until} {}", list.version(), list.expires())?;
    }
    let held: Vec<_> = state.status_lists().filter(|list| !list.is_withdrawn()).collect();
    write!(out, ", {} {lists}", held.len())?;
    if let Some(oldest) = held.iter().map(|list| list.issued()).min() {
        write!(out, ", {} {oldest}", say("yang tertua dari", "the oldest of"))?;
    }
    writeln!(out)?;
    Ok(Exit::Accepted)
}
