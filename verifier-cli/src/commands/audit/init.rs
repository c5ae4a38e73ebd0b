//! `ikd audit init`: a new log.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use ikd_verifier::audit::{AuditLog, LogId, PseudonymKey, read_signing_key};
use ikd_verifier::{Language, UnixTime};

use super::{Signing, failure};
use crate::language::say;
use crate::outcome::{Exit, Failure};
use crate::render::GOOD;
use crate::values::random;

/// Flags of `ikd audit init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// File for the log
    #[arg(value_name = "LOG")]
    log: PathBuf,

    #[command(flatten)]
    signing: Signing,

    /// File for a new secret that turns citizens into pseudonyms; a file that is there is kept
    #[arg(long, value_name = "FILE")]
    subject_key: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(
    args: &InitArgs,
    now: UnixTime,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let key = read_signing_key(&args.signing.signing_key)?;
    if let Some(path) = &args.subject_key {
        if path.exists() {
            PseudonymKey::read(path)?;
        } else {
            PseudonymKey::from_bytes(random()?).write_new(path)?;
        }
    }
    AuditLog::create(&args.log, LogId::from_bytes(random()?), key, now).map_err(failure)?;
    let done = say(language, "Log dibuat:", "The log is made:");
    writeln!(out, "{GOOD}✔{GOOD:#} {done} {}", args.log.display())?;
    Ok(Exit::Accepted)
}
