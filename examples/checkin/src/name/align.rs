//! Two sequences of words laid side by side, by rules that can carry a yes.

use super::Reason;
use super::spelling::{self, Muhammad};
use super::words::Word;

/// The rules by which both sides are the same in full, or `None`.
pub(super) fn same(ours: &[Word], theirs: &[Word]) -> Option<Vec<Reason>> {
    let style = Style::of(ours, theirs);
    let mut rules = Vec::new();
    let (mut ours, mut theirs) = (ours, theirs);
    while !ours.is_empty() && !theirs.is_empty() {
        (ours, theirs) = style.step(ours, theirs, &mut rules)?;
    }
    (ours.is_empty() && theirs.is_empty()).then_some(rules)
}

/// The rules by which `cut` is what a cut left of `full`, or `None`. Something must be missing,
/// and `at_word` demands that the cut fell behind a whole word.
pub(super) fn cut_of(full: &[Word], cut: &[Word], at_word: bool) -> Option<Vec<Reason>> {
    let style = Style::of(full, cut);
    let mut rules = Vec::new();
    let (mut full, mut cut) = (full, cut);
    while !cut.is_empty() {
        if let ([last], false) = (cut, at_word)
            && is_start(full, last)
        {
            return Some(rules);
        }
        (full, cut) = style.step(full, cut, &mut rules)?;
    }
    (!full.is_empty()).then_some(rules)
}

/// Whether the word is a true beginning of the words, also when those are written together.
fn is_start(full: &[Word], word: &Word) -> bool {
    let together: String = full.iter().map(|word| word.letters.as_str()).collect();
    together.len() > word.letters.len() && together.starts_with(&word.letters)
}

/// Which side writes in the old spelling elsewhere, so that its J may be a Y.
struct Style {
    ours_old: bool,
    theirs_old: bool,
}

impl Style {
    fn of(ours: &[Word], theirs: &[Word]) -> Self {
        let old = |side: &[Word]| side.iter().any(|word| spelling::has_old_pairs(&word.letters));
        Self { ours_old: old(ours), theirs_old: old(theirs) }
    }

    /// Takes the next word from both sides, or one word and the several it is glued from.
    fn step<'a>(
        &self,
        ours: &'a [Word],
        theirs: &'a [Word],
        rules: &mut Vec<Reason>,
    ) -> Option<(&'a [Word], &'a [Word])> {
        let (our, our_rest) = ours.split_first()?;
        let (their, their_rest) = theirs.split_first()?;
        if let Some(rule) = self.same_word(our, their) {
            add(rules, rule);
            return Some((our_rest, their_rest));
        }
        if let Some((rest, spelling)) = glued(our, theirs) {
            add(rules, Some(Reason::GluedWords));
            add(rules, spelling);
            return Some((our_rest, rest));
        }
        let (rest, spelling) = glued(their, ours)?;
        add(rules, Some(Reason::GluedWords));
        add(rules, spelling);
        Some((rest, their_rest))
    }

    /// `Some(None)`: letter by letter; `Some(Some(rule))`: by that rule.
    fn same_word(&self, our: &Word, their: &Word) -> Option<Option<Reason>> {
        if our.letters == their.letters {
            return Some(None);
        }
        match (our.muhammad, their.muhammad) {
            (Muhammad::Form, Muhammad::Form) => return Some(Some(Reason::MuhammadForm)),
            (Muhammad::Initial, Muhammad::Form) | (Muhammad::Form, Muhammad::Initial) => {
                return Some(Some(Reason::MuhammadInitial));
            }
            _ => {}
        }
        if our.canon == their.canon {
            return Some(Some(Reason::OldSpelling));
        }
        let old_j = |word: &Word, old: bool, other: &Word| {
            (old || spelling::is_known_old_j(&word.letters))
                && spelling::canon_old_j(&word.letters) == other.canon
        };
        (old_j(our, self.ours_old, their) || old_j(their, self.theirs_old, our))
            .then_some(Some(Reason::OldJ))
    }
}

fn add(rules: &mut Vec<Reason>, rule: Option<Reason>) {
    if let Some(rule) = rule
        && !rules.contains(&rule)
    {
        rules.push(rule);
    }
}

/// The rest of `words` behind the two or more that are together written as `one`, and the rule
/// if that takes another spelling. Only whole words join: ANI TARI is never ANIT ARI.
fn glued<'a>(one: &Word, words: &'a [Word]) -> Option<(&'a [Word], Option<Reason>)> {
    let mut letters = String::new();
    let mut canon = String::new();
    let mut has_muhammad = false;
    let mut rest = words;
    while let Some((word, tail)) = rest.split_first() {
        let is_first = letters.is_empty();
        letters.push_str(&word.letters);
        // A glued M. has no dot and no word to itself: it is only a letter.
        let is_letter = word.muhammad == Muhammad::Initial;
        canon.push_str(if is_letter { &word.letters } else { &word.canon });
        has_muhammad |= word.muhammad == Muhammad::Form;
        rest = tail;
        if !is_first && one.letters == letters {
            return Some((rest, None));
        }
        if !is_first && one.canon == canon {
            let rule = if has_muhammad { Reason::MuhammadForm } else { Reason::OldSpelling };
            return Some((rest, Some(rule)));
        }
        if canon.len() > one.canon.len() && letters.len() > one.letters.len() {
            return None;
        }
    }
    None
}
