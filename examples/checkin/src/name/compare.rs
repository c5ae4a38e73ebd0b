//! The comparison: every reading of one name against every reading of the other.

use super::pnr::Cut;
use super::reading::Prepared;
use super::titles::Sign;
use super::words::Word;
use super::{IdentityName, NameMatch, Outcome, Reason, TicketName, align, plausible};

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

/// The names are the same by rules alone.
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
            // Where a salutation follows, or a piece of one, the name before it is whole.
            let is_whole = theirs.is_titled || theirs.rules.contains(&Reason::CutTitle);
            let cut = cut.filter(|_| !is_whole)?;
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

/// The names may be the same; a person decides.
fn review(ours: &Prepared, theirs: &Prepared) -> Option<NameMatch> {
    let rules = plausible::look_closer(&ours.natural, &theirs.natural)?;
    Some(NameMatch::new(Outcome::Review, all(ours, theirs, &rules)))
}

/// A title of a man meets a title of a woman.
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
