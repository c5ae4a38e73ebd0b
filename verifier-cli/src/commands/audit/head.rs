//! `ikd audit head`: a signed head, to be kept where whoever can change the log cannot.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use ikd_verifier::{Language, UnixTime};

use super::{Signing, unsound};
use crate::files;
use crate::language::say;
use crate::outcome::{Exit, Failure};
use crate::render::GOOD;

/// Flags of `ikd audit head`.
#[derive(Debug, Args)]
pub(super) struct HeadArgs {
    /// The log
    #[arg(value_name = "LOG")]
    log: PathBuf,

    #[command(flatten)]
    signing: Signing,

    /// New file for the head [default: JSON to standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(
    args: &HeadArgs,
    now: UnixTime,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let head = match args.signing.open(&args.log)?.sign_head(now) {
        Ok(head) => head,
        Err(error) => return unsound(error, language),
    };
    let text = serde_json::to_string(&head)? + "\n";
    match &args.out {
        None => out.write_all(text.as_bytes())?,
        Some(path) => {
            files::write_new(path, text.as_bytes())?;
            let done = say(language, "Tersimpan di", "Stored in");
            writeln!(out, "{GOOD}✔{GOOD:#} {done} {}", path.display())?;
        }
    }
    Ok(Exit::Accepted)
}
