//! Proof that a token's holder has its key (RFC 9449).

use axum::http::HeaderMap;

use super::error::{Code, OAuthError};
use super::jose::{Unverified, encode, sha256, thumbprint};
use super::seen::Kind;
use super::state::GatewayState;
use crate::keys::derive;

/// How far the proof's time may be from now.
const WINDOW: i64 = 60;
/// Seconds that a nonce is handed out; it is taken for as long again.
const NONCE_LIFE: i64 = 120;

/// What the proof is about.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    /// The access token that comes with it.
    pub(crate) token: Option<&'a str>,
}

/// The thumbprint of the key that the proof was made with; `None` where there is no proof.
pub(crate) fn check(
    state: &GatewayState,
    headers: &HeaderMap,
    call: &Call<'_>,
    now: i64,
) -> Result<Option<String>, OAuthError> {
    let bad = |why| Code::InvalidDpopProof.because(why);
    let mut proofs = headers.get_all("DPoP").iter();
    let Some(proof) = proofs.next() else { return Ok(None) };
    if proofs.next().is_some() {
        return Err(bad("there must be one proof"));
    }
    let proof = proof.to_str().ok().and_then(Unverified::parse);
    let proof = proof.ok_or(bad("the proof must be a signed token"))?;
    if proof.header("typ") != Some("dpop+jwt") {
        return Err(bad("typ must be dpop+jwt"));
    }
    let key = proof.own_key().ok_or(bad("jwk must be a public key, Ed25519 or P-256"))?;
    let claims = proof.verify(&key).ok_or(bad("the proof's signature does not hold"))?;

    let text = |name: &str| claims.get(name).and_then(|value| value.as_str());
    let made = claims.get("iat").and_then(|value| value.as_i64());
    let rules = [
        (text("htm") == Some(call.method), "htm must be the method"),
        (text("htu") == Some(call.url), "htu must be the URL, without query"),
        (made.is_some_and(|made| made.abs_diff(now) <= WINDOW.unsigned_abs()), "iat must be now"),
        (
            call.token.is_none() || text("ath") == call.token.map(sha256).as_deref(),
            "ath must be the digest of the access token",
        ),
    ];
    if let Some((_, why)) = rules.into_iter().find(|(holds, _)| !holds) {
        return Err(bad(why));
    }
    check_nonce(state, text("nonce"), now)?;
    let jkt = thumbprint(&key);
    let jti = text("jti").ok_or(bad("jti is missing"))?;
    if !state.lock().seen.first(Kind::Proof, &jkt, jti, now + 2 * WINDOW, now) {
        return Err(bad("the proof was used before"));
    }
    Ok(Some(jkt))
}

fn check_nonce(state: &GatewayState, given: Option<&str>, now: i64) -> Result<(), OAuthError> {
    if !state.config().dpop_nonce {
        return Ok(());
    }
    let nonce = |time: i64| {
        let period = time.div_euclid(NONCE_LIFE).to_be_bytes();
        encode(&derive(state.secret(), &[b"dpop nonce", &period])[..16])
    };
    let good = [nonce(now), nonce(now - NONCE_LIFE)];
    if given.is_some_and(|given| good.iter().any(|good| good == given)) {
        return Ok(());
    }
    let [fresh, _] = good;
    Err(Code::UseDpopNonce.because("the proof must carry the nonce").with_nonce(fresh))
}
