//! The receipt of a request that ended (consent section 4).

use super::answer::{ConsentResult, FinishedConsent, Recorded};
use super::pending::PendingConsent;
use crate::audit::{
    ConsentClaim, ConsentReceipt, Label, PseudonymKey, ReceiptAttributes, ReceiptId,
    ReceiptPurpose, ReceiptTimes, Schema,
};
use crate::time::UnixTime;

impl FinishedConsent {
    /// Writes the receipt. One request has one receipt id, whoever writes it.
    pub(super) fn new(
        pending: &PendingConsent,
        result: ConsentResult,
        answered: UnixTime,
        pseudonyms: Option<&PseudonymKey>,
    ) -> Self {
        let granted = result.granted();
        let released: Vec<_> =
            granted.map(|granted| granted.released().collect()).unwrap_or_default();
        let mut subject = pending.subject.clone();
        let nik = granted.and_then(|granted| granted.attributes.nik());
        if let (Some(key), Some(nik)) = (pseudonyms, nik) {
            let pseudonym = key.of_nik(nik);
            if !subject.contains(&pseudonym) {
                subject.push(pseudonym);
            }
        }
        let receipt = ConsentReceipt {
            schema: Schema::V1,
            receipt_id: ReceiptId::from_bytes(pending.id_bytes()),
            relying_party: pending.relying_party.clone(),
            terminal: pending.purpose.terminal.clone(),
            purpose: ReceiptPurpose {
                id: pending.purpose.id.clone(),
                text: pending.purpose.text.clone(),
            },
            legal_basis: pending.purpose.legal_basis,
            retention_days: pending.purpose.retention_days,
            attributes: ReceiptAttributes::new(
                pending.required.iter().copied(),
                pending.optional.iter().copied(),
                released,
            ),
            times: ReceiptTimes { scanned: pending.scanned_at, asked: pending.asked_at, answered },
            outcome: result.outcome(),
            gateway_error: match &result {
                ConsentResult::Refused(code) => Some(*code),
                _ => None,
            },
            gateway: pending.gateway.clone(),
            // A gateway's text is taken only if it can be no person's number.
            txn: granted.and_then(|granted| Label::new(granted.txn.as_deref()?).ok()),
            answer_sha256: granted.map(|granted| granted.evidence.sha256()),
            subject,
        };
        Self { result, receipt, recorded: Recorded::NoLog }
    }
}

/// What was required and did not come.
pub(super) fn missing(
    required: &[ConsentClaim],
    released: impl Iterator<Item = ConsentClaim>,
) -> Vec<ConsentClaim> {
    let released: Vec<_> = released.collect();
    required.iter().copied().filter(|claim| !released.contains(claim)).collect()
}
