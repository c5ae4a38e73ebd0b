//! COSE_Sign1 and COSE_Key (RFC 9052), as far as this profile uses them.

use sha2::{Digest, Sha256};

use super::cbor::{self, CborError, Entries, Item};

/// Why signed bytes are not what the profile describes. It carries no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormatError {
    /// Bytes that are not one good CBOR item (IKD-QR section 6, step 5).
    Cbor(CborError),
    /// A part is missing or of another type (step 6); the text names the part.
    Structure(&'static str),
}

impl From<CborError> for FormatError {
    fn from(error: CborError) -> Self {
        Self::Cbor(error)
    }
}

/// Adds the name of the part to a failed type access.
pub(crate) trait OrStructure<T> {
    fn or_structure(self, part: &'static str) -> Result<T, FormatError>;
}

impl<T> OrStructure<T> for Option<T> {
    fn or_structure(self, part: &'static str) -> Result<T, FormatError> {
        self.ok_or(FormatError::Structure(part))
    }
}

/// Header labels (RFC 9052 section 3.1; RFC 9528, RFC 9596, RFC 9597, SD-CWT draft).
pub(crate) mod header {
    pub(crate) const ALG: i64 = 1;
    pub(crate) const CRIT: i64 = 2;
    pub(crate) const KID: i64 = 4;
    pub(crate) const KCWT: i64 = 13;
    pub(crate) const CWT_CLAIMS: i64 = 15;
    pub(crate) const TYP: i64 = 16;
    pub(crate) const SD_CLAIMS: i64 = 17;
    pub(crate) const SD_ALG: i64 = 170;
}

const TAG_SIGN1: u64 = 18;

/// Bytes of an Ed25519 or P-256 signature.
const SIGNATURE_BYTES: usize = 64;

/// A COSE_Sign1 whose parts are taken apart and whose protected header is checked CBOR.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sign1<'a> {
    protected_bytes: &'a [u8],
    pub(crate) protected: Entries<'a>,
    pub(crate) unprotected: Entries<'a>,
    pub(crate) algorithm: Algorithm,
    pub(crate) payload: &'a [u8],
    /// 64 bytes for the algorithms that are known.
    pub(crate) signature: &'a [u8],
}

impl std::fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entries({})", self.len())
    }
}

impl<'a> Sign1<'a> {
    pub(crate) fn parse(item: Item<'a>) -> Result<Self, FormatError> {
        let array = item.tagged(TAG_SIGN1).or_structure("tag 18")?.array();
        let [protected, unprotected, payload, signature] =
            array.and_then(|a| a.exactly()).or_structure("array of 4")?;
        let protected_bytes = protected.byte_string().or_structure("protected header")?;
        let unprotected = unprotected.map().or_structure("unprotected header")?;
        let payload = payload.byte_string().or_structure("payload")?;
        let signature = signature.byte_string().or_structure("signature")?;
        let protected = protected_header(protected_bytes)?;
        if find(protected, header::CRIT).or(find(unprotected, header::CRIT)).is_some() {
            return Err(FormatError::Structure("crit header"));
        }
        let algorithm = Algorithm::of(protected)?;
        if algorithm != Algorithm::Other && signature.len() != SIGNATURE_BYTES {
            return Err(FormatError::Structure("signature of 64 bytes"));
        }
        Ok(Self { protected_bytes, protected, unprotected, algorithm, payload, signature })
    }

    /// The bytes that are signed: `Sig_structure` of RFC 9052 section 4.4, without external data.
    pub(crate) fn signed_bytes(&self) -> Vec<u8> {
        sig_structure("Signature1", &[self.protected_bytes, &[], self.payload])
    }
}

/// `Sig_structure` of a COSE_Sign signer (RFC 9052 section 4.4), without external data.
pub(crate) fn sign_signed_bytes(body: &[u8], signer: &[u8], payload: &[u8]) -> Vec<u8> {
    sig_structure("Signature", &[body, signer, &[], payload])
}

fn sig_structure(context: &str, parts: &[&[u8]]) -> Vec<u8> {
    let bytes: usize = parts.iter().map(|p| p.len()).fold(0, usize::saturating_add);
    let mut out = Vec::with_capacity(bytes.saturating_add(32));
    let count = u64::try_from(parts.len()).unwrap_or_default().saturating_add(1);
    cbor::write_head(&mut out, 4, count);
    cbor::write_text(&mut out, context);
    for part in parts {
        cbor::write_bytes(&mut out, part);
    }
    out
}

/// The map in a protected header; no bytes stand for the empty map (RFC 9052 section 3).
pub(crate) fn protected_header(bytes: &[u8]) -> Result<Entries<'_>, FormatError> {
    const EMPTY_MAP: &[u8] = &[0xa0];
    let bytes = if bytes.is_empty() { EMPTY_MAP } else { bytes };
    cbor::check(bytes)?.map().or_structure("protected header map")
}

/// The value under an integer key.
pub(crate) fn find<'a>(entries: Entries<'a>, key: i64) -> Option<Item<'a>> {
    entries.into_iter().find(|(k, _)| k.int() == Some(key)).map(|(_, value)| value)
}

/// Whether a `typ` header is this number or this media type (RFC 9596).
pub(crate) fn typ_is(protected: Entries<'_>, number: Option<u64>, media_type: &str) -> bool {
    find(protected, header::TYP).is_some_and(|typ| {
        (number.is_some() && typ.uint() == number) || typ.text() == Some(media_type)
    })
}

/// A signature algorithm by its COSE identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// -19 Ed25519 (RFC 9864) or -8 EdDSA.
    Ed25519,
    /// -9 ESP256 (RFC 9864) or -7 ES256.
    P256,
    Other,
}

impl Algorithm {
    /// The `alg` of a protected header.
    fn of(protected: Entries<'_>) -> Result<Self, FormatError> {
        let alg = find(protected, header::ALG).or_structure("alg")?;
        match alg.int() {
            Some(-19 | -8) => Ok(Self::Ed25519),
            Some(-9 | -7) => Ok(Self::P256),
            Some(_) => Ok(Self::Other),
            None => alg.text().map(|_| Self::Other).or_structure("alg"),
        }
    }
}

/// A public key as it stands in a COSE_Key (RFC 9053 section 7): bytes, not yet a point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CoseKey<'a> {
    Ed25519(&'a [u8; 32]),
    P256 {
        x: &'a [u8; 32],
        y: &'a [u8; 32],
    },
    /// Another key type or curve.
    Other,
}

impl std::fmt::Debug for CoseKey<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ed25519(_) => "Ed25519",
            Self::P256 { .. } => "P256",
            Self::Other => "Other",
        })
    }
}

impl<'a> CoseKey<'a> {
    pub(crate) fn parse(item: Item<'a>) -> Result<Self, FormatError> {
        let map = item.map().or_structure("COSE_Key")?;
        let kty = find(map, 1).or_structure("key type")?;
        let coordinate = |label| {
            let bytes = find(map, label).and_then(|c| c.byte_string());
            bytes.and_then(|b| b.try_into().ok()).or_structure("key coordinate of 32 bytes")
        };
        let curve = find(map, -1);
        match (kty.int(), curve.and_then(Item::int)) {
            (Some(1), Some(6)) => Ok(Self::Ed25519(coordinate(-2)?)),
            (Some(2), Some(1)) => Ok(Self::P256 { x: coordinate(-2)?, y: coordinate(-3)? }),
            // Registered curves are numbers, private ones may be texts.
            (Some(1 | 2), None) if curve.and_then(Item::text).is_none() => {
                Err(FormatError::Structure("key curve"))
            }
            (Some(_), _) => Ok(Self::Other),
            (None, _) => kty.text().map(|_| Self::Other).or_structure("key type"),
        }
    }

    /// The COSE Key Thumbprint with SHA-256 (RFC 9679 sections 3 and 4.1).
    pub(crate) fn thumbprint(&self) -> [u8; 32] {
        let hash = Sha256::new();
        match self {
            Self::Ed25519(x) => {
                hash.chain_update(b"\xa3\x01\x01\x20\x06\x21\x58\x20").chain_update(x)
            }
            Self::P256 { x, y } => hash
                .chain_update(b"\xa4\x01\x02\x20\x01\x21\x58\x20")
                .chain_update(x)
                .chain_update(b"\x22\x58\x20")
                .chain_update(y),
            Self::Other => hash,
        }
        .finalize()
        .into()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::hex;
    use crate::signature::verify_p256;

    const X: &str = "bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff";
    const Y: &str = "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e";

    /// The working group's examples `sign1-tests`, and RFC 9052 appendix C.2.1. Every message is
    /// "This is the content." under the key above, or meant to be refused.
    const EXAMPLES: [(&str, &str, Expect); 9] = [
        (
            "RFC 9052 C.2.1",
            "d28443a10126a10442313154546869732069732074686520636f6e74656e742e58408eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36",
            Expect::Valid,
        ),
        (
            "sign-pass-03, its tag put back",
            "d28443a10126a10442313154546869732069732074686520636f6e74656e742e5840eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e19f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794",
            Expect::Valid,
        ),
        // Differences: this profile wants the algorithm under the signature, and the tag.
        (
            "sign-pass-01",
            "d28441a0a201260442313154546869732069732074686520636f6e74656e742e5840eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e11a02e5f0344bf2d4ee5c7fd75a68a9f5e0b3cc1f1fc1409c189566586ff9d610",
            Expect::Structure,
        ),
        (
            "sign-pass-03",
            "8443a10126a10442313154546869732069732074686520636f6e74656e742e5840eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e19f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794",
            Expect::Structure,
        ),
        (
            "sign-fail-01",
            "d903e68443a10126a10442313154546869732069732074686520636f6e74656e742e5840eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e19f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794",
            Expect::Structure,
        ),
        (
            "sign-fail-02",
            "d28443a10126a10442313154546869732069732074686520636f6e74656e742f5840eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e19f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794",
            Expect::Invalid,
        ),
        (
            "sign-fail-04",
            "d2844aa10167756e6b6e6f776ea10442313154546869732069732074686520636f6e74656e742e5840eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e19f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794",
            Expect::Algorithm,
        ),
        (
            "sign-fail-06",
            "d28445a201260300a10442313154546869732069732074686520636f6e74656e742e5840eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e19f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794",
            Expect::Invalid,
        ),
        // Difference: -8 is Ed25519 alone in this profile, so a signature of 114 bytes is none.
        (
            "EdDSA-sig-02",
            "d28443a10127a10445336434343854546869732069732074686520636f6e74656e742e5872988240a3a2f189bd486de14aa77f54686c576a09f2e7ed9bae910df9139c2ac3be7c27b7e10a20fa17c9d57d3510a2cf1f634bc0345ab9be00849842171d1e9e98b2674c0e38bfcf6c557a1692b01b71015a47ac9f7748840cad1da80cbb5b349309febb912672b377c8b2072af1598b3700",
            Expect::Structure,
        ),
    ];

    #[derive(Debug, PartialEq)]
    enum Expect {
        Valid,
        Invalid,
        Algorithm,
        Structure,
    }

    /// The example of RFC 9679 section 6.
    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        let coordinate = |text| <[u8; 32]>::try_from(hex::decode(text).unwrap()).unwrap();
        let x = coordinate("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d");
        let y = coordinate("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c");
        let expected = "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec";
        assert_eq!(CoseKey::P256 { x: &x, y: &y }.thumbprint(), *hex::decode(expected).unwrap());
    }

    #[test]
    fn agrees_with_the_working_groups_examples() {
        let coordinate = |text| <[u8; 32]>::try_from(hex::decode(text).unwrap()).unwrap();
        for (name, message, expected) in EXAMPLES {
            let bytes = hex::decode(message).unwrap();
            let sign1 = Sign1::parse(cbor::check(&bytes).unwrap());
            let actual = match sign1 {
                Err(_) => Expect::Structure,
                Ok(s) if s.algorithm != Algorithm::P256 => Expect::Algorithm,
                Ok(s) => {
                    let signed = s.signed_bytes();
                    match verify_p256(&coordinate(X), &coordinate(Y), &signed, s.signature) {
                        true => Expect::Valid,
                        false => Expect::Invalid,
                    }
                }
            };
            assert_eq!(actual, expected, "{name}");
        }
    }
}
