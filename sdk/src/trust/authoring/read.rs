//! A draft from the payload of a list, so that the next one can be made of it.

use super::draft::{IssuerDraft, KeyDraft, PublicKey, TrustListDraft};
use crate::payload::cbor::{self, Entries, Item};
use crate::payload::cose::{CoseKey, FormatError, OrStructure};
use crate::payload::credential::find_text;
use crate::time::UnixTime;
use crate::trust::error::TrustError;
use crate::trust::list::{KeyUse, SignedList};

impl TrustListDraft {
    /// The draft of a signed list. No signature is checked: what comes of it is signed anew.
    ///
    /// # Errors
    ///
    /// [`TrustError::BadFormat`] when it is no list, or holds what a draft cannot express.
    pub fn from_list(list: &[u8]) -> Result<Self, TrustError> {
        Self::from_payload(SignedList::parse(list)?.payload)
    }

    /// The draft of a payload, which [`to_payload`](Self::to_payload) makes again byte for byte.
    ///
    /// # Errors
    ///
    /// [`TrustError::BadFormat`] when it is no payload of a list, or holds what a draft cannot
    /// express, such as unknown parts: they would get lost.
    pub fn from_payload(payload: &[u8]) -> Result<Self, TrustError> {
        let map = cbor::check(payload).map_err(FormatError::from)?.map();
        let draft = map.and_then(draft).or_structure("draft of a trust list")?;
        if draft.to_payload()? != payload {
            return Err(FormatError::Structure("parts or encoding that a draft has not").into());
        }
        Ok(draft)
    }
}

fn draft(map: Entries<'_>) -> Option<TrustListDraft> {
    let roots = find_text(map, "root")?.map()?;
    let root = |key: Item<'_>| match public_key(key)? {
        PublicKey::Ed25519(root) => Some(root),
        PublicKey::P256 { .. } => None,
    };
    Some(TrustListDraft {
        version: find_text(map, "version")?.uint()?,
        issued: time(map, "issued")?,
        expires: time(map, "expires")?,
        roots: find_text(roots, "keys")?.array()?.map(root).collect::<Option<_>>()?,
        threshold: usize::try_from(find_text(roots, "threshold")?.uint()?).ok()?,
        issuers: find_text(map, "issuers")?.array()?.map(issuer).collect::<Option<_>>()?,
    })
}

fn issuer(item: Item<'_>) -> Option<IssuerDraft> {
    let map = item.map()?;
    let gateway = match find_text(map, "gateway") {
        Some(gateway) => Some(text(gateway.map()?, "issuer")?),
        None => None,
    };
    let keys = find_text(map, "keys")?.array()?.map(key).collect::<Option<_>>()?;
    Some(IssuerDraft { id: text(map, "iss")?, name: text(map, "name")?, gateway, keys })
}

fn key(item: Item<'_>) -> Option<KeyDraft> {
    let map = item.map()?;
    let revoked = match find_text(map, "revoked") {
        Some(revoked) => Some(UnixTime::from_secs(revoked.int()?)),
        None => None,
    };
    Some(KeyDraft {
        kid: find_text(map, "kid")?.byte_string()?.to_vec(),
        key: public_key(find_text(map, "key")?)?,
        key_use: KeyUse::parse(find_text(map, "use")?.text()?)?,
        from: time(map, "from")?,
        until: time(map, "until")?,
        revoked,
    })
}

fn public_key(item: Item<'_>) -> Option<PublicKey> {
    match CoseKey::parse(item).ok()? {
        CoseKey::Ed25519(x) => Some(PublicKey::Ed25519(*x)),
        CoseKey::P256 { x, y } => Some(PublicKey::P256 { x: *x, y: *y }),
        CoseKey::Other => None,
    }
}

fn text(map: Entries<'_>, key: &str) -> Option<String> {
    find_text(map, key)?.text().map(str::to_owned)
}

fn time(map: Entries<'_>, key: &str) -> Option<UnixTime> {
    find_text(map, key)?.int().map(UnixTime::from_secs)
}
