//! The ways in which a publisher can fail its visitors.

use std::fmt;
use std::str::FromStr;

use crate::name::UnknownName;

/// A way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Lists that are older than those published before.
    OlderVersion,
    /// Lists that someone else signed.
    OtherSigner,
    /// Half of each list, though a whole one is announced.
    Truncated,
    /// Half of each list, and then nothing, on an open connection.
    Stall,
    /// A byte now and then.
    Drip,
    /// Status 500.
    ServerError,
    /// Status 503, with the wish to be left alone for ten minutes.
    Unavailable,
    /// To another host.
    RedirectElsewhere,
    /// Round in a circle.
    RedirectLoop,
    /// Lists that are small, and immense when inflated.
    ZipBomb,
    /// An answer of 64 MiB.
    Huge,
    /// A clock that is three hours ahead.
    WrongDate,
    /// Connections that end without an answer.
    Reset,
    /// A page that asks for a login, as in hotels.
    LoginPage,
}

impl Misbehaviour {
    /// Every way.
    pub const ALL: [Self; 14] = [
        Self::OlderVersion,
        Self::OtherSigner,
        Self::Truncated,
        Self::Stall,
        Self::Drip,
        Self::ServerError,
        Self::Unavailable,
        Self::RedirectElsewhere,
        Self::RedirectLoop,
        Self::ZipBomb,
        Self::Huge,
        Self::WrongDate,
        Self::Reset,
        Self::LoginPage,
    ];

    /// The name, as in `"zip-bomb"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OlderVersion => "older-version",
            Self::OtherSigner => "other-signer",
            Self::Truncated => "truncated",
            Self::Stall => "stall",
            Self::Drip => "drip",
            Self::ServerError => "server-error",
            Self::Unavailable => "unavailable",
            Self::RedirectElsewhere => "redirect-elsewhere",
            Self::RedirectLoop => "redirect-loop",
            Self::ZipBomb => "zip-bomb",
            Self::Huge => "huge",
            Self::WrongDate => "wrong-date",
            Self::Reset => "reset",
            Self::LoginPage => "login-page",
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
        let found = Self::ALL.into_iter().find(|way| way.name() == text);
        found.ok_or_else(|| UnknownName::new("misbehaviour", Self::ALL.map(Self::name)))
    }
}
