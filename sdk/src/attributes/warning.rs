//! Odd content of well-typed attributes: told, never refused (IKD-QR section 4).

use chrono::Datelike;

use super::{AttributeName, Attributes, Gender, Nik};
use crate::message::Message;

/// Something odd in a verified identity. The data is genuine all the same: a NIK stays when birth
/// data is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// The attribute's content is not what section 4 describes: a NIK of 15 digits, 31 February.
    Content(AttributeName),
    /// Day, month or year in the NIK differ from the birth date.
    NikBirthDate,
    /// The day in the NIK says another gender.
    NikGender,
}

impl Warning {
    /// A stable text for machines: the attribute's name, or `nik_birth_date`, `nik_gender`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Content(name) => name.as_str(),
            Self::NikBirthDate => "nik_birth_date",
            Self::NikGender => "nik_gender",
        }
    }

    /// One line for people.
    pub const fn message(self) -> Message {
        match self {
            Self::Content(AttributeName::Nik) => {
                Message::new("NIK tidak tersusun seperti NIK.", "The NIK is not laid out as a NIK.")
            }
            Self::Content(AttributeName::BirthDate) => Message::new(
                "Tanggal lahir bukan tanggal yang ada.",
                "The birth date is no day of the calendar.",
            ),
            Self::Content(AttributeName::Gender) => {
                Message::new("Jenis kelamin tidak dikenal.", "The gender is not a known value.")
            }
            Self::Content(AttributeName::ResidencePermitExpiry) => Message::new(
                "Tanggal akhir izin tinggal bukan tanggal yang ada.",
                "The end of the residence permit is no day of the calendar.",
            ),
            Self::Content(_) => Message::new(
                "Isi salah satu data tidak seperti biasanya.",
                "The content of an attribute is not what it usually is.",
            ),
            Self::NikBirthDate => Message::new(
                "NIK tidak cocok dengan tanggal lahir; mungkin data lahir pernah dikoreksi.",
                "The NIK does not fit the birth date; birth data may have been corrected.",
            ),
            Self::NikGender => Message::new(
                "NIK tidak cocok dengan jenis kelamin.",
                "The NIK does not fit the gender.",
            ),
        }
    }
}

impl serde::Serialize for Warning {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Everything odd: first attributes one by one, in their order, then what does not fit together.
pub(super) fn of(attributes: &Attributes) -> Vec<Warning> {
    let odd = |(name, _): &(AttributeName, _)| !is_usual(attributes, *name);
    let mut out: Vec<_> =
        attributes.iter().filter(odd).map(|(name, _)| Warning::Content(name)).collect();
    let Some(Ok(nik)) = attributes.nik().map(Nik::parts) else { return out };
    let in_nik = (u32::from(nik.day), u32::from(nik.month), i32::from(nik.year));
    if let Some(date) = attributes.birth_date()
        && in_nik != (date.day(), date.month(), date.year().rem_euclid(100))
    {
        out.push(Warning::NikBirthDate);
    }
    if let Some(gender) = attributes.gender()
        && nik.female != (gender == Gender::Female)
    {
        out.push(Warning::NikGender);
    }
    out
}

/// Whether the content of an attribute is what section 4 describes.
fn is_usual(attributes: &Attributes, name: AttributeName) -> bool {
    let text = attributes.text(name).unwrap_or_default();
    let digits = |lengths: &[usize]| {
        lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    match name {
        AttributeName::Nik => attributes.nik().is_some_and(|nik| nik.parts().is_ok()),
        AttributeName::KkNumber => digits(&[16]),
        AttributeName::RegionCode => digits(&[2, 4, 6, 10]),
        AttributeName::BirthDate => attributes.birth_date().is_some(),
        AttributeName::ResidencePermitExpiry => attributes.residence_permit_expiry().is_some(),
        AttributeName::Gender => attributes.gender().is_some(),
        AttributeName::MaritalStatus => attributes.marital_status().is_some(),
        AttributeName::PhotoFormat => matches!(attributes.uint(name), Some(1..=4)),
        AttributeName::Nationality => {
            text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
        }
        AttributeName::LegalStatus => matches!(text, "WNI" | "KITAP" | "KITAS"),
        AttributeName::BloodType => {
            let group = text.strip_suffix(['+', '-']).unwrap_or(text);
            matches!(group, "A" | "B" | "AB" | "O")
        }
        _ => true,
    }
}
