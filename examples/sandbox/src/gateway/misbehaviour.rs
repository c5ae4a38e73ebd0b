//! What a gateway can do wrong, so that a client can be seen to catch it.

use std::fmt;
use std::str::FromStr;

use crate::name::UnknownName;

/// Something a gateway must not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Misbehaviour {
    /// Userinfo holds an attribute that nobody asked for.
    ExtraClaim,
    /// Both tokens are about another QR.
    WrongQr,
    /// The NIK is another person's.
    OtherPerson,
    /// The token answer names another purpose.
    ChangedPurpose,
    /// The citizen was not asked for a PIN.
    WeakAcr,
    /// Another nonce.
    WrongNonce,
    /// Another audience.
    WrongAudience,
    /// Another issuer in the tokens.
    WrongIssuer,
    /// Another `auth_req_id` in the tokens.
    WrongRequest,
    /// Userinfo has another subject than the id_token.
    OtherSub,
    /// A signature of a key that is not the gateway's.
    BadSignature,
    /// Tokens with `alg` `none`.
    AlgNone,
    /// Tokens with an HMAC over the public key.
    AlgHmac,
    /// A `crit` header.
    CritHeader,
    /// A header that brings its own key.
    JwkHeader,
    /// Tokens that have expired.
    ExpiredToken,
    /// A `kid` that is never published.
    UnknownKid,
    /// No misbehaviour but a trap: a new key signs, and only those who fetch the keys again know it.
    RotatedKey,
    /// No answer comes.
    Stall,
    /// The connection breaks in the middle of the answer.
    Reset,
    /// Bytes that are neither JSON nor a token.
    Garbage,
    /// An answer of 64 MiB.
    Huge,
    /// A redirect to another host.
    Redirect,
    /// Status 500.
    Http500,
    /// Status 503, with `Retry-After` of 7 seconds.
    Busy,
    /// Metadata of another issuer.
    WrongIssuerMetadata,
}

/// An endpoint of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `/.well-known/openid-configuration`.
    Metadata,
    /// `/jwks`.
    Jwks,
    /// `/backchannel`.
    Backchannel,
    /// `/token`.
    Token,
    /// `/userinfo`.
    Userinfo,
}

impl Misbehaviour {
    /// Every misbehaviour.
    pub const ALL: [Self; 26] = [
        Self::ExtraClaim,
        Self::WrongQr,
        Self::OtherPerson,
        Self::ChangedPurpose,
        Self::WeakAcr,
        Self::WrongNonce,
        Self::WrongAudience,
        Self::WrongIssuer,
        Self::WrongRequest,
        Self::OtherSub,
        Self::BadSignature,
        Self::AlgNone,
        Self::AlgHmac,
        Self::CritHeader,
        Self::JwkHeader,
        Self::ExpiredToken,
        Self::UnknownKid,
        Self::RotatedKey,
        Self::Stall,
        Self::Reset,
        Self::Garbage,
        Self::Huge,
        Self::Redirect,
        Self::Http500,
        Self::Busy,
        Self::WrongIssuerMetadata,
    ];

    /// The name, as in `"extra_claim"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ExtraClaim => "extra_claim",
            Self::WrongQr => "wrong_qr",
            Self::OtherPerson => "other_person",
            Self::ChangedPurpose => "changed_purpose",
            Self::WeakAcr => "weak_acr",
            Self::WrongNonce => "wrong_nonce",
            Self::WrongAudience => "wrong_audience",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongRequest => "wrong_request",
            Self::OtherSub => "other_sub",
            Self::BadSignature => "bad_signature",
            Self::AlgNone => "alg_none",
            Self::AlgHmac => "alg_hmac",
            Self::CritHeader => "crit_header",
            Self::JwkHeader => "jwk_header",
            Self::ExpiredToken => "expired_token",
            Self::UnknownKid => "unknown_kid",
            Self::RotatedKey => "rotated_key",
            Self::Stall => "stall",
            Self::Reset => "reset",
            Self::Garbage => "garbage",
            Self::Huge => "huge",
            Self::Redirect => "redirect",
            Self::Http500 => "http_500",
            Self::Busy => "busy",
            Self::WrongIssuerMetadata => "wrong_issuer_metadata",
        }
    }
}

impl Endpoint {
    /// Every endpoint.
    pub const ALL: [Self; 5] =
        [Self::Metadata, Self::Jwks, Self::Backchannel, Self::Token, Self::Userinfo];

    /// The path below the issuer.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Metadata => "/.well-known/openid-configuration",
            Self::Jwks => "/jwks",
            Self::Backchannel => "/backchannel",
            Self::Token => "/token",
            Self::Userinfo => "/userinfo",
        }
    }
}

impl fmt::Display for Misbehaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Misbehaviour {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or(UnknownName::new("misbehaviour", Self::ALL.map(Self::name)))
    }
}
