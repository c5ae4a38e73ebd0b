//! Offline relying-party verifier for dynamic identity QR codes.

mod attributes;
mod challenge;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod limits;
mod message;
mod payload;
mod policy;
mod refusal;
mod replay;
#[cfg(feature = "scan")]
pub mod scan;
mod signature;
#[cfg(test)]
mod testing;
mod time;
mod trust;
mod verify;

pub use attributes::{
    AttributeKind, AttributeName, AttributeValue, Attributes, ClaimSet, Gender, MaritalStatus, Nik,
    NikError, NikParts, Photo, PhotoFormat, UnknownAttribute, UnknownLabel, Value, Warning,
};
pub use challenge::Challenge;
pub use message::{Language, Message};
pub use payload::{
    Base45Error, CborError, CborFault, DocumentShare, Envelope, UnverifiedPresentation,
};
pub use policy::{Policy, SkewError, StatusPolicy};
pub use refusal::{Code, Detail, Refusal};
#[cfg(feature = "store")]
pub use replay::DirectoryReplayStore;
pub use replay::{Acceptance, MemoryReplayStore, ReplayError, ReplayKey, ReplayScope, ReplayStore};
pub use time::UnixTime;
pub use trust::{
    Bundle, ImportReport, Issuer, IssuerKey, KeyUse, RootKey, RootKeys, RootKeysError, StateError,
    Status, StatusList, StatusListError, Trust, TrustError, TrustList, TrustState,
};
#[cfg(feature = "store")]
pub use trust::{FileTrustStore, StoreError};
pub use verify::{
    NotEstablished, PendingPresentation, StatusReport, StatusUnknown, TrustReport,
    VerifiedPresentation, Verifier,
};
