//! One line of the log: its members, its hash, its commitment.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::error::Fault;
use crate::audit::id::{AuditKey, HeadSignature, LogId, Salt, Sha256Digest};
use crate::time::UnixTime;

/// Bytes of a line at most, its line feed included. A receipt with every text at its limit fits.
pub(super) const MAX_LINE: u64 = 32 << 10;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EntryKind {
    /// The first entry: names the log and its key.
    Open,
    /// A consent receipt.
    Receipt,
    /// A signed head: vouches for itself and for everything before it.
    Head,
    /// Bodies were erased.
    Erasure,
    /// A line that was cut off was set aside.
    Recovery,
}

/// A line as it stands in the file. The order of the members is the order in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line<'a> {
    pub(super) seq: u64,
    pub(super) time: UnixTime,
    pub(super) kind: EntryKind,
    pub(super) prev: Sha256Digest,
    pub(super) commit: Sha256Digest,
    pub(super) hash: Sha256Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) salt: Option<Salt>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) erased: Option<ErasureMark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) signature: Option<HeadSignature>,
}

/// The members that are hashed, and how they are written: the beginning of a [`Line`].
#[derive(Serialize)]
struct Link {
    seq: u64,
    time: UnixTime,
    kind: EntryKind,
    prev: Sha256Digest,
    commit: Sha256Digest,
}

/// What stands in place of a body that was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureMark {
    /// Number of the entry that records the erasure.
    pub by: u64,
    /// When.
    pub time: UnixTime,
    /// Why.
    pub reason: ErasureReason,
}

/// Why a body was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErasureReason {
    /// Its retention was over.
    Retention,
}

/// Body of the first entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    pub(super) format: Format,
    pub(super) log: LogId,
    pub(super) key: AuditKey,
}

/// The layout of a log. A reader refuses one that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Format {
    #[serde(rename = "ikd-audit-log/1")]
    V1,
}

/// Body of a signed head.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadBody {
    pub(super) key: AuditKey,
}

/// Body of an erasure.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErasureBody {
    pub(super) reason: ErasureReason,
    pub(super) count: u64,
    pub(super) marks: Sha256Digest,
}

/// Body of a recovery: how long the torn line was, and its digest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecoveryBody {
    pub(super) bytes: u64,
    pub(super) sha256: Sha256Digest,
}

impl<'a> Line<'a> {
    /// A line whose commitment and hash are computed.
    pub(super) fn new(
        (seq, prev): (u64, Sha256Digest),
        time: UnixTime,
        kind: EntryKind,
        salt: Option<Salt>,
        body: &'a RawValue,
    ) -> serde_json::Result<Self> {
        let commit = commitment(salt, body);
        let hash = Link { seq, time, kind, prev, commit }.hash()?;
        let (body, erased, signature) = (Some(body), None, None);
        Ok(Self { seq, time, kind, prev, commit, hash, salt, body, erased, signature })
    }

    /// Reads a line without its line feed. Only the one way of writing it is taken, so that no byte
    /// can change unnoticed.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let line: Self = serde_json::from_slice(bytes).map_err(|_| Fault::Malformed)?;
        let written = serde_json::to_vec(&line).map_err(|_| Fault::Malformed)?;
        if written == bytes { Ok(line) } else { Err(Fault::Malformed) }
    }

    /// Whether the hash is that of the members before it, and the commitment that of the body.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let &Self { seq, time, kind, prev, commit, .. } = self;
        let hash = Link { seq, time, kind, prev, commit }.hash().map_err(|_| Fault::Malformed)?;
        if hash != self.hash {
            return Err(Fault::Hash);
        }
        let is_receipt = kind == EntryKind::Receipt;
        let committed = match (self.body, &self.erased) {
            (Some(body), None) => {
                is_receipt == self.salt.is_some() && commitment(self.salt, body) == commit
            }
            (None, Some(_)) => is_receipt && self.salt.is_none(),
            _ => false,
        };
        let signed = self.signature.is_some() == (kind == EntryKind::Head);
        if committed && signed { Ok(()) } else { Err(Fault::Body) }
    }

    /// The same line without its body, and the salt that hid it.
    pub(super) fn erase(self, mark: ErasureMark) -> Self {
        Self { salt: None, body: None, erased: Some(mark), ..self }
    }

    /// Adds the line and a line feed.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.push(b'\n');
        Ok(())
    }
}

impl Link {
    /// SHA-256 over the line's bytes before `,"hash":`.
    fn hash(&self) -> serde_json::Result<Sha256Digest> {
        let text = serde_json::to_vec(self)?;
        let open = text.strip_suffix(b"}").unwrap_or(&text);
        Ok(Sha256Digest::of(open))
    }
}

fn commitment(salt: Option<Salt>, body: &RawValue) -> Sha256Digest {
    let salt = salt.as_ref().map_or(&[][..], |salt| salt.as_bytes());
    let digest = Sha256::new().chain_update(salt).chain_update(body.get());
    Sha256Digest::from_bytes(digest.finalize().into())
}
