//! Which rule an answer broke: one stable code for each.

use std::fmt;

use crate::message::Message;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $id:literal, $en:literal;)*) => {
        /// The rule of consent section 3 that an answer broke. Nothing of such an answer is kept.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ConsentCode {
            $($(#[$doc])* $variant,)*
        }

        impl ConsentCode {
            /// Every code, in the order of the checks.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable text of the code, such as `over_disclosure`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Why, in one line for staff.
            pub const fn reason(self) -> Message {
                match self { $(Self::$variant => Message::new($id, $en),)* }
            }
        }
    };
}

codes! {
    /// The gateway's metadata or keys are not sound, or are another issuer's.
    BadMetadata = "bad_metadata",
        "Keterangan gerbang tidak sah.", "The gateway's metadata is not sound.";
    /// An answer that is too large, no JSON, or without what must be in it.
    BadAnswer = "bad_answer",
        "Jawaban gerbang tidak dapat dibaca.", "The gateway's answer cannot be read.";
    /// The access token is not bound to the relying party's key.
    NotBound = "not_bound",
        "Token gerbang tidak terikat pada kunci kita.",
        "The gateway's token is not bound to our key.";
    /// The userinfo is not encrypted although this relying party registered for that, or cannot be
    /// decrypted.
    BadEncryption = "bad_encryption",
        "Jawaban gerbang tidak dienkripsi dengan benar.",
        "The gateway's answer is not encrypted as it must be.";
    /// Check 1: no compact JWS of a JSON object without duplicate members.
    BadToken = "bad_token", "Token gerbang rusak.", "A token of the gateway is malformed.";
    /// Check 1: an algorithm other than EdDSA, such as `none` or HMAC.
    BadAlgorithm = "bad_algorithm",
        "Algoritme token tidak diizinkan.", "The algorithm of a token is not allowed.";
    /// Check 1: a header member that brings a key or changes the rules.
    BadHeader = "bad_header",
        "Kepala token memuat isi terlarang.", "The header of a token has a forbidden member.";
    /// Check 1: the gateway publishes no such key.
    UnknownKey = "unknown_key",
        "Kunci token tidak diterbitkan oleh gerbang.", "The gateway publishes no such key.";
    /// Check 1: the gateway did not sign this.
    BadSignature = "bad_signature",
        "Tanda tangan gerbang salah.", "The gateway's signature is wrong.";
    /// Check 2: `iss` is not the gateway.
    WrongIssuer = "wrong_issuer",
        "Token berasal dari gerbang lain.", "A token is of another gateway.";
    /// Check 2: `aud` is not this relying party alone.
    WrongAudience = "wrong_audience",
        "Token dibuat untuk pihak lain.", "A token was made for someone else.";
    /// Check 2: `exp` has passed, or is missing in the `id_token`.
    TokenExpired = "token_expired",
        "Token gerbang sudah kedaluwarsa.", "A token of the gateway has expired.";
    /// Check 2: `iat` lies in the future, before the request, or is missing in the `id_token`.
    WrongTime = "wrong_time",
        "Waktu token gerbang tidak masuk akal.", "The time of a token makes no sense.";
    /// Check 2: `nonce` is not the one of the request.
    WrongNonce = "wrong_nonce",
        "Token menjawab permintaan lain.", "A token answers another request.";
    /// Check 2: `acr` is not the one asked: the citizen did not approve with the PIN.
    WrongAcr = "wrong_acr",
        "Persetujuan tidak memakai PIN.", "The approval was not given with the PIN.";
    /// Check 2: `urn:openid:params:jwt:claim:auth_req_id` names another request.
    WrongRequest = "wrong_request",
        "Token menyebut permintaan lain.", "A token names another request.";
    /// Check 3: the tokens are about two subjects.
    SubjectMismatch = "subject_mismatch",
        "Token-token gerbang menyebut orang berbeda.", "The tokens are about different persons.";
    /// Check 4: the answer is about another QR.
    WrongQr = "wrong_qr",
        "Jawaban bukan tentang QR yang dipindai.", "The answer is not about the scanned QR.";
    /// Check 5: purpose, legal basis, retention or another detail was changed.
    ChangedDetails = "changed_details",
        "Tujuan atau dasar hukum diubah.", "The purpose or its legal basis was changed.";
    /// The claims are not verified under the trust framework that was asked.
    WrongFramework = "wrong_framework",
        "Data tidak diverifikasi oleh Dukcapil.", "The data is not verified as was asked.";
    /// Check 6: something was released that was not asked.
    OverDisclosure = "over_disclosure",
        "Gerbang mengirim data yang tidak diminta.",
        "The gateway released what was not asked.";
    /// An attribute has another type than the table of attributes names.
    BadAttribute = "bad_attribute",
        "Sebuah atribut salah bentuk.", "An attribute has a wrong type.";
    /// Check 8: NIK, name or birth date differ from the QR.
    PersonMismatch = "person_mismatch",
        "Jawaban tentang orang lain daripada QR.", "The answer is about another person.";
}

impl fmt::Display for ConsentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl serde::Serialize for ConsentCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
