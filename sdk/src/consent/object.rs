//! The request object: what is asked, signed (consent section 1).

use serde_json::{Value, json};

use super::client::{ConsentClient, gateway_label};
use super::client_auth::{LIFE, object, unique};
use super::error::ConsentError;
use super::jose::{Object, encode};
use super::pending::{Format, PendingConsent, SentPurpose};
use super::poll::Schedule;
use super::request::{AttributeRequest, RequestError};
use super::sources::Random;
use crate::audit::{Pseudonym, PseudonymKey, Sha256Digest};
use crate::message::Language;
use crate::verify::VerifiedPresentation;

/// The type of a request object (RFC 9101 section 10.8).
pub(super) const TYPE: &str = "oauth-authz-req+jwt";
/// What binding messages are made of: no letters and digits that look alike.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A request that is about to be sent, with what is not kept of it.
pub(super) struct Draft {
    pub(super) pending: PendingConsent,
    jti: String,
    notification: Option<String>,
}

impl ConsentClient {
    /// Everything of a request that does not need the gateway.
    pub(super) async fn draft(
        &self,
        presentation: &VerifiedPresentation,
        request: &AttributeRequest,
        gateway: String,
    ) -> Result<Draft, ConsentError> {
        let asked: Vec<_> = request.required().chain(request.optionals()).collect();
        if asked.is_empty() {
            return Err(RequestError::Empty.into());
        }
        let settings = &self.shared.settings;
        let random = &*settings.random;
        let nonce = unique(random)?;
        let notification = if settings.ping { Some(notification_token(random)?) } else { None };
        let attributes = presentation.attributes();
        let shown = self.seal().await?.shown(&nonce, attributes, &asked);
        let now = self.now();
        let purpose = &request.purpose;
        let pending = PendingConsent {
            format: Format::V1,
            auth_req_id: String::new(),
            issuer: presentation.issuer().to_owned(),
            gateway: gateway_label(&gateway)?,
            relying_party: settings.relying_party.clone(),
            shown,
            nonce,
            qr_sha256: Sha256Digest::from_bytes(*presentation.qr_sha256()),
            purpose: SentPurpose {
                id: purpose.id().clone(),
                text: purpose.text(Language::Indonesian).clone(),
                legal_basis: purpose.legal_basis(),
                retention_days: purpose.retention_days(),
                terminal: request.terminal.clone(),
            },
            required: request.required().collect(),
            optional: request.optionals().collect(),
            binding_message: match &request.binding_message {
                Some(text) => text.clone(),
                None => random_message(random)?,
            },
            scanned_at: presentation.verified_at(),
            asked_at: now.secs(),
            subject: pseudonyms(settings.pseudonyms.as_ref(), presentation),
            notification: notification.as_ref().map(|token| Sha256Digest::of(token.as_bytes())),
            schedule: Schedule::over(now),
        };
        Ok(Draft { pending, jti: unique(random)?, notification })
    }
}

impl Draft {
    /// The claims of the request object, for the gateway that calls itself `audience`.
    pub(super) fn claims(
        &self,
        presentation: &VerifiedPresentation,
        request: &AttributeRequest,
        audience: &str,
    ) -> Object {
        let PendingConsent { relying_party, nonce, binding_message, asked_at, .. } = &self.pending;
        let mut claims = object(json!({
            "iss": relying_party.id,
            "aud": audience,
            "jti": self.jti,
            "iat": asked_at,
            "nbf": asked_at,
            "exp": asked_at.plus(LIFE),
            "scope": "openid",
            "login_hint_token": presentation.qr_text(),
            "binding_message": binding_message,
            "acr_values": super::ACR,
            "nonce": nonce,
            "claims": request.claims(),
            "authorization_details": [self.pending.details()],
        }));
        if let Some(seconds) = request.expiry {
            claims.insert("requested_expiry".to_owned(), seconds.get().into());
        }
        if let Some(token) = &self.notification {
            claims.insert("client_notification_token".to_owned(), Value::from(token.as_str()));
        }
        claims
    }
}

/// 32 random bytes in base64url (CIBA section 7.1: at least 128 bits).
fn notification_token(random: &dyn Random) -> Result<String, ConsentError> {
    let mut bytes = [0; 32];
    random.fill(&mut bytes)?;
    Ok(encode(bytes))
}

/// Six characters for both screens, such as `K7Q-4MX`.
fn random_message(random: &dyn Random) -> Result<String, ConsentError> {
    let mut bytes = [0; 6];
    random.fill(&mut bytes)?;
    // 32 divides 256: every letter is as likely as any other.
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied().map_or('A', char::from);
    let (first, last) = bytes.split_at(3);
    Ok(first.iter().map(letter).chain(['-']).chain(last.iter().map(letter)).collect())
}

/// By whom the citizen can be found in the receipts.
fn pseudonyms(key: Option<&PseudonymKey>, presentation: &VerifiedPresentation) -> Vec<Pseudonym> {
    let Some(key) = key else { return Vec::new() };
    let nik = presentation.attributes().nik().map(|nik| key.of_nik(nik));
    let subject = presentation.subject().map(|sub| key.of_subject(presentation.issuer(), sub));
    nik.into_iter().chain(subject).collect()
}
