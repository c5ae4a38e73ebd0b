//! A replay store in memory, bounded, for one process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{Acceptance, ReplayError, ReplayKey, ReplayScope, ReplayStore};
use crate::digest_map::DigestBits;
use crate::limits::CLOCK_TOLERANCE;
use crate::time::UnixTime;

/// Parts of the store with a lock each, so that threads seldom wait.
const SHARDS: usize = 64;

/// Remembers in memory, up to a limit; 25 bytes a presentation.
///
/// When more presentations are alive than the limit allows, further ones are refused
/// ([`ReplayError::Full`]): forgetting one that is alive would let it be used twice.
pub struct MemoryReplayStore {
    shards: [Mutex<Shard>; SHARDS],
    limit: usize,
}

/// 128 bits of the key: still beyond anyone's reach to find a second QR for, and half the memory.
type Short = [u8; 16];

#[derive(Default)]
struct Shard {
    seen: HashMap<Short, i64, DigestBits>,
    /// When to look for expired entries next: cleaning is paid for by the entries that came since.
    clean_at: usize,
}

impl MemoryReplayStore {
    /// Room for 1,500,000 presentations that are alive, 40 MiB at most: what 15,000 scans a second
    /// need.
    pub fn new() -> Self {
        Self::with_limit(1_500_000)
    }

    /// Room for about `limit` presentations that are alive.
    pub fn with_limit(limit: usize) -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), limit }
    }

    /// Number of presentations that are remembered, expired ones that are not cleaned up included.
    pub fn len(&self) -> usize {
        let len = |shard: &Mutex<Shard>| lock(shard).seen.len();
        self.shards.iter().map(len).fold(0, usize::saturating_add)
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for MemoryReplayStore {
    fn default() -> Self {
        Self::new()
    }
}

fn lock(shard: &Mutex<Shard>) -> std::sync::MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ReplayStore for MemoryReplayStore {
    fn accept_once(
        &self,
        key: ReplayKey,
        expires: UnixTime,
        now: UnixTime,
    ) -> Result<Acceptance, ReplayError> {
        let (short, rest) = key.as_bytes().split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        let part = usize::from(rest.first().copied().unwrap_or_default()) % SHARDS;
        let full = ReplayError::Full { limit: self.limit };
        let Some(shard) = self.shards.get(part) else { return Err(full) };
        let mut shard = lock(shard);
        // As far as the clock may go back, an entry that ran out can be needed again.
        let alive = |until: &i64| now.minus(CLOCK_TOLERANCE).secs() < *until;
        if shard.seen.get(short).is_some_and(alive) {
            return Ok(Acceptance::Seen);
        }
        let room = self.limit.div_ceil(SHARDS);
        if shard.seen.len() >= shard.clean_at.min(room) {
            shard.seen.retain(|_, until| alive(until));
            shard.clean_at = shard.seen.len().saturating_mul(2).max(256);
        }
        if shard.seen.len() >= room {
            return Err(full);
        }
        shard.seen.insert(*short, expires.secs());
        Ok(Acceptance::First)
    }

    fn scope(&self) -> ReplayScope {
        ReplayScope::Process
    }
}

impl fmt::Debug for MemoryReplayStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryReplayStore").field("limit", &self.limit).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::as_conversions, reason = "tests")]
mod tests {
    use super::*;

    fn key(n: u32) -> ReplayKey {
        ReplayKey::new(&CoseKey::Ed25519(&[7; 32]), &n.to_be_bytes())
    }

    use crate::payload::cose::CoseKey;

    #[test]
    fn accepts_once_until_the_entry_expires() {
        let store = MemoryReplayStore::new();
        let at = UnixTime::from_secs;
        assert_eq!(store.accept_once(key(1), at(100), at(10)).unwrap(), Acceptance::First);
        assert_eq!(store.accept_once(key(1), at(100), at(99)).unwrap(), Acceptance::Seen);
        assert_eq!(store.accept_once(key(2), at(100), at(99)).unwrap(), Acceptance::First);
        // A minute longer, for a clock that goes back.
        assert_eq!(store.accept_once(key(1), at(200), at(159)).unwrap(), Acceptance::Seen);
        assert_eq!(store.accept_once(key(1), at(200), at(160)).unwrap(), Acceptance::First);
    }

    #[test]
    fn refuses_when_full_and_recovers_when_entries_expire() {
        let store = MemoryReplayStore::with_limit(1_000);
        let at = UnixTime::from_secs;
        let accepted = (0..5_000).filter(|n| store.accept_once(key(*n), at(95), at(0)).is_ok());
        let accepted = accepted.count();
        assert!((1_000..=1_024).contains(&accepted), "{accepted}");
        let later = (5_000..5_500).filter(|n| store.accept_once(key(*n), at(295), at(200)).is_ok());
        assert!(later.count() >= 490);
        assert!(store.len() <= 1_024);
    }

    #[test]
    fn one_of_many_threads_is_first() {
        let store = MemoryReplayStore::new();
        let at = UnixTime::from_secs;
        let firsts: usize = std::thread::scope(|scope| {
            let work = || store.accept_once(key(9), at(100), at(10)).unwrap();
            let threads: Vec<_> = (0..64).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|t| (t.join().unwrap() == Acceptance::First) as usize).sum()
        });
        assert_eq!(firsts, 1);
    }
}
