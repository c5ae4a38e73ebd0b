//! A request that waits for its answer: opaque, storable, without keys, tokens or values.

use std::fmt;
use std::time::SystemTime;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::client_auth::object;
use super::jose::Object;
use super::poll::Schedule;
use super::sources::Moment;
use crate::attributes::{AttributeName, AttributeValue, Attributes};
use crate::audit::{ConsentClaim, Label, LegalBasis, Pseudonym, RelyingParty, Sha256Digest};
use crate::time::UnixTime;

/// A request that was sent and not answered yet.
///
/// It can be stored with serde and waited for by another process. In it are names, times and
/// digests, and the gateway's name of the request. There is no key and no attribute value in it:
/// whoever steals it can neither ask for the answer nor learn who was asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingConsent {
    pub(super) format: Format,
    pub(super) auth_req_id: String,
    /// The issuer of the QR; the trust list names its gateway.
    pub(super) issuer: String,
    /// The gateway as the trust list named it.
    pub(super) gateway: Label,
    pub(super) relying_party: RelyingParty,
    pub(super) nonce: String,
    pub(super) qr_sha256: Sha256Digest,
    pub(super) purpose: SentPurpose,
    pub(super) required: Vec<ConsentClaim>,
    pub(super) optional: Vec<ConsentClaim>,
    pub(super) binding_message: String,
    pub(super) scanned_at: UnixTime,
    pub(super) asked_at: UnixTime,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) subject: Vec<Pseudonym>,
    /// What the QR said of attributes that were asked, sealed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) shown: Vec<(AttributeName, Sha256Digest)>,
    /// SHA-256 of the token that a notification must bear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) notification: Option<Sha256Digest>,
    pub(super) schedule: Schedule,
}

/// The layout of a stored request. A reader refuses one that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Format {
    #[serde(rename = "ikd-pending-consent/1")]
    V1,
}

/// What the request object said of the purpose: the answer must repeat it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SentPurpose {
    pub(super) id: Label,
    pub(super) text: Label,
    pub(super) legal_basis: LegalBasis,
    pub(super) retention_days: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) terminal: Option<Label>,
}

impl PendingConsent {
    /// A name of the request for stores and screens: 32 hexadecimal digits of a digest.
    pub fn id(&self) -> String {
        hexadecimal(&self.id_bytes())
    }

    /// What the id is made of; receipts have it too. A request that the gateway did not accept has
    /// no name there and goes by its nonce.
    pub(super) fn id_bytes(&self) -> [u8; 16] {
        let accepted = !self.auth_req_id.is_empty();
        id_bytes(if accepted { &self.auth_req_id } else { &self.nonce })
    }

    /// The short text that both screens show.
    pub fn binding_message(&self) -> &str {
        &self.binding_message
    }

    /// The id of the purpose.
    pub fn purpose(&self) -> &Label {
        &self.purpose.id
    }

    /// The counter that asks.
    pub fn terminal(&self) -> Option<&Label> {
        self.purpose.terminal.as_ref()
    }

    /// When the request was sent.
    pub fn asked_at(&self) -> UnixTime {
        self.asked_at
    }

    /// When the gateway forgets the request.
    pub fn expires_at(&self) -> UnixTime {
        self.schedule.expires().secs()
    }

    /// When the gateway may be called again: earlier polls are not sent.
    pub fn next_poll(&self) -> SystemTime {
        let millis = u64::try_from(self.schedule.next().millis()).unwrap_or_default();
        let since = std::time::Duration::from_millis(millis);
        SystemTime::UNIX_EPOCH.checked_add(since).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// The `authorization_details` of the request (consent section 1).
    pub(super) fn details(&self) -> Object {
        let SentPurpose { id, text, legal_basis, retention_days, terminal } = &self.purpose;
        let mut details = object(json!({
            "type": super::DETAILS_TYPE,
            "purpose": id,
            "purpose_text": text,
            "legal_basis": legal_basis,
            "retention_days": retention_days,
            "qr_sha256": self.qr_sha256,
            "scanned_at": self.scanned_at,
        }));
        if let Some(terminal) = terminal {
            details.insert("terminal".to_owned(), terminal.as_str().into());
        }
        details
    }

    /// Everything that was asked.
    pub(super) fn asked(&self) -> impl Iterator<Item = ConsentClaim> {
        self.required.iter().chain(&self.optional).copied()
    }

    /// A notification came: the next poll is due as soon as the interval allows.
    pub(super) fn wake(&mut self) {
        self.schedule.wake();
    }

    pub(super) fn is_due(&self, now: Moment) -> bool {
        self.schedule.is_due(now)
    }
}

/// Whether this token has the digest that was kept of the one given out. The time it takes tells
/// nothing of either.
pub(super) fn is_token(kept: Option<&Sha256Digest>, token: &str) -> bool {
    let given = Sha256Digest::of(token.as_bytes());
    kept.is_some_and(|kept| kept.as_bytes().ct_eq(given.as_bytes()).into())
}

/// The id of the request that the gateway calls `auth_req_id`.
pub(super) fn id_of(auth_req_id: &str) -> String {
    hexadecimal(&id_bytes(auth_req_id))
}

fn id_bytes(name: &str) -> [u8; 16] {
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(Sha256::digest(name)) {
        *to = from;
    }
    id
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for PendingConsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingConsent")
            .field("id", &self.id())
            .field("purpose", &self.purpose.id)
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

/// Seals what a QR says, to be compared with the answer later (check 8): HMAC-SHA-256 under a
/// secret of the relying party that is stored nowhere. Without it, not even trying every NIK tells
/// what was sealed.
pub(super) struct Seal([u8; 32]);

/// What may be both in a QR and in an answer, and must agree then.
const COMPARED: [AttributeName; 3] =
    [AttributeName::Nik, AttributeName::FullName, AttributeName::BirthDate];

impl Seal {
    /// The text whose deterministic signature is the secret. A JWS has no white space, so this can
    /// never be a part of one.
    pub(super) const CONTEXT: &'static [u8] = b"ikd-verifier consent: sealing key, version 1";

    pub(super) fn new(signature: &[u8]) -> Self {
        Self(Sha256::digest(signature).into())
    }

    /// What the QR shows of the attributes that are asked.
    pub(super) fn shown(
        &self,
        nonce: &str,
        attributes: &Attributes,
        asked: &[ConsentClaim],
    ) -> Vec<(AttributeName, Sha256Digest)> {
        let compared =
            COMPARED.into_iter().filter(|name| asked.contains(&ConsentClaim::Attribute(*name)));
        let sealed = compared.filter_map(|name| {
            let value = self.close(nonce, name, attributes.get(name)?)?;
            Some((name, value))
        });
        sealed.collect()
    }

    /// The attribute in which the answer is about another person than the QR.
    pub(super) fn differing(
        &self,
        nonce: &str,
        shown: &[(AttributeName, Sha256Digest)],
        answer: &Attributes,
    ) -> Option<AttributeName> {
        let differs = |(name, sealed): &&(AttributeName, Sha256Digest)| {
            let value = answer.get(*name);
            value.is_some_and(|value| self.close(nonce, *name, value) != Some(*sealed))
        };
        shown.iter().find(differs).map(|(name, _)| *name)
    }

    fn close(
        &self,
        nonce: &str,
        name: AttributeName,
        value: &AttributeValue,
    ) -> Option<Sha256Digest> {
        let text = match value {
            AttributeValue::Nik(nik) => nik.as_str(),
            AttributeValue::Text(text) => text,
            _ => return None,
        };
        // HMAC fills a shorter key up to the hash's block with zeros, as is done here.
        let mut block = [0; 64];
        let (key, _) = block.split_at_mut(self.0.len());
        key.copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        // Neither a nonce nor a name has a zero byte in it.
        for part in [nonce.as_bytes(), &[0], name.as_str().as_bytes(), &[0], text.as_bytes()] {
            mac.update(part);
        }
        Some(Sha256Digest::from_bytes(mac.finalize().into_bytes().into()))
    }
}
