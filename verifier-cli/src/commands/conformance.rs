//! `ikd conformance`: a kit for anyone who implements the format.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use ikd_verifier::conformance;

use crate::files;
use crate::labels::printable;
use crate::outcome::{Exit, Failure};
use crate::render::BAD;

const EXAMPLES: &str = "\
Examples:
  ikd conformance vectors/*.json

Prints each difference, and `N passed, M failed` as the last line.
Exit status: 0 none failed, 1 some failed, 2 a file is not one of vectors.";

/// Flags of `ikd conformance`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ConformanceArgs {
    /// Files of vectors (JSON)
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &ConformanceArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let (mut passed, mut failed) = (0_u64, 0_u64);
    for file in &args.files {
        let bytes = files::read_needed(file)?;
        let text = String::from_utf8(bytes).map_err(|_| Failure::file(file, "not UTF-8"))?;
        for outcome in conformance::run(&text).map_err(|error| Failure::file(file, error))? {
            match outcome.difference {
                None => passed += 1,
                Some(difference) => {
                    failed += 1;
                    let (name, difference) = (printable(&outcome.name), printable(&difference));
                    writeln!(out, "{BAD}✘{BAD:#} {}: {name}: {difference}", file.display())?;
                }
            }
        }
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    Ok(if failed == 0 { Exit::Accepted } else { Exit::Refused })
}
