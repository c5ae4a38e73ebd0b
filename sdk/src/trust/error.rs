//! Why signed lists are refused. Each error has a stable code.

use thiserror::Error;

use crate::payload::cose::FormatError;
use crate::time::UnixTime;

/// Why a trust list is refused, in the order of the checks (trust section 1). The stored list stays
/// in force.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TrustError {
    /// Not CBOR, or not what section 1 describes; the text names the part.
    #[error("the trust list is not well formed: {0}")]
    BadFormat(String),
    /// Too few valid signatures of the roots trusted now, or of the list's own roots.
    #[error("the trust list has {valid} of {threshold} signatures that are needed")]
    BadSignature {
        /// Distinct root keys whose signature holds.
        valid: usize,
        /// How many are needed.
        threshold: usize,
    },
    /// A version that is not newer, or the same version with other bytes.
    #[error("version {offered} of the trust list does not replace version {stored}")]
    Rollback {
        /// Version of the refused list.
        offered: u64,
        /// Version in force.
        stored: u64,
    },
    /// The list's life is over.
    #[error("the trust list expired at {expires}")]
    Expired {
        /// End of its life.
        expires: UnixTime,
    },
}

impl TrustError {
    /// The stable code of trust section 1.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadFormat(_) => "trust_bad_format",
            Self::BadSignature { .. } => "trust_bad_signature",
            Self::Rollback { .. } => "trust_rollback",
            Self::Expired { .. } => "trust_expired",
        }
    }
}

impl From<FormatError> for TrustError {
    fn from(error: FormatError) -> Self {
        Self::BadFormat(match error {
            FormatError::Cbor(error) => error.to_string(),
            FormatError::Structure(part) => part.to_owned(),
        })
    }
}

/// Why a status list is refused (trust section 2). The stored list stays in force.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StatusListError {
    /// Not CBOR, or not what section 2 describes; the text names the part.
    #[error("the status list is not well formed: {0}")]
    BadFormat(String),
    /// The inflated list is above 64 MiB, or does not inflate.
    #[error("the status list does not inflate to at most 64 MiB")]
    BadCompression,
    /// No status key of the trust list has this key id, or none that was valid when it signed.
    #[error("the status list is signed by no status key that is valid")]
    UnknownKey,
    /// The signature does not hold.
    #[error("the signature of the status list does not hold")]
    BadSignature,
    /// The list speaks of another URI than it was fetched from.
    #[error("the status list is for another URI")]
    OtherUri,
    /// The list in force for this URI is another issuer's.
    #[error("the status list in force for this URI is another issuer's")]
    OtherIssuer,
    /// The list is older than the one in force.
    #[error("a status list of {offered} does not replace one of {stored}")]
    Rollback {
        /// Issue time of the refused list.
        offered: UnixTime,
        /// Issue time of the list in force.
        stored: UnixTime,
    },
    /// Memory for status lists is used up, and there is no place for files.
    #[error("there is no room for the status list: raise the memory limit or free disk space")]
    NoRoom,
    /// No trust list is loaded, so nothing says whose signature counts.
    #[error("a trust list is needed before status lists")]
    NoTrustList,
}

impl StatusListError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadFormat(_) => "status_bad_format",
            Self::BadCompression => "status_bad_compression",
            Self::UnknownKey => "status_unknown_key",
            Self::BadSignature => "status_bad_signature",
            Self::OtherUri => "status_other_uri",
            Self::OtherIssuer => "status_other_issuer",
            Self::Rollback { .. } => "status_rollback",
            Self::NoRoom => "status_no_room",
            Self::NoTrustList => "trust_unavailable",
        }
    }
}

impl From<FormatError> for StatusListError {
    fn from(error: FormatError) -> Self {
        Self::BadFormat(match error {
            FormatError::Cbor(error) => error.to_string(),
            FormatError::Structure(part) => part.to_owned(),
        })
    }
}

/// Why there is no bundle.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// No trust list is in force.
    #[error("there is no trust list to make a bundle of")]
    NoTrustList,
    /// The store's file of a list cannot be read. Fetching the list anew repairs it.
    #[error("the file of {list} cannot be read: {why}")]
    Unreadable {
        /// URI of the status list, or "trust list".
        list: String,
        /// What the file system said.
        why: String,
    },
}

/// Why a saved trust state cannot be taken up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StateError {
    /// The bytes are not what was saved.
    #[error("the saved trust state is damaged: set it up anew")]
    Damaged,
    /// Whole, but of a version that this program does not know.
    #[error("the saved trust state is of a version that this program does not know: update it")]
    #[cfg(feature = "store")]
    Version,
    /// The trust list in it does not hold under the roots in it.
    #[error("the saved trust list does not hold: {0}")]
    TrustList(#[from] TrustError),
}
