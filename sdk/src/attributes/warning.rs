//! Odd content of well-typed attributes: told, never refused (IKD-QR section 4).

use chrono::Datelike;

use super::{AttributeName, Attributes, Gender};
use crate::message::Message;

/// Something odd in a verified identity. The data is genuine all the same: a NIK stays when birth
/// data is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// The NIK is not laid out as one.
    NikLayout,
    /// Day, month or year in the NIK differ from the birth date.
    NikBirthDate,
    /// The day in the NIK says another gender.
    NikGender,
    /// The birth date is no day of the calendar.
    BirthDate,
    /// The gender is neither 1 nor 2.
    Gender,
    /// The end of the residence permit is no day of the calendar.
    ResidencePermitExpiry,
}

impl Warning {
    /// A stable text for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NikLayout => "nik_layout",
            Self::NikBirthDate => "nik_birth_date",
            Self::NikGender => "nik_gender",
            Self::BirthDate => "birth_date",
            Self::Gender => "gender",
            Self::ResidencePermitExpiry => "residence_permit_expiry",
        }
    }

    /// One line for people.
    pub const fn message(self) -> Message {
        match self {
            Self::NikLayout => {
                Message::new("NIK tidak tersusun seperti NIK.", "The NIK is not laid out as a NIK.")
            }
            Self::NikBirthDate => Message::new(
                "NIK tidak cocok dengan tanggal lahir; mungkin data lahir pernah dikoreksi.",
                "The NIK does not fit the birth date; birth data may have been corrected.",
            ),
            Self::NikGender => Message::new(
                "NIK tidak cocok dengan jenis kelamin.",
                "The NIK does not fit the gender.",
            ),
            Self::BirthDate => Message::new(
                "Tanggal lahir bukan tanggal yang ada.",
                "The birth date is no day of the calendar.",
            ),
            Self::Gender => {
                Message::new("Jenis kelamin tidak dikenal.", "The gender is not a known value.")
            }
            Self::ResidencePermitExpiry => Message::new(
                "Tanggal akhir izin tinggal bukan tanggal yang ada.",
                "The end of the residence permit is no day of the calendar.",
            ),
        }
    }
}

impl serde::Serialize for Warning {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

pub(super) fn of(attributes: &Attributes) -> Vec<Warning> {
    let mut out = Vec::new();
    let birth_date = attributes.birth_date();
    if let Some(nik) = attributes.nik() {
        match nik.parts() {
            Err(_) => out.push(Warning::NikLayout),
            Ok(parts) => {
                let in_nik = (u32::from(parts.day), u32::from(parts.month), i32::from(parts.year));
                let differs = |date: chrono::NaiveDate| {
                    in_nik != (date.day(), date.month(), date.year().rem_euclid(100))
                };
                if birth_date.is_some_and(differs) {
                    out.push(Warning::NikBirthDate);
                }
                let female = attributes.gender().map(|g| g == Gender::Female);
                if female.is_some_and(|female| female != parts.female) {
                    out.push(Warning::NikGender);
                }
            }
        }
    }
    let odd = |name, known: bool| attributes.get(name).is_some() && !known;
    if odd(AttributeName::BirthDate, birth_date.is_some()) {
        out.push(Warning::BirthDate);
    }
    if odd(AttributeName::Gender, attributes.gender().is_some()) {
        out.push(Warning::Gender);
    }
    if odd(AttributeName::ResidencePermitExpiry, attributes.residence_permit_expiry().is_some()) {
        out.push(Warning::ResidencePermitExpiry);
    }
    out
}
