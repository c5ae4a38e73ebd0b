//! The trust that a verifier holds: shared between threads, updated as a whole, saved as bytes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest, Sha256};

use super::bundle::Bundle;
use super::error::{StateError, StatusListError, TrustError};
use super::list::TrustList;
use super::roots::{RootKey, RootKeys};
use super::status::StatusList;
use crate::limits::CLOCK_TOLERANCE;
use crate::payload::cbor::{self, Item};
use crate::payload::credential::find_text;
use crate::time::UnixTime;

/// Root keys, trust list, status lists and the clock floor of one verifier.
///
/// Readers take a [`snapshot`](Self::snapshot) and are never blocked by an update, which replaces
/// the state as a whole. An update that fails changes nothing.
#[derive(Debug)]
pub struct Trust {
    state: RwLock<Arc<TrustState>>,
    /// The highest time ever seen (trust section 5), in seconds.
    floor: AtomicI64,
    #[cfg(feature = "refresh")]
    pub(crate) refresh: crate::refresh::RefreshLink,
}

/// One consistent state of trust.
#[derive(Debug, Clone)]
pub struct TrustState {
    roots: RootKeys,
    list: Option<Signed<TrustList>>,
    status: BTreeMap<String, Signed<StatusList>>,
}

/// A checked list and the bytes that were signed.
#[derive(Clone)]
struct Signed<T> {
    value: Arc<T>,
    bytes: Arc<[u8]>,
}

impl<T> Signed<T> {
    fn new(value: T, bytes: &[u8]) -> Self {
        Self { value: Arc::new(value), bytes: bytes.into() }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Signed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value.fmt(f)
    }
}

/// What came of the parts of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// Version of the trust list that is in force now.
    pub trust_version: u64,
    /// URIs of the status lists that were taken up, or were there already.
    pub status_lists: Vec<String>,
    /// URIs of those that were not, and why.
    pub refused: Vec<(String, StatusListError)>,
}

impl TrustState {
    /// The trust list in force.
    pub fn list(&self) -> Option<&TrustList> {
        self.list.as_ref().map(|list| &*list.value)
    }

    /// The roots that must sign the next list.
    pub fn roots(&self) -> &RootKeys {
        &self.roots
    }

    /// The status lists, sorted by URI.
    pub fn status_lists(&self) -> impl Iterator<Item = &StatusList> {
        self.status.values().map(|list| &*list.value)
    }

    /// The status list of a URI.
    pub fn status_list(&self, uri: &str) -> Option<&StatusList> {
        self.status.get(uri).map(|list| &*list.value)
    }

    /// The offline bundle of this state, or `None` without a trust list.
    pub fn to_bundle(&self) -> Option<Vec<u8>> {
        Some(self.bundle()?.to_bytes())
    }

    /// The trust list as it was signed.
    #[cfg(feature = "refresh")]
    pub(crate) fn list_bytes(&self) -> Option<&[u8]> {
        self.list.as_ref().map(|list| &*list.bytes)
    }

    /// The status list of a URI as it was signed.
    #[cfg(feature = "refresh")]
    pub(crate) fn status_bytes(&self, uri: &str) -> Option<&[u8]> {
        self.status.get(uri).map(|list| &*list.bytes)
    }

    fn bundle(&self) -> Option<Bundle<'_>> {
        let tokens = self.status.iter().map(|(uri, list)| (uri.as_str(), &*list.bytes));
        Some(Bundle { trust_list: &self.list.as_ref()?.bytes, status_lists: tokens.collect() })
    }

    /// Puts a checked trust list in force, with what that means for roots and status lists.
    fn set_list(&mut self, list: Signed<TrustList>) {
        if let Some(old) = &self.list {
            self.status.retain(|_, status| status.value.holds_under(&old.value, &list.value));
        }
        self.roots = list.value.roots().clone();
        self.list = Some(list);
    }

    /// A status list token that may be put in force: `None` if the very same bytes already are.
    fn check_status(&self, uri: &str, bytes: &[u8]) -> Result<Option<StatusList>, StatusListError> {
        let trust = self.list().ok_or(StatusListError::NoTrustList)?;
        let stored = self.status.get(uri);
        if stored.is_some_and(|stored| *stored.bytes == *bytes) {
            return Ok(None);
        }
        let list = StatusList::verify(bytes, trust)?;
        if list.uri() != uri {
            return Err(StatusListError::OtherUri);
        }
        let Some(stored) = stored.map(|stored| &stored.value) else { return Ok(Some(list)) };
        if stored.issuer() != list.issuer() {
            return Err(StatusListError::OtherIssuer);
        }
        if stored.issued() > list.issued() {
            let (offered, stored) = (list.issued(), stored.issued());
            return Err(StatusListError::Rollback { offered, stored });
        }
        Ok(Some(list))
    }
}

impl Trust {
    /// No list yet: only the root keys that the operator was given.
    pub fn new(roots: RootKeys) -> Self {
        let state = TrustState { roots, list: None, status: BTreeMap::new() };
        Self {
            state: RwLock::new(Arc::new(state)),
            floor: AtomicI64::new(i64::MIN),
            #[cfg(feature = "refresh")]
            refresh: crate::refresh::RefreshLink::default(),
        }
    }

    /// Roots and a bundle that is used as it is, at whatever time: its life is looked at by every
    /// verification. Status lists that do not hold are left out and reported.
    ///
    /// # Errors
    ///
    /// [`TrustError`], but never [`TrustError::Expired`].
    pub fn from_bundle(roots: RootKeys, bundle: &[u8]) -> Result<(Self, ImportReport), TrustError> {
        let trust = Self::new(roots);
        let report = trust.import(bundle, None)?;
        Ok((trust, report))
    }

    /// The state now: later updates do not change it.
    pub fn snapshot(&self) -> Arc<TrustState> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a trust list in force (trust section 1), and returns its version. The same bytes again
    /// are accepted and change nothing.
    ///
    /// # Errors
    ///
    /// [`TrustError`]; the stored list stays in force then.
    pub fn update_list(&self, bytes: &[u8], now: UnixTime) -> Result<u64, TrustError> {
        self.put_list(bytes, Some(now))
    }

    /// Puts a status list token in force (trust section 2).
    ///
    /// # Errors
    ///
    /// [`StatusListError`]; the stored list stays in force then.
    pub fn update_status(&self, uri: &str, bytes: &[u8]) -> Result<(), StatusListError> {
        // Inflating takes long, so it is done before the lock; the check is then done again in it.
        if self.snapshot().check_status(uri, bytes)?.is_none() {
            return Ok(());
        }
        self.modify(|state| {
            if let Some(list) = state.check_status(uri, bytes)? {
                // A list that is dated wildly must not lock the verifier out.
                if state.list().is_some_and(|trust| list.issued() < trust.expires()) {
                    self.observe(list.issued());
                }
                state.status.insert(uri.to_owned(), Signed::new(list, bytes));
            }
            Ok(())
        })
    }

    /// Puts a status list token in force under the URI that it names itself, and returns that.
    ///
    /// # Errors
    ///
    /// [`StatusListError`]; the stored list stays in force then.
    pub fn update_status_token(&self, bytes: &[u8]) -> Result<String, StatusListError> {
        let state = self.snapshot();
        let trust = state.list().ok_or(StatusListError::NoTrustList)?;
        let uri = StatusList::verify(bytes, trust)?.uri().to_owned();
        self.update_status(&uri, bytes)?;
        Ok(uri)
    }

    /// Takes up a bundle (trust section 3): its trust list must be one that
    /// [`update_list`](Self::update_list) takes, its status lists are taken one by one.
    ///
    /// # Errors
    ///
    /// [`TrustError`] when the container or the trust list is refused: nothing is taken up then.
    pub fn import_bundle(&self, bytes: &[u8], now: UnixTime) -> Result<ImportReport, TrustError> {
        self.import(bytes, Some(now))
    }

    fn import(&self, bytes: &[u8], now: Option<UnixTime>) -> Result<ImportReport, TrustError> {
        let bundle = Bundle::parse(bytes)?;
        let trust_version = self.put_list(bundle.trust_list, now)?;
        let (mut status_lists, mut refused) = (Vec::new(), Vec::new());
        for (uri, token) in bundle.status_lists {
            match self.update_status(uri, token) {
                Ok(()) => status_lists.push(uri.to_owned()),
                Err(error) => refused.push((uri.to_owned(), error)),
            }
        }
        Ok(ImportReport { trust_version, status_lists, refused })
    }

    /// `now` is `None` for a list that was in force before, whose life is not looked at here.
    fn put_list(&self, bytes: &[u8], now: Option<UnixTime>) -> Result<u64, TrustError> {
        self.modify(|state| {
            let list = TrustList::verify(bytes, &state.roots)?;
            let (offered, issued) = (list.version(), list.issued());
            if let Some(stored) = state.list() {
                let same = offered == stored.version() && list.is_identical(stored);
                if offered <= stored.version() && !same {
                    return Err(TrustError::Rollback { offered, stored: stored.version() });
                }
            }
            if now.is_some_and(|now| now >= list.expires()) {
                return Err(TrustError::Expired { expires: list.expires() });
            }
            state.set_list(Signed::new(list, bytes));
            self.observe(now.map_or(issued, |now| now.max(issued)));
            Ok(offered)
        })
    }

    /// Replaces the state with what `change` makes of a copy, or leaves it when `change` fails.
    fn modify<T, E>(&self, change: impl FnOnce(&mut TrustState) -> Result<T, E>) -> Result<T, E> {
        let mut guard = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut state = TrustState::clone(&guard);
        let out = change(&mut state)?;
        *guard = Arc::new(state);
        Ok(out)
    }

    /// The highest time ever seen: the clock of past verifications, `issued` and `iat` of lists.
    pub fn clock_floor(&self) -> Option<UnixTime> {
        let floor = self.floor.load(Ordering::Relaxed);
        (floor != i64::MIN).then(|| UnixTime::from_secs(floor))
    }

    /// Raises the clock floor, as every verification does. For stores that keep the floor apart from
    /// the lists: it changes with every scan, they do not.
    pub fn observe(&self, time: UnixTime) {
        self.floor.fetch_max(time.secs(), Ordering::Relaxed);
    }

    /// The clock floor, if `now` stands more than a minute before it (trust section 5).
    pub(crate) fn rolled_back(&self, now: UnixTime) -> Option<UnixTime> {
        self.clock_floor().filter(|floor| now.plus(CLOCK_TOLERANCE) < *floor)
    }

    /// Takes from `other` what is newer there: list, status lists, clock floor. It is believed as
    /// it is, for only a caller that trusted the same roots once can have made it.
    pub fn merge(&self, other: &Self) {
        let theirs = other.snapshot();
        let version = |state: &TrustState| state.list().map(TrustList::version);
        let mut guard = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut state = TrustState::clone(&guard);
        if let Some(list) = &theirs.list
            && version(&theirs) > version(&state)
        {
            state.set_list(list.clone());
        }
        for (uri, list) in &theirs.status {
            // An older or foreign one simply stays out; so does another of the same second, for
            // what was fetched last is here.
            let held = state.status_list(uri).map(StatusList::issued);
            if held.is_none_or(|held| held < list.value.issued())
                && let Ok(Some(_)) = state.check_status(uri, &list.bytes)
            {
                state.status.insert(uri.clone(), list.clone());
            }
        }
        *guard = Arc::new(state);
        drop(guard);
        if let Some(floor) = other.clock_floor() {
            self.observe(floor);
        }
    }

    /// The whole state as bytes, for a store: CBOR, then its SHA-256 to find damage.
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
        cbor::write_bytes(&mut out, &state.to_bundle().unwrap_or_default());
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
        let trust = if saved.bundle.is_empty() {
            Self::new(roots)
        } else {
            Self::from_bundle(roots, saved.bundle)?.0
        };
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
