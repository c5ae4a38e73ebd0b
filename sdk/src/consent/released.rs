//! What the citizen released: read from `verified_claims`, and nothing but what was asked.

use serde_json::Value;

use super::answer::ClaimMatch;
use super::checks::ConsentCode;
use super::jose::{Object, decode};
use super::pending::PendingConsent;
use crate::attributes::{AttributeKind, AttributeName, AttributeValue, Attributes, Nik};
use crate::audit::ConsentClaim;

/// Members of `verification` that are about how the issuer verified, not about the citizen.
const VERIFICATION: [&str; 5] =
    ["trust_framework", "assurance_level", "assurance_process", "time", "verification_process"];

/// The attributes and matches of an answer.
#[derive(Default)]
pub(super) struct Released {
    pub(super) attributes: Attributes,
    pub(super) matches: Vec<ClaimMatch>,
}

impl Released {
    /// Reads the `verified_claims` of an answer to this request (check 6). An array of one is the
    /// same as the one (OpenID Identity Assurance schema, `verified_claims` element).
    pub(super) fn read(claims: &Value, request: &PendingConsent) -> Result<Self, ConsentCode> {
        let claims = match claims {
            Value::Array(several) => match several.as_slice() {
                [one] => one,
                _ => return Err(ConsentCode::BadAnswer),
            },
            one => one,
        };
        let claims = claims.as_object().ok_or(ConsentCode::BadAnswer)?;
        if claims.keys().any(|name| !["verification", "claims"].contains(&name.as_str())) {
            return Err(ConsentCode::OverDisclosure);
        }
        let part = |name| claims.get(name).and_then(Value::as_object);
        let verification = part("verification").ok_or(ConsentCode::WrongFramework)?;
        if verification.get("trust_framework").is_none_or(|it| it != super::TRUST_FRAMEWORK) {
            return Err(ConsentCode::WrongFramework);
        }
        if verification.keys().any(|name| !VERIFICATION.contains(&name.as_str())) {
            return Err(ConsentCode::OverDisclosure);
        }
        Self::read_claims(part("claims").ok_or(ConsentCode::BadAnswer)?, request)
    }

    /// What came, by name.
    pub(super) fn names(&self) -> impl Iterator<Item = ConsentClaim> {
        let attributes = self.attributes.iter().map(|(name, _)| name.into());
        attributes.chain(self.matches.iter().map(|answer| answer.claim))
    }

    fn read_claims(claims: &Object, request: &PendingConsent) -> Result<Self, ConsentCode> {
        // All names before any value: one attribute too much, and no other is even looked at.
        let asked = |name: &String| request.asked().find(|claim| claim.as_str() == name);
        let names: Option<Vec<_>> = claims.keys().map(asked).collect();
        let names = names.ok_or(ConsentCode::OverDisclosure)?;
        let (mut attributes, mut matches) = (Vec::new(), Vec::new());
        for (claim, value) in names.into_iter().zip(claims.values()) {
            if let ConsentClaim::Attribute(name) = claim {
                let value = attribute(name, value).ok_or(ConsentCode::BadAttribute)?;
                attributes.push((name, value));
            } else {
                let answer = value.as_bool().ok_or(ConsentCode::BadAttribute)?;
                matches.push(ClaimMatch { claim, matches: answer });
            }
        }
        Ok(Self { attributes: Attributes::from_values(attributes), matches })
    }
}

/// A value of the type that the table of attributes names.
fn attribute(name: AttributeName, value: &Value) -> Option<AttributeValue> {
    Some(match (name, name.kind()) {
        (AttributeName::Nik, _) => AttributeValue::Nik(Nik::from(value.as_str()?)),
        (_, AttributeKind::Text) => AttributeValue::Text(value.as_str()?.to_owned()),
        (_, AttributeKind::Uint) => AttributeValue::Uint(value.as_u64()?),
        (_, AttributeKind::Bytes) => AttributeValue::Bytes(decode(value.as_str()?)?),
        (_, AttributeKind::Bool) => AttributeValue::Bool(value.as_bool()?),
    })
}
