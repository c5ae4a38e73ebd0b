//! The presentation: what the phone signs each time the QR is shown (IKD-QR sections 2 and 5).

use std::fmt;

use super::cbor::{self, Entries, Item};
use super::cose::{FormatError, OrStructure, Sign1, find, header, typ_is};
use super::credential::Credential;
use crate::limits::CTI_BYTES;
use crate::refusal::Refusal;
use crate::time::UnixTime;

/// A presentation whose structure is right, and of which nothing is verified.
///
/// It borrows from its [`Envelope`](super::Envelope). Nothing in it can be read: only
/// [`Verifier::verify`](crate::Verifier::verify), which consumes it, gives claims out.
pub struct UnverifiedPresentation<'a> {
    pub(crate) message: Sign1<'a>,
    pub(crate) claims: PresentationClaims<'a>,
    pub(crate) credential: Credential<'a>,
    pub(crate) envelope: &'a [u8],
}

/// The claims of a presentation, with the types of IKD-QR section 2.
pub(crate) struct PresentationClaims<'a> {
    pub(crate) audience: &'a str,
    pub(crate) expires: UnixTime,
    pub(crate) issued: UnixTime,
    pub(crate) cti: &'a [u8],
    pub(crate) nonce: Option<&'a [u8]>,
    pub(crate) share: Option<DocumentShare>,
}

impl<'a> UnverifiedPresentation<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        Self::parts(bytes).map_err(Refusal::from)
    }

    fn parts(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let message = Sign1::parse(cbor::check(bytes)?)?;
        if !typ_is(message.protected, Some(294), "application/kb+cwt") {
            return Err(FormatError::Structure("typ of the presentation"));
        }
        if !message.unprotected.is_empty() {
            return Err(FormatError::Structure("unprotected header of the presentation"));
        }
        if find(message.protected, header::CWT_CLAIMS).is_some() {
            return Err(FormatError::Structure("claims in a header"));
        }
        let credential = find(message.protected, header::KCWT).or_structure("kcwt")?;
        let claims = cbor::check(message.payload)?.map().or_structure("payload map")?;
        Ok(Self {
            claims: PresentationClaims::parse(claims)?,
            credential: Credential::parse(credential)?,
            envelope: bytes,
            message,
        })
    }
}

impl fmt::Debug for UnverifiedPresentation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnverifiedPresentation({} bytes)", self.envelope.len())
    }
}

/// Claim keys of a presentation.
mod claim {
    pub(super) const ISS: i64 = 1;
    pub(super) const SUB: i64 = 2;
    pub(super) const AUD: i64 = 3;
    pub(super) const EXP: i64 = 4;
    pub(super) const IAT: i64 = 6;
    pub(super) const CTI: i64 = 7;
    pub(super) const CNONCE: i64 = 39;
    pub(super) const SHARE: i64 = -70_003;
}

impl<'a> PresentationClaims<'a> {
    fn parse(claims: Entries<'a>) -> Result<Self, FormatError> {
        if find(claims, claim::ISS).or(find(claims, claim::SUB)).is_some() {
            return Err(FormatError::Structure("iss or sub in the presentation"));
        }
        let time = |key, part| seconds(find(claims, key)).or_structure(part);
        let cti = find(claims, claim::CTI).and_then(Item::byte_string).or_structure("cti")?;
        if !CTI_BYTES.contains(&cti.len()) {
            return Err(FormatError::Structure("length of cti"));
        }
        let nonce = find(claims, claim::CNONCE);
        let nonce = nonce.map(|n| n.byte_string().or_structure("cnonce")).transpose()?;
        Ok(Self {
            audience: find(claims, claim::AUD).and_then(Item::text).or_structure("aud")?,
            expires: time(claim::EXP, "exp")?,
            issued: time(claim::IAT, "iat")?,
            cti,
            nonce,
            share: find(claims, claim::SHARE).map(DocumentShare::parse).transpose()?,
        })
    }
}

/// Integer seconds that fit a signed 64-bit time.
pub(super) fn seconds(item: Option<Item<'_>>) -> Option<UnixTime> {
    item.and_then(Item::int).map(UnixTime::from_secs)
}

/// "Bagikan dokumen": a document that the holder shares (IKD-QR section 5).
///
/// It names no host: the document is fetched from the gateway that the trust list names for the
/// issuer, and its digest is compared.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct DocumentShare {
    /// `kk`, `akta_kelahiran`, `akta_perkawinan`, `akta_perceraian`, `akta_kematian`, or another.
    #[serde(rename = "type")]
    pub document_type: String,
    /// Path relative to the issuer's gateway: no scheme, host, query, `.` or `..` in it.
    pub path: String,
    /// SHA-256 of the document.
    #[serde(serialize_with = "crate::attributes::serialize_bytes")]
    pub sha256: [u8; 32],
    /// Media type, such as `application/pdf`.
    pub media_type: String,
    /// Size in bytes, where the holder's phone told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl DocumentShare {
    fn parse(item: Item<'_>) -> Result<Self, FormatError> {
        let map = item.map().or_structure("document share")?;
        let text = |key, part| find(map, key).and_then(Item::text).or_structure(part);
        let path = text(2, "document path")?;
        if !is_relative_path(path) {
            return Err(FormatError::Structure("document path"));
        }
        let sha256 = find(map, 3).and_then(Item::byte_string).and_then(|d| d.try_into().ok());
        Ok(Self {
            document_type: text(1, "document type")?.to_owned(),
            path: path.to_owned(),
            sha256: sha256.or_structure("document digest of 32 bytes")?,
            media_type: text(4, "document media type")?.to_owned(),
            size: find(map, 5).map(|s| s.uint().or_structure("document size")).transpose()?,
        })
    }
}

impl fmt::Debug for DocumentShare {
    /// The path may identify a person, so it stays out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentShare").finish_non_exhaustive()
    }
}

/// Whether `path` can only mean a place below the gateway, whoever resolves it: characters of an
/// RFC 3986 path, no empty, `.` or `..` segment, however it is escaped, and no scheme.
fn is_relative_path(path: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/".contains(&b);
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    let scheme =
        !path.starts_with('/') && segments.peek().is_some_and(|s| s.as_bytes().contains(&b':'));
    // An escaped dot or slash could become one behind our back.
    let hidden = path.as_bytes().windows(3).any(|escape| {
        ["%2e", "%2f", "%5c"].iter().any(|e| escape.eq_ignore_ascii_case(e.as_bytes()))
    });
    !scheme
        && !hidden
        && path.bytes().all(allowed)
        && segments.all(|s| !matches!(s, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::is_relative_path;

    #[test]
    fn a_document_path_names_no_host() {
        for good in ["/documents/abc", "documents/abc", "/a/b:c", "/kk/2026-01.pdf"] {
            assert!(is_relative_path(good), "{good}");
        }
        for bad in [
            "",
            "/",
            "//host/x",
            "/a//b",
            "https://host/x",
            "mailto:x",
            "/a/../b",
            "/a/./b",
            "..",
            "/a/%2e%2e/b",
            "/a%2Fb",
            "/a\\b",
            "/a?b",
            "/a#b",
            "/a b",
            "/a\n",
            "\\\\host\\x",
        ] {
            assert!(!is_relative_path(bad), "{bad}");
        }
    }
}
