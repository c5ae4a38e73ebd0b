//! Names that may be the same person's, on evidence too weak for a yes.

use super::Reason;
use super::words::Word;

/// Why somebody should look closer, or `None` if the names are simply different.
pub(super) fn look_closer(ours: &[Word], theirs: &[Word]) -> Option<Vec<Reason>> {
    let joined = |side: &[Word]| -> String { side.iter().map(|w| w.letters.as_str()).collect() };
    if joined(ours) == joined(theirs) {
        return Some(vec![Reason::SplitDifferently]);
    }
    if weak_joined(ours) == weak_joined(theirs) {
        return Some(vec![Reason::WeakSpelling]);
    }
    if ours.len() <= theirs.len() {
        Pairs::find(ours, theirs, |kinship, our, their| (kinship.holds)(our, their)).reasons()
    } else {
        Pairs::find(theirs, ours, |kinship, their, our| (kinship.holds)(our, their)).reasons()
    }
}

/// Whether any two words of both sides agree.
pub(super) fn have_common_word(ours: &[Word], theirs: &[Word]) -> bool {
    ours.iter().any(|our| theirs.iter().any(|their| our.weak == their.weak))
}

/// The key under which names with equal letters, glued or not, are found.
pub(super) fn weak_joined(side: &[Word]) -> String {
    let canon: String = side.iter().map(|word| word.canon.as_str()).collect();
    super::spelling::weak(&canon)
}

/// Each word of the shorter name with its partner in the longer.
struct Pairs {
    reasons: Vec<Reason>,
    /// Words that agree and tell persons apart.
    distinctive: usize,
    missing: usize,
    all_paired: bool,
}

/// What a word of the identity and one of the ticket may have in common, and what is to be said of it.
struct Kinship {
    holds: fn(&Word, &Word) -> bool,
    reason: Option<Reason>,
    /// Whether it is about the whole word.
    whole: bool,
}

/// The strongest first.
const KINSHIPS: [Kinship; 4] = [
    Kinship { holds: |a, b| a.canon == b.canon, reason: None, whole: true },
    Kinship { holds: |a, b| a.weak == b.weak, reason: Some(Reason::WeakSpelling), whole: true },
    Kinship {
        holds: |a, b| is_initial(a, b) || is_initial(b, a),
        reason: Some(Reason::InitialOnly),
        whole: false,
    },
    Kinship {
        // Tickets shorten; an identity does not.
        holds: |our, their| is_shortened(their, our),
        reason: Some(Reason::ShortenedWord),
        whole: false,
    },
];

impl Pairs {
    fn find(short: &[Word], long: &[Word], holds: impl Fn(&Kinship, &Word, &Word) -> bool) -> Self {
        let mut partner: Vec<Option<usize>> = vec![None; short.len()];
        let mut reasons = Vec::new();
        let mut distinctive = 0_usize;
        for kinship in &KINSHIPS {
            for (place, word) in short.iter().enumerate() {
                if partner.get(place).copied().flatten().is_some() {
                    continue;
                }
                let found = long.iter().enumerate().position(|(at, other)| {
                    !partner.contains(&Some(at)) && holds(kinship, word, other)
                });
                let Some(slot) = partner.get_mut(place) else {
                    continue;
                };
                if found.is_none() {
                    continue;
                }
                *slot = found;
                if kinship.whole && word.is_distinctive() {
                    distinctive = distinctive.saturating_add(1);
                }
                reasons.extend(kinship.reason.filter(|reason| !reasons.contains(reason)));
            }
        }
        let missing = long.len().saturating_sub(short.len());
        if missing > 0 {
            reasons.push(Reason::PartMissing);
        }
        let all_paired = partner.iter().all(Option::is_some);
        if reasons.is_empty() || !partner.is_sorted() {
            reasons.push(Reason::OtherOrder);
        }
        Self { reasons, distinctive, missing, all_paired }
    }

    fn reasons(self) -> Option<Vec<Reason>> {
        let enough = self.distinctive >= 2 || (self.distinctive == 1 && self.missing <= 1);
        (self.all_paired && enough).then_some(self.reasons)
    }
}

fn is_initial(initial: &Word, word: &Word) -> bool {
    let mut letters = initial.letters.chars();
    letters.next().is_some_and(|letter| word.letters.starts_with(letter))
        && letters.next().is_none()
}

fn is_shortened(start: &Word, word: &Word) -> bool {
    start.letters.chars().count() >= 3 && word.letters.starts_with(&start.letters)
}
