//! What a ticket knows of a NIK: all of it, its last digits, or a masked form.

use std::fmt;

use super::error::ProblemKind;

const NIK_DIGITS: usize = 16;
const LEAST_DIGITS: usize = 4;

/// The digits of a NIK that a ticket carries, at their places.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TicketNik {
    digits: [Option<u8>; NIK_DIGITS],
}

/// What a NIK field holds.
pub(super) enum Field {
    Empty,
    Nik(TicketNik),
    OtherDocument,
}

impl TicketNik {
    /// Whether all sixteen digits are known.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.digits.iter().all(Option::is_some)
    }

    /// Whether every known digit is that of `nik`.
    #[must_use]
    pub fn agrees_with(&self, nik: &str) -> bool {
        let is_nik = nik.len() == NIK_DIGITS && nik.bytes().all(|b| b.is_ascii_digit());
        is_nik && self.digits.iter().zip(nik.bytes()).all(|(known, b)| known.is_none_or(|k| k == b))
    }

    /// The last four digits where known: what the manifest is searched by.
    pub(super) fn tail(&self) -> Option<String> {
        let tail = self.digits.iter().skip(NIK_DIGITS.saturating_sub(LEAST_DIGITS));
        tail.map(|digit| digit.map(char::from)).collect()
    }
}

impl fmt::Debug for TicketNik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketNik").field("is_full", &self.is_full()).finish_non_exhaustive()
    }
}

/// The last four digits of a whole NIK, as [`TicketNik::tail`] gives them.
pub(super) fn tail_of(nik: &str) -> Option<&str> {
    nik.get(nik.len().checked_sub(LEAST_DIGITS)?..)
}

pub(super) fn parse(text: &str) -> Result<Field, ProblemKind> {
    // Spreadsheets keep digits as text behind an apostrophe.
    let text = text.trim().trim_start_matches('\'');
    if text.is_empty() || text == "-" {
        return Ok(Field::Empty);
    }
    let upper = text.to_ascii_uppercase();
    if upper.contains("E+") {
        return Err(ProblemKind::NikRounded);
    }
    let compact: Vec<char> =
        upper.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-')).collect();
    // X is a mask only in a whole NIK; X1234567 is a passport.
    let is_whole = compact.len() == NIK_DIGITS;
    let is_mask = |c: char| matches!(c, '*' | '•' | '#') || (is_whole && c == 'X');
    if !compact.iter().all(|c| c.is_ascii_digit() || is_mask(*c)) {
        let is_document =
            (5..=20).contains(&compact.len()) && compact.iter().all(char::is_ascii_alphanumeric);
        return if is_document {
            Ok(Field::OtherDocument)
        } else {
            Err(ProblemKind::NikUnreadable)
        };
    }
    let known = compact.iter().filter(|c| c.is_ascii_digit()).count();
    if known < LEAST_DIGITS {
        return Err(ProblemKind::NikTooShort);
    }
    if compact.len() > NIK_DIGITS {
        return Err(ProblemKind::NikTooLong);
    }
    let mut digits = [None; NIK_DIGITS];
    for (place, c) in digits.iter_mut().rev().zip(compact.iter().rev()) {
        *place = u8::try_from(*c).ok().filter(u8::is_ascii_digit);
    }
    Ok(Field::Nik(TicketNik { digits }))
}
