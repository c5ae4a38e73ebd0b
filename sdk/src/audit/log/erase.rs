//! Erasing bodies whose retention is over, so that the chain can still be checked.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::append::{AuditLog, Batch, raw, replace};
use super::chain::{Chain, Marks};
use super::entry::{EntryKind, ErasureMark, ErasureReason, Line};
use super::error::{AuditError, AuditFault, Fault};
use super::file;
use super::head::SignedHead;
use super::tail::{self, TORN};
use super::verify::{VerifyOptions, each_line};
use crate::audit::receipt::ConsentReceipt;
use crate::time::UnixTime;

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// How many receipts.
    pub receipts: u64,
    /// The head after the record of the erasure; `None` if nothing was due.
    pub head: Option<SignedHead>,
}

impl AuditLog {
    /// Erases the bodies of the receipts whose retention is over at `now`, with their salts and
    /// pseudonyms, and every torn line that was set aside. Numbers, times, links and commitments
    /// stay, an entry records what was erased, and a head signs it.
    ///
    /// The log is checked on the way, and left alone if it is not sound. The file is written anew
    /// beside the old one and then takes its place; others wait for that.
    ///
    /// # Errors
    ///
    /// [`AuditError`]; the log is then as it was.
    pub fn erase_expired(
        &self,
        options: &VerifyOptions,
        now: UnixTime,
    ) -> Result<Erased, AuditError> {
        let path = self.path();
        let _lock = file::lock(path)?;
        let (log, tail) = tail::find(path, now)?;
        let new = file::beside(path, ".new");
        let mark = ErasureMark { by: tail.next, time: now, reason: ErasureReason::Retention };
        let copied = copy(path, &log, tail.length, &new, options, mark);
        let finished = copied.and_then(|(mut file, marks)| {
            let count = marks.count();
            if count == 0 {
                return Ok(None);
            }
            let mut batch = Batch::new(tail.next, tail.hash);
            let record = raw(&marks.record(mark.reason))?;
            batch.add(now, EntryKind::Erasure, None, &record)?;
            let head = batch.head(self.signer(), tail.log, now)?;
            let written = file.write_all(&batch.bytes).and_then(|()| file.sync_all());
            written.map_err(AuditError::io(&new))?;
            Ok(Some((count, head)))
        });
        let Ok(Some((receipts, head))) = finished else {
            // Nothing was due, or it failed: the copy goes, and the old file stays.
            let _ = fs::remove_file(&new);
            finished?;
            remove_torn(path)?;
            return Ok(Erased { receipts: 0, head: None });
        };
        replace(&new, path)?;
        remove_torn(path)?;
        Ok(Erased { receipts, head: Some(head) })
    }
}

/// Copies a sound log with marks in place of the bodies that are due.
fn copy(
    path: &Path,
    log: &File,
    length: u64,
    new: &Path,
    options: &VerifyOptions,
    mark: ErasureMark,
) -> Result<(File, Marks), AuditError> {
    let mut log = log;
    io::Seek::rewind(&mut log).map_err(AuditError::io(path))?;
    let mut out = BufWriter::new(file::create_private(new).map_err(AuditError::io(new))?);
    let mut chain = Chain::new(options);
    let mut marks = Marks::default();
    let mut bytes = Vec::new();
    each_line(path, log, length, &mut chain, &mut |line| {
        let due = is_due(&line, mark.time)?;
        let seq = line.seq;
        let fault = |fault| AuditFault { entry: seq, fault };
        let line = if due { line.erase(mark) } else { line };
        if due {
            marks.add(seq, &mark).map_err(fault)?;
        }
        bytes.clear();
        line.write(&mut bytes).map_err(|_| fault(Fault::Malformed))?;
        out.write_all(&bytes).map_err(AuditError::io(new))
    })?;
    chain.finish()?;
    let file = out.into_inner().map_err(|e| AuditError::io(new)(e.into_error()))?;
    Ok((file, marks))
}

fn is_due(line: &Line<'_>, now: UnixTime) -> Result<bool, AuditFault> {
    let Some(body) = line.body.filter(|_| line.kind == EntryKind::Receipt) else {
        return Ok(false);
    };
    let receipt: ConsentReceipt = serde_json::from_str(body.get())
        .map_err(|_| AuditFault { entry: line.seq, fault: Fault::Body })?;
    Ok(receipt.retention_ends() <= now)
}

/// Removes what was set aside: it may hold a part of a receipt, and nothing tells until when.
fn remove_torn(log: &Path) -> Result<(), AuditError> {
    for path in torn_files(log).map_err(AuditError::io(log))? {
        fs::remove_file(&path).map_err(AuditError::io(&path))?;
    }
    Ok(())
}

fn torn_files(log: &Path) -> io::Result<Vec<PathBuf>> {
    let prefix = file::beside(Path::new(log.file_name().unwrap_or_default()), TORN);
    let prefix = prefix.as_os_str().as_encoded_bytes();
    let folder = log.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new(".")))?;
    let entries: Vec<_> = entries.collect::<io::Result<_>>()?;
    let torn = entries
        .into_iter()
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(prefix));
    Ok(torn.map(|entry| entry.path()).collect())
}
