//! The records of processing, summed up (UU 27/2022 article 31).

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::csv::{list, row};
use super::{ExportFormat, Selection, json, write_to};
use crate::audit::label::Label;
use crate::audit::log::{AuditError, AuditReport, VerifyOptions, read};
use crate::audit::names::{ConsentClaim, ConsentOutcome, LegalBasis};
use crate::audit::receipt::{ConsentReceipt, ReceiptPurpose, RelyingParty};
use crate::time::UnixTime;

/// Every activity that a log knows of. Receipts that were erased are counted, and nothing more is
/// known of them: a register that must outlive them is exported before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessingRegister {
    activities: BTreeMap<Activity, Tally>,
    erased: u64,
}

/// Requests that differ in nothing but the citizen, the terminal, the time and the outcome.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Activity {
    relying_party: RelyingParty,
    purpose: ReceiptPurpose,
    legal_basis: LegalBasis,
    required: Vec<ConsentClaim>,
    optional: Vec<ConsentClaim>,
    source: Label,
    retention_days: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Tally {
    first: UnixTime,
    last: UnixTime,
    requests: u64,
    outcomes: BTreeMap<ConsentOutcome, u64>,
}

/// One activity of the register.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ProcessingRecord<'a> {
    #[serde(flatten)]
    activity: &'a Activity,
    #[serde(flatten)]
    tally: &'a Tally,
}

/// The register in JSON.
#[derive(Serialize)]
struct Listed<'a> {
    records: Vec<ProcessingRecord<'a>>,
    erased: u64,
}

const COLUMNS: [&str; 12] = [
    "relying_party_id",
    "relying_party",
    "purpose",
    "purpose_text",
    "legal_basis",
    "required",
    "optional",
    "source",
    "retention_days",
    "first",
    "last",
    "requests",
];

impl ProcessingRegister {
    /// Sums up the receipts of a log that are selected, and checks the whole log on the way.
    ///
    /// # Errors
    ///
    /// As [`read`].
    pub fn of(
        path: &Path,
        options: &VerifyOptions,
        selection: &Selection,
    ) -> Result<(Self, AuditReport), AuditError> {
        let mut register = Self::default();
        let report = read(path, options, &mut |entry| {
            if let Some(receipt) = entry.receipt()?.filter(|receipt| selection.takes(receipt)) {
                register.add(receipt);
            } else if selection.takes_erased(entry) {
                register.erased = register.erased.saturating_add(1);
            }
            Ok(())
        })?;
        Ok((register, report))
    }

    /// Adds a receipt.
    pub fn add(&mut self, receipt: ConsentReceipt) {
        let (answered, outcome) = (receipt.times.answered, receipt.outcome);
        let activity = Activity {
            relying_party: receipt.relying_party,
            purpose: receipt.purpose,
            legal_basis: receipt.legal_basis,
            required: receipt.attributes.required,
            optional: receipt.attributes.optional,
            source: receipt.gateway,
            retention_days: receipt.retention_days,
        };
        let nothing =
            Tally { first: answered, last: answered, requests: 0, outcomes: BTreeMap::new() };
        let tally = self.activities.entry(activity).or_insert(nothing);
        tally.first = tally.first.min(answered);
        tally.last = tally.last.max(answered);
        tally.requests = tally.requests.saturating_add(1);
        let count = tally.outcomes.entry(outcome).or_default();
        *count = count.saturating_add(1);
    }

    /// The activities, in the order of relying party, purpose and basis.
    pub fn records(&self) -> impl Iterator<Item = ProcessingRecord<'_>> {
        self.activities.iter().map(|(activity, tally)| ProcessingRecord { activity, tally })
    }

    /// Receipts in the selection that were erased.
    pub fn erased(&self) -> u64 {
        self.erased
    }

    /// Writes the register: a row for each activity, or one JSON object.
    ///
    /// # Errors
    ///
    /// [`AuditError::Output`].
    pub fn write(&self, format: ExportFormat, out: &mut dyn Write) -> Result<(), AuditError> {
        if format == ExportFormat::Json {
            let listed = Listed { records: self.records().collect(), erased: self.erased };
            return write_to(out, &(json(&listed)? + "\n"));
        }
        let outcomes = ConsentOutcome::ALL.iter().map(|outcome| outcome.as_str());
        write_to(out, &row(COLUMNS.into_iter().chain(outcomes)))?;
        self.records().try_for_each(|record| write_to(out, &record.row()))
    }
}

impl ProcessingRecord<'_> {
    /// Requests in all.
    pub fn requests(&self) -> u64 {
        self.tally.requests
    }

    /// Requests that ended so.
    pub fn ended(&self, outcome: ConsentOutcome) -> u64 {
        self.tally.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    fn row(&self) -> String {
        let (activity, tally) = (self.activity, self.tally);
        let columns: [String; COLUMNS.len()] = [
            activity.relying_party.id.to_string(),
            activity.relying_party.name.to_string(),
            activity.purpose.id.to_string(),
            activity.purpose.text.to_string(),
            activity.legal_basis.to_string(),
            list(&activity.required),
            list(&activity.optional),
            activity.source.to_string(),
            activity.retention_days.to_string(),
            tally.first.to_string(),
            tally.last.to_string(),
            tally.requests.to_string(),
        ];
        let outcomes = ConsentOutcome::ALL.iter().map(|outcome| self.ended(*outcome).to_string());
        row(columns.into_iter().chain(outcomes))
    }
}
