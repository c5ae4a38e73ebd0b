//! Setting a [`ConsentClient`] up.

use std::fmt;
use std::sync::Arc;

use super::client::ConsentClient;
use super::error::ConsentError;
use super::jose::PublicJwk;
#[cfg(feature = "consent-jwe")]
use super::jwe::DecryptionKey;
use super::keys::RequestSigner;
use super::sources::{Clock, OsRandom, Random, SystemClock};
use crate::audit::{AuditLog, PseudonymKey, RelyingParty};
use crate::http::HttpOptions;
use crate::trust::Trust;

/// What a [`ConsentClient`] is made of.
pub struct ConsentClientBuilder {
    pub(super) relying_party: RelyingParty,
    pub(super) signer: Arc<dyn RequestSigner>,
    pub(super) proof_signer: Arc<dyn RequestSigner>,
    pub(super) trust: Arc<Trust>,
    pub(super) http: HttpOptions,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) pseudonyms: Option<PseudonymKey>,
    pub(super) receipts: Option<Arc<AuditLog>>,
    pub(super) ping: bool,
    #[cfg(feature = "consent-jwe")]
    pub(super) decryption: Option<DecryptionKey>,
}

impl ConsentClientBuilder {
    pub(super) fn new(
        relying_party: RelyingParty,
        signer: Arc<dyn RequestSigner>,
        trust: Arc<Trust>,
    ) -> Self {
        Self {
            relying_party,
            proof_signer: signer.clone(),
            signer,
            trust,
            http: HttpOptions::new(),
            clock: Arc::new(SystemClock),
            random: Arc::new(OsRandom),
            pseudonyms: None,
            receipts: None,
            ping: false,
            #[cfg(feature = "consent-jwe")]
            decryption: None,
        }
    }

    /// How the gateway is reached.
    #[must_use]
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Signs DPoP proofs with another key, such as a P-256 key of an HSM.
    #[must_use]
    pub fn proof_signer(mut self, signer: Arc<dyn RequestSigner>) -> Self {
        self.proof_signer = signer;
        self
    }

    /// Notes pseudonyms of citizens in receipts, so that their own entries can be found.
    #[must_use]
    pub fn pseudonyms(mut self, key: PseudonymKey) -> Self {
        self.pseudonyms = Some(key);
        self
    }

    /// Appends every receipt to this log.
    #[must_use]
    pub fn receipts(mut self, log: Arc<AuditLog>) -> Self {
        self.receipts = Some(log);
        self
    }

    /// For a relying party that is registered for ping mode: requests carry a token for the
    /// notification, and polls wait for it, with one each 30 s in case it gets lost.
    #[must_use]
    pub fn ping(mut self) -> Self {
        self.ping = true;
        self
    }

    /// For a relying party that is registered for encrypted userinfo: answers that are not
    /// encrypted to this key are not taken any more.
    #[cfg(feature = "consent-jwe")]
    #[must_use]
    pub fn decryption_key(mut self, key: DecryptionKey) -> Self {
        self.decryption = Some(key);
        self
    }

    /// Another clock, for tests.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Another random source.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`ConsentError::KeyKind`] when requests would not be signed with Ed25519,
    /// [`ConsentError::Http`] when the HTTP options cannot be used.
    pub fn build(self) -> Result<ConsentClient, ConsentError> {
        if !matches!(self.signer.public_key(), PublicJwk::Ed25519(_)) {
            return Err(ConsentError::KeyKind);
        }
        ConsentClient::new(self)
    }
}

impl fmt::Debug for ConsentClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentClientBuilder")
            .field("relying_party", &self.relying_party)
            .finish_non_exhaustive()
    }
}
