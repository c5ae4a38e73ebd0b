//! Deciding an application: rules that each say whether they hold, and what to do if not.
//!
//! That the answer is about the person who was scanned, and that NIK, name and birth date agree in
//! the QR and in the answer, is no rule here: an answer for which it does not hold is a protocol
//! error, and nothing of it ever gets to this place.

use chrono::NaiveDate;
use ikd_verifier::audit::ConsentClaim;
use ikd_verifier::consent::GrantedConsent;
use ikd_verifier::{AttributeName, Message, Warning};
use serde::{Deserialize, Serialize};

/// What customer due diligence asks of a natural person (POJK 8/2023).
pub const CDD: [AttributeName; 10] = [
    AttributeName::FullName,
    AttributeName::Nik,
    AttributeName::BirthPlace,
    AttributeName::BirthDate,
    AttributeName::Address,
    AttributeName::Nationality,
    AttributeName::Occupation,
    AttributeName::Gender,
    AttributeName::MaritalStatus,
    AttributeName::MotherName,
];

/// Who holds an account in the own name.
const ADULT: u32 = 17;

/// What becomes of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every rule holds.
    Approved,
    /// A person must look at it.
    Review,
    /// It cannot be granted.
    Declined,
}

/// A rule of the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// All data of the CDD came.
    Complete,
    /// The applicant is 17 or older.
    Adult,
    /// The applicant is an Indonesian citizen.
    Citizen,
    /// The data is of the usual form, and the NIK fits birth date and gender.
    Consistent,
    /// At the scan the credential was known not to be revoked.
    NotRevoked,
}

/// A rule, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The rule.
    pub rule: Rule,
    /// Whether it holds.
    pub passed: bool,
    /// What it failed for: names of attributes or of warnings, never values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
}

/// The decision, with every rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What becomes of the application: the gravest that a rule demands.
    pub verdict: Verdict,
    /// All rules, in the order of [`Rule::ALL`].
    pub checks: Vec<Check>,
}

impl Decision {
    /// Decides on what the citizen released. `not_revoked` is what the scan found; `today` is the day
    /// at the counter.
    pub fn of(granted: &GrantedConsent, not_revoked: bool, today: NaiveDate) -> Self {
        let attributes = &granted.attributes;
        let failures = |rule| -> Option<Vec<String>> {
            match rule {
                Rule::Complete => {
                    let came = |name: &AttributeName| attributes.get(*name).is_some();
                    let missing = CDD.iter().filter(|name| !came(name));
                    some(missing.map(|name| ConsentClaim::from(*name).to_string()))
                }
                Rule::Adult => {
                    let age = attributes.birth_date().and_then(|born| today.years_since(born));
                    age.is_none_or(|age| age < ADULT).then(Vec::new)
                }
                Rule::Citizen => (attributes.nationality() != Some("ID")).then(Vec::new),
                Rule::Consistent => {
                    some(attributes.warnings().iter().map(|it: &Warning| it.as_str().to_owned()))
                }
                Rule::NotRevoked => (!not_revoked).then(Vec::new),
            }
        };
        let check = |rule: &Rule| {
            let failed = failures(*rule);
            let passed = failed.is_none();
            Check { rule: *rule, passed, about: failed.unwrap_or_default() }
        };
        Self::by(Rule::ALL.iter().map(check).collect())
    }

    fn by(checks: Vec<Check>) -> Self {
        let failed = checks.iter().filter(|check| !check.passed);
        let verdict = failed.map(|check| check.rule.if_not()).max();
        Self { verdict: verdict.unwrap_or(Verdict::Approved), checks }
    }
}

fn some(names: impl Iterator<Item = String>) -> Option<Vec<String>> {
    let names: Vec<_> = names.collect();
    (!names.is_empty()).then_some(names)
}

impl Rule {
    /// Every rule, in the order in which a teller reads them.
    pub const ALL: [Self; 5] =
        [Self::Complete, Self::Adult, Self::Citizen, Self::Consistent, Self::NotRevoked];

    /// What an application comes to where the rule does not hold.
    pub const fn if_not(self) -> Verdict {
        match self {
            Self::Adult => Verdict::Declined,
            _ => Verdict::Review,
        }
    }

    /// The rule in one line.
    pub const fn message(self) -> Message {
        match self {
            Self::Complete => {
                Message::new("Data uji tuntas nasabah lengkap", "Due diligence data complete")
            }
            Self::Adult => Message::new("Berusia 17 tahun atau lebih", "Aged 17 or older"),
            Self::Citizen => Message::new("Warga negara Indonesia", "Indonesian citizen"),
            Self::Consistent => Message::new("Data saling cocok", "Data fits together"),
            Self::NotRevoked => {
                Message::new("Identitas tidak dicabut", "Credential is not revoked")
            }
        }
    }

    /// What the teller should do where it does not hold.
    pub const fn hint(self) -> Message {
        match self {
            Self::Complete => Message::new(
                "Lengkapi data yang tidak diberikan dari dokumen lain.",
                "Complete what was not released from another document.",
            ),
            Self::Adult => Message::new(
                "Tawarkan rekening anak yang dibuka oleh orang tua atau wali.",
                "Offer a child's account that a parent or guardian opens.",
            ),
            Self::Citizen => Message::new(
                "Periksa izin tinggal (KITAS atau KITAP).",
                "Check the residence permit (KITAS or KITAP).",
            ),
            Self::Consistent => Message::new(
                "Bandingkan dengan KTP-el atau Kartu Keluarga.",
                "Compare with the KTP-el card or the family card.",
            ),
            Self::NotRevoked => Message::new(
                "Perbarui daftar status, lalu pindai lagi sebelum rekening dipakai.",
                "Update the status list, and scan again before the account is used.",
            ),
        }
    }
}

impl Verdict {
    /// A stable name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Review => "review",
            Self::Declined => "declined",
        }
    }

    /// The verdict in one line.
    pub const fn message(self) -> Message {
        match self {
            Self::Approved => Message::new("Disetujui", "Approved"),
            Self::Review => Message::new("Perlu ditinjau", "To be reviewed"),
            Self::Declined => Message::new("Ditolak", "Declined"),
        }
    }
}
