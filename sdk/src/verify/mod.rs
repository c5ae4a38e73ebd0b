//! `UnverifiedPresentation` + trust + now → `VerifiedPresentation`. This folder owns the order of
//! the steps (IKD-QR section 6).

mod cache;
mod pending;
mod result;
mod verifier;

pub use pending::PendingPresentation;
pub use result::{NotEstablished, StatusReport, StatusUnknown, TrustReport, VerifiedPresentation};
pub use verifier::Verifier;
