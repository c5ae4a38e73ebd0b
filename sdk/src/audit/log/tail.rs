//! The end of a log: where the next entry goes, and what to do with a line that was cut off.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use serde_json::value::RawValue;

use super::append::{Batch, raw, write_at};
use super::entry::{EntryKind, Line, MAX_LINE, Opening, RecoveryBody};
use super::error::{AuditError, AuditFault, Fault};
use super::file;
use crate::audit::id::{LogId, Sha256Digest};
use crate::time::UnixTime;

/// Where a log ends. What lies before the last entry has not been looked at.
pub(super) struct Tail {
    pub(super) log: LogId,
    /// Number of the entry that comes next.
    pub(super) next: u64,
    /// Hash of the last entry.
    pub(super) hash: Sha256Digest,
    /// Bytes of the file.
    pub(super) length: u64,
}

/// Opens a log at its end; the caller holds the lock. A last line that was cut off is set aside.
pub(super) fn find(path: &Path, now: UnixTime) -> Result<(File, Tail), AuditError> {
    let mut log =
        OpenOptions::new().read(true).write(true).open(path).map_err(AuditError::io(path))?;
    let id = log_id(&mut log).map_err(AuditError::io(path))?;
    let id = id.ok_or(AuditFault { entry: 0, fault: Fault::Opening })?;
    let (end, torn) = last_bytes(&mut log).map_err(AuditError::io(path))?;
    let damaged = |_| AuditError::DamagedEnd { path: path.to_owned() };
    let last = Line::parse(end.rsplit(|b| *b == b'\n').next().unwrap_or(&end)).map_err(damaged)?;
    last.check().map_err(damaged)?;
    let length = log.stream_position().map_err(AuditError::io(path))?;
    let mut tail = Tail {
        log: id,
        next: last.seq.saturating_add(1),
        hash: last.hash,
        length: length.saturating_sub(file::length(&torn)),
    };
    if !torn.is_empty() {
        tail.set_aside(&mut log, path, &torn, now)?;
    }
    Ok((log, tail))
}

impl Tail {
    /// Keeps the bytes of a line that was cut off in a file of their own, and records that.
    fn set_aside(
        &mut self,
        log: &mut File,
        path: &Path,
        torn: &[u8],
        now: UnixTime,
    ) -> Result<(), AuditError> {
        file::write_private(&file::beside(path, &format!("{TORN}{}", self.next)), torn)?;
        log.set_len(self.length).map_err(AuditError::io(path))?;
        let mut batch = Batch::new(self.next, self.hash);
        let body = RecoveryBody { bytes: file::length(torn), sha256: Sha256Digest::of(torn) };
        batch.add(now, EntryKind::Recovery, None, &raw(&body)?)?;
        write_at(log, self.length, &batch.bytes).map_err(AuditError::io(path))?;
        (self.next, self.hash) = (batch.seq, batch.hash);
        self.length = self.length.saturating_add(file::length(&batch.bytes));
        Ok(())
    }
}

/// Comes after the log's name, before the number of the entry that was cut off.
pub(super) const TORN: &str = ".torn-";

/// What the first line names; `None` if it is no opening entry.
fn log_id(log: &mut File) -> io::Result<Option<LogId>> {
    let mut first = Vec::new();
    BufReader::new(log.take(MAX_LINE)).read_until(b'\n', &mut first)?;
    let line = first.strip_suffix(b"\n").and_then(|line| Line::parse(line).ok());
    let body = line.filter(|line| line.kind == EntryKind::Open).and_then(|line| line.body);
    let opening = body.and_then(|body| serde_json::from_str::<Opening>(RawValue::get(body)).ok());
    Ok(opening.map(|opening| opening.log))
}

/// The end of the file, up to its last line feed and not including it, with at least one whole
/// line; and what comes after that line feed. The file is left at its end.
fn last_bytes(log: &mut File) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let length = log.seek(SeekFrom::End(0))?;
    let mut window = MAX_LINE;
    loop {
        let from = length.saturating_sub(window);
        log.seek(SeekFrom::Start(from))?;
        let mut end = Vec::new();
        log.take(window).read_to_end(&mut end)?;
        // More than a line can be torn where a power failure left a hole.
        if let Some(feed) = end.iter().rposition(|byte| *byte == b'\n') {
            let torn = end.split_off(feed.saturating_add(1));
            end.pop();
            if from == 0 || end.contains(&b'\n') {
                return Ok((end, torn));
            }
        } else if from == 0 {
            return Ok((Vec::new(), end));
        }
        window = window.saturating_mul(2);
    }
}
