//! Board, look closer or refuse: a verified identity against the manifest.
//!
//! The name and the NIK are compared separately, then together. A full NIK is one person; last
//! digits only confirm a name. When two passengers fit, nobody is chosen: a person decides.

mod candidate;
mod gate;
mod why;

use std::fmt;

pub use candidate::Candidate;
pub use gate::Gate;
pub use why::Why;

use crate::manifest::Passenger;

/// What the verifier accepted of a person. Made of nothing but verified attributes.
#[derive(Clone, Copy, Default)]
pub struct Identity<'a> {
    /// NIK, 16 digits.
    pub nik: Option<&'a str>,
    /// Full name.
    pub full_name: Option<&'a str>,
    /// Date of birth, `YYYYMMDD`.
    pub birth_date: Option<&'a str>,
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
    /// Airline: tickets are made out to a name; a NIK, or a part of one, may be known.
    Air,
    /// Railway (PT KAI): name and whole NIK must both match the ticket.
    Rail,
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
    /// Not on this manifest.
    Refuse {
        /// What is missing or wrong.
        why: Vec<Why>,
    },
}
