//! Reading a log: every rule is checked while the entries pass by.

use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use super::chain::Chain;
use super::entry::{EntryKind, ErasureMark, Line, MAX_LINE};
use super::error::{AuditError, AuditFault, Fault};
use super::file;
use super::head::SignedHead;
use crate::audit::id::{AuditKey, LogId, Sha256Digest};
use crate::audit::receipt::ConsentReceipt;
use crate::time::UnixTime;

/// What the log is held against.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// Keys that may have signed heads. When empty, the key that the log itself names: whoever can
    /// write a whole new log then goes unnoticed.
    pub keys: Vec<AuditKey>,
    /// A head that was kept elsewhere: the log must still lead to it.
    pub head: Option<SignedHead>,
}

/// What a sound log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditReport {
    /// The log.
    pub log: LogId,
    /// The key that the log names in its first entry.
    pub opened_with: AuditKey,
    /// Number of entries of any kind.
    pub entries: u64,
    /// Receipts, the erased ones included.
    pub receipts: u64,
    /// Receipts whose body is erased.
    pub erased: u64,
    /// Hash of the last entry.
    pub hash: Sha256Digest,
    /// The last signed head.
    pub head: Option<SignedHead>,
    /// Entries after the last signed head. Nothing in the log shows whether more of them were
    /// removed; a later head, once it is kept elsewhere, vouches for what is there then.
    pub unsigned: u64,
}

/// An entry that has been checked against everything before it.
pub struct Entry<'a>(Line<'a>);

impl Entry<'_> {
    /// Its number; the first one is 0.
    pub fn seq(&self) -> u64 {
        self.0.seq
    }

    /// When it was written.
    pub fn time(&self) -> UnixTime {
        self.0.time
    }

    /// What it is.
    pub fn kind(&self) -> EntryKind {
        self.0.kind
    }

    /// The mark, where a receipt's body is erased.
    pub fn erased(&self) -> Option<ErasureMark> {
        self.0.erased
    }

    /// The receipt, unless the entry is another one or its body is erased.
    ///
    /// # Errors
    ///
    /// [`Fault::Body`] for a body that is no receipt of a layout that is known.
    pub fn receipt(&self) -> Result<Option<ConsentReceipt>, AuditFault> {
        let body = self.0.body.filter(|_| self.0.kind == EntryKind::Receipt);
        let receipt = body.map(|body| serde_json::from_str(body.get())).transpose();
        receipt.map_err(|_| AuditFault { entry: self.0.seq, fault: Fault::Body })
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("seq", &self.seq()).field("kind", &self.kind()).finish()
    }
}

/// Checks a whole log. Memory does not grow with its length.
///
/// # Errors
///
/// [`AuditError::Tampered`] with the first fault, or [`AuditError::Io`].
pub fn verify(path: &Path, options: &VerifyOptions) -> Result<AuditReport, AuditError> {
    read(path, options, &mut |_| Ok(()))
}

/// Checks a whole log and shows each entry, in order, once everything up to it holds. What was
/// shown counts only if the end is reached without an error.
///
/// # Errors
///
/// As [`verify`], and what `visit` returns.
pub fn read(
    path: &Path,
    options: &VerifyOptions,
    visit: &mut dyn FnMut(&Entry<'_>) -> Result<(), AuditError>,
) -> Result<AuditReport, AuditError> {
    let (file, length) = file::open_to_read(path)?;
    let mut chain = Chain::new(options);
    each_line(path, &file, length, &mut chain, &mut |line| visit(&Entry(line)))?;
    Ok(chain.finish()?)
}

/// Leads the first `length` bytes of a file through a chain.
pub(super) fn each_line(
    path: &Path,
    file: &File,
    length: u64,
    chain: &mut Chain<'_>,
    visit: &mut dyn FnMut(Line<'_>) -> Result<(), AuditError>,
) -> Result<(), AuditError> {
    let mut reader = BufReader::with_capacity(1 << 18, file.take(length));
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let mut line = reader.by_ref().take(MAX_LINE);
        let count = line.read_until(b'\n', &mut bytes).map_err(AuditError::io(path))?;
        if count == 0 {
            return Ok(());
        }
        let Some(line) = bytes.strip_suffix(b"\n") else {
            let is_cut = file::length(&bytes) < MAX_LINE;
            return Err(chain.fault(if is_cut { Fault::Torn } else { Fault::Malformed }).into());
        };
        visit(chain.take(line)?)?;
    }
}

impl Default for AuditReport {
    /// Of nothing read yet.
    fn default() -> Self {
        Self {
            log: LogId::from_bytes([0; 16]),
            opened_with: AuditKey::from_bytes([0; 32]),
            entries: 0,
            receipts: 0,
            erased: 0,
            hash: super::chain::START,
            head: None,
            unsigned: 0,
        }
    }
}
