//! Registered purposes: what a relying party may ask for, and why.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::request::AttributeRequest;
use crate::audit::{ConsentClaim, Label, LegalBasis};
use crate::message::Language;

/// A purpose of the relying party, with the attributes that may be asked for it.
///
/// In a configuration:
///
/// ```
/// # use ikd_verifier::consent::Purposes;
/// let purposes: Purposes = serde_json::from_str(r#"[{
///     "id": "account_opening",
///     "text": { "id": "Pembukaan rekening tabungan", "en": "Opening a savings account" },
///     "legal_basis": "consent",
///     "retention_days": 1825,
///     "attributes": ["full_name", "nik", "birth_date", "mother_name"]
/// }]"#)?;
/// assert_eq!(purposes.get("account_opening").map(|p| p.retention_days()), Some(1825));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PurposeConfig")]
pub struct Purpose {
    id: Label,
    text: PurposeText,
    legal_basis: LegalBasis,
    retention_days: u32,
    attributes: Vec<ConsentClaim>,
}

/// What the citizen reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeText {
    /// Indonesian; this one goes to the gateway.
    pub id: Label,
    /// English.
    pub en: Label,
}

/// Why a purpose cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PurposeError {
    /// Ids are for machines.
    #[error("the id of a purpose has 3 to 40 of the characters a to z and _")]
    Id,
    /// A purpose without attributes asks for nothing.
    #[error("a purpose needs attributes that may be asked for it")]
    NoAttributes,
    /// Two purposes with one id.
    #[error("two purposes have the same id")]
    SameId,
}

impl Purpose {
    /// Registers a purpose: its text, its legal basis, for how many days its data is kept, and the
    /// attributes and matches that may be asked for it.
    ///
    /// # Errors
    ///
    /// [`PurposeError`] when id or attributes do not fit.
    pub fn new(
        id: Label,
        text: PurposeText,
        legal_basis: LegalBasis,
        retention_days: u32,
        attributes: impl IntoIterator<Item = ConsentClaim>,
    ) -> Result<Self, PurposeError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c == '_';
        if !(3..=40).contains(&id.as_str().len()) || !id.as_str().chars().all(allowed) {
            return Err(PurposeError::Id);
        }
        let attributes: Vec<_> = attributes.into_iter().collect();
        if attributes.is_empty() {
            return Err(PurposeError::NoAttributes);
        }
        Ok(Self { id, text, legal_basis, retention_days, attributes })
    }

    /// Begins a request for this purpose.
    pub fn request(&self) -> AttributeRequest {
        AttributeRequest::new(self.clone())
    }

    /// Its id, such as `account_opening`.
    pub fn id(&self) -> &Label {
        &self.id
    }

    /// What the citizen reads.
    pub fn text(&self, language: Language) -> &Label {
        match language {
            Language::Indonesian => &self.text.id,
            Language::English => &self.text.en,
        }
    }

    /// What makes it lawful (UU 27/2022 article 20).
    pub fn legal_basis(&self) -> LegalBasis {
        self.legal_basis
    }

    /// Days that the data is kept.
    pub fn retention_days(&self) -> u32 {
        self.retention_days
    }

    /// What may be asked.
    pub fn attributes(&self) -> &[ConsentClaim] {
        &self.attributes
    }

    /// Whether this may be asked.
    pub fn allows(&self, claim: ConsentClaim) -> bool {
        self.attributes.contains(&claim)
    }
}

/// The purposes of a relying party, each id once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Purpose>", into = "Vec<Purpose>")]
pub struct Purposes(Vec<Purpose>);

impl Purposes {
    /// Registers these purposes.
    ///
    /// # Errors
    ///
    /// [`PurposeError::SameId`] when two have the same id.
    pub fn new(purposes: impl IntoIterator<Item = Purpose>) -> Result<Self, PurposeError> {
        let purposes: Vec<_> = purposes.into_iter().collect();
        for (i, purpose) in purposes.iter().enumerate() {
            if purposes.iter().skip(i.saturating_add(1)).any(|other| other.id == purpose.id) {
                return Err(PurposeError::SameId);
            }
        }
        Ok(Self(purposes))
    }

    /// The purpose with this id.
    pub fn get(&self, id: &str) -> Option<&Purpose> {
        self.iter().find(|purpose| purpose.id.as_str() == id)
    }

    /// All of them, as they were registered.
    pub fn iter(&self) -> impl Iterator<Item = &Purpose> {
        self.0.iter()
    }
}

impl TryFrom<Vec<Purpose>> for Purposes {
    type Error = PurposeError;

    fn try_from(purposes: Vec<Purpose>) -> Result<Self, PurposeError> {
        Self::new(purposes)
    }
}

impl From<Purposes> for Vec<Purpose> {
    fn from(purposes: Purposes) -> Self {
        purposes.0
    }
}

/// A purpose as it is written in a configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PurposeConfig {
    id: Label,
    text: PurposeText,
    legal_basis: LegalBasis,
    retention_days: u32,
    attributes: Vec<ConsentClaim>,
}

impl TryFrom<PurposeConfig> for Purpose {
    type Error = PurposeError;

    fn try_from(config: PurposeConfig) -> Result<Self, PurposeError> {
        let PurposeConfig { id, text, legal_basis, retention_days, attributes } = config;
        Self::new(id, text, legal_basis, retention_days, attributes)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"id":"account_opening","text":{"id":"Pembukaan","en":"Opening"},
        "legal_basis":"consent","retention_days":1825,"attributes":["nik","name_match"]}"#;

    #[test]
    fn a_configuration_says_everything_or_is_refused() {
        let purpose: Purpose = serde_json::from_str(GOOD).unwrap();
        assert!(purpose.allows(ConsentClaim::NameMatch));
        assert!(!purpose.allows(ConsentClaim::NikMatch));
        for (from, to) in [
            ("account_opening", "Account"),
            ("account_opening", "ab"),
            ("account_opening", "account-opening"),
            (r#"["nik","name_match"]"#, "[]"),
            (r#""nik""#, r#""salary""#),
            (r#""consent""#, r#""curiosity""#),
            ("1825", "-1"),
            (r#""retention_days":1825,"#, ""),
            (r#","en":"Opening""#, ""),
            (r#""attributes""#, r#""colour":"red","attributes""#),
        ] {
            let bad = GOOD.replacen(from, to, 1);
            assert!(serde_json::from_str::<Purpose>(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_are_unique() {
        assert!(serde_json::from_str::<Purposes>(&format!("[{GOOD}]")).is_ok());
        assert!(serde_json::from_str::<Purposes>(&format!("[{GOOD},{GOOD}]")).is_err());
    }
}
