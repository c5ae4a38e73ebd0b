//! What a counter needs to know: the attributes that it requires and shows.

use clap::ValueEnum;
use ikd_verifier::AttributeName as A;

/// A kind of counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Check-in and boarding: NIK and name
    Travel,
    /// Opening an account: NIK, name, birth, gender and address
    Bank,
    /// Health care: NIK, name and birth date
    Bpjs,
    /// Proof of age: any of `age_over_17`, `age_over_18`, `age_over_21`
    Age,
}

const AGES: &[A] = &[A::AgeOver17, A::AgeOver18, A::AgeOver21];

impl Profile {
    /// The attributes without which the QR is refused.
    pub(crate) fn required(self) -> &'static [A] {
        match self {
            Self::Travel => &[A::Nik, A::FullName],
            Self::Bank => {
                &[A::Nik, A::FullName, A::BirthPlace, A::BirthDate, A::Gender, A::Address]
            }
            Self::Bpjs => &[A::Nik, A::FullName, A::BirthDate],
            Self::Age => &[],
        }
    }

    /// The attributes of which one must be there, any of them.
    pub(crate) fn required_any(self) -> &'static [A] {
        if self == Self::Age { AGES } else { &[] }
    }

    /// The attributes that people see, in this order; the rest is none of the counter's business.
    pub(crate) fn shown(self) -> &'static [A] {
        match self {
            Self::Travel => &[
                A::FullName,
                A::Nik,
                A::BirthDate,
                A::Gender,
                A::Nationality,
                A::LegalStatus,
                A::ResidencePermitExpiry,
            ],
            Self::Bank => &[
                A::FullName,
                A::Nik,
                A::BirthPlace,
                A::BirthDate,
                A::Gender,
                A::Address,
                A::Rt,
                A::Rw,
                A::Village,
                A::District,
                A::Regency,
                A::Province,
                A::PostalCode,
                A::MotherName,
                A::Nationality,
                A::LegalStatus,
                A::ResidencePermitExpiry,
                A::MaritalStatus,
                A::Occupation,
                A::Phone,
                A::Email,
            ],
            Self::Bpjs => &[A::FullName, A::Nik, A::KkNumber, A::BirthDate, A::Gender, A::Address],
            Self::Age => AGES,
        }
    }
}
