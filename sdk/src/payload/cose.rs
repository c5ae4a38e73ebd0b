//! COSE_Sign1 and COSE_Key (RFC 9052), as far as this profile uses them.

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
pub(crate) type SignatureBytes = [u8; 64];

/// A COSE_Sign1 whose parts are taken apart and whose protected header is checked CBOR.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sign1<'a> {
    protected_bytes: &'a [u8],
    pub(crate) protected: Entries<'a>,
    pub(crate) unprotected: Entries<'a>,
    pub(crate) payload: &'a [u8],
    pub(crate) signature: &'a SignatureBytes,
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
        let signature = signature.byte_string().and_then(|s| s.try_into().ok());
        let signature = signature.or_structure("signature of 64 bytes")?;
        let protected = protected_header(protected_bytes)?;
        if find(protected, header::CRIT).or(find(unprotected, header::CRIT)).is_some() {
            return Err(FormatError::Structure("crit header"));
        }
        Ok(Self { protected_bytes, protected, unprotected, payload, signature })
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
    pub(crate) fn of(protected: Entries<'_>) -> Result<Self, FormatError> {
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
        let curve = find(map, -1).and_then(|c| c.int());
        match (kty.int(), curve) {
            (Some(1), Some(6)) => Ok(Self::Ed25519(coordinate(-2)?)),
            (Some(2), Some(1)) => Ok(Self::P256 { x: coordinate(-2)?, y: coordinate(-3)? }),
            (Some(1 | 2), None) => Err(FormatError::Structure("key curve")),
            (Some(_), _) => Ok(Self::Other),
            (None, _) => kty.text().map(|_| Self::Other).or_structure("key type"),
        }
    }
}
