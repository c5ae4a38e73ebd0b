//! How a request ended, for people and for machines.

use ikd_verifier::Language;
use ikd_verifier::audit::ConsentClaim;
use ikd_verifier::consent::{ConsentResult, FinishedConsent};
use serde_json::{Value, json};

use crate::labels;
use crate::language::say;
use crate::render::{line, table};

/// One JSON object.
pub(super) fn json(finished: &FinishedConsent) -> Value {
    let FinishedConsent { result, receipt, .. } = finished;
    let outcome = result.outcome();
    let mut object = json!({
        "outcome": outcome.as_str(),
        "message": outcome.message(),
        "hint": result.hint(),
        "receipt": receipt,
    });
    if let Some(code) = result.code() {
        object["code"] = code.into();
    }
    if let Some(granted) = result.granted() {
        object["attributes"] = json!(granted.attributes);
        let matches = granted.matches.iter();
        object["matches"] =
            matches.map(|m| (m.claim.to_string(), Value::from(m.matches))).collect();
        object["missing"] = json!(granted.missing);
    }
    object
}

/// Lines for people.
pub(super) fn block(finished: &FinishedConsent, full: bool, language: Language) -> String {
    let result = &finished.result;
    let mut out = String::new();
    let outcome = result.outcome();
    line(&mut out, format_args!("{}  {}", outcome, outcome.message().in_language(language)));
    if let ConsentResult::ProtocolError(code) = result {
        line(&mut out, format_args!("{code}: {}", code.reason().in_language(language)));
    } else if let Some(code) = result.code() {
        line(&mut out, code);
    }
    if let Some(granted) = result.granted() {
        let names = granted.attributes.iter().map(|(name, _)| name);
        let rows = names.filter_map(|name| {
            let value = labels::value(&granted.attributes, name, full, language)?;
            Some((labels::label(name).in_language(language).to_owned(), value))
        });
        let matches = granted.matches.iter().map(|answer| {
            let value = match answer.matches {
                true => say(language, "sama", "the same"),
                false => say(language, "BERBEDA", "DIFFERENT"),
            };
            (label(answer.claim, language), value.to_owned())
        });
        table(&mut out, &rows.chain(matches).collect::<Vec<_>>());
        if !granted.missing.is_empty() {
            let missing: Vec<_> = granted.missing.iter().map(|m| label(*m, language)).collect();
            let word = say(language, "Tidak diberikan", "Not released");
            line(&mut out, format_args!("{word}: {}", missing.join(", ")));
        }
    }
    line(&mut out, result.hint().in_language(language));
    out
}

fn label(claim: ConsentClaim, language: Language) -> String {
    match claim {
        ConsentClaim::Attribute(name) => labels::label(name).in_language(language).to_owned(),
        ConsentClaim::NikMatch => say(language, "NIK cocok", "NIK match").to_owned(),
        ConsentClaim::NameMatch => say(language, "Nama cocok", "Name match").to_owned(),
        ConsentClaim::BirthDateMatch => {
            say(language, "Tanggal lahir cocok", "Birth date match").to_owned()
        }
        other => other.to_string(),
    }
}
