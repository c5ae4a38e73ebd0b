//! The table of attributes: name, claim, label and type of each (IKD-QR section 4).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The map in the credential that holds an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimSet {
    /// Claim 169, identity attributes with registered labels.
    Identity,
    /// Claim -70002, what claim 169 has no label for.
    Ikd,
}

impl ClaimSet {
    /// Both maps.
    pub const ALL: [Self; 2] = [Self::Identity, Self::Ikd];

    /// The claim key of the map.
    pub const fn key(self) -> i64 {
        match self {
            Self::Identity => 169,
            Self::Ikd => -70_002,
        }
    }
}

/// The CBOR type that an attribute must have; another one is
/// [`Code::BadAttribute`](crate::Code::BadAttribute).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    /// Text.
    Text,
    /// Unsigned integer.
    Uint,
    /// Byte string.
    Bytes,
    /// `true` or `false`.
    Bool,
}

macro_rules! attributes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $set:ident $label:literal $kind:ident;)*) => {
        /// An attribute of IKD-QR section 4 by its name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum AttributeName {
            $($(#[$doc])* $variant,)*
        }

        impl AttributeName {
            /// Every attribute, in the order of the specification.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name used in JSON, policies and consent requests, such as `full_name`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The map in which the attribute stands, and its label there.
            pub const fn label(self) -> (ClaimSet, i64) {
                match self { $(Self::$variant => (ClaimSet::$set, $label),)* }
            }

            /// The type that the attribute must have.
            pub const fn kind(self) -> AttributeKind {
                match self { $(Self::$variant => AttributeKind::$kind,)* }
            }

            /// The attribute at a label, or `None` for a label that the table does not list.
            pub(crate) const fn at(set: ClaimSet, label: i64) -> Option<Self> {
                match (set, label) {
                    $((ClaimSet::$set, $label) => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

attributes! {
    /// NIK, 16 digits.
    Nik = "nik", Identity 1 Text;
    /// Nama lengkap.
    FullName = "full_name", Identity 4 Text;
    /// `YYYYMMDD`.
    BirthDate = "birth_date", Identity 8 Text;
    /// 1 laki-laki, 2 perempuan.
    Gender = "gender", Identity 9 Uint;
    /// Alamat, lines parted by `\n`.
    Address = "address", Identity 10 Text;
    /// E-mail address.
    Email = "email", Identity 11 Text;
    /// Telephone number.
    Phone = "phone", Identity 12 Text;
    /// ISO 3166-1 alpha-2.
    Nationality = "nationality", Identity 13 Text;
    /// The picture itself, in `photo_format`.
    Photo = "photo", Identity 16 Bytes;
    /// 1 JPEG, 2 JPEG 2000, 3 AVIF, 4 WebP.
    PhotoFormat = "photo_format", Identity 17 Uint;
    /// `WNI`, `KITAP` or `KITAS`.
    LegalStatus = "legal_status", Identity 22 Text;
    /// Nomor Kartu Keluarga, 16 digits.
    KkNumber = "kk_number", Ikd 1 Text;
    /// Tempat lahir.
    BirthPlace = "birth_place", Ikd 2 Text;
    /// Golongan darah: `A`, `B`, `AB`, `O`, with `+` or `-` where known.
    BloodType = "blood_type", Ikd 3 Text;
    /// Agama.
    Religion = "religion", Ikd 4 Text;
    /// 1 belum kawin, 2 kawin, 3 cerai hidup, 4 cerai mati.
    MaritalStatus = "marital_status", Ikd 5 Uint;
    /// Pekerjaan.
    Occupation = "occupation", Ikd 6 Text;
    /// Rukun tetangga.
    Rt = "rt", Ikd 7 Text;
    /// Rukun warga.
    Rw = "rw", Ikd 8 Text;
    /// Kelurahan or desa.
    Village = "village", Ikd 9 Text;
    /// Kecamatan.
    District = "district", Ikd 10 Text;
    /// Kabupaten or kota.
    Regency = "regency", Ikd 11 Text;
    /// Provinsi.
    Province = "province", Ikd 12 Text;
    /// Kode wilayah, 2, 4, 6 or 10 digits.
    RegionCode = "region_code", Ikd 13 Text;
    /// Kode pos.
    PostalCode = "postal_code", Ikd 14 Text;
    /// Nama ibu kandung.
    MotherName = "mother_name", Ikd 15 Text;
    /// `YYYYMMDD`, for KITAP and KITAS.
    ResidencePermitExpiry = "residence_permit_expiry", Ikd 16 Text;
    /// Reached the age of 17.
    AgeOver17 = "age_over_17", Ikd 117 Bool;
    /// Reached the age of 18.
    AgeOver18 = "age_over_18", Ikd 118 Bool;
    /// Reached the age of 21.
    AgeOver21 = "age_over_21", Ikd 121 Bool;
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such attribute; known are nik, full_name, birth_date, … (AttributeName::ALL)")]
pub struct UnknownAttribute;

impl FromStr for AttributeName {
    type Err = UnknownAttribute;

    fn from_str(name: &str) -> Result<Self, UnknownAttribute> {
        Self::ALL.iter().copied().find(|a| a.as_str() == name).ok_or(UnknownAttribute)
    }
}

impl Serialize for AttributeName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AttributeName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}
