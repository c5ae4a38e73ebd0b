//! Spellings of one word: what counts as the same, and what only looks alike.

/// How a word stands for MUHAMMAD.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Muhammad {
    No,
    /// A spelling or an abbreviation of two letters and more.
    Form,
    /// `M` at the head of a name.
    Initial,
}

const MUHAMMAD: &str = "MUHAMMAD";

/// Abbreviations that nobody bears as a whole name beside another.
const MUHAMMAD_SHORT: [&str; 10] =
    ["MUH", "MOH", "MOCH", "MUCH", "MOHD", "MUHD", "MHD", "MOEH", "MOECH", "MUKH"];

/// Names as common with the old J as with Y; any other J needs evidence of old spelling.
const KNOWN_OLD_J: [&str; 5] = ["JUSUF", "JAHJA", "JUNUS", "JASIN", "JAZID"];

/// Spellings that agree in sound and are borne by different persons: enough to look closer.
/// Written as [`canon`] leaves them (CH has become KH).
const WEAK_GROUPS: [&[&str]; 6] = [
    &["AHMAD", "AKHMAD", "AHMAT"],
    &["MAHMUD", "MAKHMUD"],
    &["HASAN", "KHASAN", "HASSAN"],
    &["CANDRA", "KHANDRA"],
    &["KHOIRUL", "KHAIRUL", "KHAERUL"],
    &["ABDURRAHMAN", "ABDULRAHMAN", "ABDURROHMAN", "ABDULROHMAN", "ABDURAKHMAN"],
];

pub(super) fn muhammad(letters: &str) -> Muhammad {
    if MUHAMMAD_SHORT.contains(&letters) || is_spelled_muhammad(letters) {
        Muhammad::Form
    } else {
        Muhammad::No
    }
}

/// M + (U|O|OE) + (H|CH|KH) + A + M or MM + (A|E) + D.
fn is_spelled_muhammad(letters: &str) -> bool {
    let strip = |rest: &str, heads: &[&str]| {
        heads.iter().find_map(|head| rest.strip_prefix(head).map(str::to_owned))
    };
    strip(letters, &["M"])
        .and_then(|rest| strip(&rest, &["OE", "U", "O"]))
        .and_then(|rest| strip(&rest, &["CH", "KH", "H"]))
        .and_then(|rest| strip(&rest, &["A"]))
        .and_then(|rest| strip(&rest, &["MM", "M"]))
        .is_some_and(|rest| rest == "AD" || rest == "ED")
}

/// The word in the spelling of 1972, as far as that is certain; forms of MUHAMMAD become one.
pub(super) fn canon(letters: &str) -> String {
    match muhammad(letters) {
        Muhammad::No => modern(letters, false),
        Muhammad::Form | Muhammad::Initial => MUHAMMAD.to_owned(),
    }
}

/// What a leading `M` is read as.
pub(super) fn muhammad_canon() -> String {
    MUHAMMAD.to_owned()
}

/// As [`canon`], and each J that is not part of DJ is an old one, so a Y.
pub(super) fn canon_old_j(letters: &str) -> String {
    modern(letters, true)
}

pub(super) fn is_known_old_j(letters: &str) -> bool {
    KNOWN_OLD_J.contains(&letters)
}

/// Letter pairs that the spelling of 1972 gave up: who writes one may write J for Y too.
pub(super) fn has_old_pairs(letters: &str) -> bool {
    ["OE", "DJ", "TJ", "SJ"].iter().any(|pair| letters.contains(pair)) || letters.starts_with("NJ")
}

fn modern(letters: &str, old_j: bool) -> String {
    // NJ inside a word stays: PANJI is modern, and so may be the other name.
    let (mut out, mut rest) = match letters.strip_prefix("NJ") {
        Some(rest) => ("NY".to_owned(), rest),
        None => (String::with_capacity(letters.len()), letters),
    };
    const PAIRS: [(&str, &str); 5] =
        [("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("SJ", "SY"), ("CH", "KH")];
    'word: while let Some(letter) = rest.chars().next() {
        for (old, new) in PAIRS {
            if let Some(tail) = rest.strip_prefix(old) {
                out.push_str(new);
                rest = tail;
                continue 'word;
            }
        }
        out.push(if old_j && letter == 'J' { 'Y' } else { letter });
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
    }
    out
}

/// A key that is equal for all that [`canon`] and the old J hold for equal, and for more.
/// Equal weak keys find candidates and justify a second look, never a yes.
pub(super) fn weak(canon: &str) -> String {
    if let Some([first, ..]) = WEAK_GROUPS.into_iter().find(|group| group.contains(&canon)) {
        return (*first).to_owned();
    }
    let mut key = String::with_capacity(canon.len());
    for letter in canon.chars() {
        match letter {
            'J' | 'Y' => key.push('I'),
            'V' => key.push('F'),
            'Z' => key.push('S'),
            'Q' => key.push('K'),
            'X' => key.push_str("KS"),
            other => key.push(other),
        }
    }
    const PAIRS: [(&str, &str); 9] = [
        ("KH", "K"),
        ("DH", "D"),
        ("TH", "T"),
        ("PH", "F"),
        ("GH", "G"),
        ("DS", "S"),
        ("UE", "U"),
        ("AE", "E"),
        ("OO", "U"),
    ];
    for (from, to) in PAIRS {
        key = key.replace(from, to);
    }
    let mut last = None;
    key.retain(|letter| last.replace(letter) != Some(letter));
    if key.len() > 3 && key.ends_with('H') {
        key.pop();
    }
    key
}
