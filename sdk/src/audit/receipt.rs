//! The consent receipt: what was asked of a citizen, why, and what came of it.

use serde::{Deserialize, Serialize};

use super::id::{Pseudonym, ReceiptId, Sha256Digest};
use super::label::Label;
use super::names::{ConsentClaim, ConsentOutcome, GatewayErrorCode, LegalBasis};
use crate::time::UnixTime;

/// The record of one request (consent section 4), after ISO/IEC TS 27560.
///
/// Names, ids, digests and times: there is no place in it for the value of an attribute or for a
/// `sub`. In JSON, members that are `None` are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentReceipt {
    /// The layout of this record.
    pub schema: Schema,
    /// Names this receipt.
    pub receipt_id: ReceiptId,
    /// Who asked; the controller of the data (UU 27/2022 article 1(4)).
    pub relying_party: RelyingParty,
    /// Where it was asked, such as `KCP-014/teller-3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<Label>,
    /// What for.
    pub purpose: ReceiptPurpose,
    /// What makes it lawful.
    pub legal_basis: LegalBasis,
    /// Days that the attributes, and this receipt, are kept.
    pub retention_days: u32,
    /// Names of what was asked and what came.
    pub attributes: ReceiptAttributes,
    /// When.
    pub times: ReceiptTimes,
    /// How it ended.
    pub outcome: ConsentOutcome,
    /// The gateway's error code, where it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_error: Option<GatewayErrorCode>,
    /// The gateway's issuer id.
    pub gateway: Label,
    /// The gateway's transaction (`txn`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub txn: Option<Label>,
    /// SHA-256 of the signed answer as it came: of the evidence that the relying party may hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_sha256: Option<Sha256Digest>,
    /// Pseudonyms of the citizen: by NIK, by `sub`, or both, as far as they were known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject: Vec<Pseudonym>,
}

/// The layout of a receipt. A reader refuses one that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Schema {
    /// The first one.
    #[default]
    #[serde(rename = "ikd-consent-receipt/1")]
    V1,
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelyingParty {
    /// The `client_id` at the gateway.
    pub id: Label,
    /// The name that the citizen saw.
    pub name: Label,
}

/// A registered purpose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptPurpose {
    /// Its id, such as `account_opening`.
    pub id: Label,
    /// The text that the citizen saw.
    pub text: Label,
}

/// Names of what was asked, and of what came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptAttributes {
    /// Asked as required.
    pub required: Vec<ConsentClaim>,
    /// Asked as optional.
    pub optional: Vec<ConsentClaim>,
    /// What came.
    pub released: Vec<ConsentClaim>,
    /// Required, and did not come.
    pub missing: Vec<ConsentClaim>,
}

impl ReceiptAttributes {
    /// What was asked, and what came: the rest of the required ones is missing.
    pub fn new(
        required: impl IntoIterator<Item = ConsentClaim>,
        optional: impl IntoIterator<Item = ConsentClaim>,
        released: impl IntoIterator<Item = ConsentClaim>,
    ) -> Self {
        let required: Vec<_> = required.into_iter().collect();
        let released: Vec<_> = released.into_iter().collect();
        let missing = required.iter().copied().filter(|name| !released.contains(name)).collect();
        Self { required, optional: optional.into_iter().collect(), released, missing }
    }
}

/// When it happened; seconds since 1970 in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptTimes {
    /// The QR was scanned.
    pub scanned: UnixTime,
    /// The request was sent.
    pub asked: UnixTime,
    /// The outcome was known.
    pub answered: UnixTime,
}

impl ConsentReceipt {
    /// The first second after its retention: `retention_days` of 86,400 seconds from the answer.
    pub fn retention_ends(&self) -> UnixTime {
        self.times.answered.plus(i64::from(self.retention_days).saturating_mul(86_400))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
pub(super) mod tests {
    use super::*;
    use crate::attributes::AttributeName;

    /// A receipt of a fictional bank.
    pub(in crate::audit) fn sample() -> ConsentReceipt {
        let label = |text: &str| Label::new(text).unwrap();
        let at = UnixTime::from_secs;
        ConsentReceipt {
            schema: Schema::V1,
            receipt_id: ReceiptId::from_bytes([1; 16]),
            relying_party: RelyingParty { id: label("bank-contoh"), name: label("Bank Contoh") },
            terminal: Some(label("KCP-014/teller-3")),
            purpose: ReceiptPurpose {
                id: label("account_opening"),
                text: label("Pembukaan rekening tabungan"),
            },
            legal_basis: LegalBasis::Consent,
            retention_days: 1_825,
            attributes: ReceiptAttributes::new(
                [AttributeName::Nik.into(), AttributeName::MotherName.into()],
                [AttributeName::Email.into(), ConsentClaim::NameMatch],
                [AttributeName::Nik.into(), ConsentClaim::NameMatch],
            ),
            times: ReceiptTimes {
                scanned: at(1_790_000_000),
                asked: at(1_790_000_012),
                answered: at(1_790_000_040),
            },
            outcome: ConsentOutcome::Granted,
            gateway_error: None,
            gateway: label("https://gateway.ikd.example"),
            txn: Some(label("8f1c-22")),
            answer_sha256: Some(Sha256Digest::of(b"a signed answer")),
            subject: vec![Pseudonym::from_bytes([9; 32])],
        }
    }

    #[test]
    fn json_is_stable_and_read_back() {
        let text = serde_json::to_string(&sample()).unwrap();
        assert_eq!(text, include_str!("sample_receipt.json").trim_end());
        assert_eq!(serde_json::from_str::<ConsentReceipt>(&text).unwrap(), sample());
    }

    #[test]
    fn nothing_fits_in_that_is_not_foreseen() {
        let read = |from: &str, to: &str| {
            let text = include_str!("sample_receipt.json").replacen(from, to, 1);
            serde_json::from_str::<ConsentReceipt>(&text).is_ok()
        };
        assert!(read("", ""));
        for (from, to) in [
            (r#""outcome""#, r#""full_name":"Siti Contoh","outcome""#),
            (r#""released":["nik""#, r#""released":["Siti Contoh""#),
            ("8f1c-22", "9901015708920001"),
            ("consent-receipt/1", "consent-receipt/2"),
            (r#""granted""#, r#""perhaps""#),
        ] {
            assert!(!read(from, to), "{to}");
        }
    }

    #[test]
    fn required_but_not_released_is_missing() {
        assert_eq!(sample().attributes.missing, [AttributeName::MotherName.into()]);
        assert_eq!(sample().retention_ends().since(sample().times.answered), 1_825 * 86_400);
    }
}
