//! `ikd scan`: where the QR codes are, and how long that takes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use ikd_verifier::Language;
use ikd_verifier::scan::{Budget, Content, Hint, LumaImage, Picture, ScanReport, Scanner};
use serde_json::{Value, json};

use crate::files;
use crate::labels::printable;
use crate::outcome::{Exit, Failure};

const EXAMPLES: &str = "\
Examples:
  ikd scan photo.jpg
  ikd scan --json photos/ | jq .ms
  ikd scan --debug-image seen.png photo.jpg      what the scanner saw, and why it gave up

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

    /// Paint what the scanner saw into this PNG: finders, lattice, sampled modules, reasons
    #[arg(long, value_name = "OUT.png")]
    debug_image: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(
    args: &ScanArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    if let Some(picture) = &args.debug_image {
        return debug(&args.files, picture, out);
    }
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

/// Scans one image and draws how; the picture shows what the image shows, so it is as personal.
fn debug(files: &[PathBuf], picture: &Path, out: &mut dyn Write) -> Result<Exit, Failure> {
    let [file] = files else {
        return Err("--debug-image takes one image".to_owned().into());
    };
    let bytes = files::read_needed(file)?;
    let image = LumaImage::decode(&bytes).map_err(|error| Failure::file(file, error))?;
    let luma = image.as_luma().map_err(|error| Failure::file(file, error))?;
    let (report, trace) = Scanner::new().scan_traced(luma, &Budget::thorough());
    for line in trace.lines() {
        writeln!(out, "{line}")?;
    }
    write_png(picture, &trace.paint(luma)).map_err(|error| Failure::file(picture, error))?;
    Ok(if report.codes.is_empty() { Exit::Refused } else { Exit::Accepted })
}

fn write_png(path: &Path, picture: &Picture) -> Result<(), Box<dyn std::error::Error>> {
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    let (width, height) = (picture.width.try_into()?, picture.height.try_into()?);
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&picture.rgb)?;
    Ok(())
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
                out["reason"] = json!(hint.as_str());
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
        report.hint.unwrap_or(Hint::NoFinder).message().in_language(language).to_owned()
    } else {
        format!("{} QR ({})", kinds.len(), kinds.join(", "))
    };
    format!("{found}  {:.1} ms", time.as_secs_f64() * 1e3)
}
