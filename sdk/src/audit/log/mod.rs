//! The tamper-evident log of receipts: entries chained by hashes, heads that are signed, bodies
//! that can be erased. `format/audit-log.md` describes the file.

mod append;
mod chain;
mod entry;
mod erase;
mod error;
mod file;
mod head;
mod tail;
#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "tests"
)]
mod tests;
mod verify;

pub use append::{Appended, AuditLog};
pub use entry::{EntryKind, ErasureMark, ErasureReason};
pub use erase::Erased;
pub use error::{AuditError, AuditFault, Fault};
pub(crate) use file::private;
pub use head::{HeadSigner, HeadSignerError, SignedHead};
pub use verify::{AuditReport, Entry, VerifyOptions, read, verify};
