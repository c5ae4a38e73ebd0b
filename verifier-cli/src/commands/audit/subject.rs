//! `ikd audit subject`: what is kept about one citizen.

use std::io::{self, BufWriter, Read as _, Write};
use std::path::PathBuf;

use clap::Args;
use ikd_verifier::audit::{ExportFormat, PseudonymKey, Selection, write_entries};
use ikd_verifier::{Language, Nik};

use super::{Against, unsound};
use crate::outcome::{Exit, Failure};

const NOTES: &str = "\
The NIK is read from standard input, so that it stays out of the list of processes and out of the
shell's history. With --issuer, standard input holds the `sub` that this issuer gives the citizen.";

/// Flags of `ikd audit subject`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(super) struct SubjectArgs {
    /// The log
    #[arg(value_name = "LOG")]
    log: PathBuf,

    #[command(flatten)]
    against: Against,

    /// Secret that turns citizens into pseudonyms (of `ikd audit init`)
    #[arg(long, value_name = "FILE")]
    subject_key: PathBuf,

    /// Issuer of the `sub` on standard input
    #[arg(long, value_name = "ISS")]
    issuer: Option<String>,

    /// JSON, one object on each line, instead of CSV
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(
    args: &SubjectArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let options = args.against.options()?;
    let key = PseudonymKey::read(&args.subject_key)?;
    let mut text = String::new();
    io::stdin().lock().take(1 << 10).read_to_string(&mut text)?;
    let subject = match (&args.issuer, text.trim()) {
        (Some(issuer), sub) if !sub.is_empty() => key.of_subject(issuer, sub),
        (None, nik) if nik.len() == 16 && nik.bytes().all(|c| c.is_ascii_digit()) => {
            key.of_nik(&Nik::from(nik))
        }
        _ => return Err("standard input holds no NIK of 16 digits, or no `sub`".to_owned().into()),
    };
    let selection = Selection { subjects: vec![subject], ..Selection::default() };
    let format = if args.json { ExportFormat::Json } else { ExportFormat::Csv };
    let mut out = BufWriter::new(out);
    let written = write_entries(&args.log, &options, &selection, format, &mut out);
    out.flush()?;
    written.map_or_else(|error| unsound(error, language), |_| Ok(Exit::Accepted))
}
