//! Every kind of bad QR, by name, with the code that a verifier must give.

use std::fmt;
use std::str::FromStr;

use crate::bad_qr::Scene;
use crate::name::UnknownName;
use crate::person::Person;
use crate::profile::Profile;
use crate::sandbox::Sandbox;

/// What is wrong with a QR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Its minute is over.
    Expired,
    /// It was accepted before.
    Replayed,
    /// A picture of a QR, taken so many minutes ago (2 at least).
    Screenshot(u16),
    /// Another issuer signed it, one that the trust list does not have.
    WrongIssuer,
    /// It names a key that the trust list does not have.
    UnknownKey,
    /// It names the issuer's key, and another key signed it.
    ForgedIssuer,
    /// The issuer's key signed it after the key's time.
    RetiredKey,
    /// The issuer's key was stolen, and is revoked.
    CompromisedKey,
    /// The credential is revoked.
    Revoked,
    /// The credential is suspended: the phone was reported lost.
    Suspended,
    /// The NIK was changed after the signature (for a proof of age: the answer).
    ChangedNik,
    /// A copied credential: another phone's key made the QR.
    StolenCredential,
    /// The credential's life has not begun.
    NotYetValid,
    /// The credential's life is over.
    CredentialExpired,
    /// The phone's clock is ahead, or was set so.
    FromFuture,
    /// It claims to be good for an hour.
    TooLongLife,
    /// It does not show what the profile needs.
    MissingAttribute,
    /// It is meant for another relying party.
    WrongAudience,
    /// The text came through in lower case.
    LowerCase,
    /// Some characters of the text are damaged.
    Garbled,
    /// The second half of the text is missing.
    CutShort,
    /// A web address.
    Url,
    /// The QR that activates the app at an office.
    Activation,
}

/// A QR that must be refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadQr {
    /// The text of the QR.
    pub text: String,
    /// The code that a verifier must give, when its policy asks for what the profile shows.
    pub code: &'static str,
    /// Whether the text is good at first, and bad when it is shown again.
    pub good_at_first: bool,
}

impl Trouble {
    /// Every kind; of the screenshots, one that is 10 minutes old.
    pub const ALL: [Self; 23] = [
        Self::Expired,
        Self::Replayed,
        Self::Screenshot(10),
        Self::WrongIssuer,
        Self::UnknownKey,
        Self::ForgedIssuer,
        Self::RetiredKey,
        Self::CompromisedKey,
        Self::Revoked,
        Self::Suspended,
        Self::ChangedNik,
        Self::StolenCredential,
        Self::NotYetValid,
        Self::CredentialExpired,
        Self::FromFuture,
        Self::TooLongLife,
        Self::MissingAttribute,
        Self::WrongAudience,
        Self::LowerCase,
        Self::Garbled,
        Self::CutShort,
        Self::Url,
        Self::Activation,
    ];

    /// The name, as in `"stolen-credential"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// What is wrong, in Indonesian.
    #[must_use]
    pub fn text_id(self) -> &'static str {
        self.facts().1
    }

    /// What is wrong, in English.
    #[must_use]
    pub fn text_en(self) -> &'static str {
        self.facts().2
    }

    /// The code that a verifier must give to such a QR of this profile.
    #[must_use]
    pub fn code(self, profile: Profile) -> &'static str {
        match self {
            Self::Expired | Self::Screenshot(_) => "presentation_expired",
            Self::Replayed => "replayed",
            Self::WrongIssuer | Self::UnknownKey => "unknown_issuer_key",
            Self::ForgedIssuer => "bad_issuer_signature",
            Self::RetiredKey | Self::CompromisedKey => "issuer_key_not_valid",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
            // Only a travel credential carries its values under the issuer's signature itself.
            Self::ChangedNik if profile == Profile::Travel => "bad_issuer_signature",
            Self::ChangedNik => "bad_disclosure",
            Self::StolenCredential => "bad_holder_signature",
            Self::NotYetValid => "credential_not_yet_valid",
            Self::CredentialExpired => "credential_expired",
            Self::FromFuture => "presentation_from_future",
            Self::TooLongLife => "lifetime_too_long",
            Self::MissingAttribute => "missing_attribute",
            Self::WrongAudience => "wrong_audience",
            Self::Garbled => "bad_base45",
            Self::CutShort => "bad_cbor",
            Self::LowerCase | Self::Url | Self::Activation => "not_ikd",
        }
    }

    /// Makes such a QR, as it would be shown at `now`.
    #[must_use]
    pub fn make(self, sandbox: &Sandbox, person: &Person, profile: Profile, now: i64) -> BadQr {
        BadQr {
            text: Scene::new(sandbox, person, profile, now).text(self),
            code: self.code(profile),
            good_at_first: self == Self::Replayed,
        }
    }

    fn facts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Expired => ("expired", "sudah lewat waktunya", "its minute is over"),
            Self::Replayed => ("replayed", "sudah pernah dipakai", "it was accepted before"),
            Self::Screenshot(_) => ("screenshot", "tangkapan layar lama", "an old screenshot"),
            Self::WrongIssuer => ("wrong-issuer", "penerbit tidak dikenal", "an unknown issuer"),
            Self::UnknownKey => {
                ("unknown-key", "kunci penerbit tidak dikenal", "an unknown key of the issuer")
            }
            Self::ForgedIssuer => {
                ("forged-issuer", "tanda tangan penerbit palsu", "a forged issuer signature")
            }
            Self::RetiredKey => {
                ("retired-key", "kunci penerbit sudah pensiun", "it is signed by a retired key")
            }
            Self::CompromisedKey => {
                ("compromised-key", "kunci penerbit bocor", "it is signed by a stolen key")
            }
            Self::Revoked => ("revoked", "kredensial dicabut", "the credential is revoked"),
            Self::Suspended => ("suspended", "kredensial dibekukan", "the credential is suspended"),
            Self::ChangedNik => ("changed-nik", "isi QR diubah", "its contents were changed"),
            Self::StolenCredential => {
                ("stolen-credential", "kredensial curian di ponsel lain", "copied to another phone")
            }
            Self::NotYetValid => {
                ("not-yet-valid", "kredensial belum berlaku", "the credential is not valid yet")
            }
            Self::CredentialExpired => (
                "credential-expired",
                "kredensial habis masa berlakunya",
                "the credential has ended",
            ),
            Self::FromFuture => {
                ("from-future", "jam ponsel terlalu maju", "the phone's clock is ahead")
            }
            Self::TooLongLife => {
                ("too-long-life", "mengaku berlaku satu jam", "it claims to be good for an hour")
            }
            Self::MissingAttribute => {
                ("missing-attribute", "data wajib tidak ada", "needed data is missing")
            }
            Self::WrongAudience => ("wrong-audience", "untuk pihak lain", "meant for someone else"),
            Self::LowerCase => {
                ("lower-case", "teks menjadi huruf kecil", "the text is in lower case")
            }
            Self::Garbled => ("garbled", "teks rusak", "the text is damaged"),
            Self::CutShort => ("cut-short", "teks terpotong", "the text is cut short"),
            Self::Url => ("url", "alamat web, bukan IKD", "a web address, not IKD"),
            Self::Activation => (
                "activation",
                "QR aktivasi, bukan QR identitas",
                "an activation QR, not an identity QR",
            ),
        }
    }
}

impl fmt::Display for Trouble {
    /// The name; a screenshot's age follows when it is not 10 minutes: `screenshot:30`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Screenshot(minutes) if *minutes != 10 => write!(f, "screenshot:{minutes}"),
            _ => f.pad(self.name()),
        }
    }
}

impl FromStr for Trouble {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let minutes = text.strip_prefix("screenshot:").and_then(|minutes| minutes.parse().ok());
        if let Some(minutes) = minutes.filter(|minutes| *minutes >= 2) {
            return Ok(Self::Screenshot(minutes));
        }
        let found = Self::ALL.into_iter().find(|trouble| trouble.name() == text);
        found.ok_or(UnknownName::new("kind of bad QR", Self::ALL.map(Self::name)))
    }
}
