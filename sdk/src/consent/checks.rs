//! The checks on an answer (consent section 3), in their order, on claims whose signature holds.

use serde_json::Value;

pub use super::code::ConsentCode;
use super::jose::{JoseError, Object};
use super::pending::{PendingConsent, Seal};
use super::released::Released;
use super::sources::Moment;

/// Seconds by which the gateway's clock may differ.
const SKEW: i64 = 30;

const AUTH_REQ_ID: &str = "urn:openid:params:jwt:claim:auth_req_id";

/// Members of both tokens that are about the answer and not about the citizen. Whatever else a
/// token has counts as released.
const PROTOCOL: [&str; 22] = [
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "authorization_details",
    "azp",
    "c_hash",
    "client_id",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "qr_sha256",
    "s_hash",
    "sid",
    "sub",
    "txn",
    "urn:openid:params:jwt:claim:auth_req_id",
    "urn:openid:params:jwt:claim:rt_hash",
];

/// What an answer is held against.
pub(super) struct Expected<'a> {
    pub(super) request: &'a PendingConsent,
    /// How the gateway calls itself.
    pub(super) issuer: &'a str,
    pub(super) now: Moment,
}

/// What came, after every check.
pub(super) struct Checked {
    pub(super) released: Released,
    pub(super) txn: Option<String>,
}

impl From<JoseError> for ConsentCode {
    /// Check 1.
    fn from(error: JoseError) -> Self {
        match error {
            JoseError::Malformed => Self::BadToken,
            JoseError::Algorithm => Self::BadAlgorithm,
            JoseError::Header => Self::BadHeader,
            JoseError::Signature => Self::BadSignature,
        }
    }
}

impl Expected<'_> {
    /// What can be told before the attributes are fetched: checks 2, 4 and 5.
    pub(super) fn check_id_token(
        &self,
        token: &Object,
        details: &Value,
    ) -> Result<(), ConsentCode> {
        self.check_maker(token)?;
        // An `id_token` without times or nonce is none (OpenID Connect Core section 2).
        let present = |name, code| if token.contains_key(name) { Ok(()) } else { Err(code) };
        present("exp", ConsentCode::TokenExpired)?;
        present("iat", ConsentCode::WrongTime)?;
        self.check_times(token)?;
        present("nonce", ConsentCode::WrongNonce)?;
        self.check_bindings(token)?;
        if text(token, "acr") != Some(super::ACR) {
            return Err(ConsentCode::WrongAcr);
        }
        text(token, "sub").ok_or(ConsentCode::BadToken)?;
        self.check_qr(token)?;
        self.check_details(details)?;
        match token.keys().all(|name| PROTOCOL.contains(&name.as_str())) {
            true => Ok(()),
            false => Err(ConsentCode::OverDisclosure),
        }
    }

    /// The rest, once they came: checks 2 to 4, 6 and 8.
    pub(super) fn check_userinfo(
        &self,
        userinfo: &Object,
        id_token: &Object,
        seal: &Seal,
    ) -> Result<Checked, ConsentCode> {
        self.check_maker(userinfo)?;
        self.check_times(userinfo)?;
        self.check_bindings(userinfo)?;
        if userinfo.get("acr").is_some_and(|acr| acr != super::ACR) {
            return Err(ConsentCode::WrongAcr);
        }
        if text(userinfo, "sub").is_none() || userinfo.get("sub") != id_token.get("sub") {
            return Err(ConsentCode::SubjectMismatch);
        }
        self.check_qr(userinfo)?;
        if let Some(details) = userinfo.get("authorization_details") {
            self.check_details(details)?;
        }
        let protocol = |name: &String| PROTOCOL.contains(&name.as_str());
        if !userinfo.keys().all(|name| protocol(name) || name == "verified_claims") {
            return Err(ConsentCode::OverDisclosure);
        }
        let released = match userinfo.get("verified_claims") {
            None => Released::default(),
            Some(claims) => Released::read(claims, self.request)?,
        };
        let PendingConsent { nonce, shown, .. } = self.request;
        if seal.differing(nonce, shown, &released.attributes).is_some() {
            return Err(ConsentCode::PersonMismatch);
        }
        let txn = text(userinfo, "txn").or_else(|| text(id_token, "txn"));
        Ok(Checked { released, txn: txn.map(str::to_owned) })
    }

    fn check_maker(&self, token: &Object) -> Result<(), ConsentCode> {
        if text(token, "iss") != Some(self.issuer) {
            return Err(ConsentCode::WrongIssuer);
        }
        let me = self.request.relying_party.id.as_str();
        let mine = match token.get("aud") {
            Some(Value::String(audience)) => audience == me,
            // Others who may read it would be told who stands here.
            Some(Value::Array(audiences)) => matches!(audiences.as_slice(), [one] if one == me),
            _ => false,
        };
        let party = token.get("azp").is_none_or(|party| party == me);
        if mine && party { Ok(()) } else { Err(ConsentCode::WrongAudience) }
    }

    fn check_times(&self, token: &Object) -> Result<(), ConsentCode> {
        let now = self.now.secs().secs();
        if let Some(expires) = token.get("exp") {
            let alive = |expires: i64| now.saturating_sub(SKEW) < expires;
            if !expires.as_i64().is_some_and(alive) {
                return Err(ConsentCode::TokenExpired);
            }
        }
        let earliest = self.request.asked_at.minus(SKEW).secs();
        let latest = now.saturating_add(SKEW);
        for (name, from) in [("iat", earliest), ("nbf", i64::MIN)] {
            let inside = |time: &Value| time.as_i64().is_some_and(|t| (from..=latest).contains(&t));
            if !token.get(name).is_none_or(inside) {
                return Err(ConsentCode::WrongTime);
            }
        }
        Ok(())
    }

    /// Whether the token answers this very request, as far as it says.
    fn check_bindings(&self, token: &Object) -> Result<(), ConsentCode> {
        if token.get("nonce").is_some_and(|nonce| nonce != self.request.nonce.as_str()) {
            return Err(ConsentCode::WrongNonce);
        }
        if token.get(AUTH_REQ_ID).is_some_and(|id| id != self.request.auth_req_id.as_str()) {
            return Err(ConsentCode::WrongRequest);
        }
        Ok(())
    }

    fn check_qr(&self, token: &Object) -> Result<(), ConsentCode> {
        let same = text(token, "qr_sha256") == Some(self.request.qr_sha256.to_string().as_str());
        if same { Ok(()) } else { Err(ConsentCode::WrongQr) }
    }

    /// One detail, in which everything that was asked is repeated: the three of the specification
    /// must be there, and what else was sent must not have another value.
    fn check_details(&self, details: &Value) -> Result<(), ConsentCode> {
        let detail = match details.as_array().map(Vec::as_slice) {
            Some([Value::Object(detail)]) => detail,
            _ => return Err(ConsentCode::ChangedDetails),
        };
        let sent = self.request.details();
        let required = ["type", "purpose", "legal_basis", "retention_days"];
        let complete = required.iter().all(|name| detail.contains_key(*name));
        let unchanged =
            detail.iter().all(|(name, value)| sent.get(name).is_none_or(|sent| sent == value));
        if complete && unchanged { Ok(()) } else { Err(ConsentCode::ChangedDetails) }
    }
}

fn text<'a>(token: &'a Object, name: &str) -> Option<&'a str> {
    token.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests;
