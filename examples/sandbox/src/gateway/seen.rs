//! What was used once and must not come again: token identifiers, proofs, QRs.

use std::collections::HashMap;

/// Identifiers, each with the time until which it is remembered.
pub(crate) struct Seen {
    until: HashMap<(Kind, String, String), i64>,
    /// Forgetting goes through everything, so it waits until as much again has come.
    forget_at: usize,
}

/// What an identifier is of; each kind has a space of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Assertion,
    RequestObject,
    Proof,
    Qr,
}

const FORGET_AT: usize = 4_096;

impl Seen {
    /// Takes note of `id` of `owner`; `false` if it was seen before.
    pub(crate) fn first(
        &mut self,
        kind: Kind,
        owner: &str,
        id: &str,
        until: i64,
        now: i64,
    ) -> bool {
        if self.until.len() >= self.forget_at {
            self.until.retain(|_, until| *until >= now);
            self.forget_at = FORGET_AT.max(self.until.len() * 2);
        }
        self.until.insert((kind, owner.to_owned(), id.to_owned()), until).is_none()
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self { until: HashMap::new(), forget_at: FORGET_AT }
    }
}

#[cfg(test)]
mod tests {
    use super::{FORGET_AT, Kind, Seen};

    #[test]
    fn once_is_once_for_each_kind_and_owner() {
        let mut seen = Seen::default();
        assert!(seen.first(Kind::Proof, "a", "1", 10, 0));
        assert!(!seen.first(Kind::Proof, "a", "1", 10, 0));
        assert!(seen.first(Kind::Proof, "b", "1", 10, 0));
        assert!(seen.first(Kind::Assertion, "a", "1", 10, 0));
    }

    #[test]
    fn only_what_is_over_is_forgotten() {
        let mut seen = Seen::default();
        assert!(seen.first(Kind::Qr, "", "long", 1_000, 0));
        for number in 0..FORGET_AT * 3 {
            assert!(seen.first(Kind::Qr, "", &number.to_string(), 10, 20));
        }
        assert!(!seen.first(Kind::Qr, "", "long", 1_000, 20));
        assert!(seen.until.len() <= FORGET_AT + 1);
    }
}
