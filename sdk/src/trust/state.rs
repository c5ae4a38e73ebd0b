//! The trust that a verifier holds: shared between threads, updated as a whole.

use std::collections::BTreeMap;
use std::path::Path;
#[cfg(feature = "store")]
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::bundle::Bundle;
use super::error::{StatusListError, TrustError};
use super::list::TrustList;
use super::roots::RootKeys;
use super::status::{SignedStatus, StatusList};
use super::token::Token;
use super::values::Room;
use crate::limits::CLOCK_TOLERANCE;
use crate::time::UnixTime;

/// Root keys, trust list, status lists and the clock floor of one verifier.
///
/// Readers take a [`snapshot`](Self::snapshot) and are never blocked by an update, which replaces
/// the state as a whole. An update that fails changes nothing.
#[derive(Debug)]
pub struct Trust {
    state: RwLock<Arc<TrustState>>,
    /// Held by whoever prepares the next state, so that readers wait for the swap alone.
    update: Mutex<()>,
    /// The highest time ever seen (trust section 5), in seconds.
    floor: AtomicI64,
    /// Bytes of memory that the values of all status lists may take.
    #[cfg(feature = "store")]
    memory: usize,
    /// The folder for values beyond that.
    #[cfg(feature = "store")]
    scratch: Option<PathBuf>,
    #[cfg(feature = "refresh")]
    pub(crate) refresh: crate::refresh::RefreshLink,
}

/// One consistent state of trust.
#[derive(Debug, Clone)]
pub struct TrustState {
    pub(super) roots: RootKeys,
    pub(super) list: Option<Signed<TrustList>>,
    pub(super) status: BTreeMap<Arc<str>, Signed<StatusList>>,
}

/// A checked list and the bytes that were signed.
#[derive(Clone)]
pub(super) struct Signed<T> {
    pub(super) value: Arc<T>,
    pub(super) token: Token,
}

impl<T: std::fmt::Debug> std::fmt::Debug for Signed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value.fmt(f)
    }
}

/// Where a list comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin<'a> {
    /// It is new at this time.
    New(UnixTime),
    /// It is given to be used as it is: every verification looks at its life.
    Given,
    /// It was in force here before.
    Saved,
    /// The same, and its bytes are in this file.
    #[cfg_attr(not(feature = "store"), expect(dead_code, reason = "only stores have files"))]
    Stored(&'a Path),
}

impl Origin<'_> {
    fn token(self, bytes: &[u8]) -> Token {
        match self {
            #[cfg(feature = "store")]
            Self::Stored(path) => Token::in_file(bytes, path),
            _ => Token::new(bytes),
        }
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

    /// SHA-256 of the trust list as it was signed.
    #[cfg(feature = "refresh")]
    pub(crate) fn list_digest(&self) -> Option<&[u8; 32]> {
        self.list.as_ref().map(|list| list.token.digest())
    }

    /// SHA-256 of the status list of a URI as it was signed, if its key still vouches for it.
    #[cfg(feature = "refresh")]
    pub(crate) fn status_digest(&self, uri: &str) -> Option<&[u8; 32]> {
        let list = self.status.get(uri).filter(|list| !list.value.is_withdrawn());
        list.map(|list| list.token.digest())
    }

    /// Bytes of memory that the values of the status lists take.
    pub fn memory(&self) -> usize {
        self.status_lists().map(StatusList::memory).fold(0, usize::saturating_add)
    }

    /// The signed bytes of all lists.
    #[cfg(feature = "store")]
    pub(super) fn tokens(&self) -> impl Iterator<Item = &Token> {
        let list = self.list.iter().map(|list| &list.token);
        list.chain(self.status.values().map(|list| &list.token))
    }

    /// Puts a checked trust list in force, with what that means for roots and status lists.
    fn set_list(&mut self, list: Signed<TrustList>) {
        if let Some(old) = self.list.take() {
            for (uri, held) in std::mem::take(&mut self.status) {
                if let Some(value) = held.value.under(&old.value, &list.value) {
                    self.status.insert(uri, Signed { value: Arc::new(value), ..held });
                }
            }
        }
        self.roots = list.value.roots().clone();
        self.list = Some(list);
    }
}

impl Trust {
    /// No list yet: only the root keys that the operator was given.
    pub fn new(roots: RootKeys) -> Self {
        let state = TrustState { roots, list: None, status: BTreeMap::new() };
        Self {
            state: RwLock::new(Arc::new(state)),
            update: Mutex::new(()),
            floor: AtomicI64::new(i64::MIN),
            #[cfg(feature = "store")]
            memory: usize::MAX,
            #[cfg(feature = "store")]
            scratch: None,
            #[cfg(feature = "refresh")]
            refresh: crate::refresh::RefreshLink::default(),
        }
    }

    /// The same trust that gives the values of its status lists this many bytes of memory, and puts
    /// those that do not fit into files in `scratch`. The files have no names and vanish with the
    /// process. A list for which there is neither memory nor a file is refused. Lists that are held
    /// already stay where they are.
    #[cfg(feature = "store")]
    #[must_use]
    pub fn with_memory_limit(self, bytes: usize, scratch: impl Into<PathBuf>) -> Self {
        Self { memory: bytes, scratch: Some(scratch.into()), ..self }
    }

    /// Roots and a bundle that is used as it is, at whatever time: its life is looked at by every
    /// verification. Status lists that do not hold are left out and reported.
    ///
    /// # Errors
    ///
    /// [`TrustError`], but never [`TrustError::Expired`].
    pub fn from_bundle(roots: RootKeys, bundle: &[u8]) -> Result<(Self, ImportReport), TrustError> {
        let trust = Self::new(roots);
        let report = trust.import(bundle, Origin::Given)?;
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
        self.put_list(bytes, Origin::New(now))
    }

    /// Puts a status list token in force (trust section 2). The same bytes again are accepted and
    /// change nothing.
    ///
    /// # Errors
    ///
    /// [`StatusListError`]; the stored list stays in force then.
    pub fn update_status(&self, uri: &str, bytes: &[u8]) -> Result<(), StatusListError> {
        self.put_status(Some(uri), bytes, Origin::Given).map(drop)
    }

    /// Puts a status list token in force under the URI that it names itself, and returns that.
    ///
    /// # Errors
    ///
    /// [`StatusListError`]; the stored list stays in force then.
    pub fn update_status_token(&self, bytes: &[u8]) -> Result<String, StatusListError> {
        self.put_status(None, bytes, Origin::Given)
    }

    /// Takes up a bundle (trust section 3): its trust list must be one that
    /// [`update_list`](Self::update_list) takes, its status lists are taken one by one.
    ///
    /// # Errors
    ///
    /// [`TrustError`] when the container or the trust list is refused: nothing is taken up then.
    pub fn import_bundle(&self, bytes: &[u8], now: UnixTime) -> Result<ImportReport, TrustError> {
        self.import(bytes, Origin::New(now))
    }

    pub(super) fn import(
        &self,
        bytes: &[u8],
        origin: Origin<'_>,
    ) -> Result<ImportReport, TrustError> {
        let bundle = Bundle::parse(bytes)?;
        let trust_version = self.put_list(bundle.trust_list, origin)?;
        let (mut status_lists, mut refused) = (Vec::new(), Vec::new());
        for (uri, token) in bundle.status_lists {
            match self.put_status(Some(uri), token, origin) {
                Ok(uri) => status_lists.push(uri),
                Err(error) => refused.push((uri.to_owned(), error)),
            }
        }
        Ok(ImportReport { trust_version, status_lists, refused })
    }

    pub(super) fn put_list(&self, bytes: &[u8], origin: Origin<'_>) -> Result<u64, TrustError> {
        self.modify(|state| {
            let list = TrustList::verify(bytes, &state.roots)?;
            let token = origin.token(bytes);
            let (offered, issued) = (list.version(), list.issued());
            if let Some(stored) = &state.list {
                let version = stored.value.version();
                let same = token.digest() == stored.token.digest();
                if offered <= version && !same {
                    return Err(TrustError::Rollback { offered, stored: version });
                }
            }
            self.observe(match origin {
                Origin::New(now) if now >= list.expires() => {
                    return Err(TrustError::Expired { expires: list.expires() });
                }
                Origin::New(now) => now.max(issued),
                _ => issued,
            });
            state.set_list(Signed { value: Arc::new(list), token });
            Ok(offered)
        })
    }

    /// The checks of trust section 2, those that cost least first. Returns the URI.
    pub(super) fn put_status(
        &self,
        uri: Option<&str>,
        bytes: &[u8],
        origin: Origin<'_>,
    ) -> Result<String, StatusListError> {
        self.modify(|state| {
            let trust = state.list().ok_or(StatusListError::NoTrustList)?;
            let saved = matches!(origin, Origin::Saved | Origin::Stored(_));
            let offered = SignedStatus::verify(bytes, trust, saved)?;
            if uri.is_some_and(|uri| uri != offered.uri()) {
                return Err(StatusListError::OtherUri);
            }
            let uri = offered.uri().to_owned();
            let token = origin.token(bytes);
            if let Some(stored) = state.status.get(&*uri) {
                if stored.token.digest() == token.digest() {
                    return Ok(uri);
                }
                offered.may_replace(&stored.value)?;
            }
            let list = offered.unpack(self.room(state, &uri))?;
            // A list that is dated wildly must not lock the verifier out.
            if list.issued() < trust.expires() {
                self.observe(list.issued());
            }
            state.status.insert(uri.as_str().into(), Signed { value: Arc::new(list), token });
            Ok(uri)
        })
    }

    /// Where the values of a list may be.
    #[cfg(feature = "store")]
    fn room(&self, state: &TrustState, uri: &str) -> Room<'_> {
        let replaced = state.status_list(uri).map_or(0, StatusList::memory);
        let taken = state.memory().saturating_sub(replaced);
        Room { memory: self.memory.saturating_sub(taken), scratch: self.scratch.as_deref() }
    }

    /// Where there are no files, there is no limit.
    #[cfg(not(feature = "store"))]
    fn room(&self, _: &TrustState, _: &str) -> Room<'_> {
        Room { memory: usize::MAX, scratch: None }
    }

    /// Drops the bytes of lists that are in files now, if they are still those of `saved`.
    #[cfg(feature = "store")]
    pub(super) fn keep_in_files(&self, saved: &TrustState, path: impl Fn(&[u8; 32]) -> PathBuf) {
        let kept = self.modify(|state| {
            let saved: Vec<_> = saved.tokens().map(Token::digest).collect();
            let list = state.list.as_mut().map(|list| &mut list.token);
            let tokens = list.into_iter().chain(state.status.values_mut().map(|l| &mut l.token));
            for token in tokens.filter(|token| token.in_memory() && saved.contains(&token.digest()))
            {
                token.move_to(&path(token.digest()));
            }
            Ok::<_, std::convert::Infallible>(())
        });
        let Ok(()) = kept;
    }

    /// Replaces the state with what `change` makes of a copy, or leaves it when `change` fails.
    fn modify<T, E>(&self, change: impl FnOnce(&mut TrustState) -> Result<T, E>) -> Result<T, E> {
        let _one_at_a_time = self.update.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = TrustState::clone(&self.snapshot());
        let out = change(&mut state)?;
        let old = {
            let mut current = self.state.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, Arc::new(state))
        };
        // Freeing a large list takes long, so readers do not wait for it.
        drop(old);
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
        let merged = self.modify(|state| {
            if let Some(list) = &theirs.list
                && version(&theirs) > version(state)
            {
                state.set_list(list.clone());
            }
            let (Some(ours), Some(old)) = (state.list.clone(), theirs.list()) else {
                return Ok(());
            };
            for (uri, list) in &theirs.status {
                let stored = state.status.get(uri);
                if stored.is_some_and(|stored| stored.token.digest() == list.token.digest()) {
                    continue;
                }
                // An older one, and one whose key is gone, simply stays out; so does another one of
                // the same second, for what was fetched last is here.
                let stored = stored.map(|stored| &*stored.value);
                let same_second = |s: &StatusList| s.issued() == list.value.issued();
                if stored.is_some_and(|stored| !stored.is_withdrawn() && same_second(stored)) {
                    continue;
                }
                let value = list.value.under(old, &ours.value);
                let value = value.filter(|value| value.replaces(stored));
                if let Some(value) = value {
                    let list = Signed { value: Arc::new(value), token: list.token.clone() };
                    state.status.insert(Arc::clone(uri), list);
                }
            }
            Ok::<_, std::convert::Infallible>(())
        });
        let Ok(()) = merged;
        if let Some(floor) = other.clock_floor() {
            self.observe(floor);
        }
    }
}
