//! What an accepted QR gives: the attributes, the times, and what was not established.

use std::fmt;

use serde::Serialize;

use crate::attributes::{Attributes, Warning};
use crate::message::Message;
use crate::payload::DocumentShare;
use crate::replay::ReplayScope;
use crate::time::UnixTime;

/// A presentation that passed every step. Only [`Verifier`](crate::Verifier) makes one.
///
/// `Debug` shows no personal data.
#[derive(Clone)]
pub struct VerifiedPresentation {
    pub(super) attributes: Attributes,
    pub(super) issuer: String,
    pub(super) issuer_name: String,
    pub(super) subject: Option<String>,
    pub(super) document: Option<DocumentShare>,
    pub(super) verified_at: UnixTime,
    pub(super) presented_at: UnixTime,
    pub(super) expires: UnixTime,
    pub(super) credential_issued: UnixTime,
    pub(super) credential_expires: UnixTime,
    pub(super) qr_sha256: [u8; 32],
    pub(super) holder_key: [u8; 32],
    /// The decoded QR: a consent request shows it to the issuer's gateway.
    #[cfg(feature = "consent")]
    pub(super) envelope: std::sync::Arc<[u8]>,
    pub(super) challenged: bool,
    pub(super) status: StatusReport,
    pub(super) trust: TrustReport,
    pub(super) replay_scope: ReplayScope,
    #[cfg(feature = "refresh")]
    pub(super) clock_offset: Option<crate::refresh::ClockOffset>,
}

/// What is known of the credential's revocation status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusReport {
    /// Valid, by a fresh list of this age.
    Valid {
        /// Seconds since the list was issued.
        age: i64,
    },
    /// Not known, or not known freshly.
    Unavailable(StatusUnknown),
    /// Not looked at, as the policy says.
    Ignored,
}

/// Why the revocation status is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusUnknown {
    /// The credential names no status list.
    NoReference,
    /// The status list that it names is not held here.
    NoList,
    /// The index lies past the end of the list.
    PastEnd,
    /// The file that holds the values of the list cannot be read.
    #[cfg(feature = "store")]
    Unreadable,
    /// The list says valid, but it is stale.
    Stale {
        /// Seconds since the list was issued.
        age: i64,
    },
}

/// Which trust list was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TrustReport {
    /// Its version.
    pub version: u64,
    /// Seconds since it was issued.
    pub age: i64,
    /// Seconds until it expires; negative within the operator's grace.
    pub expires_in: i64,
}

/// Something that an accepted QR does not establish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotEstablished {
    /// Revocation was not looked at.
    StatusIgnored,
    /// Revocation is not known, or not known freshly.
    StatusUnavailable(StatusUnknown),
    /// The trust list had expired, within the operator's grace.
    TrustExpired,
    /// Another verifier could have accepted the same QR.
    ReplayScope(ReplayScope),
    /// The QR was made for anyone: no challenge tied it to this verifier.
    NoChallenge,
}

impl VerifiedPresentation {
    /// The disclosed attributes.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// What is odd in the attributes.
    pub fn warnings(&self) -> Vec<Warning> {
        self.attributes.warnings()
    }

    /// The issuer's id (`iss`).
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer's name in the trust list.
    pub fn issuer_name(&self) -> &str {
        &self.issuer_name
    }

    /// The holder's pseudonym (`sub`), where the credential discloses one.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The document that the holder shares with this QR.
    pub fn document(&self) -> Option<&DocumentShare> {
        self.document.as_ref()
    }

    /// The time of this verification.
    pub fn verified_at(&self) -> UnixTime {
        self.verified_at
    }

    /// When the phone made the QR.
    pub fn presented_at(&self) -> UnixTime {
        self.presented_at
    }

    /// When the QR stops being good.
    pub fn expires(&self) -> UnixTime {
        self.expires
    }

    /// Seconds from the verification to the end of the QR; not below 0.
    pub fn expires_in(&self) -> i64 {
        self.expires.since(self.verified_at).max(0)
    }

    /// When the issuer signed the credential.
    pub fn credential_issued(&self) -> UnixTime {
        self.credential_issued
    }

    /// When the credential stops being good.
    pub fn credential_expires(&self) -> UnixTime {
        self.credential_expires
    }

    /// SHA-256 of the decoded bytes of the QR, for a consent request about it.
    pub fn qr_sha256(&self) -> &[u8; 32] {
        &self.qr_sha256
    }

    /// The thumbprint of the phone's key (RFC 9679): the same for every QR of this credential on
    /// this phone, so that its next QR is known as the same holder's. A pseudonym, and so personal
    /// data.
    pub fn holder_key_thumbprint(&self) -> &[u8; 32] {
        &self.holder_key
    }

    /// The text of the QR in its one spelling, without white space around it.
    #[cfg(feature = "consent")]
    pub(crate) fn qr_text(&self) -> String {
        use crate::payload::{base45, envelope::PREFIX};
        format!("{PREFIX}{}", base45::encode(&self.envelope))
    }

    /// What is known of revocation.
    pub fn status(&self) -> StatusReport {
        self.status
    }

    /// Which trust list was used.
    pub fn trust(&self) -> TrustReport {
        self.trust
    }

    /// Which verifiers cannot accept this QR any more.
    pub fn replay_scope(&self) -> ReplayScope {
        self.replay_scope
    }

    /// How far the verifier's clock was off when it last met a server. The result does not depend
    /// on it.
    #[cfg(feature = "refresh")]
    pub fn clock_offset(&self) -> Option<crate::refresh::ClockOffset> {
        self.clock_offset
    }

    /// What this acceptance does not establish.
    pub fn not_established(&self) -> Vec<NotEstablished> {
        let mut out = Vec::new();
        match self.status {
            StatusReport::Valid { .. } => {}
            StatusReport::Unavailable(why) => out.push(NotEstablished::StatusUnavailable(why)),
            StatusReport::Ignored => out.push(NotEstablished::StatusIgnored),
        }
        if self.trust.expires_in <= 0 {
            out.push(NotEstablished::TrustExpired);
        }
        // An answer to a challenge can be used nowhere else.
        if !self.challenged {
            if self.replay_scope != ReplayScope::Shared {
                out.push(NotEstablished::ReplayScope(self.replay_scope));
            }
            out.push(NotEstablished::NoChallenge);
        }
        out
    }
}

impl fmt::Debug for VerifiedPresentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedPresentation")
            .field("issuer", &self.issuer)
            .field("attributes", &self.attributes)
            .field("expires", &self.expires)
            .field("status", &self.status)
            .field("trust", &self.trust)
            .finish_non_exhaustive()
    }
}

impl StatusReport {
    /// `valid`, `unavailable` or `ignored`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid { .. } => "valid",
            Self::Unavailable(_) => "unavailable",
            Self::Ignored => "ignored",
        }
    }
}

impl StatusUnknown {
    /// A stable text for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoReference => "status_no_reference",
            Self::NoList => "status_no_list",
            Self::PastEnd => "status_past_end",
            #[cfg(feature = "store")]
            Self::Unreadable => "status_unreadable",
            Self::Stale { .. } => "status_stale",
        }
    }

    /// One line for people.
    pub const fn message(self) -> Message {
        match self {
            Self::NoReference => Message::new(
                "Pencabutan tidak diperiksa: identitas tidak menyebut daftar status.",
                "Revocation is not known: the credential names no status list.",
            ),
            Self::NoList => Message::new(
                "Pencabutan tidak diperiksa: daftar status belum ada di perangkat ini.",
                "Revocation is not known: this device does not hold the status list.",
            ),
            Self::PastEnd => Message::new(
                "Pencabutan tidak diperiksa: identitas tidak ada di daftar status.",
                "Revocation is not known: the status list has no such entry.",
            ),
            #[cfg(feature = "store")]
            Self::Unreadable => Message::new(
                "Pencabutan tidak diperiksa: daftar status di perangkat ini tidak terbaca.",
                "Revocation is not known: this device cannot read its file of the status list.",
            ),
            Self::Stale { .. } => Message::new(
                "Pencabutan tidak pasti: daftar status sudah lama.",
                "Revocation is not certain: the status list is stale.",
            ),
        }
    }
}

impl NotEstablished {
    /// A stable text for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StatusIgnored => "status_ignored",
            Self::StatusUnavailable(why) => why.as_str(),
            Self::TrustExpired => "trust_expired",
            Self::ReplayScope(ReplayScope::Process) => "replay_process_only",
            Self::ReplayScope(_) => "replay_device_only",
            Self::NoChallenge => "no_challenge",
        }
    }

    /// One line for people.
    pub const fn message(self) -> Message {
        match self {
            Self::StatusIgnored => Message::new(
                "Pencabutan tidak diperiksa: diabaikan oleh pengaturan.",
                "Revocation was not looked at: the policy ignores it.",
            ),
            Self::StatusUnavailable(why) => why.message(),
            Self::TrustExpired => Message::new(
                "Daftar kepercayaan sudah kedaluwarsa; dipakai dalam masa tenggang.",
                "The trust list has expired; it is used within a grace period.",
            ),
            Self::ReplayScope(ReplayScope::Process) => Message::new(
                "Pemakaian ulang hanya dicegah selama program ini berjalan.",
                "Reuse is prevented within this running program only.",
            ),
            Self::ReplayScope(_) => Message::new(
                "Pemakaian ulang hanya dicegah di perangkat ini.",
                "Reuse is prevented on this device only.",
            ),
            Self::NoChallenge => Message::new(
                "QR terbuka untuk pemeriksa mana pun selama masa berlakunya.",
                "The QR is good for any verifier within its life.",
            ),
        }
    }
}

impl Serialize for NotEstablished {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
