//! Writing to a log, from any number of threads and processes.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::chain::START;
use super::entry::{EntryKind, Format, HeadBody, Line, MAX_LINE, Opening};
use super::error::AuditError;
use super::head::{HeadSigner, HeadSignerError, SignedHead, head_message};
use super::{file, tail};
use crate::audit::id::{LogId, Salt, Sha256Digest};
use crate::audit::receipt::ConsentReceipt;
use crate::time::UnixTime;
use crate::trust::sync_folder;

/// Entries from one head that is signed by itself to the next.
const HEAD_EVERY: u64 = 128;

/// A tamper-evident log of consent receipts in a file on a local disk.
///
/// Entries are chained by their hashes, and the audit key signs a head for every 128th of them and
/// on demand. When a call returns, what it wrote lasts through a power failure. Threads and
/// processes may write to one log at once.
///
/// ```
/// # use ikd_verifier::UnixTime;
/// # use ikd_verifier::audit::{AuditLog, ConsentReceipt, LogId, Salt, VerifyOptions, verify};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("audit.log");
/// # let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
/// # let now = UnixTime::from_secs(1_790_000_000);
/// # let receipt: ConsentReceipt =
/// #     serde_json::from_str(include_str!("../sample_receipt.json"))?;
/// # let (random, fresh) = ([1; 16], [2; 16]);
/// let log = AuditLog::create(&path, LogId::from_bytes(random), key, now)?;
/// log.append(&receipt, Salt::from_bytes(fresh), now)?;
/// let head = log.sign_head(now)?; // to be kept elsewhere
///
/// let options = VerifyOptions { keys: vec![head.key], head: Some(head) };
/// assert_eq!(verify(&path, &options)?.receipts, 1);
/// # Ok(())
/// # }
/// ```
pub struct AuditLog {
    path: PathBuf,
    signer: Box<dyn HeadSigner>,
    head_every: u64,
}

/// An entry that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Its number.
    pub seq: u64,
    /// The head that was signed after it, if it was time for one. A signer that fails keeps no
    /// receipt out of the log: the next head vouches for it.
    pub head: Result<Option<SignedHead>, HeadSignerError>,
}

impl AuditLog {
    /// Makes a log, with an opening entry and a first head. `id` is random.
    ///
    /// # Errors
    ///
    /// [`AuditError::Exists`] if there is a file; nothing is ever overwritten.
    pub fn create(
        path: impl Into<PathBuf>,
        id: LogId,
        signer: impl HeadSigner + 'static,
        now: UnixTime,
    ) -> Result<Self, AuditError> {
        let log = Self::open(path, signer);
        let _lock = file::lock(&log.path)?;
        if log.path.exists() {
            return Err(AuditError::Exists { path: log.path });
        }
        let mut batch = Batch::new(0, START);
        let opening = Opening { format: Format::V1, log: id, key: log.signer.public_key() };
        batch.add(now, EntryKind::Open, None, &raw(&opening)?)?;
        batch.head(&*log.signer, id, now)?;
        // Under another name first: a log is there with its beginning, or not at all.
        let new = file::beside(&log.path, ".new");
        file::write_private(&new, &batch.bytes)?;
        replace(&new, &log.path)?;
        Ok(log)
    }

    /// A log that [`create`](Self::create) made. The file is looked at when it is written to.
    pub fn open(path: impl Into<PathBuf>, signer: impl HeadSigner + 'static) -> Self {
        Self { path: path.into(), signer: Box::new(signer), head_every: HEAD_EVERY }
    }

    /// Signs a head by itself at every `entries`-th number; with 0, on demand only.
    #[must_use]
    pub fn with_head_every(self, entries: u64) -> Self {
        Self { head_every: entries, ..self }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a receipt. `salt` is random and never used twice.
    ///
    /// A last line that a crash cut off is set aside first, into a file beside the log, and an
    /// entry says so.
    ///
    /// # Errors
    ///
    /// [`AuditError`]; the receipt is then not in the log.
    pub fn append(
        &self,
        receipt: &ConsentReceipt,
        salt: Salt,
        now: UnixTime,
    ) -> Result<Appended, AuditError> {
        let mut appended = self.append_all([(receipt, salt)], now)?;
        appended.pop().ok_or(AuditError::TooLarge)
    }

    /// Adds receipts, and waits for the disk once for all of them.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append); none of the receipts is then in the log.
    pub fn append_all<'r>(
        &self,
        receipts: impl IntoIterator<Item = (&'r ConsentReceipt, Salt)>,
        now: UnixTime,
    ) -> Result<Vec<Appended>, AuditError> {
        self.write(now, |batch, id| {
            let mut appended = Vec::new();
            for (receipt, salt) in receipts {
                let seq = batch.add(now, EntryKind::Receipt, Some(salt), &raw(receipt)?)?;
                let due = batch.seq.checked_rem(self.head_every) == Some(0);
                let head = due.then(|| batch.head(&*self.signer, id, now)).transpose();
                let head = match head {
                    Err(AuditError::Signer(error)) => Err(error),
                    other => Ok(other?),
                };
                appended.push(Appended { seq, head });
            }
            Ok(appended)
        })
    }

    /// Signs a head now. It vouches for every entry that is in the log.
    ///
    /// # Errors
    ///
    /// [`AuditError`].
    pub fn sign_head(&self, now: UnixTime) -> Result<SignedHead, AuditError> {
        self.write(now, |batch, id| batch.head(&*self.signer, id, now))
    }

    /// Fills a batch, and writes it whole.
    fn write<T>(
        &self,
        now: UnixTime,
        fill: impl FnOnce(&mut Batch, LogId) -> Result<T, AuditError>,
    ) -> Result<T, AuditError> {
        let _lock = file::lock(&self.path)?;
        let (mut log, tail) = tail::find(&self.path, now)?;
        let mut batch = Batch::new(tail.next, tail.hash);
        let filled = fill(&mut batch, tail.log)?;
        write_at(&mut log, tail.length, &batch.bytes).map_err(AuditError::io(&self.path))?;
        Ok(filled)
    }

    pub(super) fn signer(&self) -> &dyn HeadSigner {
        &*self.signer
    }
}

/// Puts a finished file in place of another, to last.
pub(super) fn replace(new: &Path, path: &Path) -> Result<(), AuditError> {
    fs::rename(new, path).and_then(|()| sync_folder(path)).map_err(AuditError::io(path))
}

/// Writes at the end, to last. What does not fit on the disk is taken back.
pub(super) fn write_at(log: &mut File, end: u64, bytes: &[u8]) -> std::io::Result<()> {
    log.seek(SeekFrom::Start(end))?;
    let written = log.write_all(bytes).and_then(|()| log.sync_data());
    if written.is_err() {
        // Should this fail too, the next write sets the rest aside.
        let _ = log.set_len(end);
    }
    written
}

/// Lines on their way to the file.
pub(super) struct Batch {
    pub(super) seq: u64,
    pub(super) hash: Sha256Digest,
    pub(super) bytes: Vec<u8>,
}

impl Batch {
    /// The line that comes next has this number, and follows the line with this hash.
    pub(super) fn new(seq: u64, hash: Sha256Digest) -> Self {
        Self { seq, hash, bytes: Vec::new() }
    }

    /// Adds a line, and gives its number.
    pub(super) fn add(
        &mut self,
        time: UnixTime,
        kind: EntryKind,
        salt: Option<Salt>,
        body: &RawValue,
    ) -> Result<u64, AuditError> {
        let line = Line::new((self.seq, self.hash), time, kind, salt, body);
        self.push(&line.map_err(|_| AuditError::TooLarge)?)
    }

    /// Adds a line that signs itself.
    pub(super) fn head(
        &mut self,
        signer: &dyn HeadSigner,
        log: LogId,
        time: UnixTime,
    ) -> Result<SignedHead, AuditError> {
        let key = signer.public_key();
        let body = raw(&HeadBody { key })?;
        let line = Line::new((self.seq, self.hash), time, EntryKind::Head, None, &body);
        let mut line = line.map_err(|_| AuditError::TooLarge)?;
        let Line { seq, hash, .. } = line;
        let signature = signer.sign(&head_message(log, seq, hash, time))?;
        line.signature = Some(signature);
        self.push(&line)?;
        Ok(SignedHead { log, seq, hash, time, key, signature })
    }

    fn push(&mut self, line: &Line<'_>) -> Result<u64, AuditError> {
        let start = file::length(&self.bytes);
        line.write(&mut self.bytes).map_err(|_| AuditError::TooLarge)?;
        if file::length(&self.bytes).saturating_sub(start) > MAX_LINE {
            return Err(AuditError::TooLarge);
        }
        self.seq = line.seq.saturating_add(1);
        self.hash = line.hash;
        Ok(line.seq)
    }
}

pub(super) fn raw(body: &impl Serialize) -> Result<Box<RawValue>, AuditError> {
    to_raw_value(body).map_err(|_| AuditError::TooLarge)
}

impl std::fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditLog").field("path", &self.path).finish_non_exhaustive()
    }
}
