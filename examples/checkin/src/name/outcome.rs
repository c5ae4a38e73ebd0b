//! What comparing two names comes to.

use std::cmp::Reverse;

use super::Reason;

/// How far a name matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Different names.
    Mismatch,
    /// Perhaps the same; a person decides.
    Review,
    /// The same as far as the ticket's field goes.
    Truncated,
    /// The same after listed rules.
    Normalised,
    /// The same words.
    Exact,
}

impl Outcome {
    /// Whether the names are the same by rules alone.
    #[must_use]
    pub fn is_yes(self) -> bool {
        self >= Self::Truncated
    }

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Review => "review",
            Self::Truncated => "truncated",
            Self::Normalised => "normalised",
            Self::Exact => "exact",
        }
    }

    /// Code among reasons of other kinds, Indonesian, English.
    pub(crate) fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Mismatch => ("name_mismatch", "nama tidak cocok", "the name does not match"),
            Self::Review => ("name_review", "nama perlu diperiksa", "the name needs a look"),
            Self::Truncated => (
                "name_truncated",
                "nama cocok sejauh tertulis di tiket",
                "the name matches as far as the ticket goes",
            ),
            Self::Normalised => ("name_normalised", "nama cocok", "the name matches"),
            Self::Exact => ("name_exact", "nama sama persis", "the name is exactly the same"),
        }
    }
}

/// An outcome with the rules that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameMatch {
    outcome: Outcome,
    reasons: Vec<Reason>,
}

impl NameMatch {
    /// How far the names match.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Why; never empty.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Whether this is a yes that holds without a NIK beside it.
    #[must_use]
    pub fn stands_alone(&self) -> bool {
        self.outcome.is_yes() && !self.reasons.iter().any(|reason| reason.needs_nik())
    }

    pub(super) fn new(outcome: Outcome, reasons: Vec<Reason>) -> Self {
        Self { outcome, reasons }
    }

    /// The better outcome wins; among equals the one that needs less explaining.
    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        let rank = |m: &Self| {
            // A yes but for its titles says more than any other doubt.
            let but_for_titles = m.reasons.contains(&Reason::GenderedTitlesDiffer);
            let weak = m.reasons.iter().filter(|reason| reason.needs_nik()).count();
            (m.outcome, but_for_titles, Reverse(weak), Reverse(m.reasons.len()))
        };
        rank(self) > rank(other)
    }
}
