//! Titles, degrees, salutations and fillers: what stands in a name field and is no name.

use super::Reason;

/// Of whom a title speaks, where it says so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Man,
    Woman,
}

/// Titles before a name. Titles of nobility (R., RA., ANDI, TEUKU) are parts of the name: a
/// ticket without them is looked at.
const TITLES: [&str; 19] = [
    "H", "HJ", "HAJI", "HAJJAH", "KH", "DR", "DRG", "DRH", "DRS", "DRA", "IR", "PROF", "UST",
    "USTAD", "USTADZ", "TGK", "BPK", "BAPAK", "PDT",
];

/// Degrees that are no one's name, also without dots.
const DEGREES: [&str; 58] = [
    "SH", "MH", "SHUM", "MHUM", "SKOM", "MKOM", "SIKOM", "MIKOM", "SPD", "MPD", "SPDI", "MPDI",
    "SSI", "MSI", "SAG", "MAG", "SSOS", "MSOS", "SKED", "SKM", "MKM", "SKEP", "MKEP", "SFARM",
    "MFARM", "SPSI", "MPSI", "SPT", "SHI", "MHI", "SSN", "MSN", "MM", "MBA", "MSC", "BSC", "PHD",
    "AMD", "AMDKEB", "AMDKEP", "AMAPD", "MKES", "MKN", "MENG", "BENG", "SSTP", "SST", "STP",
    "SHUT", "SGZ", "SKG", "SKH", "MTI", "SPOG", "SPPD", "SPJP", "STRKEB", "STRKEP",
];

/// Degrees that could be a name or an initial: only with dots or behind a comma.
const DEGREES_IF_MARKED: [&str; 26] = [
    "SE", "ME", "ST", "MT", "MA", "BA", "SS", "SP", "MP", "SIP", "MIP", "SPI", "SPA", "SPB", "AK",
    "CA", "CPA", "APT", "NS", "LC", "SAP", "SAB", "MAK", "MARS", "SPAN", "SEI",
];

/// Words for a traveller at the end of a PNR name, or before a name in full.
const SALUTATIONS: [(&str, Option<Sign>); 17] = [
    ("MR", Some(Sign::Man)),
    ("MSTR", Some(Sign::Man)),
    ("TN", Some(Sign::Man)),
    ("TUAN", Some(Sign::Man)),
    ("SDR", Some(Sign::Man)),
    ("MRS", Some(Sign::Woman)),
    ("MS", Some(Sign::Woman)),
    ("MISS", Some(Sign::Woman)),
    ("NY", Some(Sign::Woman)),
    ("NYONYA", Some(Sign::Woman)),
    ("NN", Some(Sign::Woman)),
    ("NONA", Some(Sign::Woman)),
    ("SDRI", Some(Sign::Woman)),
    ("CHD", None),
    ("INF", None),
    ("DR", None),
    ("PROF", None),
];

/// What systems glue to the last given name, longest first; `MS` also ends some names.
const GLUED: [(&str, Reason, Option<Sign>); 7] = [
    ("MSTR", Reason::GluedTitle, Some(Sign::Man)),
    ("MISS", Reason::GluedTitle, Some(Sign::Woman)),
    ("MRS", Reason::GluedTitle, Some(Sign::Woman)),
    ("CHD", Reason::GluedTitle, None),
    ("INF", Reason::GluedTitle, None),
    ("MR", Reason::GluedTitle, Some(Sign::Man)),
    ("MS", Reason::GluedMs, Some(Sign::Woman)),
];

const FILLERS: [&str; 6] = ["FNU", "LNU", "NFN", "NLN", "XXX", "XXXX"];

pub(super) fn is_title(word: &str) -> bool {
    TITLES.contains(&word)
}

/// `marked`: written with dots or behind a comma.
pub(super) fn is_degree(word: &str, marked: bool) -> bool {
    DEGREES.contains(&word) || (marked && DEGREES_IF_MARKED.contains(&word))
}

pub(super) fn title_sign(word: &str) -> Option<Sign> {
    match word {
        "H" | "HAJI" | "BPK" | "BAPAK" => Some(Sign::Man),
        "HJ" | "HAJJAH" => Some(Sign::Woman),
        _ => None,
    }
}

/// `Some` if the word is a salutation, with the sign it carries.
pub(super) fn salutation(word: &str) -> Option<Option<Sign>> {
    SALUTATIONS.iter().find(|(known, _)| *known == word).map(|(_, sign)| *sign)
}

/// A word without the salutation glued to its end, if at least two letters stay.
pub(super) fn unglue(word: &str) -> Option<(&str, Reason, Option<Sign>)> {
    let (head, reason, sign) = GLUED
        .iter()
        .find_map(|(tail, reason, sign)| Some((word.strip_suffix(tail)?, *reason, *sign)))?;
    (head.chars().count() >= 2).then_some((head, reason, sign))
}

pub(super) fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word)
}

/// `Some` if the word is *son of* or *daughter of*, with the sign it carries.
pub(super) fn connector(word: &str) -> Option<Sign> {
    match word {
        "BIN" => Some(Sign::Man),
        "BINTI" | "BINTE" => Some(Sign::Woman),
        _ => None,
    }
}
