//! Does the name of a verified identity belong to the name on a ticket, and why?
//!
//! A yes ([`Outcome::Exact`], [`Outcome::Normalised`], [`Outcome::Truncated`]) comes only from the
//! rules listed in [`Reason`], each of which is reported. There is no distance and no score.
//! What is merely similar is [`Outcome::Review`] and goes to a person; all else is
//! [`Outcome::Mismatch`].
//!
//! ```
//! use ikd_checkin::name::{IdentityName, Outcome, Reason, TicketName, compare};
//!
//! let person = IdentityName::parse("Hj. Siti Contohwati, S.H.");
//! let found = compare(&person, &TicketName::parse("CONTOHWATI/SITI MRS"));
//! assert_eq!(found.outcome(), Outcome::Normalised);
//! assert_eq!(found.reasons(), [Reason::TitlesDropped]);
//! ```
//!
//! How a name goes through the files of this module:
//!
//! 1. `words`: text to words in capitals, each with its `spelling` of today; `titles` knows which
//!    words are no part of a name.
//! 2. `pnr` and `reading`: the words to readings. `FULAN/FULANMR` may be a Fulan Fulanmr or a Fulan
//!    with a salutation: every reading is kept, with the rules that lead to it.
//! 3. `compare`: each reading of one name against each of the other, first for a yes (`align`:
//!    word by word, from left to right), then for a second look (`plausible`). The best counts.

mod align;
mod compare;
mod outcome;
mod plausible;
mod pnr;
mod reading;
mod reason;
mod spelling;
mod titles;
mod words;

use std::collections::BTreeSet;
use std::fmt;

pub use compare::compare;
pub use outcome::{NameMatch, Outcome};
use pnr::Cut;
pub use pnr::DEFAULT_LIMIT;
use reading::{Prepared, Reading};
pub use reason::Reason;

/// The full name of an identity, made ready for comparing.
pub struct IdentityName {
    readings: Vec<Prepared>,
    marks: String,
}

impl IdentityName {
    /// Reads a name as it stands in the identity, titles and all.
    #[must_use]
    pub fn parse(full_name: &str) -> Self {
        let words = words::words(full_name);
        let base = Reading { given: words.words, ..Reading::default() };
        let mut readings = vec![base];
        reading::extend(&mut readings, reading::without_titles);
        reading::extend(&mut readings, reading::without_connectors);
        Self { readings: reading::prepare(readings), marks: words.marks }
    }

    /// Keys under which any ticket that is no mismatch can be found, unless its name is cut.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        keys(&self.readings)
    }
}

impl fmt::Debug for IdentityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityName").finish_non_exhaustive()
    }
}

/// The name on a ticket, made ready for comparing.
pub struct TicketName {
    readings: Vec<Prepared>,
    marks: String,
    cut: Option<Cut>,
}

impl TicketName {
    /// Reads `SURNAME/GIVEN MR`, `SURNAME, GIVEN` or a name in full, perhaps cut at
    /// [`DEFAULT_LIMIT`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::parse_cut_at(text, &[DEFAULT_LIMIT])
    }

    /// As [`TicketName::parse`], for a system that cuts names at lengths of its own.
    #[must_use]
    pub fn parse_cut_at(text: &str, limits: &[usize]) -> Self {
        let pnr::Parsed { readings, marks, cut } = pnr::parse(text, limits);
        Self { readings, marks, cut }
    }

    /// Whether nothing readable is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    pub(crate) fn keys(&self) -> BTreeSet<String> {
        keys(&self.readings)
    }

    /// Whether the name may have been cut, so that no key of it finds the whole name.
    pub(crate) fn may_be_cut(&self) -> bool {
        self.cut.is_some()
    }
}

impl fmt::Debug for TicketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketName").finish_non_exhaustive()
    }
}

fn keys(readings: &[Prepared]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for reading in readings {
        for order in [&reading.natural, &reading.swapped] {
            if !order.is_empty() {
                keys.insert(plausible::weak_joined(order));
            }
        }
        let telling = reading.natural.iter().filter(|word| word.is_distinctive());
        keys.extend(telling.map(|word| word.weak.clone()));
    }
    keys
}
