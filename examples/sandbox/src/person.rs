//! A fictional person: a NIK in the official form, and all attributes of the format.

use std::fmt;

use chrono::{Datelike as _, Months, NaiveDate};

use crate::attribute::Attribute;
use crate::cbor::Value;
use crate::persons::{Birth, Oddity, Row};

/// Woman or man, as in `gender`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// Laki-laki (1).
    Male,
    /// Perempuan (2).
    Female,
}

/// A fictional person, known to the sandbox's issuer.
#[derive(Clone)]
pub struct Person {
    row: &'static Row,
    /// The place in the sandbox's list, which also decides what the table leaves open.
    index: u32,
    birth: NaiveDate,
    today: NaiveDate,
    nik: String,
}

/// Regions start with 99: no province has it, so that no number here can be a real person's.
const REGIONS: [&str; 4] = ["990101", "990102", "990271", "991305"];
const BLOOD_TYPES: [&str; 6] = ["O", "A+", "B", "AB", "O+", "B-"];
const RELIGIONS: [&str; 7] = [
    "ISLAM",
    "KRISTEN",
    "KATOLIK",
    "HINDU",
    "BUDDHA",
    "KHONGHUCU",
    "KEPERCAYAAN TERHADAP TUHAN YME",
];
const OCCUPATIONS: [&str; 5] =
    ["KARYAWAN SWASTA", "WIRASWASTA", "GURU", "PETANI/PEKEBUN", "PEGAWAI NEGERI SIPIL"];

impl Person {
    pub(crate) fn new(row: &'static Row, index: u32, today: NaiveDate) -> Self {
        let birth = row.birth.date(today);
        // What the number says when it was given out; it stays when the data is corrected.
        let (nik_birth, nik_gender) = match row.oddity {
            Oddity::BirthDateCorrected => (birth - Months::new(14), row.gender),
            Oddity::GenderCorrected => (birth, row.gender.other()),
            Oddity::None | Oddity::PermitExpired => (birth, row.gender),
        };
        let day = nik_birth.day() + if nik_gender == Gender::Female { 40 } else { 0 };
        let (month, year) = (nik_birth.month(), nik_birth.year().rem_euclid(100));
        let (region, serial) = (region(index), row.serial);
        let nik = format!("{region}{day:02}{month:02}{year:02}{serial:04}");
        Self { row, index, birth, today, nik }
    }

    /// The name to ask for the person by, as in `"siti-contoh"`.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        self.row.slug
    }

    /// The full name, as printed.
    #[must_use]
    pub fn full_name(&self) -> &'static str {
        self.row.name
    }

    /// The NIK.
    #[must_use]
    pub fn nik(&self) -> &str {
        &self.nik
    }

    /// The date of birth as `YYYYMMDD`.
    #[must_use]
    pub fn birth_date(&self) -> String {
        yyyymmdd(self.birth)
    }

    /// Woman or man.
    #[must_use]
    pub fn gender(&self) -> Gender {
        self.row.gender
    }

    /// Why the person is here, in Indonesian.
    #[must_use]
    pub fn note_id(&self) -> &'static str {
        self.row.note.0
    }

    /// Why the person is here, in English.
    #[must_use]
    pub fn note_en(&self) -> &'static str {
        self.row.note.1
    }

    /// The place in the sandbox's list of persons.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Age in full years on the day the sandbox was opened.
    #[must_use]
    pub fn age(&self) -> u32 {
        self.today.years_since(self.birth).unwrap_or(0)
    }

    /// The value of an attribute; `None` where the person has none.
    #[must_use]
    pub fn attribute(&self, attribute: Attribute) -> Option<Value> {
        let index = self.index as usize;
        let child = self.age() < 17;
        let text = |text: &str| Some(Value::from(text));
        match attribute {
            Attribute::Nik => text(&self.nik),
            Attribute::FullName => text(self.row.name),
            Attribute::BirthDate => text(&self.birth_date()),
            Attribute::Gender => Some(Value::Int(self.row.gender as i64 + 1)),
            Attribute::Address => Some(self.address().into()),
            Attribute::Email => Some(format!("{}@warga.example", self.row.slug).into()),
            Attribute::Phone => Some(format!("+6200000{index:05}").into()),
            Attribute::Nationality => text(self.row.nationality()),
            Attribute::Photo => Some(crate::photo::jpeg().into()),
            Attribute::PhotoFormat => Some(Value::Int(1)),
            Attribute::LegalStatus => text(self.row.legal_status()),
            Attribute::KkNumber => Some(self.kk_number().into()),
            Attribute::BirthPlace => text(self.row.birth_place()),
            Attribute::BloodType => text(BLOOD_TYPES[index % BLOOD_TYPES.len()]),
            Attribute::Religion => text(RELIGIONS[index % RELIGIONS.len()]),
            Attribute::MaritalStatus if child => Some(Value::Int(1)),
            Attribute::MaritalStatus => Some(Value::Int(i64::from(self.index % 4) + 1)),
            Attribute::Occupation if child => text("PELAJAR/MAHASISWA"),
            Attribute::Occupation => text(OCCUPATIONS[index % OCCUPATIONS.len()]),
            Attribute::Rt => Some(format!("{:03}", index % 9 + 1).into()),
            Attribute::Rw => Some(format!("{:03}", index % 5 + 1).into()),
            Attribute::Village => text("CONTOH JAYA"),
            Attribute::District => text("UJICOBA"),
            Attribute::Regency => text("KAB. SIMULASI"),
            Attribute::Province => text("PROVINSI CONTOH"),
            Attribute::RegionCode => Some(format!("{}2001", region(self.index)).into()),
            Attribute::PostalCode => text("00000"),
            Attribute::MotherName => text("IBU CONTOH"),
            Attribute::ResidencePermitExpiry => self.permit_expiry().map(|d| yyyymmdd(d).into()),
            Attribute::AgeOver17 => Some((self.age() >= 17).into()),
            Attribute::AgeOver18 => Some((self.age() >= 18).into()),
            Attribute::AgeOver21 => Some((self.age() >= 21).into()),
        }
    }

    fn address(&self) -> String {
        let (number, rt, rw) = (self.index + 1, self.index % 9 + 1, self.index % 5 + 1);
        format!("JL. CONTOH NO. {number}\nRT {rt:03} RW {rw:03}")
    }

    /// A family card is made out on a day, like a NIK; a made-up day after the birth.
    fn kk_number(&self) -> String {
        let (region, serial) = (region(self.index), self.index + 1);
        format!("{region}010120{serial:04}")
    }

    fn permit_expiry(&self) -> Option<NaiveDate> {
        let stay = self.row.stay.as_ref()?;
        match self.row.oddity {
            Oddity::PermitExpired => self.today.checked_sub_months(Months::new(1)),
            _ => self.today.checked_add_months(Months::new(stay.months_left)),
        }
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("slug", &self.row.slug).finish_non_exhaustive()
    }
}

impl Gender {
    fn other(self) -> Self {
        match self {
            Self::Male => Self::Female,
            Self::Female => Self::Male,
        }
    }
}

impl Birth {
    fn date(self, today: NaiveDate) -> NaiveDate {
        let years_ago = |years: u32| today - Months::new(12 * years);
        match self {
            Self::On(year, month, day) => {
                NaiveDate::from_ymd_opt(year, month, day).expect("the table holds real dates")
            }
            Self::Turned(years) => years_ago(years),
            Self::TurnsTomorrow(years) => {
                years_ago(years).succ_opt().expect("the calendar goes on for 260,000 years")
            }
        }
    }
}

fn region(index: u32) -> &'static str {
    REGIONS[index as usize / 2 % REGIONS.len()]
}

fn yyyymmdd(date: NaiveDate) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}
