//! Results as plain objects: a union, told apart by `ok`.

use chrono::NaiveDate;
use ikd_verifier::{
    AttributeName, AttributeValue, Attributes, DocumentShare, Message, Nik, Refusal, ReplayScope,
    StatusReport, StatusUnknown, UnknownLabel, VerifiedPresentation,
};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use tsify::Tsify;

use crate::date::iso;

/// The result of a verification.
#[derive(Serialize, Tsify)]
#[serde(untagged)]
#[tsify(hashmap_as_object)]
pub enum Verification {
    /// Every step holds.
    Accepted(Box<Accepted>),
    /// A step failed.
    Refused(Refused),
}

/// A refused QR: one code, and no attribute.
#[derive(Serialize, Tsify)]
pub struct Refused {
    #[tsify(type = "false")]
    ok: bool,
    /// The code of IKD-QR section 6.
    #[tsify(type = "Code")]
    code: &'static str,
    /// Why, in one line for staff.
    #[tsify(type = "Message")]
    reason: Message,
    /// What staff should do now.
    #[tsify(type = "Message")]
    hint: Message,
    /// The values that were compared: limits, times, names; never content of the QR.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    detail: Option<String>,
}

/// An accepted QR.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    #[tsify(type = "true")]
    ok: bool,
    /// The disclosed attributes, by their names in IKD-QR section 4.
    #[tsify(type = "Attributes")]
    attributes: Disclosed,
    /// The NIK with its birth date hidden, to be shown until somebody asks for more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    masked_nik: Option<String>,
    /// Values under labels that section 4 does not list.
    unknown: Vec<Unknown>,
    /// What is odd in the attributes: never a reason to refuse.
    #[tsify(type = "Note<WarningCode>[]")]
    warnings: Vec<Note>,
    /// Who signed the credential.
    issuer: Issuer,
    /// The holder's pseudonym, where the credential discloses one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    subject: Option<String>,
    /// The document that the holder shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    document: Option<Document>,
    /// The time of this verification.
    #[tsify(type = "IsoDateTime")]
    verified_at: String,
    /// When the phone made the QR.
    #[tsify(type = "IsoDateTime")]
    presented_at: String,
    /// When the QR stops being good.
    #[tsify(type = "IsoDateTime")]
    expires: String,
    /// Seconds from the verification to then; not below 0.
    expires_in: f64,
    /// The credential's own life.
    credential: Life,
    /// SHA-256 of the QR's bytes, in hexadecimal: a pseudonym of this one QR.
    qr_sha256: String,
    /// Thumbprint of the phone's key, hexadecimal: the same for every QR of this phone. Personal data.
    holder_key: String,
    /// What is known of revocation.
    status: Status,
    /// Which trust list was used.
    trust: TrustUsed,
    /// Which verifiers cannot accept this QR any more.
    #[tsify(type = "'process' | 'device' | 'shared'")]
    replay_scope: ReplayScope,
    /// What this acceptance does not establish.
    #[tsify(type = "Note<NotEstablishedCode>[]")]
    not_established: Vec<Note>,
}

/// A code and its text for people.
#[derive(Serialize)]
struct Note {
    code: &'static str,
    message: Message,
}

/// Who signed the credential.
#[derive(Serialize, Tsify)]
pub struct Issuer {
    /// Its id (`iss`).
    id: String,
    /// Its name in the trust list.
    name: String,
}

/// When something was issued and when it ends.
#[derive(Serialize, Tsify)]
pub struct Life {
    #[tsify(type = "IsoDateTime")]
    issued: String,
    #[tsify(type = "IsoDateTime")]
    expires: String,
}

/// What is known of the credential's revocation status.
#[derive(Serialize, Tsify)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Status {
    /// Valid, by a fresh list that is so many seconds old.
    Valid {
        #[allow(missing_docs, reason = "the variant says it")]
        age: f64,
    },
    /// Not known, or not known freshly; `age` for a list that is stale.
    Unavailable {
        #[allow(missing_docs, reason = "the variant says it")]
        #[tsify(type = "StatusUnknownCode")]
        why: &'static str,
        #[allow(missing_docs, reason = "the variant says it")]
        #[serde(skip_serializing_if = "Option::is_none")]
        #[tsify(optional)]
        age: Option<f64>,
    },
    /// Not looked at, as the policy says.
    Ignored,
}

/// Which trust list was used.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TrustUsed {
    /// Its version.
    version: f64,
    /// Seconds since it was issued.
    age: f64,
    /// Seconds until it ends; negative within the operator's grace.
    expires_in: f64,
}

/// A document that the holder shares (IKD-QR section 5).
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// `kk`, `akta_kelahiran`, `akta_perkawinan`, `akta_perceraian`, `akta_kematian`, or another.
    #[serde(rename = "type")]
    kind: String,
    /// Path relative to the issuer's gateway.
    path: String,
    /// SHA-256 of the document, in hexadecimal.
    sha256: String,
    /// Media type.
    media_type: String,
    /// Size in bytes, where the phone told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    size: Option<f64>,
}

/// A value under a label that section 4 does not list.
#[derive(Serialize, Tsify)]
pub struct Unknown {
    /// Key of the claim it stands in: 169 or -70002.
    claim: i32,
    /// Its label there.
    #[tsify(type = "unknown")]
    label: ikd_verifier::Value,
    /// Its value.
    #[tsify(type = "unknown")]
    value: ikd_verifier::Value,
}

/// Attributes in the types of JavaScript: dates as ISO 8601, the photo as bytes.
struct Disclosed(Attributes);

impl From<Result<VerifiedPresentation, Refusal>> for Verification {
    fn from(result: Result<VerifiedPresentation, Refusal>) -> Self {
        match result {
            Ok(verified) => Self::Accepted(Box::new(Accepted::from(&verified))),
            Err(refusal) => Self::Refused(Refused::from(&refusal)),
        }
    }
}

impl From<&Refusal> for Refused {
    fn from(refusal: &Refusal) -> Self {
        let code = refusal.code();
        Self {
            ok: false,
            code: code.as_str(),
            reason: code.reason(),
            hint: code.hint(),
            detail: refusal.detail().map(ToString::to_string),
        }
    }
}

impl From<&VerifiedPresentation> for Accepted {
    fn from(verified: &VerifiedPresentation) -> Self {
        let warnings = verified.warnings().into_iter();
        let not_established = verified.not_established().into_iter();
        let trust = verified.trust();
        Self {
            ok: true,
            attributes: Disclosed(verified.attributes().clone()),
            masked_nik: verified.attributes().nik().map(Nik::masked),
            unknown: verified.attributes().unknown().iter().map(Unknown::from).collect(),
            warnings: warnings.map(|w| Note { code: w.as_str(), message: w.message() }).collect(),
            issuer: Issuer {
                id: verified.issuer().to_owned(),
                name: verified.issuer_name().to_owned(),
            },
            subject: verified.subject().map(str::to_owned),
            document: verified.document().map(Document::from),
            verified_at: iso(verified.verified_at()),
            presented_at: iso(verified.presented_at()),
            expires: iso(verified.expires()),
            expires_in: number(verified.expires_in()),
            credential: Life {
                issued: iso(verified.credential_issued()),
                expires: iso(verified.credential_expires()),
            },
            qr_sha256: hex(verified.qr_sha256()),
            holder_key: hex(verified.holder_key_thumbprint()),
            status: Status::from(verified.status()),
            trust: TrustUsed {
                version: number(i64::try_from(trust.version).unwrap_or(i64::MAX)),
                age: number(trust.age),
                expires_in: number(trust.expires_in),
            },
            replay_scope: verified.replay_scope(),
            not_established: not_established
                .map(|n| Note { code: n.as_str(), message: n.message() })
                .collect(),
        }
    }
}

impl From<StatusReport> for Status {
    fn from(report: StatusReport) -> Self {
        match report {
            StatusReport::Valid { age } => Self::Valid { age: number(age) },
            StatusReport::Ignored => Self::Ignored,
            StatusReport::Unavailable(why) => {
                let age = match why {
                    StatusUnknown::Stale { age } => Some(number(age)),
                    _ => None,
                };
                Self::Unavailable { why: why.as_str(), age }
            }
        }
    }
}

impl From<&DocumentShare> for Document {
    fn from(share: &DocumentShare) -> Self {
        Self {
            kind: share.document_type.clone(),
            path: share.path.clone(),
            sha256: hex(&share.sha256),
            media_type: share.media_type.clone(),
            size: share.size.map(|size| number(i64::try_from(size).unwrap_or(i64::MAX))),
        }
    }
}

impl From<&UnknownLabel> for Unknown {
    fn from(unknown: &UnknownLabel) -> Self {
        Self {
            claim: i32::try_from(unknown.claim.key()).unwrap_or_default(),
            label: unknown.label.clone(),
            value: unknown.value.clone(),
        }
    }
}

impl Serialize for Disclosed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0.iter() {
            match (self.date(name), value) {
                (Some(date), _) => map.serialize_entry(name.as_str(), &date.to_string())?,
                (None, AttributeValue::Bytes(bytes)) => {
                    map.serialize_entry(name.as_str(), &Bytes(bytes))?;
                }
                (None, value) => map.serialize_entry(name.as_str(), value)?,
            }
        }
        map.end()
    }
}

impl Disclosed {
    /// Attributes that are days. A text that is no day of the calendar stays as it was signed; a
    /// warning says so.
    fn date(&self, name: AttributeName) -> Option<NaiveDate> {
        match name {
            AttributeName::BirthDate => self.0.birth_date(),
            AttributeName::ResidencePermitExpiry => self.0.residence_permit_expiry(),
            _ => None,
        }
    }
}

/// Becomes a `Uint8Array`.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// A JavaScript number; exact up to 2^53, which no time or size here comes near.
#[expect(clippy::as_conversions, reason = "see above")]
fn number(n: i64) -> f64 {
    n as f64
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

macro_rules! debug_without_personal_data {
    ($($name:ident)*) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })*
    };
}

debug_without_personal_data!(Accepted Refused Issuer Life TrustUsed Document Unknown);

impl std::fmt::Debug for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Status(…)")
    }
}

impl std::fmt::Debug for Verification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Accepted(_) => "Accepted(…)",
            Self::Refused(refused) => refused.code,
        })
    }
}
