//! What is asked for: the purpose (RFC 9396) and the attributes (OpenID Identity Assurance).

use serde_json::{Value, json};

use super::config::Client;
use super::error::{Code, OAuthError};
use super::jose::Object;
use crate::attribute::Attribute;
use crate::cbor;
use crate::person::Person;

/// The type of the one authorization detail.
pub(crate) const DETAIL_TYPE: &str = "ikd_attribute_request";
/// The legal bases of UU 27/2022, article 20.
const LEGAL_BASES: [&str; 6] = [
    "consent",
    "contract",
    "legal_obligation",
    "vital_interest",
    "public_task",
    "legitimate_interest",
];
/// The trust framework of every answer.
pub(crate) const TRUST_FRAMEWORK: &str = "id_dukcapil";

/// One thing that is asked for.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) item: Item,
    /// The relying party cannot do without it.
    pub(crate) essential: bool,
    /// What the relying party has, where it only asks whether that is right.
    pub(crate) expected: Option<String>,
}

/// An attribute to be released, or only to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Release(Attribute),
    Match(Attribute),
}

impl Item {
    const MATCHES: [(&str, Attribute); 3] = [
        ("nik_match", Attribute::Nik),
        ("name_match", Attribute::FullName),
        ("birth_date_match", Attribute::BirthDate),
    ];

    /// Everything that can be asked for.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let matches = Self::MATCHES.into_iter().map(|(_, attribute)| Self::Match(attribute));
        Attribute::all().map(Self::Release).chain(matches)
    }

    fn of(name: &str) -> Option<Self> {
        Self::all().find(|item| item.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Release(attribute) => attribute.name(),
            Self::Match(attribute) => {
                let found = Self::MATCHES.iter().find(|(_, other)| *other == attribute);
                found.map_or("", |(name, _)| name)
            }
        }
    }
}

impl Asked {
    /// The answer for a person; `None` where the person has no such attribute.
    pub(crate) fn answer(&self, person: &Person) -> Option<Value> {
        match self.item {
            Item::Release(attribute) => Some(json_of(person.attribute(attribute)?)),
            Item::Match(attribute) => {
                let value = json_of(person.attribute(attribute)?);
                let alike = |text: &str| {
                    text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
                };
                Some((alike(value.as_str()?) == alike(self.expected.as_deref()?)).into())
            }
        }
    }
}

/// A value as JSON has it; a photo becomes base64.
fn json_of(value: cbor::Value) -> Value {
    use base64::Engine as _;
    match value {
        cbor::Value::Int(number) => number.into(),
        cbor::Value::Bool(truth) => truth.into(),
        cbor::Value::Text(text) => text.into(),
        cbor::Value::Bytes(bytes) => base64::engine::general_purpose::STANDARD.encode(bytes).into(),
        other => unreachable!("no person has such an attribute: {other:?}"),
    }
}

/// Reads the `claims` parameter. Names that nobody knows are ignored, as OpenID wants it.
pub(crate) fn claims(parameter: Option<&Value>) -> Result<Vec<Asked>, OAuthError> {
    let bad = |why| Code::InvalidRequest.because(why);
    let verified = parameter.and_then(|claims| claims.pointer("/userinfo/verified_claims"));
    let verified = verified.ok_or(bad("claims must hold userinfo.verified_claims"))?;
    let framework = verified.pointer("/verification/trust_framework/value");
    if framework.and_then(Value::as_str) != Some(TRUST_FRAMEWORK) {
        return Err(bad("verification.trust_framework must be id_dukcapil"));
    }
    let wanted = verified.get("claims").and_then(Value::as_object);
    let mut asked = Vec::new();
    for (name, request) in wanted.ok_or(bad("verified_claims.claims must be an object"))? {
        let Some(item) = Item::of(name) else { continue };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let expected = request.get("value").and_then(text);
        if matches!(item, Item::Match(_)) && expected.is_none() {
            return Err(bad("a match needs the expected value"));
        }
        let essential = request.get("essential").and_then(Value::as_bool).unwrap_or(false);
        asked.push(Asked { item, essential, expected });
    }
    if asked.is_empty() {
        return Err(bad("no attribute is asked for"));
    }
    Ok(asked)
}

/// Checks `authorization_details`, and gives the one detail there is.
pub(crate) fn purpose(
    parameter: Option<&Value>,
    client: &Client,
    qr_sha256: &str,
) -> Result<Object, OAuthError> {
    let bad = |why| Code::InvalidAuthorizationDetails.because(why);
    let Some([Value::Object(detail)]) = parameter.and_then(Value::as_array).map(Vec::as_slice)
    else {
        return Err(bad("authorization_details must hold one object"));
    };
    let text = |name: &str| detail.get(name).and_then(Value::as_str);
    let number = |name: &str| detail.get(name).and_then(Value::as_i64);
    let purpose = text("purpose").unwrap_or_default();
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let rules = [
        (text("type") == Some(DETAIL_TYPE), "type must be ikd_attribute_request"),
        (
            (3..=40).contains(&purpose.len()) && purpose.chars().all(is_name),
            "purpose must be 3 to 40 of a-z and _",
        ),
        (
            client.purposes.is_empty() || client.purposes.iter().any(|known| known == purpose),
            "purpose is not registered",
        ),
        (
            text("purpose_text").is_some_and(|text| (1..=300).contains(&text.chars().count())),
            "purpose_text must have 1 to 300 characters",
        ),
        (
            text("legal_basis").is_some_and(|basis| LEGAL_BASES.contains(&basis)),
            "legal_basis must be one of the six of UU 27/2022 article 20",
        ),
        (number("retention_days").is_some_and(|days| days >= 0), "retention_days must be a number"),
        (number("scanned_at").is_some(), "scanned_at must be a number"),
        (
            detail.get("terminal").is_none_or(|terminal| {
                terminal.as_str().is_some_and(|text| text.chars().count() <= 100)
            }),
            "terminal must be text of up to 100 characters",
        ),
        (text("qr_sha256") == Some(qr_sha256), "qr_sha256 must be the digest of login_hint_token"),
    ];
    match rules.into_iter().find(|(holds, _)| !holds) {
        Some((_, why)) => Err(bad(why)),
        None => Ok(detail.clone()),
    }
}

/// The attributes that can be asked for, for the metadata.
pub(crate) fn supported() -> Value {
    json!(Item::all().map(Item::name).collect::<Vec<_>>())
}
