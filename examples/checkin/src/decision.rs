//! Board, look closer or refuse: a verified identity against the manifest.
//!
//! The name and the NIK are compared separately, then together. A full NIK is one person; last
//! digits only confirm a name. When two passengers fit, nobody is chosen: a person decides.

mod candidate;
mod gate;
mod view;
mod why;

use std::fmt;

use ikd_verifier::{Message, Nik, VerifiedPresentation};

pub use candidate::Candidate;
pub use gate::Gate;
pub use view::View;
pub use why::Why;

use crate::manifest::Passenger;

/// What is known of a person. At a gate only [`Identity::of`] makes one; the fields are open so that
/// rules can be tried without a QR.
#[derive(Clone, Copy, Default)]
pub struct Identity<'a> {
    /// NIK, 16 digits.
    pub nik: Option<&'a str>,
    /// Full name.
    pub full_name: Option<&'a str>,
    /// Date of birth, `YYYYMMDD`.
    pub birth_date: Option<&'a str>,
}

impl<'a> Identity<'a> {
    /// What the verifier accepted.
    #[must_use]
    pub fn of(person: &'a VerifiedPresentation) -> Self {
        let attributes = person.attributes();
        Self {
            nik: attributes.nik().map(Nik::as_str),
            full_name: attributes.full_name(),
            birth_date: attributes.birth_date_text(),
        }
    }
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("nik", &self.nik.is_some())
            .field("full_name", &self.full_name.is_some())
            .field("birth_date", &self.birth_date.is_some())
            .finish()
    }
}

/// Whose rules hold at this gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Airline: tickets are made out to a name, with the NIK, a part of it, or none of it.
    Air {
        /// Whether a name that matches by format alone boards on a ticket without a NIK. The
        /// identity is verified all the same; what stays open is whether the ticket is another
        /// person's of the same name. Without this such tickets are looked at.
        name_alone: bool,
    },
    /// Railway (PT KAI): name and whole NIK must both match the ticket.
    Rail,
}

impl Rules {
    /// Airline rules that let nobody board on a name alone.
    pub const AIR: Self = Self::Air { name_alone: false };
}

/// The answer for one scanned person.
#[derive(Debug)]
#[must_use]
pub enum Decision<'m> {
    /// This passenger, without doubt.
    Board {
        /// Who it is.
        passenger: &'m Passenger,
        /// What agreed.
        why: Vec<Why>,
    },
    /// A person must decide.
    LookCloser {
        /// Who it may be, the likeliest first, with what speaks for and against each.
        candidates: Vec<Candidate<'m>>,
        /// What the doubt is.
        why: Vec<Why>,
    },
    /// Not on this manifest, or not with this ticket.
    Refuse {
        /// The ticket that the person may not use, if there is one.
        passenger: Option<&'m Passenger>,
        /// What is missing or wrong.
        why: Vec<Why>,
    },
}

impl Decision<'_> {
    /// The stable code: `board`, `look_closer` or `refuse`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Board { .. } => "board",
            Self::LookCloser { .. } => "look_closer",
            Self::Refuse { .. } => "refuse",
        }
    }

    /// The answer in a word or two.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Board { .. } => Message::new("NAIK", "BOARD"),
            Self::LookCloser { .. } => Message::new("PERIKSA", "LOOK CLOSER"),
            Self::Refuse { .. } => Message::new("TOLAK", "REFUSE"),
        }
    }

    /// The one ticket it is about, if it is one: the passenger's who boards, or the ticket that may
    /// not be used.
    #[must_use]
    pub fn passenger(&self) -> Option<&Passenger> {
        match self {
            Self::Board { passenger, .. } => Some(passenger),
            Self::LookCloser { .. } => None,
            Self::Refuse { passenger, .. } => *passenger,
        }
    }

    /// What agreed, what the doubt is, or what is missing or wrong.
    #[must_use]
    pub fn why(&self) -> &[Why] {
        match self {
            Self::Board { why, .. } | Self::LookCloser { why, .. } | Self::Refuse { why, .. } => {
                why
            }
        }
    }
}
