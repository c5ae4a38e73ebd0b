//! Asking a citizen for attributes, with consent, after a scan (`format/consent.md`).
//!
//! A scan proves who stands there. Anything more is asked of the citizen, who sees on the phone who
//! asks, what for and which attributes, and approves with a PIN. The channel is OpenID CIBA with
//! signed requests and DPoP. Every request ends in a receipt without values.
//!
//! ```no_run
//! # use ikd_verifier::{AttributeName, HttpOptions, Trust, VerifiedPresentation};
//! # use ikd_verifier::audit::{Label, RelyingParty};
//! # use ikd_verifier::consent::{ConsentClient, ConsentResult, FileKey, Purposes};
//! # use std::sync::Arc;
//! # async fn example(
//! #     purposes: Purposes, trust: Arc<Trust>, verified: VerifiedPresentation,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! // Once.
//! let party = RelyingParty { id: Label::new("rp-bank")?, name: Label::new("Bank Contoh")? };
//! let key = Arc::new(FileKey::open("rp.pem")?);
//! let client = ConsentClient::builder(party, key, trust).build()?;
//!
//! // After each scan.
//! let purpose = purposes.get("account_opening").ok_or("no such purpose")?;
//! let request = purpose.request().require([AttributeName::FullName, AttributeName::MotherName])?;
//! let ctrl_c = async { drop(tokio::signal::ctrl_c().await) };
//! let show = |progress: ikd_verifier::consent::Progress| println!("{:?}", progress.time_left);
//! let finished = client.ask(&verified, request, show, ctrl_c).await?;
//! match &finished.result {
//!     ConsentResult::Granted(granted) => println!("{:?}", granted.attributes.full_name()),
//!     other => println!("{}", other.outcome().message().id),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A request survives a restart: [`ConsentClient::start`] gives a [`PendingConsent`] that serde
//! stores, and any process with the same key and trust goes on with [`ConsentClient::finish`].

mod answer;
mod builder;
mod checks;
mod client;
mod client_auth;
mod code;
mod collect;
mod document;
mod error;
mod exchange;
mod jose;
#[cfg(feature = "consent-jwe")]
mod jwe;
mod keys;
mod metadata;
mod object;
mod pending;
#[cfg(feature = "consent-ping")]
mod ping;
mod poll;
mod polling;
mod purpose;
mod queue;
mod receipt;
mod record;
mod released;
mod reply;
mod request;
mod sources;
mod store;
mod wait;

pub use answer::{
    ClaimMatch, ConsentResult, FinishedConsent, GrantedConsent, Recorded, SignedAnswer,
};
pub use builder::ConsentClientBuilder;
pub use checks::ConsentCode;
pub use client::{ConsentClient, Started};
pub use document::{Document, DocumentClient, DocumentError};
pub use error::ConsentError;
pub use jose::PublicJwk;
#[cfg(feature = "consent-jwe")]
pub use jwe::DecryptionKey;
pub use keys::{FileKey, RequestSigner, SignError, Signing};
pub use pending::PendingConsent;
#[cfg(feature = "consent-ping")]
pub use ping::{PingTarget, ping_router};
pub use purpose::{Purpose, PurposeError, PurposeText, Purposes};
pub use queue::{ConsentQueue, QueueError, QueueTrouble};
pub use request::{AttributeRequest, RequestError};
pub use sources::{Clock, OsRandom, Random, RandomError, SystemClock};
#[cfg(feature = "postgres")]
pub use store::PostgresConsentStore;
pub use store::{Claim, ConsentStore, ConsentStoreError, DirectoryConsentStore, Storing};
pub use wait::{Progress, WaitError};

/// The trust framework under which attributes are asked and must be verified.
const TRUST_FRAMEWORK: &str = "id_dukcapil";
/// How the citizen approves: with the PIN.
const ACR: &str = "urn:ikd:acr:pin";
/// The type of the `authorization_details`.
const DETAILS_TYPE: &str = "ikd_attribute_request";
