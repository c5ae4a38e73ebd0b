//! What is asked of the citizen: only what the purpose allows.

use std::fmt;
use std::num::NonZeroU32;

use serde_json::{Value, json};
use thiserror::Error;

use super::jose::Object;
use super::purpose::Purpose;
use crate::attributes::AttributeName;
use crate::audit::{ConsentClaim, Label};

/// Characters of an expected value.
const MAX_EXPECTED: usize = 256;

/// A request for attributes, for one purpose. Only [`Purpose::request`] makes one, and it takes up
/// only what the purpose allows: what lies outside fails here, before anything is sent.
///
/// ```
/// # use ikd_verifier::AttributeName::{Email, FullName, Nik, Religion};
/// # use ikd_verifier::consent::{Purpose, RequestError};
/// # let purpose: Purpose = serde_json::from_str(r#"{ "id": "account_opening",
/// #     "text": { "id": "Pembukaan rekening tabungan", "en": "Opening a savings account" },
/// #     "legal_basis": "consent", "retention_days": 1825,
/// #     "attributes": ["full_name", "nik", "email"] }"#)?;
/// let request = purpose.request().require([Nik, FullName])?.optional([Email])?;
/// assert!(matches!(request.require([Religion]), Err(RequestError::NotAllowed { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// There is no other way to one:
///
/// ```compile_fail,E0451
/// # use ikd_verifier::consent::{AttributeRequest, Purpose};
/// # fn around(purpose: Purpose) -> AttributeRequest {
/// AttributeRequest { purpose, asked: Vec::new(), ..panic!() }
/// # }
/// ```
#[derive(Clone)]
pub struct AttributeRequest {
    pub(super) purpose: Purpose,
    asked: Vec<Asked>,
    pub(super) terminal: Option<Label>,
    pub(super) binding_message: Option<String>,
    pub(super) expiry: Option<NonZeroU32>,
}

/// One attribute or match.
#[derive(Clone)]
struct Asked {
    claim: ConsentClaim,
    essential: bool,
    /// What a match is compared with.
    expected: Option<String>,
}

/// Why a request cannot be made. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The purpose's allow-list does not have it.
    #[error("the purpose {purpose} may not ask for {claim}; register it there if it is needed")]
    NotAllowed {
        /// The purpose.
        purpose: Label,
        /// What was asked.
        claim: ConsentClaim,
    },
    /// It is in the request already.
    #[error("{claim} is asked twice")]
    Twice {
        /// What was asked.
        claim: ConsentClaim,
    },
    /// The expected value of a match cannot be one.
    #[error("the expected value of {claim} is none: {rule}")]
    Expected {
        /// The match.
        claim: ConsentClaim,
        /// What a value looks like.
        rule: &'static str,
    },
    /// Nothing is asked.
    #[error("the request asks for nothing")]
    Empty,
    /// The text for both screens does not fit.
    #[error("a binding message has 4 to 20 of the characters A to Z, 0 to 9, space and -")]
    BindingMessage,
}

impl AttributeRequest {
    pub(super) fn new(purpose: Purpose) -> Self {
        let asked = Vec::new();
        Self { purpose, asked, terminal: None, binding_message: None, expiry: None }
    }

    /// Asks for attributes without which the purpose cannot be fulfilled. The citizen may still
    /// leave them out; they are then named as missing.
    ///
    /// # Errors
    ///
    /// [`RequestError::NotAllowed`] outside the allow-list, [`RequestError::Twice`].
    pub fn require(
        mut self,
        names: impl IntoIterator<Item = AttributeName>,
    ) -> Result<Self, RequestError> {
        for name in names {
            self.ask(name.into(), true, None)?;
        }
        Ok(self)
    }

    /// Asks for attributes that the citizen may well leave out.
    ///
    /// # Errors
    ///
    /// [`RequestError::NotAllowed`] outside the allow-list, [`RequestError::Twice`].
    pub fn optional(
        mut self,
        names: impl IntoIterator<Item = AttributeName>,
    ) -> Result<Self, RequestError> {
        for name in names {
            self.ask(name.into(), false, None)?;
        }
        Ok(self)
    }

    /// Asks whether the NIK is this one; the NIK itself is not released (consent section 5).
    ///
    /// # Errors
    ///
    /// [`RequestError::Expected`] when it has not 16 digits, [`RequestError::NotAllowed`],
    /// [`RequestError::Twice`].
    pub fn match_nik(self, expected: impl Into<String>) -> Result<Self, RequestError> {
        let digits = |text: &str| text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit());
        self.ask_match(ConsentClaim::NikMatch, expected.into(), digits, "16 digits")
    }

    /// Asks whether the full name is this one.
    ///
    /// # Errors
    ///
    /// [`RequestError::Expected`] when it is blank or very long, [`RequestError::NotAllowed`],
    /// [`RequestError::Twice`].
    pub fn match_name(self, expected: impl Into<String>) -> Result<Self, RequestError> {
        let name = |text: &str| !text.trim().is_empty() && text.len() <= MAX_EXPECTED;
        self.ask_match(ConsentClaim::NameMatch, expected.into(), name, "1 to 256 bytes")
    }

    /// Asks whether the birth date is this one, `YYYYMMDD`.
    ///
    /// # Errors
    ///
    /// [`RequestError::Expected`] when it has not 8 digits, [`RequestError::NotAllowed`],
    /// [`RequestError::Twice`].
    pub fn match_birth_date(self, expected: impl Into<String>) -> Result<Self, RequestError> {
        let digits = |text: &str| text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
        self.ask_match(ConsentClaim::BirthDateMatch, expected.into(), digits, "YYYYMMDD")
    }

    /// Names the counter that asks, such as `KCP-014/teller-3`.
    #[must_use]
    pub fn terminal(mut self, terminal: Label) -> Self {
        self.terminal = Some(terminal);
        self
    }

    /// Sets the short text that both screens show, so that the citizen sees which counter asks.
    /// Without one, a random code is made.
    ///
    /// # Errors
    ///
    /// [`RequestError::BindingMessage`] when the text does not fit a screen.
    pub fn binding_message(mut self, text: impl Into<String>) -> Result<Self, RequestError> {
        let text = text.into();
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b" -".contains(&b);
        if !(4..=20).contains(&text.len()) || !text.bytes().all(allowed) {
            return Err(RequestError::BindingMessage);
        }
        self.binding_message = Some(text);
        Ok(self)
    }

    /// Asks the gateway to keep the request for so many seconds. It may keep it shorter, and has a
    /// time of its own without this.
    #[must_use]
    pub fn expires_in(mut self, seconds: NonZeroU32) -> Self {
        self.expiry = Some(seconds);
        self
    }

    /// For what.
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// What is asked as required, matches among it.
    pub fn required(&self) -> impl Iterator<Item = ConsentClaim> {
        self.asked.iter().filter(|asked| asked.essential).map(|asked| asked.claim)
    }

    /// What is asked besides.
    pub fn optionals(&self) -> impl Iterator<Item = ConsentClaim> {
        self.asked.iter().filter(|asked| !asked.essential).map(|asked| asked.claim)
    }

    /// The `claims` of the request object, expected values among them.
    pub(super) fn claims(&self) -> Value {
        let asked = self.asked.iter().map(|asked| {
            let how = match (&asked.expected, asked.essential) {
                (Some(value), _) => json!({ "value": value }),
                (None, true) => json!({ "essential": true }),
                (None, false) => Value::Null,
            };
            (asked.claim.as_str().to_owned(), how)
        });
        json!({ "userinfo": { "verified_claims": {
            "verification": { "trust_framework": { "value": super::TRUST_FRAMEWORK } },
            "claims": asked.collect::<Object>(),
        } } })
    }

    fn ask_match(
        mut self,
        claim: ConsentClaim,
        expected: String,
        fits: impl FnOnce(&str) -> bool,
        rule: &'static str,
    ) -> Result<Self, RequestError> {
        if !fits(&expected) {
            return Err(RequestError::Expected { claim, rule });
        }
        self.ask(claim, true, Some(expected))?;
        Ok(self)
    }

    fn ask(
        &mut self,
        claim: ConsentClaim,
        essential: bool,
        expected: Option<String>,
    ) -> Result<(), RequestError> {
        if !self.purpose.allows(claim) {
            return Err(RequestError::NotAllowed { purpose: self.purpose.id().clone(), claim });
        }
        if self.asked.iter().any(|asked| asked.claim == claim) {
            return Err(RequestError::Twice { claim });
        }
        self.asked.push(Asked { claim, essential, expected });
        Ok(())
    }
}

impl fmt::Debug for AttributeRequest {
    /// Names only: what a match expects is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked: Vec<_> = self.asked.iter().map(|asked| asked.claim).collect();
        f.debug_struct("AttributeRequest")
            .field("purpose", self.purpose.id())
            .field("asked", &asked)
            .field("terminal", &self.terminal)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::attributes::AttributeName::{FullName, Nik};

    fn purpose() -> Purpose {
        let config = r#"{"id":"account_opening","text":{"id":"Pembukaan","en":"Opening"},
            "legal_basis":"consent","retention_days":1825,
            "attributes":["nik","full_name","nik_match","birth_date_match"]}"#;
        serde_json::from_str(config).unwrap()
    }

    #[test]
    fn the_allow_list_is_the_limit() {
        let outside = purpose().request().require([Nik, AttributeName::Religion]);
        let claim = ConsentClaim::Attribute(AttributeName::Religion);
        let purpose_id = purpose().id().clone();
        assert_eq!(
            outside.unwrap_err(),
            RequestError::NotAllowed { purpose: purpose_id.clone(), claim }
        );
        // A match must be allowed by its own name.
        let claim = ConsentClaim::NameMatch;
        let outside = purpose().request().match_name("SITI CONTOH").unwrap_err();
        assert_eq!(outside, RequestError::NotAllowed { purpose: purpose_id, claim });
    }

    #[test]
    fn one_thing_is_asked_once() {
        let twice = purpose().request().require([Nik]).unwrap().optional([Nik]);
        assert_eq!(twice.unwrap_err(), RequestError::Twice { claim: Nik.into() });
    }

    #[test]
    fn expected_values_are_looked_at_and_never_shown() {
        for bad in ["", "123", "32730161049000012", "327301610490000x"] {
            let error = purpose().request().match_nik(bad).unwrap_err();
            assert!(matches!(error, RequestError::Expected { .. }), "{error}");
        }
        assert!(purpose().request().match_birth_date("1990-04-21").is_err());
        let request = purpose().request().match_nik("9901015708920001").unwrap();
        assert!(!format!("{request:?}").contains("9901015708920001"));
    }

    #[test]
    fn claims_are_as_the_specification_writes_them() {
        let request = purpose().request().require([Nik]).unwrap().optional([FullName]).unwrap();
        let request = request.match_nik("9901015708920001").unwrap();
        let expected = json!({ "userinfo": { "verified_claims": {
            "verification": { "trust_framework": { "value": "id_dukcapil" } },
            "claims": { "nik": { "essential": true }, "full_name": null,
                "nik_match": { "value": "9901015708920001" } },
        } } });
        assert_eq!(request.claims(), expected);
    }

    #[test]
    fn binding_messages_fit_a_screen() {
        assert!(purpose().request().binding_message("LOKET 3").is_ok());
        for bad in ["ABC", "loket 3", "LOKET\n3", "AAAAAAAAAAAAAAAAAAAAA", "LÖKET"] {
            assert!(purpose().request().binding_message(bad).is_err(), "{bad}");
        }
    }
}
