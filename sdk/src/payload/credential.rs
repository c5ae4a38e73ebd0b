//! The credential: what the issuer signed about the holder (IKD-QR section 3).

use super::cbor::{self, Entries, Item, Kind};
use super::cose::{CoseKey, FormatError, OrStructure, Sign1, find, header, typ_is};
use super::presentation::seconds;
use crate::limits::MAX_KID_BYTES;
use crate::time::UnixTime;

/// Claim keys of a credential.
pub(crate) mod claim {
    pub(crate) const ISS: i64 = 1;
    pub(crate) const SUB: i64 = 2;
    pub(crate) const AUD: i64 = 3;
    pub(crate) const EXP: i64 = 4;
    pub(crate) const NBF: i64 = 5;
    pub(crate) const IAT: i64 = 6;
    pub(crate) const CTI: i64 = 7;
    pub(crate) const CNF: i64 = 8;
    pub(crate) const CNONCE: i64 = 39;
    pub(crate) const STATUS: i64 = 65_535;
}

/// The simple value that stands as key of the digests of redacted map entries.
pub(crate) const REDACTED_KEYS: u8 = 59;

/// A credential whose structure is right; its attributes are not looked at yet.
pub(crate) struct Credential<'a> {
    pub(crate) message: Sign1<'a>,
    /// Whether digests are SHA-256, the only `sd_alg` there is.
    pub(crate) digests_are_sha256: bool,
    pub(crate) kid: &'a [u8],
    /// The disclosures: byte strings, each still encoded.
    pub(crate) disclosures: Vec<Item<'a>>,
    pub(crate) claims: Entries<'a>,
    pub(crate) issuer: &'a str,
    pub(crate) issued: UnixTime,
    pub(crate) expires: UnixTime,
    pub(crate) not_before: Option<UnixTime>,
    pub(crate) holder_key: CoseKey<'a>,
    pub(crate) status: Option<StatusReference<'a>>,
}

/// Where a credential's status stands (Token Status List draft, section 6.2).
#[derive(Clone, Copy)]
pub(crate) struct StatusReference<'a> {
    pub(crate) index: u64,
    pub(crate) uri: &'a str,
}

impl<'a> Credential<'a> {
    pub(super) fn parse(item: Item<'a>) -> Result<Self, FormatError> {
        let message = Sign1::parse(item)?;
        let protected = message.protected;
        if !typ_is(protected, Some(293), "application/sd-cwt") {
            return Err(FormatError::Structure("typ of the credential"));
        }
        let kid = find(protected, header::KID).and_then(Item::byte_string).or_structure("kid")?;
        if kid.is_empty() || kid.len() > MAX_KID_BYTES {
            return Err(FormatError::Structure("length of kid"));
        }
        let claims = cbor::check(message.payload)?.map().or_structure("credential claims")?;
        let time = |key, part| seconds(find(claims, key)).or_structure(part);
        let not_before = find(claims, claim::NBF);
        let not_before = not_before.map(|n| seconds(Some(n)).or_structure("nbf")).transpose()?;
        if let Some(subject) = find(claims, claim::SUB) {
            subject.text().or_structure("sub")?;
        }
        check_digests(claims)?;
        Ok(Self {
            digests_are_sha256: sd_alg_is_sha256(protected)?,
            kid,
            disclosures: disclosures(message.unprotected)?,
            issuer: find(claims, claim::ISS).and_then(Item::text).or_structure("iss")?,
            issued: time(claim::IAT, "iat of the credential")?,
            expires: time(claim::EXP, "exp of the credential")?,
            not_before,
            holder_key: holder_key(claims)?,
            status: find(claims, claim::STATUS).map(StatusReference::parse).transpose()?,
            claims,
            message,
        })
    }
}

impl<'a> StatusReference<'a> {
    fn parse(item: Item<'a>) -> Result<Self, FormatError> {
        let list = item.map().and_then(|m| find_text(m, "status_list")).and_then(Item::map);
        let list = list.or_structure("status_list")?;
        Ok(Self {
            index: find_text(list, "idx").and_then(Item::uint).or_structure("status index")?,
            uri: find_text(list, "uri").and_then(Item::text).or_structure("status uri")?,
        })
    }
}

/// The value under a text key.
pub(crate) fn find_text<'a>(entries: Entries<'a>, key: &str) -> Option<Item<'a>> {
    entries.into_iter().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
}

fn sd_alg_is_sha256(protected: Entries<'_>) -> Result<bool, FormatError> {
    const SHA_256: i64 = -16;
    let Some(algorithm) = find(protected, header::SD_ALG) else { return Ok(true) };
    match algorithm.int() {
        Some(id) => Ok(id == SHA_256),
        None => algorithm.text().map(|_| false).or_structure("sd_alg"),
    }
}

fn disclosures(unprotected: Entries<'_>) -> Result<Vec<Item<'_>>, FormatError> {
    let Some(claims) = find(unprotected, header::SD_CLAIMS) else { return Ok(Vec::new()) };
    let items = claims.array().or_structure("sd_claims")?;
    let disclosures: Vec<_> = items.filter(|d| d.byte_string().is_some()).collect();
    if disclosures.is_empty() || disclosures.len() != items.len() {
        return Err(FormatError::Structure("sd_claims"));
    }
    Ok(disclosures)
}

fn holder_key(claims: Entries<'_>) -> Result<CoseKey<'_>, FormatError> {
    let cnf = find(claims, claim::CNF).and_then(Item::map).or_structure("cnf")?;
    CoseKey::parse(find(cnf, 1).or_structure("COSE_Key in cnf")?)
}

/// The digests at the top of the credential; deeper ones are checked as they are reached.
fn check_digests(claims: Entries<'_>) -> Result<(), FormatError> {
    for (key, value) in claims {
        if is_redacted_keys(key) && digests(value).is_none() {
            return Err(FormatError::Structure("digests of redacted claims"));
        }
    }
    Ok(())
}

pub(crate) fn is_redacted_keys(key: Item<'_>) -> bool {
    matches!(key.kind(), Some(Kind::Simple(REDACTED_KEYS)))
}

/// The 32-byte digests of an array, or `None` if it is something else.
pub(crate) fn digests(item: Item<'_>) -> Option<Vec<&[u8; 32]>> {
    item.array()?.map(|d| d.byte_string()?.try_into().ok()).collect()
}
