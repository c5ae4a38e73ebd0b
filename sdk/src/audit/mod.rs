//! Consent receipts, and the tamper-evident log that keeps them (consent section 4).

mod id;
mod label;
mod names;
mod receipt;
mod subject;

pub use id::{IdError, LogId, Pseudonym, ReceiptId, Sha256Digest};
pub use label::{Label, LabelError};
pub use names::{ConsentClaim, ConsentOutcome, GatewayErrorCode, LegalBasis, UnknownName};
pub use receipt::{
    ConsentReceipt, ReceiptAttributes, ReceiptPurpose, ReceiptTimes, RelyingParty, Schema,
};
pub use subject::PseudonymKey;
