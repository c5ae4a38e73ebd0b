//! Entry by entry.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::csv::{list, optional, row};
use super::{ExportFormat, Selection, json, write_to};
use crate::audit::log::{AuditError, AuditReport, Entry, ErasureMark, VerifyOptions, read};
use crate::audit::receipt::ConsentReceipt;
use crate::time::UnixTime;

/// Names of the columns; the first two and the last are there for erased receipts, too.
const COLUMNS: [&str; 24] = [
    "entry",
    "written",
    "receipt_id",
    "relying_party_id",
    "relying_party",
    "terminal",
    "purpose",
    "purpose_text",
    "legal_basis",
    "required",
    "optional",
    "released",
    "missing",
    "scanned",
    "asked",
    "answered",
    "retention_ends",
    "outcome",
    "gateway_error",
    "gateway",
    "txn",
    "answer_sha256",
    "subject",
    "erased",
];

/// A line of JSON.
#[derive(Serialize)]
struct Listed<'a> {
    entry: u64,
    written: UnixTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<&'a ConsentReceipt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<ErasureMark>,
}

/// Writes the receipts that are selected, one for each line, and checks the whole log on the way.
/// What was written counts only if there is no error. Memory does not grow with the log.
///
/// With `subjects` in the selection, this answers a citizen who asks what is kept (UU 27/2022
/// articles 6 and 7).
///
/// # Errors
///
/// As [`read`], and [`AuditError::Output`].
pub fn write_entries(
    path: &Path,
    options: &VerifyOptions,
    selection: &Selection,
    format: ExportFormat,
    out: &mut dyn Write,
) -> Result<AuditReport, AuditError> {
    if format == ExportFormat::Csv {
        write_to(out, &row(COLUMNS))?;
    }
    read(path, options, &mut |entry| {
        let receipt = entry.receipt()?.filter(|receipt| selection.takes(receipt));
        if receipt.is_none() && !selection.takes_erased(entry) {
            return Ok(());
        }
        let line = match format {
            ExportFormat::Csv => as_row(entry, receipt.as_ref()),
            ExportFormat::Json => {
                let (receipt, erased) = (receipt.as_ref(), entry.erased());
                let (entry, written) = (entry.seq(), entry.time());
                json(&Listed { entry, written, receipt, erased })? + "\n"
            }
        };
        write_to(out, &line)
    })
}

fn as_row(entry: &Entry<'_>, receipt: Option<&ConsentReceipt>) -> String {
    let mut fields = vec![entry.seq().to_string(), entry.time().to_string()];
    match receipt {
        Some(receipt) => fields.extend(columns(receipt)),
        None => fields.resize(COLUMNS.len().saturating_sub(1), String::new()),
    }
    fields.push(optional(entry.erased().map(|mark| mark.time)));
    row(fields)
}

fn columns(receipt: &ConsentReceipt) -> [String; 21] {
    let (attributes, times) = (&receipt.attributes, receipt.times);
    [
        receipt.receipt_id.to_string(),
        receipt.relying_party.id.to_string(),
        receipt.relying_party.name.to_string(),
        optional(receipt.terminal.as_ref()),
        receipt.purpose.id.to_string(),
        receipt.purpose.text.to_string(),
        receipt.legal_basis.to_string(),
        list(&attributes.required),
        list(&attributes.optional),
        list(&attributes.released),
        list(&attributes.missing),
        times.scanned.to_string(),
        times.asked.to_string(),
        times.answered.to_string(),
        receipt.retention_ends().to_string(),
        receipt.outcome.to_string(),
        optional(receipt.gateway_error),
        receipt.gateway.to_string(),
        optional(receipt.txn.as_ref()),
        optional(receipt.answer_sha256),
        list(&receipt.subject),
    ]
}
