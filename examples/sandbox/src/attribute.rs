//! The attributes of claims 169 and -70002: their claim, label and name.

/// An identity attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the format")]
pub enum Attribute {
    Nik,
    FullName,
    BirthDate,
    Gender,
    Address,
    Email,
    Phone,
    Nationality,
    Photo,
    PhotoFormat,
    LegalStatus,
    KkNumber,
    BirthPlace,
    BloodType,
    Religion,
    MaritalStatus,
    Occupation,
    Rt,
    Rw,
    Village,
    District,
    Regency,
    Province,
    RegionCode,
    PostalCode,
    MotherName,
    ResidencePermitExpiry,
    AgeOver17,
    AgeOver18,
    AgeOver21,
}

/// The registered claim for identity data.
pub(crate) const IDENTITY: i64 = 169;
/// The claim for what IKD knows beyond it.
pub(crate) const IKD: i64 = -70002;

use Attribute as A;

const TABLE: [(Attribute, i64, i64, &str); 30] = [
    (A::Nik, IDENTITY, 1, "nik"),
    (A::FullName, IDENTITY, 4, "full_name"),
    (A::BirthDate, IDENTITY, 8, "birth_date"),
    (A::Gender, IDENTITY, 9, "gender"),
    (A::Address, IDENTITY, 10, "address"),
    (A::Email, IDENTITY, 11, "email"),
    (A::Phone, IDENTITY, 12, "phone"),
    (A::Nationality, IDENTITY, 13, "nationality"),
    (A::Photo, IDENTITY, 16, "photo"),
    (A::PhotoFormat, IDENTITY, 17, "photo_format"),
    (A::LegalStatus, IDENTITY, 22, "legal_status"),
    (A::KkNumber, IKD, 1, "kk_number"),
    (A::BirthPlace, IKD, 2, "birth_place"),
    (A::BloodType, IKD, 3, "blood_type"),
    (A::Religion, IKD, 4, "religion"),
    (A::MaritalStatus, IKD, 5, "marital_status"),
    (A::Occupation, IKD, 6, "occupation"),
    (A::Rt, IKD, 7, "rt"),
    (A::Rw, IKD, 8, "rw"),
    (A::Village, IKD, 9, "village"),
    (A::District, IKD, 10, "district"),
    (A::Regency, IKD, 11, "regency"),
    (A::Province, IKD, 12, "province"),
    (A::RegionCode, IKD, 13, "region_code"),
    (A::PostalCode, IKD, 14, "postal_code"),
    (A::MotherName, IKD, 15, "mother_name"),
    (A::ResidencePermitExpiry, IKD, 16, "residence_permit_expiry"),
    (A::AgeOver17, IKD, 117, "age_over_17"),
    (A::AgeOver18, IKD, 118, "age_over_18"),
    (A::AgeOver21, IKD, 121, "age_over_21"),
];

impl Attribute {
    /// Every attribute, in the order of the format.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    /// The name, as in `"full_name"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().3
    }

    /// The claim that holds the attribute: 169 or -70002.
    #[must_use]
    pub fn claim(self) -> i64 {
        self.row().1
    }

    /// The label inside that claim.
    #[must_use]
    pub fn label(self) -> i64 {
        self.row().2
    }

    fn row(self) -> &'static (Self, i64, i64, &'static str) {
        &TABLE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::{Attribute, TABLE};

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, attribute) in Attribute::all().enumerate() {
            assert_eq!(attribute as usize, index);
        }
        assert_eq!(Attribute::AgeOver21 as usize, TABLE.len() - 1);
    }
}
