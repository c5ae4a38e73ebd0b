//! The closed vocabularies of a receipt. Each value has one stable name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::attributes::AttributeName;
use crate::message::Message;

/// A text that is no name of a vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such {vocabulary}")]
pub struct UnknownName {
    /// Where it was looked for.
    pub vocabulary: &'static str,
}

/// What `Display`, `FromStr` and serde are to a type with `as_str`.
macro_rules! named {
    ($type:ident, $vocabulary:literal) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                let found = Self::all().find(|value| value.as_str() == name);
                found.ok_or(UnknownName { vocabulary: $vocabulary })
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = String::deserialize(deserializer)?;
                name.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! vocabulary {
    ($(#[$doc:meta])* $type:ident $vocabulary:literal {
        $($(#[$value_doc:meta])* $value:ident = $name:literal, $id:literal, $en:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $($(#[$value_doc])* $value,)*
        }

        impl $type {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$value),*];

            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $name,)* }
            }

            /// What it means, in one line for staff.
            pub const fn message(self) -> Message {
                match self { $(Self::$value => Message::new($id, $en),)* }
            }

            fn all() -> impl Iterator<Item = Self> {
                Self::ALL.iter().copied()
            }
        }

        named!($type, $vocabulary);
    };
}

vocabulary! {
    /// Why the law lets the relying party process the attributes (UU 27/2022 article 20(2)).
    LegalBasis "legal basis" {
        /// Letter a: explicit consent to the purposes that were told.
        Consent = "consent", "Persetujuan", "Consent";
        /// Letter b: a contract with the citizen, or a step towards one.
        Contract = "contract", "Perjanjian", "Contract";
        /// Letter c: an obligation of the relying party under the law.
        LegalObligation = "legal_obligation", "Kewajiban hukum", "Legal obligation";
        /// Letter d: a vital interest of the citizen.
        VitalInterest = "vital_interest", "Kepentingan vital", "Vital interest";
        /// Letter e: a public task or service, or authority under the law.
        PublicTask = "public_task", "Tugas publik", "Public task";
        /// Letter f: another legitimate interest, weighed against the citizen's rights.
        LegitimateInterest = "legitimate_interest", "Kepentingan sah", "Legitimate interest";
    }
}

vocabulary! {
    /// How a request ended (consent section 2).
    ConsentOutcome "outcome" {
        /// Attributes came, and every check holds.
        Granted = "granted", "Warga menyetujui.", "The citizen approved.";
        /// The citizen said no.
        Denied = "denied", "Warga menolak.", "The citizen said no.";
        /// The time was over before the citizen answered.
        Expired = "expired", "Waktu habis sebelum dijawab.", "There was no answer in time.";
        /// The gateway could not be reached.
        Unreachable = "unreachable",
            "Gerbang tidak terjangkau; tidak ada data yang diterima.",
            "The gateway cannot be reached; no attributes came.";
        /// The gateway refused the request.
        Refused = "refused", "Gerbang menolak permintaan.", "The gateway refused the request.";
        /// The answer breaks a rule; nothing of it is kept.
        ProtocolError = "protocol_error",
            "Jawaban gerbang tidak sah dan dibuang.",
            "The gateway's answer is not sound and was dropped.";
    }
}

macro_rules! gateway_errors {
    ($($value:ident = $name:literal;)*) => {
        /// The error code of a gateway, out of those that its standards define: RFC 6749, 6750,
        /// 9101, 9396, 9449 and OpenID CIBA Core 1.0. A closed list, so that nothing a gateway
        /// writes there gets into a log.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "the standards describe them")]
        pub enum GatewayErrorCode {
            $($value,)*
            /// A code that no standard defines.
            Other,
        }

        impl GatewayErrorCode {
            /// The code of the standard, or `other`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $name,)* Self::Other => "other" }
            }

            /// The code that a gateway sent; [`Other`](Self::Other) where no standard defines it.
            pub fn of(code: &str) -> Self {
                code.parse().unwrap_or(Self::Other)
            }

            fn all() -> impl Iterator<Item = Self> {
                [$(Self::$value,)* Self::Other].into_iter()
            }
        }
    };
}

gateway_errors! {
    AccessDenied = "access_denied";
    AuthorizationPending = "authorization_pending";
    ExpiredLoginHintToken = "expired_login_hint_token";
    ExpiredToken = "expired_token";
    InsufficientScope = "insufficient_scope";
    InvalidAuthorizationDetails = "invalid_authorization_details";
    InvalidBindingMessage = "invalid_binding_message";
    InvalidClient = "invalid_client";
    InvalidDpopProof = "invalid_dpop_proof";
    InvalidGrant = "invalid_grant";
    InvalidRequest = "invalid_request";
    InvalidRequestObject = "invalid_request_object";
    InvalidScope = "invalid_scope";
    InvalidToken = "invalid_token";
    InvalidUserCode = "invalid_user_code";
    MissingUserCode = "missing_user_code";
    ServerError = "server_error";
    SlowDown = "slow_down";
    TemporarilyUnavailable = "temporarily_unavailable";
    TransactionFailed = "transaction_failed";
    UnauthorizedClient = "unauthorized_client";
    UnknownUserId = "unknown_user_id";
    UnsupportedGrantType = "unsupported_grant_type";
    UseDpopNonce = "use_dpop_nonce";
}

named!(GatewayErrorCode, "error code");

/// What can be asked of a citizen: an attribute, or whether an expected value matches (consent
/// section 5). A name, never a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ConsentClaim {
    /// An attribute of IKD-QR section 4.
    Attribute(AttributeName),
    /// Whether the NIK is the expected one.
    NikMatch,
    /// Whether the name is the expected one.
    NameMatch,
    /// Whether the date of birth is the expected one.
    BirthDateMatch,
}

impl ConsentClaim {
    /// The name in requests, answers and receipts, such as `full_name` or `nik_match`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attribute(name) => name.as_str(),
            Self::NikMatch => "nik_match",
            Self::NameMatch => "name_match",
            Self::BirthDateMatch => "birth_date_match",
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        let attributes = AttributeName::ALL.iter().copied().map(Self::Attribute);
        attributes.chain([Self::NikMatch, Self::NameMatch, Self::BirthDateMatch])
    }
}

impl From<AttributeName> for ConsentClaim {
    fn from(name: AttributeName) -> Self {
        Self::Attribute(name)
    }
}

named!(ConsentClaim, "attribute or match");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_stable_and_read_back() {
        let bases = ["consent", "contract", "legal_obligation", "vital_interest", "public_task"];
        let names: Vec<_> = LegalBasis::all().map(LegalBasis::as_str).collect();
        assert_eq!(names, [&bases[..], &["legitimate_interest"]].concat());
        let outcomes = ["granted", "denied", "expired", "unreachable", "refused", "protocol_error"];
        assert!(ConsentOutcome::all().map(ConsentOutcome::as_str).eq(outcomes));
        for claim in ConsentClaim::all() {
            assert_eq!(claim.as_str().parse(), Ok(claim));
        }
        let claims: BTreeSet<_> = ConsentClaim::all().map(ConsentClaim::as_str).collect();
        assert_eq!(claims.len(), AttributeName::ALL.len() + 3);
    }

    #[test]
    fn what_no_standard_defines_is_not_kept() {
        assert_eq!(GatewayErrorCode::of("access_denied"), GatewayErrorCode::AccessDenied);
        assert_eq!(GatewayErrorCode::of("Siti Contoh").as_str(), "other");
        assert_eq!("other".parse(), Ok(GatewayErrorCode::Other));
        assert!("granted ".parse::<ConsentOutcome>().is_err());
    }
}
