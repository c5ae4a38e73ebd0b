//! What a refresher remembers between two runs: `ETag`s, and the clock's offset.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::clock::ClockOffset;
use super::report::RefreshTarget;
use crate::payload::cbor::{self, Item};
use crate::payload::credential::find_text;
use crate::time::UnixTime;
use crate::trust::TrustState;

/// What a refresher remembers between two runs. Nothing is lost with it but traffic: without it
/// every list is fetched once more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshMemo {
    etags: BTreeMap<RefreshTarget, Tagged>,
    offset: Option<ClockOffset>,
}

/// An `ETag`, and the digest of the address and the list that it came with: it counts for no other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tagged {
    etag: String,
    digest: [u8; 32],
}

impl RefreshMemo {
    /// The clock's offset as it was last measured.
    pub fn clock_offset(&self) -> Option<ClockOffset> {
        self.offset
    }

    pub(super) fn set_offset(&mut self, offset: ClockOffset) {
        self.offset = Some(offset);
    }

    pub(super) fn etag(&self, target: &RefreshTarget) -> Option<&str> {
        self.etags.get(target).map(|tagged| tagged.etag.as_str())
    }

    /// Remembers what came with these bytes, now in force.
    pub(super) fn remember(&mut self, target: RefreshTarget, etag: Option<(String, [u8; 32])>) {
        match etag {
            Some((etag, digest)) => drop(self.etags.insert(target, Tagged { etag, digest })),
            None => drop(self.etags.remove(&target)),
        }
    }

    /// Forgets the `ETag`s of lists that are not held, or not with the bytes they came with: a
    /// "not modified" about those would leave the device behind for ever.
    pub(super) fn keep_what_fits(&mut self, state: &TrustState, trust_url: &str) {
        self.etags.retain(|target, tagged| {
            let address = target.uri().unwrap_or(trust_url);
            bytes_of(state, target).is_some_and(|held| digest(address, held) == tagged.digest)
        });
    }

    /// Forgets the `ETag`s of lists that are not held.
    pub(super) fn keep_what_is_held(&mut self, state: &TrustState) {
        self.etags.retain(|target, _| bytes_of(state, target).is_some());
    }

    /// As bytes, for a store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        cbor::write_head(&mut out, 5, 3);
        cbor::write_text(&mut out, "ikd_refresh");
        cbor::write_head(&mut out, 0, 1);
        cbor::write_text(&mut out, "etags");
        cbor::write_head(&mut out, 5, u64::try_from(self.etags.len()).unwrap_or_default());
        for (target, tagged) in &self.etags {
            // The trust list has no URI of its own: its address is the operator's.
            cbor::write_text(&mut out, target.uri().unwrap_or_default());
            cbor::write_head(&mut out, 4, 2);
            cbor::write_text(&mut out, &tagged.etag);
            cbor::write_bytes(&mut out, &tagged.digest);
        }
        cbor::write_text(&mut out, "clock");
        let clock = self.offset.map(|o| [o.ahead, o.uncertainty, o.measured.secs()]);
        cbor::write_head(&mut out, 4, if clock.is_some() { 3 } else { 0 });
        for number in clock.into_iter().flatten() {
            write_int(&mut out, number);
        }
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; nothing is remembered of anything else.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::parse(bytes).unwrap_or_default()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let map = cbor::check(bytes).ok()?.map()?;
        if find_text(map, "ikd_refresh")?.uint()? != 1 {
            return None;
        }
        let etags = find_text(map, "etags")?.map()?.map(parse_etag).collect::<Option<_>>()?;
        let clock = find_text(map, "clock")?.array()?.exactly();
        let offset = clock.and_then(|[ahead, uncertainty, measured]: [Item<'_>; 3]| {
            let measured = UnixTime::from_secs(measured.int()?);
            Some(ClockOffset { ahead: ahead.int()?, uncertainty: uncertainty.int()?, measured })
        });
        Some(Self { etags, offset })
    }
}

fn parse_etag((uri, tagged): (Item<'_>, Item<'_>)) -> Option<(RefreshTarget, Tagged)> {
    let target = match uri.text()? {
        "" => RefreshTarget::TrustList,
        uri => RefreshTarget::StatusList(uri.to_owned()),
    };
    let [etag, digest] = tagged.array()?.exactly()?;
    let digest = digest.byte_string()?.try_into().ok()?;
    Some((target, Tagged { etag: etag.text()?.to_owned(), digest }))
}

/// Of an address, and what came from there.
pub(super) fn digest(address: &str, bytes: &[u8]) -> [u8; 32] {
    let hash = Sha256::new().chain_update(address).chain_update([0]).chain_update(bytes);
    hash.finalize().into()
}

/// The signed bytes that are in force.
pub(super) fn bytes_of<'s>(state: &'s TrustState, target: &RefreshTarget) -> Option<&'s [u8]> {
    match target {
        RefreshTarget::TrustList => state.list_bytes(),
        RefreshTarget::StatusList(uri) => state.status_bytes(uri),
    }
}

fn write_int(out: &mut Vec<u8>, number: i64) {
    match u64::try_from(number) {
        Ok(number) => cbor::write_head(out, 0, number),
        // RFC 8949 section 3.1: -1 - n, which is the complement.
        Err(_) => cbor::write_head(out, 1, u64::try_from(!number).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::RefreshMemo;
    use crate::refresh::clock::ClockOffset;
    use crate::refresh::report::RefreshTarget;
    use crate::time::UnixTime;

    #[test]
    fn what_is_written_is_read_again() {
        let mut memo = RefreshMemo::default();
        assert_eq!(RefreshMemo::from_bytes(&memo.to_bytes()), memo);
        memo.remember(RefreshTarget::TrustList, Some(("\"1\"".into(), [1; 32])));
        let status = RefreshTarget::StatusList("https://a.example/1".into());
        memo.remember(status, Some(("W/\"2\"".into(), [2; 32])));
        for ahead in [-75, 0, 75] {
            let measured = UnixTime::from_secs(1_790_000_000);
            memo.set_offset(ClockOffset { ahead, uncertainty: 2, measured });
            assert_eq!(RefreshMemo::from_bytes(&memo.to_bytes()), memo);
        }
    }

    #[test]
    fn nothing_is_remembered_of_damaged_bytes() {
        let mut memo = RefreshMemo::default();
        memo.remember(RefreshTarget::TrustList, Some(("\"1\"".into(), [1; 32])));
        let bytes = memo.to_bytes();
        let cut = bytes.get(..bytes.len() / 2).unwrap_or_default();
        assert_eq!(RefreshMemo::from_bytes(cut), RefreshMemo::default());
        assert_eq!(RefreshMemo::from_bytes(b"{}"), RefreshMemo::default());
    }
}
