//! The client, and how a request begins.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::OnceCell;

use super::answer::{ConsentResult, FinishedConsent};
use super::builder::ConsentClientBuilder;
use super::checks::ConsentCode;
use super::error::ConsentError;
use super::exchange::Caller;
use super::jose::{Object, sign};
use super::keys::RequestSigner;
use super::metadata::{Failure, Gateway};
use super::object;
use super::pending::{PendingConsent, Seal};
use super::poll::Schedule;
use super::reply::Reply;
use super::request::AttributeRequest;
use super::sources::Moment;
use super::wait::Waiting;
use crate::audit::{GatewayErrorCode, Label, RelyingParty};
use crate::http::HttpClient;
use crate::trust::Trust;
use crate::verify::VerifiedPresentation;

/// Seconds between polls where the gateway names none (CIBA section 7.3).
const DEFAULT_INTERVAL: u64 = 5;
/// Characters of an `auth_req_id`.
const MAX_AUTH_REQ_ID: usize = 1_024;

/// Asks citizens for attributes, after a scan and with their consent.
///
/// Cheap to clone; the clones share connections and what is known of gateways. For backends only:
/// the relying party's key must never be in a browser.
///
/// Only a [`VerifiedPresentation`] can start a request:
///
/// ```compile_fail,E0308
/// # use ikd_verifier::{UnverifiedPresentation, consent::{AttributeRequest, ConsentClient}};
/// # async fn ask(client: &ConsentClient, qr: &UnverifiedPresentation<'_>, request: AttributeRequest) {
/// let _ = client.start(qr, request).await;
/// # }
/// ```
#[derive(Clone)]
pub struct ConsentClient {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) settings: ConsentClientBuilder,
    http: HttpClient,
    gateways: Mutex<HashMap<String, Arc<Gateway>>>,
    seal: OnceCell<Seal>,
    pub(super) waiting: Waiting,
}

/// What came of the first call.
#[derive(Debug, Clone)]
#[must_use]
pub enum Started {
    /// The citizen's phone shows the request.
    Waiting(Box<PendingConsent>),
    /// The request ended at once: the gateway refused it or cannot be reached.
    Ended(Box<FinishedConsent>),
}

impl ConsentClient {
    /// Begins to set a client up: who asks, the key that signs, and the trust that names gateways.
    pub fn builder(
        relying_party: RelyingParty,
        signer: Arc<dyn RequestSigner>,
        trust: Arc<Trust>,
    ) -> ConsentClientBuilder {
        ConsentClientBuilder::new(relying_party, signer, trust)
    }

    pub(super) fn new(settings: ConsentClientBuilder) -> Result<Self, ConsentError> {
        let http = HttpClient::new(&settings.http)?;
        let gateways = Mutex::new(HashMap::new());
        let (seal, waiting) = (OnceCell::new(), Waiting::default());
        Ok(Self { shared: Arc::new(Shared { settings, http, gateways, seal, waiting }) })
    }

    /// Asks the citizen who was scanned. What comes back can be stored, and waited for by
    /// [`finish`](Self::finish), [`wait`](Self::wait) or [`poll_once`](Self::poll_once), also in
    /// another process.
    ///
    /// # Errors
    ///
    /// [`ConsentError`] when something on this side is wrong; then nothing was sent.
    pub async fn start(
        &self,
        presentation: &VerifiedPresentation,
        request: AttributeRequest,
    ) -> Result<Started, ConsentError> {
        let issuer = self.gateway_of(presentation.issuer())?;
        let mut draft = self.draft(presentation, &request, issuer).await?;
        let gateway = self.gateway(draft.pending.gateway.as_str());
        let now = self.now();
        let metadata = match gateway.metadata(now).await {
            Ok(metadata) => metadata,
            Err(failure) => return Ok(self.ended(draft.pending, failure.into()).await),
        };
        let header = [super::client_auth::kid(self.signer()), ("typ", object::TYPE.into())];
        let claims = draft.claims(presentation, &request, &metadata.issuer);
        let object = sign(self.signer(), header, claims).await?;
        let reply = self.caller().authenticate(&gateway, &metadata, &object, now).await?;
        let result = match reply {
            Reply::Good(answer) if self.take_up(&mut draft.pending, &answer) => {
                return Ok(Started::Waiting(Box::new(draft.pending)));
            }
            Reply::Good(_) => ConsentResult::ProtocolError(ConsentCode::BadAnswer),
            Reply::Error(code, _) => ended_by(code),
            Reply::Failed(_) => ConsentResult::Unreachable,
            Reply::Broken(code) => ConsentResult::ProtocolError(code),
        };
        Ok(self.ended(draft.pending, result).await)
    }

    /// Takes a notification of the gateway (ping mode): wakes the request of this name that this
    /// process waits for, if `token` is the one that was given out with it. It does nothing else:
    /// the answer is fetched by the poll that follows.
    pub fn notify(&self, auth_req_id: &str, token: &str) -> bool {
        self.shared.waiting.notify(auth_req_id, token)
    }

    /// Takes up the gateway's answer to the request; `false` if something in it is unsound.
    fn take_up(&self, pending: &mut PendingConsent, answer: &Object) -> bool {
        let sound = |name: &&str| {
            let fits = (1..=MAX_AUTH_REQ_ID).contains(&name.len());
            fits && name.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let name = answer.get("auth_req_id").and_then(Value::as_str).filter(sound);
        let life = answer.get("expires_in").and_then(Value::as_u64).filter(|life| *life > 0);
        let interval = match answer.get("interval") {
            None => Some(DEFAULT_INTERVAL),
            Some(interval) => interval.as_u64(),
        };
        let (Some(name), Some(life), Some(interval)) = (name, life, interval) else {
            return false;
        };
        let (life, interval) = (Duration::from_secs(life), Duration::from_secs(interval));
        pending.auth_req_id = name.to_owned();
        pending.schedule = Schedule::new(self.now(), life, interval, self.shared.settings.ping);
        true
    }

    /// The gateway that the trust list names for this issuer: never one that a QR names.
    pub(super) fn gateway_of(&self, issuer: &str) -> Result<String, ConsentError> {
        let state = self.shared.settings.trust.snapshot();
        let list = state.list().ok_or(ConsentError::NoGateway)?;
        let mut entries = list.issuers().iter().filter(|entry| entry.id() == issuer);
        let gateway = entries.find_map(|entry| entry.gateway());
        gateway.map(str::to_owned).ok_or(ConsentError::NoGateway)
    }

    /// What is known of this gateway.
    pub(super) fn gateway(&self, issuer: &str) -> Arc<Gateway> {
        let gateways = &mut self.shared.gateways.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = gateways.get(issuer) {
            return known.clone();
        }
        let gateway = Arc::new(Gateway::new(self.shared.http.clone(), issuer));
        gateways.insert(issuer.to_owned(), gateway.clone());
        gateway
    }

    /// What seals values in stored requests, the same in all instances that have the same key.
    pub(super) async fn seal(&self) -> Result<&Seal, ConsentError> {
        let make = || async {
            let once = self.signer().sign(Seal::CONTEXT).await?;
            let twice = self.signer().sign(Seal::CONTEXT).await?;
            if once == twice { Ok(Seal::new(&once)) } else { Err(ConsentError::KeyKind) }
        };
        self.shared.seal.get_or_try_init(make).await
    }

    pub(super) fn now(&self) -> Moment {
        self.shared.settings.clock.now().into()
    }

    pub(super) fn signer(&self) -> &dyn RequestSigner {
        &*self.shared.settings.signer
    }

    pub(super) fn caller(&self) -> Caller<'_> {
        let settings = &self.shared.settings;
        Caller {
            client_id: settings.relying_party.id.as_str(),
            signer: &*settings.signer,
            proof_signer: &*settings.proof_signer,
            random: &*settings.random,
        }
    }

    async fn ended(&self, pending: PendingConsent, result: ConsentResult) -> Started {
        Started::Ended(Box::new(self.end(&pending, result).await))
    }
}

impl From<Failure> for ConsentResult {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Network => Self::Unreachable,
            Failure::Protocol(code) => Self::ProtocolError(code),
        }
    }
}

/// The end that an error code of the gateway means.
pub(super) fn ended_by(code: GatewayErrorCode) -> ConsentResult {
    match code {
        GatewayErrorCode::AccessDenied => ConsentResult::Denied,
        GatewayErrorCode::ExpiredToken => ConsentResult::Expired,
        code => ConsentResult::Refused(code),
    }
}

impl fmt::Debug for ConsentClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentClient")
            .field("relying_party", &self.shared.settings.relying_party)
            .finish_non_exhaustive()
    }
}

/// The gateway's name as a receipt keeps it.
pub(super) fn gateway_label(issuer: &str) -> Result<Label, ConsentError> {
    Label::new(issuer).map_err(|_| ConsentError::NoGateway)
}
