//! Runs files of test vectors: a kit for anyone who implements the format.
//!
//! A file is JSON. One for presentations holds `roots`, `threshold`, `bundle` (or `trust` and
//! `status`) and `cases` of `{name, text, now, policy, expect}`; one for trust lists holds `roots`,
//! `threshold`, `trust` and `cases` of `{name, list, now, expect}`. Binary values are hexadecimal.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use thiserror::Error;

use crate::hex;
use crate::{
    AttributeName, Bundle, Challenge, MemoryReplayStore, Policy, Refusal, RootKeys, StatusPolicy,
    Trust, UnixTime, VerifiedPresentation, Verifier,
};

/// What came of one vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The vector's name.
    pub name: String,
    /// How the result differs from the expected one; `None` if it does not.
    pub difference: Option<String>,
}

/// Why a file could not be run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConformanceError {
    /// Not JSON of one of the two layouts.
    #[error("not a file of vectors: {0}")]
    Json(#[from] serde_json::Error),
    /// A value that should be hexadecimal.
    #[error("`{0}` is not hexadecimal of the right length")]
    Hex(&'static str),
    /// Roots, trust list or bundle do not hold.
    #[error("the file's own trust does not hold: {0}")]
    Trust(String),
}

#[derive(Deserialize)]
struct File {
    roots: Vec<String>,
    threshold: usize,
    trust: Option<String>,
    #[serde(default)]
    status: BTreeMap<String, String>,
    bundle: Option<String>,
    cases: Vec<Json>,
}

#[derive(Deserialize)]
struct PresentationCase {
    name: String,
    text: String,
    now: i64,
    #[serde(default = "no_policy")]
    policy: Json,
    expect: Json,
}

fn no_policy() -> Json {
    json!({})
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct CasePolicy {
    skew: Option<i64>,
    relying_party: Option<String>,
    challenge: Option<String>,
    status: Option<StatusPolicy>,
    max_status_age: Option<i64>,
    require: Vec<AttributeName>,
}

#[derive(Deserialize)]
struct TrustCase {
    name: String,
    list: String,
    now: i64,
    expect: String,
}

/// Runs every vector of a file, in its order.
///
/// # Errors
///
/// [`ConformanceError`] when the file is not one of vectors.
pub fn run(file: &str) -> Result<Vec<Outcome>, ConformanceError> {
    let file: File = serde_json::from_str(file)?;
    let roots: Option<Vec<_>> =
        file.roots.iter().map(|root| hex::decode(root)?.try_into().ok()).collect();
    let roots = RootKeys::new(&roots.ok_or(ConformanceError::Hex("roots"))?, file.threshold)
        .map_err(|error| ConformanceError::Trust(error.to_string()))?;
    let bundle = bundle(&file)?;
    let is_list = |case: &Json| case.get("list").is_some();
    file.cases
        .into_iter()
        .map(|case| {
            let (trust, _) = Trust::from_bundle(roots.clone(), &bundle)
                .map_err(|error| ConformanceError::Trust(error.to_string()))?;
            if is_list(&case) {
                trust_case(serde_json::from_value(case)?, &trust)
            } else {
                presentation_case(serde_json::from_value(case)?, trust)
            }
        })
        .collect()
}

fn bundle(file: &File) -> Result<Vec<u8>, ConformanceError> {
    if let Some(bundle) = &file.bundle {
        return hex::decode(bundle).ok_or(ConformanceError::Hex("bundle"));
    }
    let trust =
        file.trust.as_deref().and_then(hex::decode).ok_or(ConformanceError::Hex("trust"))?;
    let lists = file.status.iter().map(|(uri, list)| Some((uri.as_str(), hex::decode(list)?)));
    let lists: Vec<_> = lists.collect::<Option<_>>().ok_or(ConformanceError::Hex("status"))?;
    let status_lists = lists.iter().map(|(uri, list)| (*uri, list.as_slice())).collect();
    Ok(Bundle { trust_list: &trust, status_lists }.to_bytes())
}

fn trust_case(case: TrustCase, trust: &Trust) -> Result<Outcome, ConformanceError> {
    let list = hex::decode(&case.list).ok_or(ConformanceError::Hex("list"))?;
    let actual = match trust.update_list(&list, UnixTime::from_secs(case.now)) {
        Ok(_) => "ok",
        Err(error) => error.code(),
    };
    let difference =
        (actual != case.expect).then(|| format!("{actual} instead of {}", case.expect));
    Ok(Outcome { name: case.name, difference })
}

fn presentation_case(case: PresentationCase, trust: Trust) -> Result<Outcome, ConformanceError> {
    let outcome = |difference| Outcome { name: case.name.clone(), difference };
    let (policy, challenge) = match demands(case.policy) {
        Ok(demands) => demands,
        Err(error) => return Ok(outcome(Some(error))),
    };
    let replay = Arc::new(MemoryReplayStore::new());
    let verifier = Verifier::new(Arc::new(trust), replay, policy);
    let now = UnixTime::from_secs(case.now);
    let result = match &challenge {
        Some(challenge) => verifier.verify_answer(&case.text, challenge, now),
        None => verifier.verify_text(&case.text, now),
    };
    let actual = summary(&result, &case.expect);
    let difference =
        (actual != case.expect).then(|| format!("{actual} instead of {}", case.expect));
    Ok(outcome(difference))
}

/// Policy and challenge of a case; a message where they are none.
fn demands(case: Json) -> Result<(Policy, Option<Challenge>), String> {
    let case: CasePolicy = serde_json::from_value(case).map_err(|error| error.to_string())?;
    let mut policy = Policy::new().require(case.require);
    if let Some(skew) = case.skew {
        policy = policy.skew(skew).map_err(|error| error.to_string())?;
    }
    if let Some(status) = case.status {
        policy = policy.status(status);
    }
    if let Some(age) = case.max_status_age {
        policy = policy.max_status_age(age);
    }
    let challenge = case.challenge.map(|nonce| {
        let nonce = hex::decode(&nonce).ok_or("`challenge` is not hexadecimal")?;
        let relying_party = case.relying_party.clone().ok_or("`challenge` without an id")?;
        Challenge::with_nonce(relying_party, nonce).map_err(|error| error.to_string())
    });
    if let Some(id) = case.relying_party.clone() {
        policy = policy.relying_party(id);
    }
    Ok((policy, challenge.transpose()?))
}

/// The result in the form of `expect`, with those of its optional parts that the vector names.
fn summary(result: &Result<VerifiedPresentation, Refusal>, expect: &Json) -> Json {
    let verified = match result {
        Ok(verified) => verified,
        Err(refusal) => return json!({ "error": refusal.code() }),
    };
    let mut out = Map::from_iter([("ok".to_owned(), json!(verified.attributes()))]);
    if expect.get("status").is_some() {
        out.insert("status".to_owned(), verified.status().as_str().into());
    }
    if let Some(expected) = expect.get("document").and_then(Json::as_object) {
        let mut document = json!(verified.document());
        if let Some(members) = document.as_object_mut() {
            members.retain(|key, _| expected.contains_key(key));
        }
        out.insert("document".to_owned(), document);
    }
    out.into()
}
