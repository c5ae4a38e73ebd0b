//! `ikd audit verify`: is the log what was written?

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use ikd_verifier::Language;
use ikd_verifier::audit::{AuditError, AuditFault, AuditReport, verify};
use serde_json::{Value, json};

use super::{Against, failure};
use crate::language::say;
use crate::outcome::{Exit, Failure};
use crate::render::{BAD, FAINT, GOOD, NOTICE};
use crate::values::to_hex;

/// Flags of `ikd audit verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The log
    #[arg(value_name = "LOG")]
    log: PathBuf,

    #[command(flatten)]
    against: Against,

    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(
    args: &VerifyArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let options = args.against.options()?;
    let key_given = !options.keys.is_empty();
    match verify(&args.log, &options) {
        Ok(report) if args.json => writeln!(out, "{}", sound(&report, key_given))?,
        Ok(report) => tell(&report, key_given, language, out)?,
        Err(AuditError::Tampered(found)) => {
            if args.json {
                writeln!(out, "{}", tampered(found))?;
            } else {
                tell_fault(found, language, out)?;
            }
            return Ok(Exit::Refused);
        }
        Err(error) => return Err(failure(error)),
    }
    Ok(Exit::Accepted)
}

fn sound(report: &AuditReport, key_given: bool) -> Value {
    json!({
        "sound": true,
        "log": report.log,
        "entries": report.entries,
        "receipts": report.receipts,
        "erased": report.erased,
        "unsigned": report.unsigned,
        "head": report.head,
        "key": to_hex(report.opened_with.as_bytes()),
        "key_given": key_given,
    })
}

fn tampered(found: AuditFault) -> Value {
    json!({
        "sound": false,
        "entry": found.entry,
        "code": found.fault.as_str(),
        "message": found.fault.message(),
        "hint": found.fault.hint(),
    })
}

fn tell(
    report: &AuditReport,
    key_given: bool,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let verdict = say(language, "UTUH", "SOUND");
    let entries = say(language, "entri", "entries");
    let receipts = say(language, "tanda terima", "receipts");
    let erased = say(language, "di antaranya dihapus", "of them erased");
    writeln!(
        out,
        "{GOOD}✔ {verdict}{GOOD:#}  {} {entries}, {} {receipts}, {} {erased}",
        report.entries, report.receipts, report.erased
    )?;
    if let Some(head) = report.head {
        let last = say(language, "Head terakhir: entri", "Last head: entry");
        let (seq, time, key) = (head.seq, head.time, to_hex(head.key.as_bytes()));
        writeln!(out, "  {last} {seq}, {time}  {FAINT}{key}{FAINT:#}")?;
    }
    if report.unsigned > 0 {
        let unsigned = say(
            language,
            "entri setelah head terakhir: yang dihapus sesudahnya tidak tampak di log ini",
            "entries after the last head: if more were removed there, this log does not show it",
        );
        writeln!(out, "  {NOTICE}! {} {unsigned}{NOTICE:#}", report.unsigned)?;
    }
    if !key_given {
        let own = say(
            language,
            "Kunci diambil dari log itu sendiri; dengan --key, log yang ditulis ulang ketahuan",
            "The key is the one that the log names; give --key to find a log written anew",
        );
        writeln!(out, "  {NOTICE}! {own}{NOTICE:#}")?;
    }
    Ok(())
}

fn tell_fault(found: AuditFault, language: Language, out: &mut dyn Write) -> Result<(), Failure> {
    let (verdict, entry) = (say(language, "TIDAK UTUH", "NOT SOUND"), found.entry);
    let place = say(language, "entri", "entry");
    let (message, hint) = (found.fault.message(), found.fault.hint());
    writeln!(out, "{BAD}✘ {verdict}{BAD:#}  {place} {entry}: {}", message.in_language(language))?;
    writeln!(out, "  {}", hint.in_language(language))?;
    writeln!(out, "  {FAINT}{}{FAINT:#}", found.fault.as_str())?;
    Ok(())
}
