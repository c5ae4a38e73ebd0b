//! What a caller demands on top of the format. A policy can only demand more: no setting makes a QR
//! acceptable whose signatures, times or disclosures the format refuses. What section 6 leaves to the
//! operator (clock difference up to a limit, use of status, grace for the trust list) is told in
//! the result.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::attributes::AttributeName;
use crate::limits::MAX_SKEW;

/// How a verifier treats revocation status (IKD-QR section 6, steps 21 and 22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusPolicy {
    /// A known and fresh status is a condition.
    Require,
    /// A known status counts, a missing or stale one is told in the result.
    #[default]
    Prefer,
    /// Status is not looked at, which is told in the result.
    Ignore,
}

/// The demands of a relying party.
///
/// ```
/// # use ikd_verifier::{AttributeName, Policy, StatusPolicy};
/// let policy = Policy::new()
///     .require([AttributeName::Nik, AttributeName::FullName])
///     .status(StatusPolicy::Require)
///     .relying_party("https://checkin.example");
/// # assert_eq!(policy.required(), [AttributeName::Nik, AttributeName::FullName]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(crate) skew: i64,
    pub(crate) status: StatusPolicy,
    pub(crate) max_status_age: i64,
    pub(crate) required: Vec<AttributeName>,
    pub(crate) required_any: Vec<Vec<AttributeName>>,
    pub(crate) relying_party: Option<String>,
    pub(crate) trust_grace: i64,
}

/// A clock difference outside 0 to 30 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a clock difference of {0} s is outside 0 to {MAX_SKEW} s")]
pub struct SkewError(pub i64);

impl Default for Policy {
    fn default() -> Self {
        Self {
            skew: 5,
            status: StatusPolicy::Prefer,
            max_status_age: 86_400,
            required: Vec::new(),
            required_any: Vec::new(),
            relying_party: None,
            trust_grace: 0,
        }
    }
}

impl Policy {
    /// The defaults of the specification: 5 s of clock difference, status preferred and fresh for a
    /// day, nothing required, no relying-party id, no grace for an expired trust list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Seconds by which the clocks of phone, issuer and verifier may differ.
    ///
    /// # Errors
    ///
    /// [`SkewError`] outside 0 to 30.
    pub fn skew(self, seconds: i64) -> Result<Self, SkewError> {
        if (0..=MAX_SKEW).contains(&seconds) {
            Ok(Self { skew: seconds, ..self })
        } else {
            Err(SkewError(seconds))
        }
    }

    /// How revocation status is treated.
    #[must_use]
    pub fn status(self, status: StatusPolicy) -> Self {
        Self { status, ..self }
    }

    /// Seconds for which a status list counts as fresh after it was issued.
    #[must_use]
    pub fn max_status_age(self, seconds: i64) -> Self {
        Self { max_status_age: seconds, ..self }
    }

    /// Attributes that must be disclosed, in addition to those required before.
    #[must_use]
    pub fn require(mut self, names: impl IntoIterator<Item = AttributeName>) -> Self {
        for name in names {
            if !self.required.contains(&name) {
                self.required.push(name);
            }
        }
        self
    }

    /// Attributes of which one must be disclosed, such as several ages.
    #[must_use]
    pub fn require_any(mut self, names: impl IntoIterator<Item = AttributeName>) -> Self {
        self.required_any.push(names.into_iter().collect());
        self
    }

    /// This verifier's id, which a presentation may name as its audience.
    #[must_use]
    pub fn relying_party(self, id: impl Into<String>) -> Self {
        Self { relying_party: Some(id.into()), ..self }
    }

    /// Seconds for which a trust list is used after it has expired. Only for operators who would
    /// rather read old keys than none; the age is told in every result.
    #[must_use]
    pub fn trust_grace(self, seconds: i64) -> Self {
        Self { trust_grace: seconds.max(0), ..self }
    }

    /// The attributes that must be disclosed.
    pub fn required(&self) -> &[AttributeName] {
        &self.required
    }
}
