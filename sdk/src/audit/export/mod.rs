//! What a log gives out: the records of processing that UU 27/2022 article 31 asks for, entry by
//! entry or summed up, and what is there about one citizen.

mod csv;
mod entries;
mod register;
#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
mod tests;

use std::io::{self, Write};

pub use entries::write_entries;
pub use register::{ProcessingRecord, ProcessingRegister};

use super::id::Pseudonym;
use super::log::{AuditError, Entry};
use super::receipt::ConsentReceipt;
use crate::time::UnixTime;

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExportFormat {
    /// RFC 4180 with a row of names, UTF-8. A field that a spreadsheet would take for a formula
    /// begins with an apostrophe.
    #[default]
    Csv,
    /// JSON: one object, or one for each line where entries are listed.
    Json,
}

/// Which receipts are meant; all of them by default.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Answered at this time or later.
    pub from: Option<UnixTime>,
    /// Answered before this time.
    pub until: Option<UnixTime>,
    /// About one of these; of anyone when empty.
    pub subjects: Vec<Pseudonym>,
}

impl Selection {
    fn takes(&self, receipt: &ConsentReceipt) -> bool {
        let about = |subject: &Pseudonym| self.subjects.contains(subject);
        let of_anyone = self.subjects.is_empty();
        self.is_within(receipt.times.answered) && (of_anyone || receipt.subject.iter().any(about))
    }

    /// Of an erased receipt only the time of its entry is left.
    fn takes_erased(&self, entry: &Entry<'_>) -> bool {
        entry.erased().is_some() && self.subjects.is_empty() && self.is_within(entry.time())
    }

    fn is_within(&self, time: UnixTime) -> bool {
        self.from.is_none_or(|from| from <= time) && self.until.is_none_or(|until| time < until)
    }
}

fn write_to(out: &mut dyn Write, text: &str) -> Result<(), AuditError> {
    out.write_all(text.as_bytes()).map_err(AuditError::Output)
}

fn json(value: &impl serde::Serialize) -> Result<String, AuditError> {
    serde_json::to_string(value).map_err(|error| AuditError::Output(io::Error::other(error)))
}
