//! `ikd audit erase`: receipts whose retention is over.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use ikd_verifier::{Language, UnixTime};
use serde_json::json;

use super::{Against, Signing, unsound};
use crate::language::say;
use crate::outcome::{Exit, Failure};
use crate::render::GOOD;

const NOTES: &str = "\
Erases receipts for good: export the records of processing before. The log is verified first and
left alone if it is not sound. Old copies and backups of the log still hold what is erased here.";

/// Flags of `ikd audit erase`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(super) struct EraseArgs {
    /// The log
    #[arg(value_name = "LOG")]
    log: PathBuf,

    #[command(flatten)]
    signing: Signing,

    #[command(flatten)]
    against: Against,

    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(
    args: &EraseArgs,
    now: UnixTime,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let log = args.signing.open(&args.log)?;
    let erased = match log.erase_expired(&args.against.options()?, now) {
        Ok(erased) => erased,
        Err(error) => return unsound(error, language),
    };
    if args.json {
        writeln!(out, "{}", json!({ "erased": erased.receipts, "head": erased.head }))?;
    } else {
        let done = say(language, "tanda terima dihapus", "receipts erased");
        writeln!(out, "{GOOD}✔{GOOD:#} {} {done}", erased.receipts)?;
    }
    Ok(Exit::Accepted)
}
