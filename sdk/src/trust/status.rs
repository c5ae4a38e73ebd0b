//! Status lists: which credentials are revoked or suspended (trust section 2; Token Status List
//! draft sections 4, 5 and 8).

use std::sync::Arc;

use super::error::StatusListError;
use super::list::{IssuerKey, KeyUse, TrustList};
use super::values::{PackedValues, Room, Values};
use crate::limits::MAX_SIGNED_BYTES;
use crate::payload::cbor::{self, Item};
use crate::payload::cose::{Algorithm, FormatError, OrStructure, Sign1, find, header, typ_is};
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

/// A status list whose signature holds.
#[derive(Clone)]
pub struct StatusList {
    head: Arc<Head>,
    values: Arc<Values>,
    withdrawn: bool,
}

/// What a status list says of itself.
#[derive(Debug)]
struct Head {
    uri: String,
    issuer: String,
    kid: Vec<u8>,
    issued: UnixTime,
    expires: Option<UnixTime>,
    time_to_live: Option<u64>,
}

/// A token whose signature holds, not unpacked yet: what it replaces is looked at before that.
pub(super) struct SignedStatus<'a> {
    head: Head,
    values: PackedValues<'a>,
    withdrawn: bool,
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

impl<'a> SignedStatus<'a> {
    /// Parses a status list token and checks its signature. With `saved`, the key may have been
    /// revoked since.
    pub(super) fn verify(
        bytes: &'a [u8],
        trust: &TrustList,
        saved: bool,
    ) -> Result<Self, StatusListError> {
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
        let usable = |key: &IssuerKey| key.vouches_at(issued) || saved && key.in_time_at(issued);
        let (issuer, key) = signer(trust, kid, usable, &message)?;
        let expires = find(claims, claim::EXP).map(|e| e.int().or_structure("exp")).transpose()?;
        let ttl = find(claims, claim::TTL).map(|t| t.uint().or_structure("ttl")).transpose()?;
        let uri = find(claims, claim::SUB).and_then(Item::text).or_structure("sub")?;
        let list = find(claims, claim::STATUS_LIST).or_structure("status list")?;
        let head = Head {
            uri: uri.to_owned(),
            issuer: issuer.to_owned(),
            kid: kid.to_vec(),
            issued,
            expires: expires.map(UnixTime::from_secs),
            time_to_live: ttl,
        };
        let values = PackedValues::parse(list)?;
        Ok(Self { head, values, withdrawn: key.revoked().is_some() })
    }

    pub(super) fn uri(&self) -> &str {
        &self.head.uri
    }

    /// Whether it may take the place of `stored` (trust section 2).
    pub(super) fn may_replace(&self, stored: &StatusList) -> Result<(), StatusListError> {
        may_replace(&self.head, stored)
    }

    pub(super) fn unpack(self, room: Room<'_>) -> Result<StatusList, StatusListError> {
        let values = Arc::new(self.values.unpack(room)?);
        Ok(StatusList { head: Arc::new(self.head), values, withdrawn: self.withdrawn })
    }
}

/// A list whose key was revoked gives way to any that is signed by a good one: whoever stole the
/// key may have dated it years ahead.
fn may_replace(offered: &Head, stored: &StatusList) -> Result<(), StatusListError> {
    if stored.withdrawn {
        return Ok(());
    }
    if stored.issuer() != offered.issuer {
        return Err(StatusListError::OtherIssuer);
    }
    if stored.issued() > offered.issued {
        let (offered, stored) = (offered.issued, stored.issued());
        return Err(StatusListError::Rollback { offered, stored });
    }
    Ok(())
}

impl StatusList {
    /// The list's own URI, which credentials name.
    pub fn uri(&self) -> &str {
        &self.head.uri
    }

    /// The issuer whose key signed it.
    pub fn issuer(&self) -> &str {
        &self.head.issuer
    }

    /// When it was issued.
    pub fn issued(&self) -> UnixTime {
        self.head.issued
    }

    /// When the issuer stops vouching for it.
    pub fn expires(&self) -> Option<UnixTime> {
        self.head.expires
    }

    /// Seconds after which the issuer advises to fetch it anew.
    pub fn time_to_live(&self) -> Option<u64> {
        self.head.time_to_live
    }

    /// The status at an index; `None` past the end, and where the values are in a file that cannot
    /// be read.
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
        let by_age = self.head.issued.plus(max_age);
        now < self.head.expires.map_or(by_age, |expires| expires.min(by_age))
    }

    /// Whether the key that signed it has been revoked since. Such a list cannot show any more that
    /// a credential is valid; what it says against one counts until another list takes its place.
    pub fn is_withdrawn(&self) -> bool {
        self.withdrawn
    }

    /// Bytes of memory that its values take: 0 when they are in a file.
    pub fn memory(&self) -> usize {
        self.values.memory()
    }

    /// The list under another trust list, if that still names the key that signed it.
    pub(super) fn under(&self, old: &TrustList, new: &TrustList) -> Option<Self> {
        let key = |list| TrustList::key(list, &self.head.issuer, &self.head.kid, KeyUse::Status);
        let ((_, old), (_, new)) = (key(old)?, key(new)?);
        let holds = new.same_key(old) && new.in_time_at(self.head.issued);
        holds.then(|| Self { withdrawn: new.revoked().is_some(), ..self.clone() })
    }

    /// Whether it may take the place of `stored` (trust section 2).
    pub(super) fn replaces(&self, stored: Option<&Self>) -> bool {
        stored.is_none_or(|stored| !self.withdrawn && may_replace(&self.head, stored).is_ok())
    }
}

impl std::fmt::Debug for StatusList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StatusList")
            .field("head", &self.head)
            .field("len", &self.len())
            .field("withdrawn", &self.withdrawn)
            .finish_non_exhaustive()
    }
}

/// The issuer whose status key signed, and the key. Key ids are an issuer's own, so two may share one.
fn signer<'t>(
    trust: &'t TrustList,
    kid: &[u8],
    usable: impl Fn(&IssuerKey) -> bool,
    message: &Sign1<'_>,
) -> Result<(&'t str, &'t IssuerKey), StatusListError> {
    let signed = message.signed_bytes();
    let mut error = StatusListError::UnknownKey;
    for issuer in trust.issuers() {
        let key = trust.key(issuer.id(), kid, KeyUse::Status).map(|(_, key)| key);
        let Some(key) = key.filter(|key| usable(key)) else { continue };
        if key.public_key().is_some_and(|public| public.verify(&signed, message.signature)) {
            return Ok((issuer.id(), key));
        }
        error = StatusListError::BadSignature;
    }
    Err(error)
}
