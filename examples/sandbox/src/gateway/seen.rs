//! What was used once and must not come again: token identifiers, proofs, QRs.

use std::collections::HashMap;

/// Identifiers, each with the time until which it is remembered.
#[derive(Default)]
pub(crate) struct Seen {
    until: HashMap<(Kind, String, String), i64>,
}

/// What an identifier is of; each kind has a space of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Assertion,
    RequestObject,
    Proof,
    Qr,
}

/// Forgetting goes through everything, so it waits until this much has come.
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
        if self.until.len() >= FORGET_AT {
            self.until.retain(|_, until| *until >= now);
        }
        self.until.insert((kind, owner.to_owned(), id.to_owned()), until).is_none()
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
