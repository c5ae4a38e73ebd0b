//! What a QR is for, and so which attributes it shows.

use std::fmt;
use std::str::FromStr;

use crate::attribute::Attribute as A;
use crate::name::UnknownName;

/// What a QR is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Boarding a plane or a train: who travels. Small enough for a credential without disclosures.
    Travel,
    /// Opening an account.
    Bank,
    /// Proof of age, and nothing else.
    Age,
    /// Registration in health care.
    Bpjs,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 4] = [Self::Travel, Self::Bank, Self::Age, Self::Bpjs];

    /// The name, as in `"travel"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Travel => "travel",
            Self::Bank => "bank",
            Self::Age => "age",
            Self::Bpjs => "bpjs",
        }
    }

    /// The attributes that a QR of this profile discloses; the first is the one it is useless without.
    #[must_use]
    pub fn shown(self) -> &'static [A] {
        match self {
            Self::Travel => &[A::Nik, A::FullName, A::BirthDate],
            Self::Bank => &[
                A::Nik,
                A::FullName,
                A::BirthDate,
                A::BirthPlace,
                A::Gender,
                A::Address,
                A::MotherName,
                A::Nationality,
            ],
            Self::Age => &[A::AgeOver18],
            Self::Bpjs => &[A::Nik, A::KkNumber, A::FullName, A::BirthDate, A::Gender],
        }
    }

    /// The attributes that the credential also holds, as digests that stay closed.
    #[must_use]
    pub fn withheld(self) -> &'static [A] {
        match self {
            Self::Travel => &[],
            Self::Bank => {
                &[A::LegalStatus, A::MaritalStatus, A::Occupation, A::ResidencePermitExpiry]
            }
            Self::Age => &[A::AgeOver17, A::AgeOver21],
            Self::Bpjs => &[A::Address, A::Phone, A::BloodType, A::MaritalStatus],
        }
    }

    pub(crate) fn index(self) -> u32 {
        match self {
            Self::Travel => 0,
            Self::Bank => 1,
            Self::Age => 2,
            Self::Bpjs => 3,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Profile {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|profile| profile.name() == text);
        found.ok_or(UnknownName::new("profile", Self::ALL.map(Self::name)))
    }
}
