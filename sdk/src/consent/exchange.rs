//! The calls to a gateway.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;

use super::checks::ConsentCode;
use super::client_auth::{Proof, assertion, proof};
use super::error::ConsentError;
use super::jose::Object;
use super::keys::RequestSigner;
use super::metadata::{Failure, Gateway, Metadata};
use super::reply::{Reply, challenge_code, is_busy, json_reply, retry_after, userinfo_text};
use super::sources::{Moment, Random};
use crate::audit::GatewayErrorCode;
use crate::http::HttpAnswer;

/// Bytes of an answer of the authentication or token endpoint.
const MAX_ANSWER: usize = 64 << 10;
/// Bytes of a userinfo answer: a photo may be in it.
const MAX_USERINFO: usize = 4 << 20;
/// Characters of a nonce for DPoP proofs, or of a token.
const MAX_HEADER: usize = 4_096;

const CIBA: &str = "urn:openid:params:grant-type:ciba";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Where a DPoP nonce belongs.
const AT_TOKEN: usize = 0;
const AT_USERINFO: usize = 1;

/// Who calls, and with what.
pub(super) struct Caller<'a> {
    pub(super) client_id: &'a str,
    pub(super) signer: &'a dyn RequestSigner,
    pub(super) proof_signer: &'a dyn RequestSigner,
    pub(super) random: &'a dyn Random,
}

/// The tokens of a request that was approved. They live in memory only, and are shown nowhere.
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) id_token: String,
    /// `authorization_details` as they were granted.
    pub(super) details: Value,
}

impl Caller<'_> {
    /// Sends the request object.
    pub(super) async fn authenticate(
        &self,
        gateway: &Gateway,
        metadata: &Metadata,
        request: &str,
        now: Moment,
    ) -> Result<Reply<Object>, ConsentError> {
        let assertion = self.assertion(metadata, now).await?;
        let form = [
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", &assertion),
            ("request", request),
        ];
        let answer = post(gateway, &metadata.authentication, &form, HeaderMap::new()).await;
        Ok(answer.map_or_else(Reply::from, |answer| json_reply(&answer)))
    }

    /// Asks for the tokens of a request.
    pub(super) async fn tokens(
        &self,
        gateway: &Gateway,
        metadata: &Metadata,
        auth_req_id: &str,
        now: Moment,
    ) -> Result<Reply<Tokens>, ConsentError> {
        let mut retried = false;
        loop {
            let assertion = self.assertion(metadata, now).await?;
            let form = [
                ("grant_type", CIBA),
                ("auth_req_id", auth_req_id),
                ("client_assertion_type", JWT_BEARER),
                ("client_assertion", &assertion),
            ];
            let headers = self.proof(gateway, AT_TOKEN, &metadata.token, None, now).await?;
            let answer = match post(gateway, &metadata.token, &form, headers).await {
                Ok(answer) => answer,
                Err(failure) => return Ok(failure.into()),
            };
            let nonce = take_nonce(gateway, AT_TOKEN, &answer);
            return Ok(match json_reply(&answer) {
                Reply::Good(answer) => Tokens::parse(answer),
                Reply::Error(GatewayErrorCode::UseDpopNonce, _) if nonce && !retried => {
                    retried = true;
                    continue;
                }
                Reply::Error(code, retry_after) => Reply::Error(code, retry_after),
                Reply::Failed(retry_after) => Reply::Failed(retry_after),
                Reply::Broken(code) => Reply::Broken(code),
            });
        }
    }

    /// Fetches the signed userinfo: its text, not checked yet.
    pub(super) async fn userinfo(
        &self,
        gateway: &Gateway,
        metadata: &Metadata,
        access_token: &str,
        now: Moment,
    ) -> Result<Reply<String>, ConsentError> {
        let mut retried = false;
        loop {
            let url = &metadata.userinfo;
            let mut headers =
                self.proof(gateway, AT_USERINFO, url, Some(access_token), now).await?;
            let Ok(mut value) = HeaderValue::try_from(format!("DPoP {access_token}")) else {
                return Ok(Reply::Broken(ConsentCode::BadAnswer));
            };
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
            let answer = gateway.http().send(Method::GET, url, headers, None, MAX_USERINFO).await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => return Ok(Failure::of(&error).into()),
            };
            let nonce = take_nonce(gateway, AT_USERINFO, &answer);
            return Ok(match answer.status {
                200 => userinfo_text(answer),
                401 if nonce && !retried => {
                    retried = true;
                    continue;
                }
                400..=499 if !is_busy(&answer) => Reply::Error(challenge_code(&answer), None),
                _ => Reply::Failed(retry_after(&answer)),
            });
        }
    }

    async fn assertion(&self, metadata: &Metadata, now: Moment) -> Result<String, ConsentError> {
        assertion(self.signer, self.random, self.client_id, &metadata.issuer, now.secs()).await
    }

    async fn proof(
        &self,
        gateway: &Gateway,
        slot: usize,
        url: &str,
        access_token: Option<&str>,
        now: Moment,
    ) -> Result<HeaderMap, ConsentError> {
        let nonce = gateway.nonces.get(slot).and_then(Gateway::nonce);
        let method = if slot == AT_TOKEN { "POST" } else { "GET" };
        let about = Proof { method, url, nonce: nonce.as_deref(), access_token };
        let proof = proof(self.proof_signer, self.random, &about, now.secs()).await?;
        let mut headers = HeaderMap::new();
        // A JWS is a header value: base64url and dots.
        if let Ok(proof) = HeaderValue::try_from(proof) {
            headers.insert("dpop", proof);
        }
        Ok(headers)
    }
}

impl Tokens {
    fn parse(mut answer: Object) -> Reply<Self> {
        let mut text = |name| match answer.remove(name) {
            Some(Value::String(text)) if text.len() <= MAX_ANSWER => Some(text),
            _ => None,
        };
        let kind = text("token_type");
        let (Some(access_token), Some(id_token)) = (text("access_token"), text("id_token")) else {
            return Reply::Broken(ConsentCode::BadAnswer);
        };
        // A bearer token would be good in anyone's hands.
        if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("DPoP")) {
            return Reply::Broken(ConsentCode::NotBound);
        }
        if access_token.len() > MAX_HEADER || !access_token.bytes().all(|b| b.is_ascii_graphic()) {
            return Reply::Broken(ConsentCode::BadAnswer);
        }
        let details = answer.remove("authorization_details").unwrap_or_default();
        Reply::Good(Self { access_token, id_token, details })
    }
}

async fn post(
    gateway: &Gateway,
    address: &str,
    form: &[(&str, &str)],
    mut headers: HeaderMap,
) -> Result<HttpAnswer, Failure> {
    let content = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert(CONTENT_TYPE, content);
    let body = Some(encode_form(form).into_bytes());
    let answer = gateway.http().send(Method::POST, address, headers, body, MAX_ANSWER).await;
    answer.map_err(|error| Failure::of(&error))
}

/// Takes up the nonce of an answer, and says whether there was one.
fn take_nonce(gateway: &Gateway, slot: usize, answer: &HttpAnswer) -> bool {
    let nonce = answer.headers.get("dpop-nonce").and_then(|value| value.to_str().ok());
    let nonce = nonce.filter(|nonce| nonce.len() <= MAX_HEADER);
    if let Some(slot) = gateway.nonces.get(slot) {
        Gateway::remember_nonce(slot, nonce);
    }
    nonce.is_some()
}

/// `application/x-www-form-urlencoded`.
fn encode_form(form: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in form {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::jose::parse_object;
    use super::*;

    #[test]
    fn a_token_for_anyones_hands_is_not_taken() {
        let object = |text: &str| parse_object(text.as_bytes()).unwrap_or_default();
        let good = r#"{"access_token":"a","id_token":"b","token_type":"dpop"}"#;
        assert!(matches!(Tokens::parse(object(good)), Reply::Good(_)));
        let bearer = good.replace("dpop", "Bearer");
        let parsed = Tokens::parse(object(&bearer));
        assert!(matches!(parsed, Reply::Broken(ConsentCode::NotBound)));
        let split = good.replace(r#""a""#, r#""a\r\nX: y""#);
        assert!(matches!(Tokens::parse(object(&split)), Reply::Broken(ConsentCode::BadAnswer)));
    }

    #[test]
    fn forms_are_encoded() {
        assert_eq!(encode_form(&[("a", "b:c d"), ("e", "é&=")]), "a=b%3Ac%20d&e=%C3%A9%26%3D");
    }
}
