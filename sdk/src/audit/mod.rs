//! Consent receipts, and the tamper-evident log that keeps them (consent section 4).

mod export;
mod id;
mod key;
mod label;
mod log;
mod names;
mod receipt;
mod subject;

pub use export::{ExportFormat, ProcessingRecord, ProcessingRegister, Selection, write_entries};
pub use id::{AuditKey, HeadSignature, IdError, LogId, Pseudonym, ReceiptId, Salt, Sha256Digest};
#[cfg(feature = "consent")]
pub(crate) use key::read_secret;
pub use key::{KeyFileError, read_signing_key};
pub use label::{Label, LabelError};
#[cfg(feature = "consent")]
pub(crate) use log::private;
pub use log::{
    Appended, AuditError, AuditFault, AuditLog, AuditReport, Entry, EntryKind, Erased, ErasureMark,
    ErasureReason, Fault, HeadSigner, HeadSignerError, SignedHead, VerifyOptions, read, verify,
};
pub use names::{ConsentClaim, ConsentOutcome, GatewayErrorCode, LegalBasis, UnknownName};
pub use receipt::{
    ConsentReceipt, ReceiptAttributes, ReceiptPurpose, ReceiptTimes, RelyingParty, Schema,
};
pub use subject::PseudonymKey;
