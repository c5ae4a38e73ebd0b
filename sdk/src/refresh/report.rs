//! What a refresher did, as stable codes for machines and as plain words for people.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::clock::ClockOffset;
use crate::http::HttpError;
use crate::message::Language;
use crate::time::UnixTime;
use crate::trust::{StatusListError, TrustError};

/// A list that is refreshed. The trust list comes first, for it says whose status lists count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefreshTarget {
    /// The trust list.
    TrustList,
    /// The status list of this URI.
    StatusList(String),
}

/// One thing that a refresher did, or met. It holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshEvent {
    /// When.
    pub at: UnixTime,
    /// Which list it is about; `None` when it is about the device.
    pub target: Option<RefreshTarget>,
    /// What happened.
    pub outcome: RefreshOutcome,
    /// Whether it differs from what happened to this list the last time. A log that shows only what
    /// is new stays short through days without a network.
    pub news: bool,
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshOutcome {
    /// A newer list is in force.
    Updated {
        /// Version of a trust list.
        version: Option<u64>,
        /// When the list was issued.
        issued: UnixTime,
    },
    /// The server has nothing newer than what is held.
    Unchanged,
    /// No usable answer. What is held stays in force.
    Failed(FetchError),
    /// The answer is no trust list that may replace the one in force, which stays.
    TrustListRefused(TrustError),
    /// The answer is no status list that may replace the one in force, which stays.
    StatusListRefused(StatusListError),
    /// What was fetched is in force, and will be lost at the next start: it could not be stored.
    NotStored(String),
    /// The own clock and that of the server differ.
    ClockOffset(ClockOffset),
}

/// Why there is no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// There is none.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// An answer of another status than 200 and 304.
    #[error("the server answered {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// Seconds after which the server wants to be asked again.
        retry_after: Option<i64>,
    },
    /// Something else than a list: often the page of a network that wants a login first.
    #[error("the server sent something else than a list")]
    NotAList,
}

impl RefreshTarget {
    /// `trust_list` or `status_list`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::TrustList => "trust_list",
            Self::StatusList(_) => "status_list",
        }
    }

    /// The URI of a status list.
    pub fn uri(&self) -> Option<&str> {
        match self {
            Self::TrustList => None,
            Self::StatusList(uri) => Some(uri),
        }
    }

    fn name(&self, language: Language) -> String {
        let (trust, status) = match language {
            Language::Indonesian => ("Daftar kepercayaan", "Daftar status"),
            Language::English => ("Trust list", "Status list"),
        };
        match self {
            Self::TrustList => trust.to_owned(),
            Self::StatusList(uri) => format!("{status} {}", uri.escape_debug()),
        }
    }
}

impl FetchError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Http(HttpError::NotHttps) => "fetch_not_https",
            Self::Http(HttpError::Untrusted { .. }) => "fetch_untrusted",
            Self::Http(HttpError::Timeout { .. }) => "fetch_timeout",
            Self::Http(HttpError::TooLarge { .. }) => "fetch_too_large",
            Self::Http(HttpError::Redirect { .. }) => "fetch_redirect",
            Self::Http(_) => "fetch_unreachable",
            Self::Status { .. } => "fetch_status",
            Self::NotAList => "fetch_not_a_list",
        }
    }

    fn text(&self, language: Language) -> String {
        if language == Language::English {
            return self.to_string();
        }
        match self {
            Self::Http(HttpError::NotHttps) => "alamatnya bukan URL https".into(),
            Self::Http(HttpError::Untrusted { host }) => {
                format!("sertifikat {host} tidak dipercaya; periksa juga jam perangkat ini")
            }
            Self::Http(HttpError::Timeout { host, seconds }) => {
                format!("{host} tidak menjawab dalam {seconds} detik")
            }
            Self::Http(HttpError::TooLarge { host, limit }) => {
                format!("{host} mengirim lebih dari {limit} bita")
            }
            Self::Http(HttpError::Redirect { host }) => {
                format!("{host} mengalihkan ke tempat lain")
            }
            Self::Http(HttpError::Unreachable { host }) => {
                format!("{host} tidak terjangkau, atau sambungan putus")
            }
            Self::Http(HttpError::Options(_)) => "pengaturan HTTP tidak dapat dipakai".into(),
            Self::Status { status, .. } => format!("peladen menjawab {status}"),
            Self::NotAList => "peladen mengirim sesuatu yang bukan daftar".into(),
        }
    }
}

impl RefreshOutcome {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Updated { .. } => "updated",
            Self::Unchanged => "unchanged",
            Self::Failed(error) => error.code(),
            Self::TrustListRefused(error) => error.code(),
            Self::StatusListRefused(error) => error.code(),
            Self::NotStored(_) => "not_stored",
            Self::ClockOffset(_) => "clock_offset",
        }
    }

    /// Whether a newer list is in force, or none is needed.
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Updated { .. } | Self::Unchanged)
    }

    fn text(&self, language: Language) -> String {
        let indonesian = language == Language::Indonesian;
        let say = |id: &str, en: &str| if indonesian { id.to_owned() } else { en.to_owned() };
        let kept = say("yang lama tetap dipakai", "what is held stays in use");
        match self {
            Self::Updated { version: Some(version), .. } => {
                format!("{} {version}", say("diperbarui ke versi", "renewed to version"))
            }
            Self::Updated { version: None, issued } => {
                format!("{} {issued}", say("diperbarui; terbitan", "renewed; issued"))
            }
            Self::Unchanged => say("sudah yang terbaru", "up to date"),
            Self::Failed(error) => format!("{}; {kept}", error.text(language)),
            Self::TrustListRefused(error) => {
                format!("{} {} ({error}); {kept}", say("ditolak:", "refused:"), error.code())
            }
            Self::StatusListRefused(error) => {
                format!("{} {} ({error}); {kept}", say("ditolak:", "refused:"), error.code())
            }
            Self::NotStored(why) => format!(
                "{} ({why})",
                say(
                    "Daftar baru berlaku tetapi tidak tersimpan; periksa penyimpanan",
                    "New lists are in force but could not be stored; check the storage",
                )
            ),
            Self::ClockOffset(offset) => {
                let advice = say("setel jamnya", "set it right");
                format!("{}; {advice}", offset.text(language))
            }
        }
    }
}

impl RefreshEvent {
    /// The stable code of what happened.
    pub const fn code(&self) -> &'static str {
        self.outcome.code()
    }

    /// One sentence for people.
    pub fn text(&self, language: Language) -> String {
        let text = self.outcome.text(language);
        match &self.target {
            None => format!("{text}."),
            Some(target) => format!("{}: {text}.", target.name(language)),
        }
    }
}

impl fmt::Display for RefreshEvent {
    /// Time, code and the English sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.at, self.code(), self.text(Language::English))
    }
}

impl Serialize for RefreshEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("RefreshEvent", 6)?;
        out.serialize_field("at", &self.at)?;
        out.serialize_field("code", self.code())?;
        out.serialize_field("list", &self.target.as_ref().map(RefreshTarget::kind))?;
        out.serialize_field("uri", &self.target.as_ref().and_then(RefreshTarget::uri))?;
        out.serialize_field("news", &self.news)?;
        let (id, en) = (self.text(Language::Indonesian), self.text(Language::English));
        out.serialize_field("message", &Texts { id, en })?;
        out.end()
    }
}

#[derive(serde::Serialize)]
struct Texts {
    id: String,
    en: String,
}
