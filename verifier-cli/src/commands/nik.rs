//! `ikd nik`: what a NIK says by its layout.

use std::io::Write;

use clap::Args;
use ikd_verifier::{Language, Message, Nik, NikError};
use serde_json::json;

use crate::outcome::{Exit, Failure};
use crate::render::{BAD, table};

const EXAMPLES: &str = "\
Examples:
  ikd nik 9901014107900001
  ikd nik --json 9901014107900001

A NIK that is laid out well need not exist: only a verified QR tells.
Exit status: 0 laid out as a NIK, 1 not.";

/// Flags of `ikd nik`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct NikArgs {
    /// The number, 16 digits
    nik: String,

    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(
    args: &NikArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let nik = Nik::from(args.nik.trim());
    let parts = match nik.parts() {
        Ok(parts) => parts,
        Err(error) => {
            let message = fault(error);
            if args.json {
                writeln!(out, "{}", json!({ "valid": false, "fault": message }))?;
            } else {
                writeln!(out, "{BAD}✘{BAD:#} {}", message.in_language(language))?;
            }
            return Ok(Exit::Refused);
        }
    };
    if args.json {
        let object = json!({
            "valid": true,
            "region_code": parts.region_code(),
            "birth": { "day": parts.day, "month": parts.month, "year": parts.year },
            "gender": if parts.female { 2 } else { 1 },
            "serial": format!("{:04}", parts.serial),
        });
        writeln!(out, "{object}")?;
        return Ok(Exit::Accepted);
    }
    let say = |id, en| Message::new(id, en).in_language(language).to_owned();
    let gender = if parts.female { say("perempuan", "female") } else { say("laki-laki", "male") };
    let birth = format!("{:02}-{:02}-??{:02}", parts.day, parts.month, parts.year);
    let rows = [
        (say("Kode wilayah", "Region code"), parts.region_code().to_owned()),
        (say("Tanggal lahir", "Birth date"), birth),
        (say("Jenis kelamin", "Gender"), gender),
        (say("Nomor urut", "Serial number"), format!("{:04}", parts.serial)),
    ];
    let mut text = String::new();
    table(&mut text, &rows);
    out.write_all(text.as_bytes())?;
    Ok(Exit::Accepted)
}

fn fault(error: NikError) -> Message {
    match error {
        NikError::Length(_) => Message::new("NIK terdiri atas 16 angka.", "A NIK has 16 digits."),
        NikError::Digits => Message::new("NIK hanya terdiri atas angka.", "A NIK has digits only."),
        _ => Message::new(
            "Angka ke-7 sampai ke-12 bukan tanggal lahir.",
            "Digits 7 to 12 are no birth date.",
        ),
    }
}
