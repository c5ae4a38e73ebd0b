//! Does the name of a verified identity belong to the name on a ticket, and why?
//!
//! A yes ([`Outcome::Exact`], [`Outcome::Normalised`], [`Outcome::Truncated`]) comes only from the
//! rules listed in [`Reason`], each of which is reported. There is no distance and no score.
//! What is merely similar is [`Outcome::Review`] and goes to a person; all else is
//! [`Outcome::Mismatch`].

mod align;
mod plausible;
mod pnr;
mod reading;
mod reason;
mod spelling;
mod titles;
mod words;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;

pub use pnr::COMMON_LIMITS;
use pnr::Cut;
use reading::{Prepared, Reading};
pub use reason::Reason;
use titles::Sign;
use words::Word;

use crate::Lang;

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

    /// One line for staff.
    #[must_use]
    pub fn text(self, lang: Lang) -> &'static str {
        let (_, id, en) = self.row();
        lang.pick(id, en)
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

    fn new(outcome: Outcome, reasons: Vec<Reason>) -> Self {
        Self { outcome, reasons }
    }

    /// The better outcome wins; among equals the one that needs less explaining.
    fn is_better_than(&self, other: &Self) -> bool {
        let rank = |m: &Self| {
            // A yes but for its titles says more than any other doubt.
            let but_for_titles = m.reasons.contains(&Reason::GenderedTitlesDiffer);
            let weak = m.reasons.iter().filter(|reason| reason.needs_nik()).count();
            (m.outcome, but_for_titles, Reverse(weak), Reverse(m.reasons.len()))
        };
        rank(self) > rank(other)
    }
}

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
    /// Reads `SURNAME/GIVEN MR`, `SURNAME, GIVEN` or a name in full, perhaps cut at one of
    /// [`COMMON_LIMITS`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::parse_cut_at(text, &COMMON_LIMITS)
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

/// Compares an identity's name with a ticket's.
#[must_use]
pub fn compare(identity: &IdentityName, ticket: &TicketName) -> NameMatch {
    if identity.readings.is_empty() || ticket.readings.is_empty() {
        return NameMatch::new(Outcome::Mismatch, vec![Reason::NameUnreadable]);
    }
    let marks_differ = identity.marks != ticket.marks;
    let mut best: Option<NameMatch> = None;
    let mut common = false;
    for ours in &identity.readings {
        for theirs in &ticket.readings {
            let found =
                yes(ours, theirs, ticket.cut, marks_differ).or_else(|| review(ours, theirs));
            common = common || plausible::have_common_word(&ours.natural, &theirs.natural);
            if let Some(found) = found
                && best.as_ref().is_none_or(|best| found.is_better_than(best))
            {
                best = Some(found);
            }
        }
    }
    best.unwrap_or_else(|| {
        let why = if common { Reason::OtherWordsDiffer } else { Reason::NoCommonWord };
        NameMatch::new(Outcome::Mismatch, vec![why])
    })
}

fn yes(
    ours: &Prepared,
    theirs: &Prepared,
    cut: Option<Cut>,
    marks_differ: bool,
) -> Option<NameMatch> {
    let full = ours.natural.as_slice();
    let rules = align::same(full, &theirs.natural)
        .or_else(|| Some(with(align::same(full, &theirs.swapped)?, Reason::SwappedOrder)))
        .or_else(|| {
            // Where the salutation was cut, the name before it is whole.
            let cut = cut.filter(|_| !theirs.rules.contains(&Reason::CutTitle))?;
            Some(with(cut_rules(full, theirs, cut)?, Reason::CutAtLimit { limit: cut.limit }))
        })?;
    let mut reasons = all(ours, theirs, &rules);
    if marks_differ && reasons.is_empty() {
        reasons.push(Reason::Punctuation);
    }
    if signs_differ(ours, theirs) {
        reasons.push(Reason::GenderedTitlesDiffer);
        return Some(NameMatch::new(Outcome::Review, reasons));
    }
    let is_cut = |r: &Reason| matches!(r, Reason::CutAtLimit { .. } | Reason::CutTitle);
    let outcome = if reasons.is_empty() {
        reasons.push(Reason::SameWords);
        Outcome::Exact
    } else if reasons.iter().any(is_cut) {
        Outcome::Truncated
    } else {
        Outcome::Normalised
    };
    // A salutation behind the name shows that nothing was cut off before it.
    if cut.is_some() && !theirs.is_titled && outcome > Outcome::Truncated {
        reasons.push(Reason::FillsField);
    }
    Some(NameMatch::new(outcome, reasons))
}

/// The cut is at the end of what the system wrote: the given name if there are two parts.
fn cut_rules(full: &[Word], theirs: &Prepared, cut: Cut) -> Option<Vec<Reason>> {
    if theirs.surname.is_empty() || theirs.given.is_empty() {
        return align::cut_of(full, &theirs.natural, cut.at_space);
    }
    let natural = (1..full.len()).find_map(|place| {
        let (given, surname) = full.split_at_checked(place)?;
        let mut rules = align::same(surname, &theirs.surname)?;
        rules.extend(align::cut_of(given, &theirs.given, cut.at_space)?);
        Some(rules)
    });
    natural.or_else(|| {
        let rules = align::cut_of(full, &theirs.swapped, cut.at_space)?;
        Some(with(rules, Reason::SwappedOrder))
    })
}

fn review(ours: &Prepared, theirs: &Prepared) -> Option<NameMatch> {
    let rules = plausible::look_closer(&ours.natural, &theirs.natural)?;
    Some(NameMatch::new(Outcome::Review, all(ours, theirs, &rules)))
}

fn signs_differ(ours: &Prepared, theirs: &Prepared) -> bool {
    let has = |sign: Sign| ours.signs.contains(&sign) || theirs.signs.contains(&sign);
    has(Sign::Man) && has(Sign::Woman)
}

/// Every rule that took part, once.
fn all(ours: &Prepared, theirs: &Prepared, rules: &[Reason]) -> Vec<Reason> {
    let mut all: Vec<Reason> = Vec::new();
    for rule in ours.rules.iter().chain(&theirs.rules).chain(rules) {
        if !all.contains(rule) {
            all.push(*rule);
        }
    }
    all
}

fn with(mut rules: Vec<Reason>, rule: Reason) -> Vec<Reason> {
    rules.push(rule);
    rules
}
