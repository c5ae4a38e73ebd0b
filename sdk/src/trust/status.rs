//! Status lists: which credentials are revoked or suspended (trust section 2; Token Status List
//! draft sections 4, 5 and 8).

use super::error::StatusListError;
use super::list::{IssuerKey, KeyUse, TrustList};
use crate::limits::{MAX_SIGNED_BYTES, MAX_STATUS_BYTES};
use crate::payload::cbor::{self, Item};
use crate::payload::cose::{Algorithm, FormatError, OrStructure, Sign1, find, header, typ_is};
use crate::payload::credential::find_text;
use crate::time::UnixTime;

const MEDIA_TYPE: &str = "application/statuslist+cwt";

/// Claim keys of a status list token.
mod claim {
    pub(super) const SUB: i64 = 2;
    pub(super) const EXP: i64 = 4;
    pub(super) const IAT: i64 = 6;
    pub(super) const STATUS_LIST: i64 = 65_533;
    pub(super) const TTL: i64 = 65_534;
}

/// A status list whose signature holds, inflated.
#[derive(Clone)]
pub struct StatusList {
    uri: String,
    issuer: String,
    kid: Vec<u8>,
    issued: UnixTime,
    expires: Option<UnixTime>,
    time_to_live: Option<u64>,
    values: Values,
}

/// The status of one credential in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 0.
    Valid,
    /// 1.
    Revoked,
    /// 2: suspended, as for a phone that was reported lost.
    Suspended,
    /// Another value, which this format does not know.
    Other(u8),
}

impl StatusList {
    /// Parses, checks and inflates a status list token.
    pub(super) fn verify(bytes: &[u8], trust: &TrustList) -> Result<Self, StatusListError> {
        if bytes.len() > MAX_SIGNED_BYTES {
            return Err(StatusListError::BadFormat("size of the list".into()));
        }
        let message = Sign1::parse(cbor::check(bytes).map_err(FormatError::from)?)?;
        if !typ_is(message.protected, None, MEDIA_TYPE) {
            return Err(FormatError::Structure("typ of the list").into());
        }
        if message.algorithm != Algorithm::Ed25519 {
            return Err(FormatError::Structure("algorithm of the list").into());
        }
        let kid = find(message.protected, header::KID).and_then(Item::byte_string);
        let kid = kid.or_structure("kid")?;
        let claims = cbor::check(message.payload).map_err(FormatError::from)?.map();
        let claims = claims.or_structure("claims")?;
        let issued = find(claims, claim::IAT).and_then(Item::int).map(UnixTime::from_secs);
        let issued = issued.or_structure("iat")?;
        let issuer = signer(trust, kid, issued, &message)?;
        let expires = find(claims, claim::EXP).map(|e| e.int().or_structure("exp")).transpose()?;
        let ttl = find(claims, claim::TTL).map(|t| t.uint().or_structure("ttl")).transpose()?;
        let uri = find(claims, claim::SUB).and_then(Item::text).or_structure("sub")?;
        let list = find(claims, claim::STATUS_LIST).or_structure("status list")?;
        Ok(Self {
            uri: uri.to_owned(),
            issuer,
            kid: kid.to_vec(),
            issued,
            expires: expires.map(UnixTime::from_secs),
            time_to_live: ttl,
            values: Values::parse(list)?,
        })
    }

    /// The list's own URI, which credentials name.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The issuer whose key signed it.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// When it was issued.
    pub fn issued(&self) -> UnixTime {
        self.issued
    }

    /// When the issuer stops vouching for it.
    pub fn expires(&self) -> Option<UnixTime> {
        self.expires
    }

    /// Seconds after which the issuer advises to fetch it anew.
    pub fn time_to_live(&self) -> Option<u64> {
        self.time_to_live
    }

    /// The status at an index; `None` past the end.
    pub fn get(&self, index: u64) -> Option<Status> {
        Some(match self.values.get(index)? {
            0 => Status::Valid,
            1 => Status::Revoked,
            2 => Status::Suspended,
            other => Status::Other(other),
        })
    }

    /// Number of credentials that it has room for.
    pub fn len(&self) -> u64 {
        self.values.len()
    }

    /// Whether it has room for none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it counts as fresh: until the earlier of its `exp` and `max_age` after its `iat`.
    pub(crate) fn is_fresh(&self, now: UnixTime, max_age: i64) -> bool {
        let by_age = self.issued.plus(max_age);
        now < self.expires.map_or(by_age, |expires| expires.min(by_age))
    }

    /// Whether the key that signed it still vouches for it under a newer trust list.
    pub(super) fn holds_under(&self, old: &TrustList, new: &TrustList) -> bool {
        let key = |list| TrustList::key(list, &self.issuer, &self.kid, KeyUse::Status);
        match (key(old), key(new)) {
            (Some((_, old)), Some((_, new))) => new.vouches_at(self.issued) && new.same_key(old),
            _ => false,
        }
    }
}

impl std::fmt::Debug for StatusList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StatusList")
            .field("uri", &self.uri)
            .field("issued", &self.issued)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// The issuer whose status key signed. Key ids are an issuer's own, so two may share one.
fn signer(
    trust: &TrustList,
    kid: &[u8],
    issued: UnixTime,
    message: &Sign1<'_>,
) -> Result<String, StatusListError> {
    let signed = message.signed_bytes();
    let mut error = StatusListError::UnknownKey;
    for issuer in trust.issuers() {
        let Some((_, key)) = trust.key(issuer.id(), kid, KeyUse::Status) else { continue };
        if !key.vouches_at(issued) {
            continue;
        }
        let valid =
            |key: &IssuerKey| key.public_key()?.verify(&signed, message.signature).then_some(());
        match valid(key) {
            Some(()) => return Ok(issuer.id().to_owned()),
            None => error = StatusListError::BadSignature,
        }
    }
    Err(error)
}

/// Packed values of 1, 2, 4 or 8 bits, lowest bits first (draft section 4.1).
#[derive(Clone)]
struct Values {
    bits: u8,
    bytes: Vec<u8>,
}

impl Values {
    fn parse(item: Item<'_>) -> Result<Self, StatusListError> {
        let map = item.map().or_structure("status list")?;
        let bits = find_text(map, "bits").and_then(Item::uint).and_then(|b| u8::try_from(b).ok());
        let bits = bits.filter(|b| matches!(b, 1 | 2 | 4 | 8)).or_structure("bits")?;
        let packed = find_text(map, "lst").and_then(Item::byte_string).or_structure("lst")?;
        let bytes =
            miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, MAX_STATUS_BYTES)
                .map_err(|_| StatusListError::BadCompression)?;
        Ok(Self { bits, bytes })
    }

    fn len(&self) -> u64 {
        let bits = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX).saturating_mul(8);
        bits.checked_div(self.bits.into()).unwrap_or_default()
    }

    fn get(&self, index: u64) -> Option<u8> {
        let bit = index.checked_mul(self.bits.into())?;
        let byte = *self.bytes.get(usize::try_from(bit >> 3).ok()?)?;
        let mask = u8::MAX >> 8_u32.checked_sub(self.bits.into())?;
        Some((byte >> (bit & 7)) & mask)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Values;
    use crate::hex;
    use crate::payload::cbor;

    /// The `StatusList` structures of draft-ietf-oauth-status-list section 4.3.
    #[test]
    fn reads_the_examples_of_the_draft() {
        let parse =
            |text| Values::parse(cbor::check(&hex::decode(text).unwrap()).unwrap()).unwrap();
        let one_bit = parse("a2646269747301636c73744a78dadbb918000217015d");
        let values: Vec<_> = (0..17).map_while(|i| one_bit.get(i)).collect();
        assert_eq!(values, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
        let two_bits = parse("a2646269747302636c73744b78da3be9f2130003df0207");
        let values: Vec<_> = (0..13).map_while(|i| two_bits.get(i)).collect();
        assert_eq!(values, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
        assert_eq!(two_bits.len(), 12);
        assert_eq!(two_bits.get(u64::MAX), None);
    }

    #[test]
    fn refuses_lists_that_inflate_too_far_or_not_at_all() {
        let parse = |lst: &[u8]| {
            let mut item = hex::decode("a2646269747301636c7374").unwrap();
            cbor::write_bytes(&mut item, lst);
            Values::parse(cbor::check(&item).unwrap()).err().map(|e| e.code())
        };
        let zeros = |size| miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; size], 9);
        assert_eq!(parse(&zeros(crate::limits::MAX_STATUS_BYTES)), None);
        let bomb = zeros(crate::limits::MAX_STATUS_BYTES + 1);
        assert_eq!(parse(&bomb), Some("status_bad_compression"));
        let cut = zeros(1_000);
        assert_eq!(parse(cut.get(..cut.len() / 2).unwrap()), Some("status_bad_compression"));
        assert_eq!(parse(b"not zlib"), Some("status_bad_compression"));
    }
}
