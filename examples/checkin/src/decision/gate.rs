//! A gate: a manifest, whose rules hold, and who has boarded.

use std::cmp::Reverse;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use super::candidate::{Nik, Verdict};
use super::{Candidate, Decision, Identity, Rules, Why};
use crate::manifest::{Manifest, Passenger};
use crate::name::IdentityName;

/// More candidates help nobody at a counter.
const MAX_CANDIDATES: usize = 5;

/// Decides who boards, for any number of scanners at once.
pub struct Gate {
    manifest: Manifest,
    rules: Rules,
    boarded: Vec<AtomicBool>,
}

impl Gate {
    /// A gate where nobody has boarded yet.
    #[must_use]
    pub fn new(manifest: Manifest, rules: Rules) -> Self {
        let boarded = manifest.passengers().iter().map(|_| AtomicBool::new(false)).collect();
        Self { manifest, rules, boarded }
    }

    /// The passenger list.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How many have boarded.
    #[must_use]
    pub fn boarded(&self) -> usize {
        self.boarded.iter().filter(|boarded| boarded.load(Ordering::Acquire)).count()
    }

    /// Decides, and marks a passenger who boards. Of two scanners that bring the same passenger
    /// at the same moment, one boards.
    pub fn decide(&self, identity: &Identity<'_>) -> Decision<'_> {
        match self.weigh(identity) {
            Weighed::One(one) if self.mark(one.place) => {
                Decision::Board { passenger: one.passenger, why: one.why }
            }
            // The same person with a new QR, or somebody else with the same ticket.
            Weighed::One(one) => {
                Decision::Refuse { passenger: Some(one.passenger), why: vec![Why::AlreadyBoarded] }
            }
            Weighed::Doubt(candidates, why) => self.look_closer(candidates, why),
            Weighed::None(passenger, why) => Decision::Refuse { passenger, why },
        }
    }

    /// Marks a passenger whom staff let through after a closer look. `false` if the passenger
    /// had boarded already or is of another manifest.
    #[must_use]
    pub fn board_by_hand(&self, passenger: &Passenger) -> bool {
        self.place_of(passenger).is_some_and(|place| self.mark(place))
    }

    /// Takes back a boarding. `false` if there was none.
    #[must_use]
    pub fn unboard(&self, passenger: &Passenger) -> bool {
        self.place_of(passenger)
            .and_then(|place| self.boarded.get(place))
            .is_some_and(|boarded| boarded.swap(false, Ordering::AcqRel))
    }

    fn mark(&self, place: usize) -> bool {
        self.boarded.get(place).is_some_and(|boarded| !boarded.swap(true, Ordering::AcqRel))
    }

    fn place_of(&self, passenger: &Passenger) -> Option<usize> {
        self.manifest.passengers().iter().position(|own| std::ptr::eq(own, passenger))
    }

    fn look_closer<'m>(
        &'m self,
        mut candidates: Vec<Candidate<'m>>,
        why: Vec<Why>,
    ) -> Decision<'m> {
        candidates.truncate(MAX_CANDIDATES);
        for candidate in &mut candidates {
            let boarded = self.boarded.get(candidate.place);
            if boarded.is_some_and(|boarded| boarded.load(Ordering::Acquire)) {
                candidate.why.push(Why::AlreadyBoarded);
            }
        }
        Decision::LookCloser { candidates, why }
    }

    fn weigh(&self, identity: &Identity<'_>) -> Weighed<'_> {
        let name = IdentityName::parse(identity.full_name.unwrap_or_default());
        let mut found: Vec<_> = self
            .manifest
            .candidates(identity.nik, &name)
            .map(|(place, passenger)| {
                Candidate::weigh(place, passenger, identity, &name, self.rules)
            })
            .filter(|candidate| candidate.verdict != Verdict::No)
            .collect();
        // The likeliest first; the order of the file stays among equals.
        found.sort_by_key(|c| Reverse((c.verdict, c.nik, c.name.outcome())));
        settle(found, identity)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("manifest", &self.manifest)
            .field("rules", &self.rules)
            .field("boarded", &self.boarded())
            .finish()
    }
}

/// What the candidates come to, before it is known who has boarded.
enum Weighed<'m> {
    One(Candidate<'m>),
    Doubt(Vec<Candidate<'m>>, Vec<Why>),
    /// With the ticket that may not be used, if there is one.
    None(Option<&'m Passenger>, Vec<Why>),
}

fn settle<'m>(mut found: Vec<Candidate<'m>>, identity: &Identity<'_>) -> Weighed<'m> {
    let Some(best) = found.first() else {
        return Weighed::None(None, not_found(identity));
    };
    match best.verdict {
        Verdict::Board if !found.iter().skip(1).any(|other| is_rival(other, best)) => {
            Weighed::One(found.swap_remove(0))
        }
        Verdict::Board | Verdict::Look => {
            found.retain(|candidate| candidate.verdict >= Verdict::Look);
            let why = match found.as_slice() {
                [one] => one.why.clone(),
                _ => vec![Why::SeveralMatch],
            };
            Weighed::Doubt(found, why)
        }
        Verdict::Refuse | Verdict::No => Weighed::None(Some(best.passenger), best.why.clone()),
    }
}

/// Whether `other` keeps `best`, who could board, from being the only one who fits.
fn is_rival(other: &Candidate<'_>, best: &Candidate<'_>) -> bool {
    match best.nik {
        // The whole NIK is one person: only a second ticket in the same name is a question.
        // (One NIK given for a whole family is common; their names differ.)
        Nik::Same => other.nik == Nik::Same && other.name.outcome().is_yes(),
        // The digits tell namesakes apart.
        Nik::DigitsSame if other.nik == Nik::Differs => false,
        _ => other.nik == Nik::Same || other.name.outcome().is_yes(),
    }
}

fn not_found(identity: &Identity<'_>) -> Vec<Why> {
    let mut why = vec![Why::NotOnManifest];
    if identity.full_name.is_none() {
        why.push(Why::NameNotShared);
    }
    if identity.nik.is_none() {
        why.push(Why::NikNotShared);
    }
    why
}
