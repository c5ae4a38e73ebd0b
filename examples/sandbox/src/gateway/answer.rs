//! The answer: id_token, token response and userinfo, and how each misbehaviour bends them.

use serde_json::{Value, json};

use super::asked::{Asked, Item, TRUST_FRAMEWORK};
use super::error::{Code, OAuthError};
use super::jose::{self, Object, encode, sha256, sign, signing_input};
use super::jwe;
use super::misbehaviour::Misbehaviour as M;
use super::request_object::ACR;
use super::requests::{Approval, Request};
use super::state::GatewayState;
use crate::attribute::Attribute;
use crate::keys::{KeyKind, PublicKey, SigningKey, derive};

/// Seconds that tokens live.
pub(crate) const TOKEN_LIFE: i64 = 120;
/// What [`M::ExtraClaim`] adds.
const EXTRA: Asked =
    Asked { item: Item::Release(Attribute::Religion), essential: false, expected: None };

/// What an access token is good for.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    /// The key that must prove its presence.
    pub(crate) jkt: Option<String>,
    pub(crate) expires: i64,
    auth_req_id: String,
    person: usize,
    qr_sha256: String,
    nonce: String,
    purpose: Object,
    /// What is released.
    asked: Vec<Asked>,
    approved_at: i64,
    txn: String,
}

impl Grant {
    pub(crate) fn new(
        state: &GatewayState,
        request: Request,
        approval: &Approval,
        jkt: Option<String>,
        now: i64,
    ) -> Self {
        let released = |asked: &Asked| approval.claims.contains(asked.item.name());
        Self {
            client_id: request.client_id,
            jkt,
            expires: now + TOKEN_LIFE,
            auth_req_id: request.id,
            person: request.of.scanned.person,
            qr_sha256: request.of.scanned.sha256,
            nonce: request.of.nonce,
            purpose: request.of.purpose,
            asked: request.of.asked.into_iter().filter(released).collect(),
            approved_at: approval.time,
            txn: encode(&state.unique("txn")[..12]),
        }
    }

    /// The token response.
    pub(crate) fn token_response(
        &self,
        state: &GatewayState,
        access_token: &str,
        fault: Option<M>,
        now: i64,
    ) -> Value {
        let mut claims = self.common_claims(state, fault, now);
        claims.insert("at_hash".to_owned(), encode(sha512_half(access_token)).into());
        let mut purpose = self.purpose.clone();
        if fault == Some(M::ChangedPurpose) {
            purpose.insert("purpose".to_owned(), "marketing".into());
        }
        json!({
            "access_token": access_token,
            "token_type": if self.jkt.is_some() { "DPoP" } else { "Bearer" },
            "expires_in": self.expires - now,
            "scope": "openid",
            "id_token": sign_as_told(state, &Value::Object(claims), fault),
            "authorization_details": [purpose],
        })
    }

    /// The signed userinfo, encrypted where the client is registered so.
    pub(crate) fn userinfo(
        &self,
        state: &GatewayState,
        fault: Option<M>,
        now: i64,
    ) -> Result<String, OAuthError> {
        let mut claims = self.common_claims(state, fault, now);
        if fault == Some(M::OtherSub) {
            claims.insert("sub".to_owned(), self.subject(state, self.person + 1).into());
        }
        if let Some(verified) = self.verified_claims(state, fault) {
            claims.insert("verified_claims".to_owned(), verified);
        }
        let signed = sign_as_told(state, &Value::Object(claims), fault);
        match state.client(&self.client_id).filter(|client| client.wants_encryption()) {
            None => Ok(signed),
            Some(client) => {
                let (key, kid) = client.encryption_key().unzip();
                let secret = state.unique("jwe");
                key.and_then(|key| jwe::encrypt(&signed, &key, kid.flatten(), &secret))
                    .ok_or(Code::InvalidRequest.because("the client has no key to encrypt to"))
            }
        }
    }

    /// What id_token and userinfo have in common.
    fn common_claims(&self, state: &GatewayState, fault: Option<M>, now: i64) -> Object {
        let is = |kind| fault == Some(kind);
        let bent = |bend: bool, good: &str, bad: &str| if bend { bad } else { good }.to_owned();
        let expires = if is(M::ExpiredToken) { now - 3_600 } else { now + TOKEN_LIFE };
        let claims = json!({
            "iss": bent(is(M::WrongIssuer), state.issuer(), "https://elsewhere.sandbox.invalid"),
            "aud": bent(is(M::WrongAudience), &self.client_id, "rp-else"),
            "sub": self.subject(state, self.person),
            "iat": expires - TOKEN_LIFE,
            "exp": expires,
            "auth_time": self.approved_at,
            "acr": bent(is(M::WeakAcr), ACR, "urn:ikd:acr:none"),
            "amr": ["pin", "hwk"],
            "nonce": bent(is(M::WrongNonce), &self.nonce, &encode([0; 16])),
            "txn": self.txn,
            "qr_sha256": bent(is(M::WrongQr), &self.qr_sha256, &sha256("another QR")),
            "urn:openid:params:jwt:claim:auth_req_id":
                bent(is(M::WrongRequest), &self.auth_req_id, &encode([0; 32])),
        });
        match claims {
            Value::Object(claims) => claims,
            _ => unreachable!("it is written as an object"),
        }
    }

    /// `None` where nothing is released: an empty element would break the schema.
    fn verified_claims(&self, state: &GatewayState, fault: Option<M>) -> Option<Value> {
        let persons = state.sandbox().persons();
        let other = usize::from(fault == Some(M::OtherPerson));
        let person = persons.get((self.person + other) % persons.len())?;
        let extra = (fault == Some(M::ExtraClaim)).then_some(EXTRA);
        let claims: Object = self
            .asked
            .iter()
            .chain(&extra)
            .filter_map(|asked| Some((asked.item.name().to_owned(), asked.answer(person)?)))
            .collect();
        let verification = json!({"trust_framework": TRUST_FRAMEWORK});
        (!claims.is_empty()).then(|| json!({"verification": verification, "claims": claims}))
    }

    /// The pseudonym of a person, another one for each client.
    fn subject(&self, state: &GatewayState, person: usize) -> String {
        let secret = state.sandbox().secret("subjects");
        let person = person.to_be_bytes();
        encode(&derive(&secret, &[self.client_id.as_bytes(), &person])[..16])
    }
}

/// The key that signs, and its `kid`.
pub(crate) fn gateway_key(state: &GatewayState, fault: Option<M>) -> (SigningKey, String) {
    let other =
        |name: &str| SigningKey::derive(KeyKind::Ed25519, &state.sandbox().secret(name), "");
    let key = match fault {
        Some(M::UnknownKid) => other("unknown gateway key"),
        Some(M::RotatedKey) => other("next gateway key"),
        _ => state.sandbox().issuer().gateway_key(),
    };
    let kid = jose::thumbprint(&key.public());
    (key, kid)
}

/// Signs with the gateway's key, or badly.
fn sign_as_told(state: &GatewayState, claims: &Value, fault: Option<M>) -> String {
    let (key, kid) = gateway_key(state, fault);
    let mut header = json!({"alg": "EdDSA", "kid": kid, "typ": "JWT"});
    match fault {
        Some(M::AlgNone) => {
            header["alg"] = "none".into();
            format!("{}.", signing_input(&header, claims))
        }
        Some(M::AlgHmac) => {
            header["alg"] = "HS256".into();
            let input = signing_input(&header, claims);
            let (PublicKey::Ed25519(x) | PublicKey::P256 { x, .. }) = key.public();
            format!("{input}.{}", encode(hmac_sha256(&x, input.as_bytes())))
        }
        Some(M::BadSignature) => {
            let thief = state.sandbox().secret("a thief's key");
            sign(&SigningKey::derive(KeyKind::Ed25519, &thief, ""), &header, claims)
        }
        Some(M::CritHeader) => {
            header["crit"] = json!(["urn:ikd:unknown"]);
            header["urn:ikd:unknown"] = true.into();
            sign(&key, &header, claims)
        }
        Some(M::JwkHeader) => {
            header["jwk"] = jose::jwk(&key.public());
            sign(&key, &header, claims)
        }
        _ => sign(&key, &header, claims),
    }
}

/// The left half of SHA-512, as `at_hash` has it for Ed25519.
fn sha512_half(text: &str) -> [u8; 32] {
    let digest: [u8; 64] = <sha2::Sha512 as sha2::Digest>::digest(text).into();
    let (half, _) = digest.split_at(32);
    half.try_into().expect("32 of 64 bytes")
}

/// HMAC (RFC 2104) with a key of up to 64 bytes.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    use sha2::{Digest as _, Sha256};
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(key).for_each(|(block, key)| *block ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}
