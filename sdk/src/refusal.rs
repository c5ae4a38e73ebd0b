//! Why a QR is refused: one stable code, texts for staff, and the values that were compared.

use std::fmt;

use crate::attributes::{AttributeName, ClaimSet};
use crate::message::Message;
use crate::payload::cose::FormatError;
use crate::payload::disclosure::DisclosureError;
use crate::payload::{Base45Error, CborError};
use crate::time::UnixTime;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $reason_id:literal, $reason_en:literal,
        $hint:expr;)*) => {
        /// The one result code of a refused QR (IKD-QR section 6), in the order of the checks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code, in the order of the checks.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable text of the code, such as `presentation_expired`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Why, in one line for staff.
            pub const fn reason(self) -> Message {
                match self { $(Self::$variant => Message::new($reason_id, $reason_en),)* }
            }

            /// What staff should do now.
            pub const fn hint(self) -> Message {
                match self { $(Self::$variant => $hint,)* }
            }
        }
    };
}

const SET_UP: Message = Message::new(
    "Hubungi petugas TI: perbarui daftar kepercayaan perangkat ini.",
    "Call your IT staff: update this device's trust list.",
);
const CLOCK: Message = Message::new(
    "Perbaiki jam perangkat ini, lalu pindai lagi.",
    "Set this device's clock right, then scan again.",
);
const IKD_SCREEN: Message = Message::new(
    "Minta warga membuka aplikasi IKD dan menampilkan QR identitas.",
    "Ask the citizen to open the IKD app and show the identity QR.",
);
const REOPEN: Message = Message::new(
    "Minta warga membuka ulang QR di aplikasi IKD, lalu pindai lagi.",
    "Ask the citizen to open the QR in the IKD app anew, then scan again.",
);
const PHONE_CLOCK: Message = Message::new(
    "Minta warga menyetel jam ponsel ke otomatis, lalu membuka ulang QR.",
    "Ask the citizen to set the phone's clock to automatic, then to open the QR anew.",
);
const UPDATE_APP: Message = Message::new(
    "Minta warga memperbarui aplikasi IKD; periksa dokumen lain.",
    "Ask the citizen to update the IKD app; check another document.",
);
const NOT_GENUINE: Message = Message::new(
    "Jangan terima. Periksa identitas dengan dokumen lain dan panggil pengawas.",
    "Do not accept. Check another document and call a supervisor.",
);
const DUKCAPIL: Message = Message::new(
    "Jangan terima. Minta warga menghubungi Dukcapil.",
    "Do not accept. Ask the citizen to contact Dukcapil.",
);
const GO_ONLINE: Message = Message::new(
    "Sambungkan perangkat ke jaringan untuk memperbarui daftar status, lalu pindai lagi.",
    "Connect the device to a network to update the status list, then scan again.",
);
const DISCLOSE: Message = Message::new(
    "Minta warga menampilkan QR dengan data yang diperlukan.",
    "Ask the citizen to show a QR that discloses what is needed.",
);

codes! {
    /// Step 1: no trust list is loaded.
    TrustUnavailable = "trust_unavailable",
        "Daftar kepercayaan belum dimuat.", "No trust list is loaded.", SET_UP;
    /// Step 1: the trust list has run out.
    TrustExpired = "trust_expired",
        "Daftar kepercayaan sudah kedaluwarsa.", "The trust list has expired.", SET_UP;
    /// Step 1: this device's clock stands earlier than a time it has seen.
    ClockRollback = "clock_rollback",
        "Jam perangkat ini mundur.", "This device's clock has gone back.", CLOCK;
    /// Step 2: the text does not begin with `IKD1:`.
    NotIkd = "not_ikd",
        "Ini bukan QR identitas IKD.", "This is not an IKD identity QR.", IKD_SCREEN;
    /// Step 3: more than 4,296 characters.
    TooLarge = "too_large",
        "QR terlalu panjang untuk QR IKD.", "The QR is too long for an IKD QR.", IKD_SCREEN;
    /// Step 4: not base45.
    BadBase45 = "bad_base45",
        "Isi QR rusak.", "The QR's content is damaged.", REOPEN;
    /// Step 5: not one good CBOR item.
    BadCbor = "bad_cbor",
        "Isi QR rusak.", "The QR's content is damaged.", REOPEN;
    /// Step 6: a part is missing or of another type.
    BadStructure = "bad_structure",
        "Susunan QR tidak sesuai format IKD.", "The QR is not built as an IKD QR.", UPDATE_APP;
    /// Step 7: an algorithm or key type that this format does not know.
    UnsupportedAlgorithm = "unsupported_algorithm",
        "QR memakai algoritme yang tidak didukung.", "The QR uses an unsupported algorithm.",
        UPDATE_APP;
    /// Step 8: the trust list has no such credential key.
    UnknownIssuerKey = "unknown_issuer_key",
        "Penerbit tidak dikenal.", "The issuer is not known.", NOT_GENUINE;
    /// Step 9: the issuer's key was not valid when the credential was issued, or is revoked.
    IssuerKeyNotValid = "issuer_key_not_valid",
        "Kunci penerbit tidak berlaku.", "The issuer's key is not valid.", NOT_GENUINE;
    /// Step 10: the issuer did not sign this.
    BadIssuerSignature = "bad_issuer_signature",
        "Tanda tangan penerbit salah: data tidak asli.",
        "The issuer's signature is wrong: the data is not genuine.", NOT_GENUINE;
    /// Step 11: the phone that owns the credential did not sign this.
    BadHolderSignature = "bad_holder_signature",
        "Tanda tangan ponsel salah: bukan ponsel pemilik identitas.",
        "The phone's signature is wrong: not the phone of the identity's holder.", NOT_GENUINE;
    /// Step 12: a disclosure does not fit the credential.
    BadDisclosure = "bad_disclosure",
        "Data yang dibuka tidak cocok dengan tanda tangan.",
        "Disclosed data does not fit what was signed.", NOT_GENUINE;
    /// Step 12: an attribute has a wrong type.
    BadAttribute = "bad_attribute",
        "Sebuah atribut identitas salah bentuk.", "An identity attribute has a wrong type.",
        DUKCAPIL;
    /// Step 13: the times in the QR contradict each other.
    InconsistentTimes = "inconsistent_times",
        "Waktu di dalam QR saling bertentangan.", "The times in the QR contradict each other.",
        PHONE_CLOCK;
    /// Step 14: the QR would be good for too long.
    LifetimeTooLong = "lifetime_too_long",
        "Masa berlaku QR terlalu lama.", "The QR lives longer than is allowed.", UPDATE_APP;
    /// Step 15: the credential is not valid yet.
    CredentialNotYetValid = "credential_not_yet_valid",
        "Identitas ini belum berlaku.", "The credential is not valid yet.", CLOCK;
    /// Step 16: the credential has expired.
    CredentialExpired = "credential_expired",
        "Identitas di ponsel sudah kedaluwarsa.", "The credential on the phone has expired.",
        Message::new(
            "Minta warga menyegarkan identitas di aplikasi IKD dengan jaringan.",
            "Ask the citizen to refresh the identity in the IKD app while online.",
        );
    /// Step 17: the QR is dated in the future.
    PresentationFromFuture = "presentation_from_future",
        "QR bertanggal di masa depan.", "The QR is dated in the future.", PHONE_CLOCK;
    /// Step 18: the QR's 90 seconds are over: an old QR, a screenshot or a photo of one.
    PresentationExpired = "presentation_expired",
        "QR sudah kedaluwarsa; mungkin tangkapan layar.",
        "The QR has expired; it may be a screenshot.", REOPEN;
    /// Step 19: the QR was made for another verifier.
    WrongAudience = "wrong_audience",
        "QR dibuat untuk pemeriksa lain.", "The QR was made for another verifier.", REOPEN;
    /// Step 20: the QR does not answer this challenge.
    WrongNonce = "wrong_nonce",
        "QR tidak menjawab tantangan pemeriksa ini.",
        "The QR does not answer this verifier's challenge.",
        Message::new(
            "Minta warga memindai tantangan di layar ini lebih dahulu.",
            "Ask the citizen to scan the challenge on this screen first.",
        );
    /// Step 21: the credential is revoked.
    Revoked = "revoked",
        "Identitas di ponsel ini sudah dicabut.", "The credential on this phone is revoked.",
        DUKCAPIL;
    /// Step 21: the credential is suspended, for example as its phone was reported lost.
    Suspended = "suspended",
        "Identitas di ponsel ini ditangguhkan; ponsel mungkin dilaporkan hilang.",
        "The credential on this phone is suspended; the phone may be reported lost.", NOT_GENUINE;
    /// Step 21: a status value that this format does not know.
    StatusInvalid = "status_invalid",
        "Status identitas tidak sah.", "The credential's status is not a valid one.", DUKCAPIL;
    /// Step 22: the policy asks for a known and fresh status, and there is none.
    StatusUnavailable = "status_unavailable",
        "Status pencabutan tidak dapat dipastikan.",
        "The revocation status cannot be established.", GO_ONLINE;
    /// Step 23: an attribute that the policy requires is not disclosed.
    MissingAttribute = "missing_attribute",
        "Data yang diperlukan tidak ditampilkan.", "Required data is not disclosed.", DISCLOSE;
    /// Step 24: this very QR has been accepted before.
    Replayed = "replayed",
        "QR ini sudah pernah dipakai.", "This QR has been used already.", REOPEN;
    /// The replay store failed or is full, so that step 24 could not be done. Nothing is wrong
    /// with the QR; the code is this software's own and not one of section 6.
    ReplayUnavailable = "replay_unavailable",
        "Catatan QR terpakai tidak dapat dibaca.", "The record of used QRs cannot be used.",
        Message::new(
            "Hubungi petugas TI: penyimpanan perangkat ini bermasalah.",
            "Call your IT staff: this device's storage has a problem.",
        );
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A refused QR: its code, and the values that decided. It carries no attribute and no text of the
/// QR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    code: Code,
    detail: Option<Detail>,
}

impl Refusal {
    pub(crate) const fn with(code: Code, detail: Detail) -> Self {
        Self { code, detail: Some(detail) }
    }

    /// The result code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The values that were compared, where there are any.
    pub const fn detail(&self) -> Option<&Detail> {
        self.detail.as_ref()
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code, detail: None }
    }
}

impl From<FormatError> for Refusal {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::Cbor(error) => Self::with(Code::BadCbor, Detail::Cbor(error)),
            FormatError::Structure(part) => Self::with(Code::BadStructure, Detail::Part(part)),
        }
    }
}

impl From<DisclosureError> for Refusal {
    fn from(error: DisclosureError) -> Self {
        match error {
            DisclosureError::Cbor(error) => Self::with(Code::BadCbor, Detail::Cbor(error)),
            DisclosureError::Rule(rule) => Self::with(Code::BadDisclosure, Detail::Part(rule)),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.code.reason().en)?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, " ({detail})"))
    }
}

impl std::error::Error for Refusal {}

/// What decided a refusal: limits, times and names of this software, never content of the QR.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// Where the base45 is wrong.
    Base45(Base45Error),
    /// Where the CBOR is wrong.
    Cbor(CborError),
    /// The part of the structure, or the rule, that is broken.
    Part(&'static str),
    /// A length and its limit.
    Length {
        /// What the QR has.
        actual: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Two times in the wrong order.
    Times {
        /// The time that should be earlier.
        earlier: UnixTime,
        /// The time that should be later.
        later: UnixTime,
    },
    /// A lifetime and its limit, in seconds.
    Lifetime {
        /// What the QR has.
        actual: i64,
        /// What is allowed.
        limit: i64,
    },
    /// The attribute of a wrong type.
    Attribute(AttributeName),
    /// The claim that is no map.
    Claim(ClaimSet),
    /// The required attributes that are not disclosed.
    Missing(Vec<AttributeName>),
    /// Why the status is not known.
    Status(crate::verify::StatusUnknown),
    /// Age of the status list that speaks against the credential, in seconds. However old, it counts.
    StatusAge(i64),
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base45(error) => error.fmt(f),
            Self::Cbor(error) => error.fmt(f),
            Self::Part(part) => f.write_str(part),
            Self::Length { actual, limit } => write!(f, "{actual} characters, at most {limit}"),
            Self::Times { earlier, later } => write!(f, "{earlier} is not before {later}"),
            Self::Lifetime { actual, limit } => write!(f, "{actual} s, at most {limit} s"),
            Self::Attribute(name) => write!(f, "{name}"),
            Self::Claim(set) => write!(f, "claim {}", set.key()),
            Self::Missing(names) => names.iter().enumerate().try_for_each(|(i, name)| {
                f.write_str(if i == 0 { "" } else { ", " })?;
                f.write_str(name.as_str())
            }),
            Self::Status(why) => write!(f, "{}", why.message().en),
            Self::StatusAge(age) => write!(f, "by a status list that is {age} s old"),
        }
    }
}
