//! What a [`Trust`](crate::Trust) carries between scans and refresher: lists that scans missed on
//! the one way, the clock's offset on the other.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::clock::ClockOffset;
use crate::limits::MAX_WANTED_LISTS;

/// Locks are held for moments only: a scan never waits for a refresh.
#[derive(Debug, Default)]
pub(crate) struct RefreshLink {
    wanted: Mutex<BTreeSet<String>>,
    more_wanted: Notify,
    offset: Mutex<Option<ClockOffset>>,
}

impl RefreshLink {
    /// Asks for a status list that a credential names whose issuer's signature holds.
    pub(crate) fn want(&self, uri: &str) {
        let mut wanted = lock(&self.wanted);
        if wanted.len() < MAX_WANTED_LISTS && !wanted.contains(uri) {
            wanted.insert(uri.to_owned());
            drop(wanted);
            self.more_wanted.notify_one();
        }
    }

    /// What was asked for since the last call.
    pub(super) fn take_wanted(&self) -> BTreeSet<String> {
        std::mem::take(&mut lock(&self.wanted))
    }

    /// Returns once something is asked for.
    pub(super) async fn wait(&self) {
        self.more_wanted.notified().await;
    }

    pub(crate) fn offset(&self) -> Option<ClockOffset> {
        *lock(&self.offset)
    }

    pub(crate) fn set_offset(&self, offset: Option<ClockOffset>) {
        *lock(&self.offset) = offset;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
