//! The whole state as bytes, for stores that keep one piece, as browsers do.

use sha2::{Digest, Sha256};

use super::error::StateError;
use super::roots::{RootKey, RootKeys};
use super::state::{Origin, Trust};
use crate::payload::cbor::{self, Item};
use crate::payload::credential::find_text;
use crate::time::UnixTime;

impl Trust {
    /// The whole state as bytes, for a store that keeps one piece: CBOR, then its SHA-256 to find
    /// damage. Without the status lists whose file in a store is gone: those are fetched again.
    pub fn save(&self) -> Vec<u8> {
        let state = self.snapshot();
        let mut out = Vec::new();
        cbor::write_head(&mut out, 5, 5);
        cbor::write_text(&mut out, "ikd_trust_state");
        cbor::write_head(&mut out, 0, 1);
        cbor::write_text(&mut out, "threshold");
        cbor::write_head(&mut out, 0, u64::try_from(state.roots.threshold()).unwrap_or_default());
        cbor::write_text(&mut out, "roots");
        cbor::write_head(
            &mut out,
            4,
            u64::try_from(state.roots.keys().count()).unwrap_or_default(),
        );
        for key in state.roots.keys() {
            cbor::write_bytes(&mut out, key);
        }
        cbor::write_text(&mut out, "clock");
        let floor = self.clock_floor().map_or(0, UnixTime::secs);
        cbor::write_head(&mut out, 0, u64::try_from(floor).unwrap_or_default());
        cbor::write_text(&mut out, "bundle");
        cbor::write_bytes(&mut out, &state.saved_bundle());
        let digest = Sha256::digest(&out);
        out.extend_from_slice(&digest);
        out
    }

    /// Takes up what [`save`](Self::save) wrote. The lists in it are checked anew.
    ///
    /// # Errors
    ///
    /// [`StateError`] when the bytes are damaged.
    pub fn restore(bytes: &[u8]) -> Result<Self, StateError> {
        let (content, digest) = bytes.split_last_chunk::<32>().ok_or(StateError::Damaged)?;
        if Sha256::digest(content).as_slice() != digest {
            return Err(StateError::Damaged);
        }
        let saved = Saved::parse(content).ok_or(StateError::Damaged)?;
        let roots =
            RootKeys::new(&saved.roots, saved.threshold).map_err(|_| StateError::Damaged)?;
        let trust = Self::new(roots);
        if !saved.bundle.is_empty() {
            trust.import(saved.bundle, Origin::Saved)?;
        }
        if saved.clock > 0 {
            trust.observe(UnixTime::from_secs(saved.clock));
        }
        Ok(trust)
    }
}

struct Saved<'a> {
    threshold: usize,
    roots: Vec<RootKey>,
    clock: i64,
    bundle: &'a [u8],
}

impl<'a> Saved<'a> {
    fn parse(content: &'a [u8]) -> Option<Self> {
        let map = cbor::check(content).ok()?.map()?;
        if find_text(map, "ikd_trust_state")?.uint()? != 1 {
            return None;
        }
        let key = |item: Item<'_>| item.byte_string()?.try_into().ok();
        Some(Self {
            threshold: usize::try_from(find_text(map, "threshold")?.uint()?).ok()?,
            roots: find_text(map, "roots")?.array()?.map(key).collect::<Option<_>>()?,
            clock: find_text(map, "clock")?.int()?,
            bundle: find_text(map, "bundle")?.byte_string()?,
        })
    }
}
