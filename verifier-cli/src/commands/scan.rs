//! `ikd scan`: where the QR codes are, and how long that takes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use ikd_verifier::Language;
use ikd_verifier::scan::{Content, LumaImage, ScanReport, Scanner};
use serde_json::{Value, json};

use crate::files;
use crate::labels::printable;
use crate::outcome::{Exit, Failure};
use crate::scanning::{hint_message, hint_name};

const EXAMPLES: &str = "\
Examples:
  ikd scan photo.jpg
  ikd scan --json photos/ | jq .ms

With --json the texts are printed too, and an identity QR is personal data.
Exit status: 0 a QR in every file, 1 a file without, 2 a file that is no image.";

/// Flags of `ikd scan`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ScanArgs {
    /// Images, or folders of images
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// One JSON object a file: texts, corners, milliseconds of the scan itself
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(
    args: &ScanArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let mut scanner = Scanner::new();
    let mut exit = Exit::Accepted;
    for file in files::expand(&args.files)? {
        let result = scan(&mut scanner, &file);
        exit = exit.max(match &result {
            Ok((report, _)) if report.codes.is_empty() => Exit::Refused,
            Ok(_) => Exit::Accepted,
            Err(_) => Exit::CouldNotRun,
        });
        if args.json {
            writeln!(out, "{}", as_json(&file, &result))?;
        } else {
            writeln!(
                out,
                "{}: {}",
                printable(&file.to_string_lossy()),
                as_text(&result, language)
            )?;
        }
        out.flush()?;
    }
    Ok(exit)
}

type Scanned = Result<(ScanReport, Duration), String>;

fn scan(scanner: &mut Scanner, path: &Path) -> Scanned {
    let bytes = files::read(path).map_err(|error| error.to_string())?;
    let image = LumaImage::decode(&bytes).map_err(|error| error.to_string())?;
    let luma = image.as_luma().map_err(|error| error.to_string())?;
    let start = Instant::now();
    let report = scanner.scan_still(luma);
    Ok((report, start.elapsed()))
}

fn as_json(file: &Path, result: &Scanned) -> Value {
    let mut out = json!({ "file": file.to_string_lossy(), "codes": [] });
    match result {
        Ok((report, time)) => {
            let code = |code: &ikd_verifier::scan::ScannedCode| json!({ "text": code.likely_text(), "corners": code.corners });
            out["codes"] = report.codes.iter().map(code).collect();
            out["ms"] = json!((time.as_secs_f64() * 1e5).round() / 1e2);
            if let Some(hint) = report.hint {
                out["reason"] = json!(hint_name(hint));
            }
        }
        Err(_) => out["reason"] = json!("unreadable"),
    }
    out
}

fn as_text(result: &Scanned, language: Language) -> String {
    let (report, time) = match result {
        Ok(found) => found,
        Err(error) => return error.clone(),
    };
    let kind = |code: &ikd_verifier::scan::ScannedCode| {
        Content::of(&code.likely_text().unwrap_or_default()).as_str()
    };
    let kinds: Vec<_> = report.codes.iter().map(kind).collect();
    let found = if kinds.is_empty() {
        hint_message(report.hint).in_language(language).to_owned()
    } else {
        format!("{} QR ({})", kinds.len(), kinds.join(", "))
    };
    format!("{found}  {:.1} ms", time.as_secs_f64() * 1e3)
}
