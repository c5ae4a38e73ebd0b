//! Who is asking: `private_key_jwt` (RFC 7523).

use super::config::Client;
use super::error::{Code, OAuthError};
use super::jose::{Object, Unverified};
use super::params::Params;
use super::seen::Kind;
use super::state::GatewayState;

/// The only kind of assertion there is.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An assertion may not live longer than this.
const LONGEST_LIFE: i64 = 300;
/// How far clocks may be apart.
pub(crate) const SKEW: i64 = 5;

/// The client that the assertion in `params` is of. `endpoint` is the URL that was called.
pub(crate) fn authenticate<'a>(
    state: &'a GatewayState,
    params: &Params,
    endpoint: &str,
    now: i64,
) -> Result<&'a Client, OAuthError> {
    let bad = |why| Code::InvalidClient.because(why);
    if params.get("client_assertion_type") != Some(ASSERTION) {
        return Err(bad("client_assertion_type must be jwt-bearer"));
    }
    let token = params.get("client_assertion").and_then(Unverified::parse);
    let token = token.ok_or(bad("client_assertion must be a signed token"))?;
    let client = token.claimed_issuer().and_then(|id| state.client(id));
    let client = client.ok_or(bad("the client is not registered"))?;
    let key = client.signing_key(token.header("kid"));
    let claims = key.and_then(|key| token.verify(&key));
    let claims = claims.ok_or(bad("the client's signature does not hold"))?;

    let text = |name: &str| claims.get(name).and_then(|value| value.as_str());
    if text("sub") != Some(&client.client_id)
        || params.get("client_id").is_some_and(|id| id != client.client_id)
    {
        return Err(bad("iss, sub and client_id must be the client"));
    }
    let audiences = [state.issuer(), endpoint, &state.url("/token")];
    if !audience(&claims).is_some_and(|aud| audiences.contains(&aud)) {
        return Err(bad("aud must be the issuer or the endpoint"));
    }
    let until = expiry(&claims, now, LONGEST_LIFE).ok_or(bad("the assertion has no good times"))?;
    let jti = text("jti").ok_or(bad("jti is missing"))?;
    if !state.lock().seen.first(Kind::Assertion, &client.client_id, jti, until, now) {
        return Err(bad("the assertion was used before"));
    }
    Ok(client)
}

/// The one audience.
pub(crate) fn audience(claims: &Object) -> Option<&str> {
    match claims.get("aud")? {
        serde_json::Value::Array(all) => match &all[..] {
            [one] => one.as_str(),
            _ => None,
        },
        one => one.as_str(),
    }
}

/// When it must have been forgotten, if `exp`, `nbf` and `iat` allow its use now.
pub(crate) fn expiry(claims: &Object, now: i64, longest: i64) -> Option<i64> {
    let time = |name: &str| claims.get(name).map(|value| value.as_i64());
    let exp = time("exp")??;
    let alive = now < exp.saturating_add(SKEW) && exp <= now + longest + SKEW;
    let begun = |name| time(name).is_none_or(|at| at.is_some_and(|at| at <= now + SKEW));
    (alive && begun("nbf") && begun("iat")).then(|| exp + SKEW)
}
