//! The name on a ticket: `SURNAME/GIVEN MR` as reservation systems write it, or in full.

use super::Reason;
use super::reading::{self, Prepared, Reading};
use super::titles;
use super::words::{self, Word, Words};

/// Where a name is cut unless the caller knows better: the passenger name of a boarding pass's bar
/// code has 20 characters, the slash and the salutation among them (IATA Resolution 792, BCBP).
pub const DEFAULT_LIMIT: usize = 20;

/// A ticket's name with all its readings.
pub(super) struct Parsed {
    pub(super) readings: Vec<Prepared>,
    pub(super) marks: String,
    pub(super) cut: Option<Cut>,
}

/// The text is as long as a system's limit allows.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    pub(super) limit: usize,
    /// One character short of it: then the cut fell on a space, behind a whole word.
    pub(super) at_space: bool,
}

pub(super) fn parse(text: &str, limits: &[usize]) -> Parsed {
    let text = text.trim();
    let cut = find_cut(text.chars().count(), limits);
    let (base, marks) = split(text);
    let has_slash = !base.surname.is_empty();

    let mut readings = vec![without_salutation(base)];
    if has_slash {
        reading::extend(&mut readings, unglued);
        if cut.is_some_and(|cut| !cut.at_space) {
            reading::extend(&mut readings, without_cut_title);
        }
        readings = readings.into_iter().map(without_filler).collect();
        reading::extend(&mut readings, undoubled);
    }
    reading::extend(&mut readings, reading::without_titles);
    reading::extend(&mut readings, reading::without_connectors);
    Parsed { readings: reading::prepare(readings), marks, cut }
}

fn find_cut(length: usize, limits: &[usize]) -> Option<Cut> {
    let at = |length: usize, at_space| {
        limits.contains(&length).then_some(Cut { limit: length, at_space })
    };
    at(length, false).or_else(|| at(length.saturating_add(1), true))
}

/// `SURNAME/GIVEN`, `SURNAME, GIVEN` or a name in full.
fn split(text: &str) -> (Reading, String) {
    let parts = text.split_once('/').or_else(|| {
        // A comma also stands before degrees: BUDI, S.H.
        let (surname, given) = text.split_once(',')?;
        (!words::are_degrees(given)).then_some((surname, given))
    });
    let (surname, given) = match parts {
        Some((surname, given)) => (words::words(surname), words::words(&given.replace('/', " "))),
        None => (Words::default(), words::words(text)),
    };
    let marks = given.marks + &surname.marks;
    (Reading { given: given.words, surname: surname.words, ..Reading::default() }, marks)
}

/// A salutation as a word of its own belongs to the format and is no difference.
fn without_salutation(mut reading: Reading) -> Reading {
    let had_given = !reading.given.is_empty();
    let may_empty = !reading.surname.is_empty();
    while let Some(last) = reading.given.last()
        && (may_empty || reading.given.len() > 1)
        && let Some(sign) = titles::salutation(&last.letters)
    {
        reading.signs.extend(sign);
        // CHD and INF stand beside a salutation.
        reading.is_titled |= !matches!(last.letters.as_str(), "CHD" | "INF");
        reading.given.pop();
    }
    // In full it stands before the name: TN. FULAN.
    while let [first, _, ..] = reading.given.as_slice()
        && let Some(sign) = titles::salutation(&first.letters)
        && !titles::is_title(&first.letters)
    {
        reading.signs.extend(sign);
        reading.given.remove(0);
    }
    if had_given && reading.given.is_empty() {
        return reading.with(Reason::TitleAsName);
    }
    reading
}

/// SARIMRS is SARI, unless it is a name of its own; that reading stays beside this one.
fn unglued(reading: &Reading) -> Option<Reading> {
    if reading.is_titled {
        return None;
    }
    let (last, before) = reading.given.split_last()?;
    let (head, rule, sign) = titles::unglue(&last.letters)?;
    let mut out = reading.clone().with(rule);
    out.is_titled = true;
    out.given = before.to_vec();
    out.given.push(Word::new(head.to_owned(), false));
    out.signs.extend(sign);
    Some(out)
}

/// At the limit, a last `M` may be all that is left of `MR`.
fn without_cut_title(reading: &Reading) -> Option<Reading> {
    let (last, before) = reading.given.split_last()?;
    if before.is_empty() && last.letters.chars().count() < 3 {
        return None;
    }
    let head = ["MST", "MIS", "M"].iter().find_map(|piece| last.letters.strip_suffix(piece))?;
    let mut out = reading.clone().with(Reason::CutTitle);
    out.given = before.to_vec();
    if !head.is_empty() {
        out.given.push(Word::new(head.to_owned(), false));
    }
    Some(out)
}

fn without_filler(mut reading: Reading) -> Reading {
    let is_filler = |part: &[Word]| part.iter().all(|word| titles::is_filler(&word.letters));
    for part in [&mut reading.given, &mut reading.surname] {
        if !part.is_empty() && is_filler(part) {
            part.clear();
            if !reading.rules.contains(&Reason::SingleNameFilled) {
                reading.rules.push(Reason::SingleNameFilled);
            }
        }
    }
    reading
}

/// FULAN/FULAN is FULAN, unless somebody is called so twice.
fn undoubled(reading: &Reading) -> Option<Reading> {
    let same = reading.given.len() == reading.surname.len()
        && reading.given.iter().zip(&reading.surname).all(|(a, b)| a.letters == b.letters);
    let mut out = reading.clone();
    out.given.clear();
    (same && !reading.given.is_empty()).then(|| out.with(Reason::SingleNameDoubled))
}
