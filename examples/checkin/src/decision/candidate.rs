//! One passenger weighed against one identity.

use super::{Identity, Rules, Why};
use crate::manifest::Passenger;
use crate::name::{self, IdentityName, NameMatch, Outcome, Reason};

/// A passenger who may be the person, and why.
#[derive(Debug)]
pub struct Candidate<'m> {
    pub(super) place: usize,
    pub(super) passenger: &'m Passenger,
    pub(super) nik: Nik,
    pub(super) name: NameMatch,
    pub(super) verdict: Verdict,
    pub(super) why: Vec<Why>,
}

/// What the NIKs of person and ticket say of each other, the strongest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nik {
    Differs,
    NotShared,
    NotOnTicket,
    DigitsSame,
    Same,
}

/// What would be done if this were the only passenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// Not this person at all.
    No,
    /// This ticket, and not to be used by this person.
    Refuse,
    Look,
    Board,
}

impl<'m> Candidate<'m> {
    /// The passenger.
    #[must_use]
    pub fn passenger(&self) -> &'m Passenger {
        self.passenger
    }

    /// How the name matches.
    #[must_use]
    pub fn name(&self) -> &NameMatch {
        &self.name
    }

    /// What speaks for and against this passenger.
    #[must_use]
    pub fn why(&self) -> &[Why] {
        &self.why
    }

    pub(super) fn weigh(
        place: usize,
        passenger: &'m Passenger,
        identity: &Identity<'_>,
        identity_name: &IdentityName,
        rules: Rules,
    ) -> Self {
        let nik = Nik::compare(identity.nik, passenger);
        let name = name::compare(identity_name, passenger.name());
        let mut why = vec![nik.why()];
        if identity.full_name.is_none() {
            why.push(Why::NameNotShared);
        } else {
            why.push(Why::Name(name.outcome()));
            // An exact name says so itself.
            let rules = name.reasons().iter().filter(|rule| **rule != Reason::SameWords);
            why.extend(rules.copied().map(Why::Rule));
        }
        let mut verdict = match rules {
            Rules::Air { name_alone } => air(nik, &name, name_alone),
            Rules::Rail => rail(nik, &name, identity.full_name.is_some()),
        };
        if rules == Rules::Rail && matches!(nik, Nik::DigitsSame) {
            why.push(Why::NikNotWholeOnTicket);
        }
        if let (Some(ours), Some(theirs)) = (identity.birth_date, passenger.birth_date()) {
            let same = ours == theirs;
            why.push(if same { Why::BirthDateSame } else { Why::BirthDateDiffers });
            if !same {
                verdict = verdict.min(Verdict::Look);
            }
        }
        Self { place, passenger, nik, name, verdict, why }
    }
}

fn air(nik: Nik, name: &NameMatch, name_alone: bool) -> Verdict {
    match (nik, name.outcome()) {
        (Nik::Same | Nik::DigitsSame, outcome) if outcome.is_yes() => Verdict::Board,
        // The person is who the name says, yet a namesake would pass as well.
        (Nik::NotOnTicket, _) if name_alone && name.stands_alone() => Verdict::Board,
        // One person by law, so the name on the ticket is likely misspelt.
        (Nik::Same, _) => Verdict::Look,
        (_, Outcome::Mismatch) => Verdict::No,
        // A namesake, or a NIK mistyped in the booking.
        (Nik::Differs, outcome) => {
            if outcome.is_yes() {
                Verdict::Look
            } else {
                Verdict::No
            }
        }
        (Nik::DigitsSame | Nik::NotOnTicket | Nik::NotShared, _) => Verdict::Look,
    }
}

fn rail(nik: Nik, name: &NameMatch, name_is_shared: bool) -> Verdict {
    match (nik, name.outcome()) {
        (Nik::Same, outcome) if outcome.is_yes() => Verdict::Board,
        (Nik::Same, Outcome::Mismatch) if name_is_shared => Verdict::Refuse,
        (Nik::Same, _) => Verdict::Look,
        (_, Outcome::Mismatch) => Verdict::No,
        (Nik::Differs, outcome) => {
            if outcome.is_yes() {
                Verdict::Refuse
            } else {
                Verdict::No
            }
        }
        (Nik::DigitsSame | Nik::NotOnTicket | Nik::NotShared, _) => Verdict::Look,
    }
}

impl Nik {
    fn compare(nik: Option<&str>, passenger: &Passenger) -> Self {
        let is_whole = |nik: &&str| nik.len() == 16 && nik.bytes().all(|b| b.is_ascii_digit());
        match (nik.filter(is_whole), passenger.nik()) {
            (None, _) => Self::NotShared,
            (Some(_), None) => Self::NotOnTicket,
            (Some(nik), Some(ticket)) if !ticket.agrees_with(nik) => Self::Differs,
            (Some(_), Some(ticket)) if ticket.is_full() => Self::Same,
            (Some(_), Some(_)) => Self::DigitsSame,
        }
    }

    fn why(self) -> Why {
        match self {
            Self::Differs => Why::NikDiffers,
            Self::NotShared => Why::NikNotShared,
            Self::NotOnTicket => Why::NikNotOnTicket,
            Self::DigitsSame => Why::NikDigitsSame,
            Self::Same => Why::NikSame,
        }
    }
}
