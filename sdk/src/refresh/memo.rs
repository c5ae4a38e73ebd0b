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

/// An `ETag`, and what it came from and with: a digest of list and address.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tagged {
    etag: String,
    source: [u8; 32],
}

impl RefreshMemo {
    /// The clock's offset as it was last measured.
    pub fn clock_offset(&self) -> Option<ClockOffset> {
        self.offset
    }

    pub(super) fn set_offset(&mut self, offset: ClockOffset) {
        self.offset = Some(offset);
    }

    /// The `ETag` under which to ask `address` for a newer list than the one held. None for a list
    /// that the tag did not come with, as when an older store was put back: a "not modified" about
    /// that would leave the device behind for ever.
    pub(super) fn etag(
        &self,
        target: &RefreshTarget,
        address: &str,
        state: &TrustState,
    ) -> Option<&str> {
        let tagged = self.etags.get(target)?;
        (source(address, held(state, target)?) == tagged.source).then_some(&tagged.etag)
    }

    /// Remembers the `ETag` that came from `address` with the list that is now in force.
    pub(super) fn remember(
        &mut self,
        target: RefreshTarget,
        etag: Option<String>,
        address: &str,
        state: &TrustState,
    ) {
        match etag.zip(held(state, &target)) {
            Some((etag, digest)) => {
                let source = source(address, digest);
                self.etags.insert(target, Tagged { etag, source });
            }
            None => drop(self.etags.remove(&target)),
        }
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
            cbor::write_bytes(&mut out, &tagged.source);
        }
        cbor::write_text(&mut out, "clock");
        let clock = self.offset.map(|o| [o.ahead, o.uncertainty, o.measured.secs()]);
        cbor::write_head(&mut out, 4, if clock.is_some() { 3 } else { 0 });
        for number in clock.into_iter().flatten() {
            cbor::write_int(&mut out, number);
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
    let [etag, source] = tagged.array()?.exactly()?;
    let source = source.byte_string()?.try_into().ok()?;
    Some((target, Tagged { etag: etag.text()?.to_owned(), source }))
}

/// SHA-256 of the list that is in force, as it was signed.
pub(super) fn held<'s>(state: &'s TrustState, target: &RefreshTarget) -> Option<&'s [u8; 32]> {
    match target {
        RefreshTarget::TrustList => state.list_digest(),
        RefreshTarget::StatusList(uri) => state.status_digest(uri),
    }
}

fn source(address: &str, list: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(list).chain_update(address).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::{RefreshMemo, Tagged};
    use crate::refresh::clock::ClockOffset;
    use crate::refresh::report::RefreshTarget;
    use crate::time::UnixTime;

    fn memo() -> RefreshMemo {
        let status = RefreshTarget::StatusList("https://a.example/1".into());
        let tagged = |etag: &str| Tagged { etag: etag.into(), source: [1; 32] };
        let etags = [(RefreshTarget::TrustList, tagged("\"1\"")), (status, tagged("W/\"2\""))];
        RefreshMemo { etags: etags.into(), offset: None }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut memo = memo();
        assert_eq!(RefreshMemo::from_bytes(&memo.to_bytes()), memo);
        for ahead in [-75, 0, 75] {
            let measured = UnixTime::from_secs(1_790_000_000);
            memo.set_offset(ClockOffset { ahead, uncertainty: 2, measured });
            assert_eq!(RefreshMemo::from_bytes(&memo.to_bytes()), memo);
        }
    }

    #[test]
    fn nothing_is_remembered_of_damaged_bytes() {
        let bytes = memo().to_bytes();
        let cut = bytes.get(..bytes.len() / 2).unwrap_or_default();
        assert_eq!(RefreshMemo::from_bytes(cut), RefreshMemo::default());
        assert_eq!(RefreshMemo::from_bytes(b"{}"), RefreshMemo::default());
    }
}
