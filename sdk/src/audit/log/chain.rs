//! The rules of a log, entry by entry. Memory does not grow with the log.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::entry::{
    EntryKind, ErasureBody, ErasureMark, ErasureReason, HeadBody, Line, Opening, RecoveryBody,
};
use super::error::{AuditFault, Fault};
use super::head::SignedHead;
use super::verify::{AuditReport, VerifyOptions};
use crate::audit::id::{AuditKey, Sha256Digest};

/// Erasures that can be open at once. Each is one run of a command, so decades fit.
const MAX_OPEN_ERASURES: usize = 100_000;

/// What has been read so far.
pub(super) struct Chain<'a> {
    options: &'a VerifyOptions,
    next: u64,
    prev: Sha256Digest,
    opening: Option<Opening>,
    /// By the number of the entry that must record them: marks that were seen.
    erasures: BTreeMap<u64, Marks>,
    report: AuditReport,
}

/// Marks of one erasure: how many, and a digest over all of them.
#[derive(Default)]
pub(super) struct Marks {
    count: u64,
    digest: Sha256,
}

impl<'a> Chain<'a> {
    pub(super) fn new(options: &'a VerifyOptions) -> Self {
        Self {
            options,
            next: 0,
            prev: START,
            opening: None,
            erasures: BTreeMap::new(),
            report: AuditReport::default(),
        }
    }

    /// Takes the next line, without its line feed.
    pub(super) fn take<'l>(&mut self, bytes: &'l [u8]) -> Result<Line<'l>, AuditFault> {
        let line = self.checked(bytes).map_err(|fault| self.fault(fault))?;
        self.next = self.next.saturating_add(1);
        self.prev = line.hash;
        Ok(line)
    }

    /// A fault at the entry that comes next.
    pub(super) fn fault(&self, fault: Fault) -> AuditFault {
        AuditFault { entry: self.next, fault }
    }

    /// Nothing comes any more.
    pub(super) fn finish(self) -> Result<AuditReport, AuditFault> {
        if self.opening.is_none() {
            return Err(self.fault(Fault::Opening));
        }
        if let Some(by) = self.erasures.keys().next() {
            return Err(AuditFault { entry: *by, fault: Fault::Erasure });
        }
        if self.options.head.is_some_and(|head| head.seq >= self.next) {
            return Err(self.fault(Fault::Truncated));
        }
        Ok(AuditReport { entries: self.next, hash: self.prev, ..self.report })
    }

    fn checked<'l>(&mut self, bytes: &'l [u8]) -> Result<Line<'l>, Fault> {
        let line = Line::parse(bytes)?;
        if line.seq != self.next {
            return Err(Fault::Sequence);
        }
        if line.prev != self.prev {
            return Err(Fault::Link);
        }
        line.check()?;
        if let Some(head) = self.options.head
            && head.seq == line.seq
            && (head.hash, head.time) != (line.hash, line.time)
        {
            return Err(Fault::OtherHistory);
        }
        self.content(&line)?;
        Ok(line)
    }

    fn content(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        match (line.kind, self.opening) {
            (EntryKind::Open, None) => self.open(body(line)?)?,
            (EntryKind::Open, Some(_)) | (_, None) => return Err(Fault::Opening),
            (EntryKind::Receipt, _) => self.receipt(line)?,
            (EntryKind::Head, Some(opening)) => self.head(line, &opening)?,
            (EntryKind::Erasure, _) => self.erasure(line)?,
            (EntryKind::Recovery, _) => body(line).map(|_: RecoveryBody| ())?,
        }
        if line.kind != EntryKind::Head {
            self.report.unsigned = self.report.unsigned.saturating_add(1);
        }
        Ok(())
    }

    fn open(&mut self, opening: Opening) -> Result<(), Fault> {
        self.opening = Some(opening);
        self.report.log = opening.log;
        self.report.opened_with = opening.key;
        let Some(head) = self.options.head else { return Ok(()) };
        if head.log != opening.log {
            return Err(Fault::OtherHistory);
        }
        if !self.trusts(head.key, &opening) {
            return Err(Fault::Key);
        }
        if head.holds() { Ok(()) } else { Err(Fault::Signature) }
    }

    fn trusts(&self, key: AuditKey, opening: &Opening) -> bool {
        let keys = &self.options.keys;
        if keys.is_empty() { key == opening.key } else { keys.contains(&key) }
    }

    fn receipt(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        self.report.receipts = self.report.receipts.saturating_add(1);
        let Some(mark) = &line.erased else { return Ok(()) };
        self.report.erased = self.report.erased.saturating_add(1);
        if mark.by <= line.seq
            || (self.erasures.len() >= MAX_OPEN_ERASURES && !self.erasures.contains_key(&mark.by))
        {
            return Err(Fault::Erasure);
        }
        self.erasures.entry(mark.by).or_default().add(line.seq, mark)
    }

    fn head(&mut self, line: &Line<'_>, opening: &Opening) -> Result<(), Fault> {
        let HeadBody { key } = body(line)?;
        if !self.trusts(key, opening) {
            return Err(Fault::Key);
        }
        let signature = line.signature.ok_or(Fault::Signature)?;
        let &Line { seq, hash, time, .. } = line;
        let head = SignedHead { log: opening.log, seq, hash, time, key, signature };
        if !head.holds() {
            return Err(Fault::Signature);
        }
        self.report.head = Some(head);
        self.report.unsigned = 0;
        Ok(())
    }

    fn erasure(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        let recorded: ErasureBody = body(line)?;
        let found = self.erasures.remove(&line.seq).unwrap_or_default();
        if found.record(recorded.reason) == recorded { Ok(()) } else { Err(Fault::Erasure) }
    }
}

/// The hash before the first entry.
pub(super) const START: Sha256Digest = Sha256Digest::from_bytes([0; 32]);

impl Marks {
    /// Adds the mark of an entry.
    pub(super) fn add(&mut self, seq: u64, mark: &ErasureMark) -> Result<(), Fault> {
        let mark = serde_json::to_string(mark).map_err(|_| Fault::Malformed)?;
        self.digest.update(format!("{seq} {mark}\n"));
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// What the entry of the erasure says of them.
    pub(super) fn record(self, reason: ErasureReason) -> ErasureBody {
        let marks = Sha256Digest::from_bytes(self.digest.finalize().into());
        ErasureBody { reason, count: self.count, marks }
    }
}

fn body<'l, T: Deserialize<'l>>(line: &Line<'l>) -> Result<T, Fault> {
    let body = line.body.map(RawValue::get).ok_or(Fault::Body)?;
    serde_json::from_str(body).map_err(|_| Fault::Body)
}
