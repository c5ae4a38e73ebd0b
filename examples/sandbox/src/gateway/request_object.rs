//! The signed request object (CIBA Core 1.0, section 7.1.1), down to the request that comes of it.

use serde_json::Value;

use super::asked::{self, Asked};
use super::client_auth::{audience, expiry};
use super::config::{Client, Delivery};
use super::error::{Code, OAuthError};
use super::jose::{Object, Unverified};
use super::params::Params;
use super::qr::{self, Scanned};
use super::seen::Kind;
use super::state::GatewayState;

/// A request object lives for this many seconds at most.
const LONGEST_LIFE: i64 = 60;
/// What the citizen proves: knowing the PIN.
pub(crate) const ACR: &str = "urn:ikd:acr:pin";
/// All that may stand beside a request object.
const BESIDE: [&str; 4] = ["request", "client_id", "client_assertion", "client_assertion_type"];

/// What a client asks of a citizen.
pub(crate) struct AskedOf {
    pub(crate) scanned: Scanned,
    pub(crate) asked: Vec<Asked>,
    pub(crate) purpose: Object,
    pub(crate) binding_message: String,
    pub(crate) nonce: String,
    pub(crate) notification_token: Option<String>,
    /// Seconds that the client will wait, if it says.
    pub(crate) expiry: Option<i64>,
}

/// Checks the request object of an authenticated client.
pub(crate) fn check(
    state: &GatewayState,
    client: &Client,
    params: &Params,
    now: i64,
) -> Result<AskedOf, OAuthError> {
    let bad = |why| Code::InvalidRequest.because(why);
    if !params.names().all(|name| BESIDE.contains(&name)) {
        return Err(bad("all parameters belong into the signed request"));
    }
    let token = params.need("request", "a signed request is needed")?;
    let token = Unverified::parse(token).ok_or(bad("the request must be a signed token"))?;
    let key = client.signing_key(token.header("kid"));
    let claims = key.and_then(|key| token.verify(&key));
    let claims = claims.ok_or(bad("the request's signature does not hold"))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);

    let times = claims.contains_key("iat") && claims.contains_key("nbf");
    let until = expiry(&claims, now, LONGEST_LIFE).filter(|_| times);
    let hints = ["login_hint", "id_token_hint"].iter().any(|hint| claims.contains_key(*hint));
    let rules = [
        (text("iss") == Some(&client.client_id), "iss must be the client"),
        (audience(&claims) == Some(state.issuer()), "aud must be the issuer"),
        (until.is_some(), "iat, nbf and exp must fit; exp is 60 s away at most"),
        (!hints, "login_hint_token must be the only hint"),
        (text("acr_values") == Some(ACR), "acr_values must be urn:ikd:acr:pin"),
        (text("nonce").is_some_and(|nonce| nonce.len() >= 16), "nonce must have 128 bits"),
    ];
    if let Some((_, why)) = rules.into_iter().find(|(holds, _)| !holds) {
        return Err(bad(why));
    }
    if text("scope").is_none_or(|scope| !scope.split(' ').any(|name| name == "openid")) {
        return Err(Code::InvalidScope.because("scope must hold openid"));
    }
    let message = text("binding_message").unwrap_or_default();
    if !(4..=20).contains(&message.chars().count()) || message.chars().any(char::is_control) {
        return Err(Code::InvalidBindingMessage.because("4 to 20 characters are needed"));
    }
    let jti = text("jti").ok_or(bad("jti is missing"))?;
    let until = until.unwrap_or(now);
    if !state.lock().seen.first(Kind::RequestObject, &client.client_id, jti, until, now) {
        return Err(bad("the request was used before"));
    }
    let notification_token = notification_token(client, text("client_notification_token"))?;
    let qr = text("login_hint_token").ok_or(bad("login_hint_token is missing"))?;
    let scanned = qr::read(state.sandbox(), state.phones(), qr, now)?;
    let asked = asked::claims(claims.get("claims"))?;
    let details = claims.get("authorization_details");
    let purpose = asked::purpose(details, client, &scanned.sha256)?;
    // Last: what is refused for another reason does not use the QR up.
    let day = now + 86_400;
    if !state.lock().seen.first(Kind::Qr, "", &scanned.sha256, day, now) {
        return Err(bad("this QR has started a request before"));
    }
    Ok(AskedOf {
        scanned,
        asked,
        purpose,
        binding_message: message.to_owned(),
        nonce: text("nonce").unwrap_or_default().to_owned(),
        notification_token,
        expiry: claims.get("requested_expiry").and_then(seconds).filter(|&s| s > 0),
    })
}

/// A number of seconds, which a signed request may also hold as text.
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn notification_token(client: &Client, given: Option<&str>) -> Result<Option<String>, OAuthError> {
    match (client.delivery, given) {
        (Delivery::Poll, _) => Ok(None),
        // RFC 6750 tokens of 128 bits and up to 1024 characters.
        (Delivery::Ping, Some(token))
            if (22..=1024).contains(&token.len()) && is_b64token(token) =>
        {
            Ok(Some(token.to_owned()))
        }
        (Delivery::Ping, _) => {
            Err(Code::InvalidRequest.because("client_notification_token of 128 bits is missing"))
        }
    }
}

fn is_b64token(token: &str) -> bool {
    token.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._~+/=".contains(&c))
}
