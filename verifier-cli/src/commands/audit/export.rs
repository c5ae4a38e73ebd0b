//! `ikd audit export`: the records of processing (UU 27/2022 article 31).

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ikd_verifier::audit::{
    AuditError, ExportFormat, ProcessingRegister, Selection, VerifyOptions, write_entries,
};
use ikd_verifier::{Language, UnixTime};

use super::{Against, unsound};
use crate::outcome::{Exit, Failure};
use crate::values;

const NOTES: &str = "\
Without --entries, requests are summed up by relying party, purpose, legal basis, attributes, source
and retention. Of erased receipts only the number is left: export before erasing.
The log is verified on the way. What was written counts only with exit status 0.";

/// Flags of `ikd audit export`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(super) struct ExportArgs {
    /// The log
    #[arg(value_name = "LOG")]
    log: PathBuf,

    #[command(flatten)]
    against: Against,

    /// Every entry, instead of sums
    #[arg(long)]
    entries: bool,

    /// Form of the export
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Answered at this time or later
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    from: Option<UnixTime>,

    /// Answered before this time
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    until: Option<UnixTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For spreadsheets
    #[default]
    Csv,
    /// One object; with --entries one on each line
    Json,
}

/// Runs the command.
pub(super) fn run(
    args: &ExportArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let options = args.against.options()?;
    let mut out = BufWriter::new(out);
    let written = args.write(&options, &mut out);
    out.flush()?;
    written.map_or_else(|error| unsound(error, language), |()| Ok(Exit::Accepted))
}

impl ExportArgs {
    fn write(&self, options: &VerifyOptions, out: &mut dyn Write) -> Result<(), AuditError> {
        let selection = Selection { from: self.from, until: self.until, subjects: Vec::new() };
        let format = match self.format {
            Format::Csv => ExportFormat::Csv,
            Format::Json => ExportFormat::Json,
        };
        if self.entries {
            return write_entries(&self.log, options, &selection, format, out).map(drop);
        }
        ProcessingRegister::of(&self.log, options, &selection)?.0.write(format, out)
    }
}
