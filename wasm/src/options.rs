//! What JavaScript passes in: plain objects, read key by key. A key that is not known is an error:
//! a misspelt demand must not be a demand less.

use ikd_verifier::{AttributeName, Challenge, Policy, StatusPolicy, UnixTime};
use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::date::to_time;
use crate::error::invalid_argument;

#[wasm_bindgen]
extern "C" {
    /// A `Policy`.
    #[wasm_bindgen(typescript_type = "Policy")]
    #[derive(Debug)]
    pub type PolicyOptions;

    /// A `VerifyOptions`.
    #[wasm_bindgen(typescript_type = "VerifyOptions")]
    #[derive(Debug)]
    pub type VerifyOptions;

    /// A `Challenge`.
    #[wasm_bindgen(typescript_type = "Challenge")]
    #[derive(Debug)]
    pub type ChallengeOptions;
}

/// The demands of a relying party.
pub(crate) fn policy(options: Option<PolicyOptions>) -> Result<Policy, JsValue> {
    let mut policy = Policy::new();
    let Some(options) = options else { return Ok(policy) };
    for (key, value) in entries(options.as_ref())? {
        policy = match key.as_str() {
            "skew" => policy
                .skew(whole(&key, &value)?)
                .map_err(|error| invalid_argument(&error.to_string()))?,
            "status" => policy.status(status(&value)?),
            "maxStatusAge" => policy.max_status_age(whole(&key, &value)?),
            "require" => policy.require(names(&value)?),
            "relyingParty" => policy.relying_party(text(&key, &value)?),
            "trustGrace" => policy.trust_grace(whole(&key, &value)?),
            _ => return Err(unknown(&key)),
        };
    }
    Ok(policy)
}

/// The time, and the challenge that must be answered.
pub(crate) fn verify(options: &VerifyOptions) -> Result<(UnixTime, Option<Challenge>), JsValue> {
    let (mut now, mut answers) = (None, None);
    for (key, value) in entries(options.as_ref())? {
        match key.as_str() {
            "now" => now = Some(to_time(&value)?),
            "challenge" => answers = Some(challenge(value.unchecked_ref())?),
            _ => return Err(unknown(&key)),
        }
    }
    Ok((now.ok_or_else(|| invalid_argument("`now` is missing"))?, answers))
}

/// The relying party and its nonce.
pub(crate) fn challenge(options: &ChallengeOptions) -> Result<Challenge, JsValue> {
    let (mut relying_party, mut nonce) = (None, None);
    for (key, value) in entries(options.as_ref())? {
        match key.as_str() {
            "relyingParty" => relying_party = Some(text(&key, &value)?),
            "nonce" => nonce = value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec),
            _ => return Err(unknown(&key)),
        }
    }
    let nonce = nonce.and_then(|nonce| nonce.try_into().ok());
    match (relying_party, nonce) {
        (Some(relying_party), Some(nonce)) => Ok(Challenge::new(relying_party, nonce)),
        _ => Err(invalid_argument("a challenge is a `relyingParty` and a `nonce` of 16 bytes")),
    }
}

/// The keys that have a value.
fn entries(options: &JsValue) -> Result<Vec<(String, JsValue)>, JsValue> {
    let options = options.dyn_ref::<Object>();
    let options = options.ok_or_else(|| invalid_argument("options must be an object"))?;
    let pair = |pair: JsValue| {
        let pair: Array = pair.unchecked_into();
        (pair.get(0).as_string().unwrap_or_default(), pair.get(1))
    };
    let pairs = Object::entries(options).into_iter().map(pair);
    Ok(pairs.filter(|(_, value)| !value.is_undefined()).collect())
}

fn unknown(key: &str) -> JsValue {
    invalid_argument(&format!("unknown option `{key}`"))
}

fn text(key: &str, value: &JsValue) -> Result<String, JsValue> {
    value.as_string().ok_or_else(|| invalid_argument(&format!("`{key}` must be a string")))
}

fn whole(key: &str, value: &JsValue) -> Result<i64, JsValue> {
    let number = value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15);
    let number = number
        .ok_or_else(|| invalid_argument(&format!("`{key}` must be a whole number of seconds")))?;
    #[expect(clippy::as_conversions, reason = "whole, and exact below 2^53")]
    let number = number as i64;
    Ok(number)
}

fn status(value: &JsValue) -> Result<StatusPolicy, JsValue> {
    match value.as_string().as_deref() {
        Some("require") => Ok(StatusPolicy::Require),
        Some("prefer") => Ok(StatusPolicy::Prefer),
        Some("ignore") => Ok(StatusPolicy::Ignore),
        _ => Err(invalid_argument("`status` must be \"require\", \"prefer\" or \"ignore\"")),
    }
}

fn names(value: &JsValue) -> Result<Vec<AttributeName>, JsValue> {
    let array = value.dyn_ref::<Array>();
    let array = array.ok_or_else(|| invalid_argument("`require` must be an array"))?;
    let name = |name: JsValue| {
        let known = name.as_string().and_then(|name| name.parse().ok());
        known.ok_or_else(|| invalid_argument("`require` names an unknown attribute"))
    };
    array.iter().map(name).collect()
}
