//! Attributes of a verified identity: names, labels, types and values (IKD-QR section 4).

mod names;
mod nik;
mod value;
mod warning;

use std::fmt;

use chrono::NaiveDate;
use serde::ser::{Serialize, SerializeMap, Serializer};

pub use names::{AttributeKind, AttributeName, ClaimSet, UnknownAttribute};
pub use nik::{Nik, NikError, NikParts};
pub use value::Value;
pub(crate) use value::serialize_bytes;
pub use warning::Warning;

use crate::payload::disclosure::Node;

/// The disclosed attributes of a verified identity.
///
/// In JSON it is an object of names and values: text as it was signed, `gender` and
/// `marital_status` as their numbers, `photo` as base64url. Labels that the table of section 4 does
/// not list are in [`unknown`](Self::unknown). `Debug` shows names only.
#[derive(Clone, PartialEq, Default)]
pub struct Attributes {
    /// Sorted by name, each name once.
    known: Vec<(AttributeName, AttributeValue)>,
    unknown: Vec<UnknownLabel>,
}

/// The value of an attribute.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum AttributeValue {
    /// A NIK.
    Nik(Nik),
    /// Text, as it was signed.
    Text(String),
    /// A number.
    Uint(u64),
    /// Bytes; base64url in JSON.
    Bytes(#[serde(serialize_with = "serialize_bytes")] Vec<u8>),
    /// `true` or `false`.
    Bool(bool),
}

impl fmt::Debug for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttributeValue(…)")
    }
}

/// A value under a label that the table of section 4 does not list.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownLabel {
    /// The map it stands in.
    pub claim: ClaimSet,
    /// Its label there, a number in most cases.
    pub label: Value,
    /// Its value.
    pub value: Value,
}

/// Gender as registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// 1, laki-laki.
    Male,
    /// 2, perempuan.
    Female,
}

/// Marital status as registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaritalStatus {
    /// 1, belum kawin.
    Single,
    /// 2, kawin.
    Married,
    /// 3, cerai hidup.
    Divorced,
    /// 4, cerai mati.
    Widowed,
}

/// A picture and its format.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Photo<'a> {
    /// The encoded picture.
    pub bytes: &'a [u8],
    /// Its format, where the issuer named one that is known.
    pub format: Option<PhotoFormat>,
}

impl fmt::Debug for Photo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Photo({:?}, {} bytes)", self.format, self.bytes.len())
    }
}

/// Encoding of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoFormat {
    /// 1.
    Jpeg,
    /// 2.
    Jpeg2000,
    /// 3.
    Avif,
    /// 4.
    WebP,
}

/// An attribute that has another type than the table names, or a claim set that is no map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributeError {
    Set(ClaimSet),
    Type(AttributeName),
}

macro_rules! text_accessors {
    ($($(#[$doc:meta])* $method:ident => $name:ident;)*) => {
        $($(#[$doc])* pub fn $method(&self) -> Option<&str> { self.text(AttributeName::$name) })*
    };
}

impl Attributes {
    text_accessors! {
        /// Nama lengkap.
        full_name => FullName;
        /// Birth date as it was signed, `YYYYMMDD`.
        birth_date_text => BirthDate;
        /// Alamat, lines parted by `\n`.
        address => Address;
        /// E-mail address.
        email => Email;
        /// Telephone number.
        phone => Phone;
        /// ISO 3166-1 alpha-2.
        nationality => Nationality;
        /// `WNI`, `KITAP` or `KITAS`.
        legal_status => LegalStatus;
        /// Nomor Kartu Keluarga, 16 digits.
        kk_number => KkNumber;
        /// Tempat lahir.
        birth_place => BirthPlace;
        /// Golongan darah.
        blood_type => BloodType;
        /// Agama.
        religion => Religion;
        /// Pekerjaan.
        occupation => Occupation;
        /// Rukun tetangga.
        rt => Rt;
        /// Rukun warga.
        rw => Rw;
        /// Kelurahan or desa.
        village => Village;
        /// Kecamatan.
        district => District;
        /// Kabupaten or kota.
        regency => Regency;
        /// Provinsi.
        province => Province;
        /// Kode wilayah, 2, 4, 6 or 10 digits.
        region_code => RegionCode;
        /// Kode pos.
        postal_code => PostalCode;
        /// Nama ibu kandung.
        mother_name => MotherName;
    }

    /// NIK, which may be laid out oddly: see [`Nik::parts`].
    pub fn nik(&self) -> Option<&Nik> {
        if let Some(AttributeValue::Nik(nik)) = self.get(AttributeName::Nik) {
            Some(nik)
        } else {
            None
        }
    }

    /// Birth date; `None` also where the text is no day of the calendar, which is a [`Warning`].
    pub fn birth_date(&self) -> Option<NaiveDate> {
        self.date(AttributeName::BirthDate)
    }

    /// End of the residence permit of a KITAP or KITAS holder.
    pub fn residence_permit_expiry(&self) -> Option<NaiveDate> {
        self.date(AttributeName::ResidencePermitExpiry)
    }

    /// Gender; `None` also for a number that means none.
    pub fn gender(&self) -> Option<Gender> {
        match self.uint(AttributeName::Gender)? {
            1 => Some(Gender::Male),
            2 => Some(Gender::Female),
            _ => None,
        }
    }

    /// Marital status; `None` also for a number that means none.
    pub fn marital_status(&self) -> Option<MaritalStatus> {
        match self.uint(AttributeName::MaritalStatus)? {
            1 => Some(MaritalStatus::Single),
            2 => Some(MaritalStatus::Married),
            3 => Some(MaritalStatus::Divorced),
            4 => Some(MaritalStatus::Widowed),
            _ => None,
        }
    }

    /// The photo.
    pub fn photo(&self) -> Option<Photo<'_>> {
        let Some(AttributeValue::Bytes(bytes)) = self.get(AttributeName::Photo) else {
            return None;
        };
        let format = match self.uint(AttributeName::PhotoFormat) {
            Some(1) => Some(PhotoFormat::Jpeg),
            Some(2) => Some(PhotoFormat::Jpeg2000),
            Some(3) => Some(PhotoFormat::Avif),
            Some(4) => Some(PhotoFormat::WebP),
            _ => None,
        };
        Some(Photo { bytes, format })
    }

    /// Whether the holder reached this age (17, 18 or 21), as the issuer signed it.
    pub fn age_over(&self, age: u8) -> Option<bool> {
        let label = i64::from(age).saturating_add(100);
        match self.get(AttributeName::at(ClaimSet::Ikd, label)?)? {
            AttributeValue::Bool(reached) => Some(*reached),
            _ => None,
        }
    }

    /// An attribute by name.
    pub fn get(&self, name: AttributeName) -> Option<&AttributeValue> {
        let at = self.known.binary_search_by_key(&name, |(n, _)| *n).ok()?;
        self.known.get(at).map(|(_, value)| value)
    }

    /// Names and values, in the order of the specification.
    pub fn iter(&self) -> impl Iterator<Item = (AttributeName, &AttributeValue)> {
        self.known.iter().map(|(name, value)| (*name, value))
    }

    /// Values under labels that the table does not list, in the order they were signed.
    pub fn unknown(&self) -> &[UnknownLabel] {
        &self.unknown
    }

    /// Whether nothing was disclosed.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.unknown.is_empty()
    }

    /// What is odd in the content: never a reason to refuse (IKD-QR section 4).
    pub fn warnings(&self) -> Vec<Warning> {
        warning::of(self)
    }

    fn text(&self, name: AttributeName) -> Option<&str> {
        if let Some(AttributeValue::Text(text)) = self.get(name) { Some(text) } else { None }
    }

    fn uint(&self, name: AttributeName) -> Option<u64> {
        if let Some(AttributeValue::Uint(n)) = self.get(name) { Some(*n) } else { None }
    }

    fn date(&self, name: AttributeName) -> Option<NaiveDate> {
        let text =
            self.text(name).filter(|t| t.len() == 8 && t.bytes().all(|b| b.is_ascii_digit()))?;
        let number = |from, to| text.get(from..to).and_then(|digits: &str| digits.parse().ok());
        NaiveDate::from_ymd_opt(text.get(..4)?.parse().ok()?, number(4, 6)?, number(6, 8)?)
    }

    /// From names and values whose types fit, each name once.
    #[cfg(feature = "consent")]
    pub(crate) fn from_values(mut known: Vec<(AttributeName, AttributeValue)>) -> Self {
        known.sort_unstable_by_key(|(name, _)| *name);
        Self { known, unknown: Vec::new() }
    }

    /// Takes the attributes out of a credential's claims after disclosure.
    pub(crate) fn extract(claims: &Node<'_>) -> Result<Self, AttributeError> {
        let mut attributes = Self::default();
        for set in ClaimSet::ALL {
            match claims.get(set.key()) {
                None => {}
                Some(Node::Map(entries)) => attributes.take(set, entries)?,
                Some(_) => return Err(AttributeError::Set(set)),
            }
        }
        Ok(attributes)
    }

    fn take(
        &mut self,
        claim: ClaimSet,
        entries: &[(crate::payload::cbor::Item<'_>, Node<'_>)],
    ) -> Result<(), AttributeError> {
        for (label, value) in entries {
            match label.int().and_then(|label| AttributeName::at(claim, label)) {
                Some(name) => {
                    let value =
                        AttributeValue::of(name, value).ok_or(AttributeError::Type(name))?;
                    let at = self.known.partition_point(|(known, _)| *known < name);
                    self.known.insert(at, (name, value));
                }
                None => {
                    let (label, value) = (Value::of(*label), Value::of_node(value));
                    self.unknown.push(UnknownLabel { claim, label, value });
                }
            }
        }
        Ok(())
    }
}

impl AttributeValue {
    fn of(name: AttributeName, node: &Node<'_>) -> Option<Self> {
        let Node::Leaf(item) = node else { return None };
        Some(match (name, name.kind()) {
            (AttributeName::Nik, _) => Self::Nik(Nik::from(item.text()?)),
            (_, AttributeKind::Text) => Self::Text(item.text()?.to_owned()),
            (_, AttributeKind::Uint) => Self::Uint(item.uint()?),
            (_, AttributeKind::Bytes) => Self::Bytes(item.byte_string()?.to_vec()),
            (_, AttributeKind::Bool) => Self::Bool(item.bool()?),
        })
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.known.iter().map(|(name, _)| name)).finish()
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.known.len()))?;
        for (name, value) in &self.known {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
