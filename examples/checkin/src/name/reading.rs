//! Readings: each way a written name may be meant, with the rules that lead to it.

use super::Reason;
use super::titles::{self, Sign};
use super::words::Word;

/// One way to read a name. A name in full has no surname part.
#[derive(Clone, Default)]
pub(super) struct Reading {
    pub(super) given: Vec<Word>,
    pub(super) surname: Vec<Word>,
    /// Rules applied to come here from what is written.
    pub(super) rules: Vec<Reason>,
    /// What titles and salutations that were set aside say.
    pub(super) signs: Vec<Sign>,
    /// A salutation stood as a word of its own, so that none is glued to a name.
    pub(super) is_titled: bool,
}

impl Reading {
    pub(super) fn len(&self) -> usize {
        self.given.len().saturating_add(self.surname.len())
    }

    pub(super) fn with(mut self, rule: Reason) -> Self {
        if !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
        self
    }
}

/// A reading laid out for comparing, so that no scan has to do it again.
pub(super) struct Prepared {
    /// Given name, then surname: the order a person would say it in.
    pub(super) natural: Vec<Word>,
    /// Surname, then given name. Empty for a name in full.
    pub(super) swapped: Vec<Word>,
    pub(super) given: Vec<Word>,
    pub(super) surname: Vec<Word>,
    pub(super) rules: Vec<Reason>,
    pub(super) signs: Vec<Sign>,
    pub(super) is_titled: bool,
}

/// Lays out all readings that still hold a word.
pub(super) fn prepare(readings: Vec<Reading>) -> Vec<Prepared> {
    readings.into_iter().filter(|reading| reading.len() > 0).map(Prepared::from).collect()
}

impl From<Reading> for Prepared {
    fn from(reading: Reading) -> Self {
        let Reading { mut given, surname, rules, signs, is_titled } = reading;
        let has_more = given.len().saturating_add(surname.len()) > 1;
        if let (Some(first), true) = (given.first_mut(), has_more) {
            first.read_as_leading();
        }
        let join = |head: &[Word], tail: &[Word]| [head, tail].concat();
        let natural = join(&given, &surname);
        let is_full_name = given.is_empty() || surname.is_empty();
        let swapped = if is_full_name { Vec::new() } else { join(&surname, &given) };
        Self { natural, swapped, given, surname, rules, signs, is_titled }
    }
}

/// Adds to `readings` what `rule` makes of each, where it makes something of it.
pub(super) fn extend(readings: &mut Vec<Reading>, rule: impl Fn(&Reading) -> Option<Reading>) {
    let more: Vec<_> = readings.iter().filter_map(rule).collect();
    readings.extend(more);
}

/// Titles before and degrees behind either part are set aside.
pub(super) fn without_titles(reading: &Reading) -> Option<Reading> {
    let mut out = reading.clone();
    let before = out.len();
    for part in [&mut out.given, &mut out.surname] {
        strip_titles(part, &mut out.signs);
    }
    (out.len() < before && out.len() > 0).then(|| out.with(Reason::TitlesDropped))
}

fn strip_titles(part: &mut Vec<Word>, signs: &mut Vec<Sign>) {
    while let [first, _, ..] = part.as_slice()
        && titles::is_title(&first.letters)
    {
        signs.extend(titles::title_sign(&first.letters));
        part.remove(0);
    }
    while let [_, .., last] = part.as_slice()
        && titles::is_degree(&last.letters, last.marked)
    {
        part.pop();
    }
}

/// `BIN` and `BINTI` between two words are set aside.
pub(super) fn without_connectors(reading: &Reading) -> Option<Reading> {
    let mut out = reading.clone();
    let last = out.len();
    let mut position = 0_usize;
    let mut signs = Vec::new();
    let mut keep = |word: &Word| {
        position = position.saturating_add(1);
        match titles::connector(&word.letters) {
            Some(sign) if position > 1 && position < last => {
                signs.push(sign);
                false
            }
            _ => true,
        }
    };
    out.given.retain(&mut keep);
    out.surname.retain(&mut keep);
    if signs.is_empty() || out.len() < 2 {
        return None;
    }
    out.signs.extend(signs);
    Some(out.with(Reason::ConnectorDropped))
}
