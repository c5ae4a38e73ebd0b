//! How a request ended, and what came.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::checks::ConsentCode;
use crate::attributes::Attributes;
use crate::audit::{ConsentClaim, ConsentOutcome, ConsentReceipt, GatewayErrorCode, Sha256Digest};
use crate::message::Message;

/// A request that ended, with its receipt.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FinishedConsent {
    /// How it ended.
    pub result: ConsentResult,
    /// The record of it, without any value.
    pub receipt: ConsentReceipt,
    /// Whether the receipt is in the audit log.
    pub recorded: Recorded,
}

/// Whether a receipt is in the audit log.
#[derive(Debug, Clone)]
pub enum Recorded {
    /// The client was given no log.
    NoLog,
    /// It is, under this number.
    Entry(u64),
    /// The log failed. The caller holds the receipt, and should append it once the log is repaired.
    Failed(Arc<dyn std::error::Error + Send + Sync>),
}

/// How a request ended (consent section 2). The offline result of the QR stands in any case.
#[derive(Debug, Clone)]
pub enum ConsentResult {
    /// Attributes came, and every check of section 3 holds.
    Granted(Box<GrantedConsent>),
    /// The citizen said no.
    Denied,
    /// The time was over.
    Expired,
    /// Network errors to the end.
    Unreachable,
    /// Another error of the gateway.
    Refused(GatewayErrorCode),
    /// The answer breaks a rule; nothing of it is kept.
    ProtocolError(ConsentCode),
}

/// What the citizen released. `Debug` shows names only.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct GrantedConsent {
    /// The attributes that came, of those that were asked.
    pub attributes: Attributes,
    /// What was asked to be compared, and whether it is the same.
    pub matches: Vec<ClaimMatch>,
    /// What was required and did not come. The caller decides what that means.
    pub missing: Vec<ConsentClaim>,
    /// The gateway's name of the transaction.
    pub txn: Option<String>,
    /// The signed answer, for whoever must show it later.
    #[serde(skip)]
    pub evidence: SignedAnswer,
}

/// The answer to a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ClaimMatch {
    /// What was compared.
    pub claim: ConsentClaim,
    /// Whether the expected value is the registered one.
    pub matches: bool,
}

/// The tokens that the gateway signed, as they came. They hold attribute values: store them only
/// where those may be stored. `Debug` shows a digest.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedAnswer {
    pub(super) userinfo: String,
    pub(super) id_token: String,
}

impl ConsentResult {
    /// The kind of end, as receipts name it.
    pub const fn outcome(&self) -> ConsentOutcome {
        match self {
            Self::Granted(_) => ConsentOutcome::Granted,
            Self::Denied => ConsentOutcome::Denied,
            Self::Expired => ConsentOutcome::Expired,
            Self::Unreachable => ConsentOutcome::Unreachable,
            Self::Refused(_) => ConsentOutcome::Refused,
            Self::ProtocolError(_) => ConsentOutcome::ProtocolError,
        }
    }

    /// What was released, if anything was.
    pub fn granted(&self) -> Option<&GrantedConsent> {
        if let Self::Granted(granted) = self { Some(granted) } else { None }
    }

    /// The stable code behind the outcome: of the gateway, or of the rule that was broken.
    pub const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Refused(code) => Some(code.as_str()),
            Self::ProtocolError(code) => Some(code.as_str()),
            _ => None,
        }
    }

    /// What staff should do now.
    pub const fn hint(&self) -> Message {
        match self {
            Self::Granted(_) => Message::new(
                "Lanjutkan; periksa apakah ada data wajib yang tidak diberikan.",
                "Go on; look whether required data was left out.",
            ),
            Self::Denied => Message::new(
                "Hormati keputusan warga; layani tanpa data ini atau dengan dokumen lain.",
                "Respect the decision; serve without this data or by another document.",
            ),
            Self::Expired => Message::new(
                "Minta warga membuka QR baru, lalu ajukan lagi.",
                "Ask the citizen for a new QR, then ask again.",
            ),
            Self::Unreachable => Message::new(
                "Hasil pemeriksaan QR tetap berlaku. Coba lagi nanti dengan QR baru.",
                "The result of the QR stands. Try again later with a new QR.",
            ),
            Self::Refused(_) => Message::new(
                "Coba lagi dengan QR baru; bila berulang, hubungi petugas TI.",
                "Try again with a new QR; if it happens again, call your IT staff.",
            ),
            Self::ProtocolError(_) => Message::new(
                "Jangan pakai data apa pun dari jawaban ini; hubungi petugas TI.",
                "Use nothing of this answer; call your IT staff.",
            ),
        }
    }
}

impl GrantedConsent {
    /// Names of everything that came.
    pub fn released(&self) -> impl Iterator<Item = ConsentClaim> {
        let attributes = self.attributes.iter().map(|(name, _)| name.into());
        attributes.chain(self.matches.iter().map(|answer| answer.claim))
    }

    /// The answer to one match; `None` if it was not asked or not answered.
    pub fn matches(&self, claim: ConsentClaim) -> Option<bool> {
        self.matches.iter().find(|answer| answer.claim == claim).map(|answer| answer.matches)
    }
}

impl SignedAnswer {
    /// The signed userinfo, a compact JWS: what the attributes were read from.
    pub fn userinfo(&self) -> &str {
        &self.userinfo
    }

    /// The signed `id_token`, a compact JWS: that the citizen approved, and how.
    pub fn id_token(&self) -> &str {
        &self.id_token
    }

    /// SHA-256 of the userinfo: what the receipt names.
    pub fn sha256(&self) -> Sha256Digest {
        Sha256Digest::of(self.userinfo.as_bytes())
    }
}

impl fmt::Debug for SignedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SignedAnswer").field(&self.sha256()).finish()
    }
}
