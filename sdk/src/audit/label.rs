//! The only free texts of a receipt: short, and never a number of a person.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Characters that a label may have at most.
const MAX_CHARS: usize = 256;

/// Digits of a NIK and of the number of a family card.
const NUMBER_DIGITS: usize = 16;

/// A name, an id or a sentence from the relying party's configuration, or an id from its gateway:
/// 1 to 256 characters without control characters.
///
/// A text with 16 digits in a row, neither more nor fewer, is refused: it could be a NIK.
///
/// ```
/// # use ikd_verifier::audit::{Label, LabelError};
/// assert_eq!(Label::new("KCP-014/teller-3")?.as_str(), "KCP-014/teller-3");
/// assert_eq!(Label::new("txn 9901015708920001"), Err(LabelError::PersonalNumber));
/// # Ok::<(), LabelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Label(String);

/// Why a text cannot stand in a receipt. The text is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LabelError {
    /// Nothing, or too much.
    #[error("a text of a receipt has 1 to {MAX_CHARS} characters")]
    Length,
    /// A line break or another control character.
    #[error("a text of a receipt has no control characters")]
    Control,
    /// What could be a NIK or the number of a family card.
    #[error("a text of a receipt has no number of 16 digits: it could be a NIK")]
    PersonalNumber,
}

impl Label {
    /// Takes up a text.
    ///
    /// # Errors
    ///
    /// [`LabelError`].
    pub fn new(text: impl Into<String>) -> Result<Self, LabelError> {
        let text = text.into();
        if text.is_empty() || text.chars().nth(MAX_CHARS).is_some() {
            return Err(LabelError::Length);
        }
        if text.chars().any(char::is_control) {
            return Err(LabelError::Control);
        }
        let runs = text.split(|c: char| !c.is_ascii_digit());
        if runs.into_iter().any(|run| run.len() == NUMBER_DIGITS) {
            return Err(LabelError::PersonalNumber);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Label {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        Self::new(text)
    }
}

impl<'de> serde::Deserialize<'de> for Label {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_personal_or_break_a_line_is_refused() {
        let long = "é".repeat(MAX_CHARS);
        for good in ["Bank Contoh", "12345678901234567", "123456789012345-6", &long] {
            assert!(Label::new(good).is_ok(), "{good}");
        }
        for (bad, error) in [
            ("", LabelError::Length),
            (&*format!("{long}é"), LabelError::Length),
            ("a\nb", LabelError::Control),
            ("\u{9b}31m", LabelError::Control),
            ("9901015708920001", LabelError::PersonalNumber),
            ("nik=9901015708920001;", LabelError::PersonalNumber),
        ] {
            assert_eq!(Label::new(bad), Err(error), "{bad}");
        }
    }
}
