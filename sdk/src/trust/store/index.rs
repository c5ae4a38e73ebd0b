//! The index of a store: which files hold the lists in force. It is small, and replacing it is the
//! one step that puts a new generation in force.

use std::sync::Arc;

use super::super::roots::RootKey;
use super::super::state::{Signed, TrustState};
use super::super::status::StatusList;
use super::files::{seal, unseal};
use crate::payload::cbor::{self, Item};
use crate::payload::credential::find_text;

/// SHA-256 of a list, which is the name of its file.
pub(super) type Digest = [u8; 32];

/// One generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) threshold: usize,
    pub(super) roots: Vec<RootKey>,
    pub(super) list: Option<ListEntry>,
    pub(super) status: Vec<StatusEntry>,
}

/// The trust list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListEntry {
    pub(super) digest: Digest,
    pub(super) version: u64,
}

/// A status list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StatusEntry {
    pub(super) uri: String,
    pub(super) digest: Digest,
    /// Its `iat`, by which a process knows whether it holds a newer one.
    pub(super) issued: i64,
}

const KIND: &str = "ikd_trust_state";
/// Version 1 is [`Trust::save`](super::super::Trust::save): all lists in one piece.
const VERSION: u64 = 2;

impl Index {
    pub(super) fn of(state: &TrustState) -> Self {
        let entry = |(uri, list): (&Arc<str>, &Signed<StatusList>)| StatusEntry {
            uri: uri.as_ref().to_owned(),
            digest: *list.token.digest(),
            issued: list.value.issued().secs(),
        };
        Self {
            threshold: state.roots.threshold(),
            roots: state.roots.keys().copied().collect(),
            list: state.list.as_ref().map(|list| ListEntry {
                digest: *list.token.digest(),
                version: list.value.version(),
            }),
            status: state.status.iter().map(entry).collect(),
        }
    }

    /// What it names that `state` does not hold, or holds in an older version.
    pub(super) fn newer_than(&self, state: &TrustState) -> Self {
        let list = self.list.filter(|list| state.list().is_none_or(|l| l.version() < list.version));
        let newer = |entry: &&StatusEntry| {
            state.status.get(&*entry.uri).is_none_or(|ours| {
                *ours.token.digest() != entry.digest && ours.value.issued().secs() <= entry.issued
            })
        };
        Self { list, status: self.status.iter().filter(newer).cloned().collect(), ..self.clone() }
    }

    /// The files that it names.
    pub(super) fn digests(&self) -> impl Iterator<Item = &Digest> {
        let list = self.list.iter().map(|list| &list.digest);
        list.chain(self.status.iter().map(|entry| &entry.digest))
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let count = |n: usize| u64::try_from(n).unwrap_or_default();
        let mut out = Vec::new();
        cbor::write_head(&mut out, 5, 4_u64.saturating_add(u64::from(self.list.is_some())));
        cbor::write_text(&mut out, KIND);
        cbor::write_head(&mut out, 0, VERSION);
        cbor::write_text(&mut out, "threshold");
        cbor::write_head(&mut out, 0, count(self.threshold));
        cbor::write_text(&mut out, "roots");
        cbor::write_head(&mut out, 4, count(self.roots.len()));
        for root in &self.roots {
            cbor::write_bytes(&mut out, root);
        }
        if let Some(list) = &self.list {
            cbor::write_text(&mut out, "list");
            cbor::write_head(&mut out, 4, 2);
            cbor::write_bytes(&mut out, &list.digest);
            cbor::write_head(&mut out, 0, list.version);
        }
        cbor::write_text(&mut out, "status");
        cbor::write_head(&mut out, 5, count(self.status.len()));
        for entry in &self.status {
            cbor::write_text(&mut out, &entry.uri);
            cbor::write_head(&mut out, 4, 2);
            cbor::write_bytes(&mut out, &entry.digest);
            cbor::write_int(&mut out, entry.issued);
        }
        seal(out)
    }

    /// `None` when the bytes are damaged, or of another version.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let map = cbor::check(unseal(bytes)?).ok()?.map()?;
        if find_text(map, KIND)?.uint()? != VERSION {
            return None;
        }
        let root = |item: Item<'_>| item.byte_string()?.try_into().ok();
        let pair = |item: Item<'_>| {
            let [digest, number] = item.array()?.exactly()?;
            Some((digest.byte_string()?.try_into().ok()?, number.int()?))
        };
        let entry = |(uri, item): (Item<'_>, Item<'_>)| {
            let (digest, issued) = pair(item)?;
            Some(StatusEntry { uri: uri.text()?.to_owned(), digest, issued })
        };
        let list = match find_text(map, "list") {
            None => None,
            Some(item) => {
                let [digest, version] = item.array()?.exactly()?;
                let digest = digest.byte_string()?.try_into().ok()?;
                Some(ListEntry { digest, version: version.uint()? })
            }
        };
        Some(Self {
            threshold: usize::try_from(find_text(map, "threshold")?.uint()?).ok()?,
            roots: find_text(map, "roots")?.array()?.map(root).collect::<Option<_>>()?,
            list,
            status: find_text(map, "status")?.map()?.map(entry).collect::<Option<_>>()?,
        })
    }
}
