//! Digests and random identifiers: fixed numbers of bytes, base64url in JSON.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// A text that is not the base64url (without padding) of as many bytes as are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the base64url, without padding, of {bytes} bytes")]
pub struct IdError {
    /// How many bytes are needed.
    pub bytes: usize,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $length:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// From bytes.
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&URL_SAFE_NO_PAD.encode(self.0))
            }
        }

        /// Not the bytes: among these are salts and pseudonyms.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let bytes = URL_SAFE_NO_PAD.decode(text).ok();
                let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
                bytes.map(Self).ok_or(IdError { bytes: $length })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// Names one receipt: 16 random bytes.
    ReceiptId 16;
    /// Names one audit log: 16 random bytes.
    LogId 16;
    /// Hides what a commitment is of: 16 random bytes, gone with the body when it is erased.
    Salt 16;
    /// A SHA-256.
    Sha256Digest 32;
    /// An Ed25519 public key that signs the heads of a log.
    AuditKey 32;
    /// An Ed25519 signature.
    HeadSignature 64;
    /// Stands for a citizen in one relying party's log; see [`PseudonymKey`](super::PseudonymKey).
    Pseudonym 32;
}

impl Sha256Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_one_text() {
        let digest = Sha256Digest::of(b"");
        assert_eq!(digest.to_string(), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        for bad in [
            "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
            "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFV",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "47DEQpj8HBSa",
            "",
        ] {
            assert_eq!(bad.parse::<Sha256Digest>(), Err(IdError { bytes: 32 }), "{bad}");
        }
    }
}
