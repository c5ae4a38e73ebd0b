//! Remembers issuer signatures that held, so that a credential seen again costs one signature less.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::digest_map::DigestBits;
use crate::signature::Ed25519Key;

/// A bounded set of signature checks that held, keyed on the exact key, message and signature.
/// Whether the key may vouch, and every time, is checked for each presentation all the same.
#[derive(Debug)]
pub(super) struct SignatureCache {
    generations: Mutex<Generations>,
    limit: usize,
}

/// Two generations are a cheap "least recently used": a hit in the older one moves to the younger.
#[derive(Debug, Default)]
struct Generations {
    young: HashSet<[u8; 32], DigestBits>,
    old: HashSet<[u8; 32], DigestBits>,
}

impl SignatureCache {
    /// Room for `limit` signatures; 0 remembers nothing.
    pub(super) fn new(limit: usize) -> Self {
        Self { generations: Mutex::default(), limit }
    }

    /// Verifies, or remembers that it did.
    pub(super) fn verify(&self, key: &Ed25519Key, message: &[u8], signature: &[u8]) -> bool {
        if self.limit == 0 {
            return key.verify(message, signature);
        }
        let hash = Sha256::new().chain_update(key.as_bytes()).chain_update(signature);
        let entry: [u8; 32] = hash.chain_update(message).finalize().into();
        if self.lookup(&entry) {
            return true;
        }
        let valid = key.verify(message, signature);
        if valid {
            self.insert(entry);
        }
        valid
    }

    fn lookup(&self, entry: &[u8; 32]) -> bool {
        let generations = self.lock();
        if generations.young.contains(entry) {
            return true;
        }
        let old = generations.old.contains(entry);
        drop(generations);
        if old {
            self.insert(*entry);
        }
        old
    }

    fn insert(&self, entry: [u8; 32]) {
        let mut generations = self.lock();
        if generations.young.len() >= self.limit.div_ceil(2) {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(entry);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
