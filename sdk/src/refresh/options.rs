//! Where lists are fetched from, and how.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::schedule::INTERVAL;
use super::store::RefreshStore;
use crate::http::HttpOptions;

/// Where lists are fetched from, and how.
#[derive(Debug, Clone)]
pub struct RefreshOptions {
    pub(super) trust_url: String,
    pub(super) status_urls: Vec<String>,
    pub(super) http: HttpOptions,
    pub(super) interval: i64,
    pub(super) parallel: usize,
    pub(super) seed: u64,
    pub(super) store: Option<Arc<dyn RefreshStore>>,
}

impl RefreshOptions {
    /// The trust list is at this https URL. Status lists are those that are held, and those that
    /// credentials name.
    pub fn new(trust_url: impl Into<String>) -> Self {
        Self {
            trust_url: trust_url.into(),
            status_urls: Vec::new(),
            http: HttpOptions::new(),
            interval: INTERVAL,
            parallel: 4,
            // Any number that differs between devices; nothing secret follows from it.
            seed: RandomState::new().hash_one("refresh"),
            store: None,
        }
    }

    /// Fetches these status lists too, though no credential has named them yet.
    #[must_use]
    pub fn status_lists(mut self, uris: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.status_urls.extend(uris.into_iter().map(Into::into));
        self
    }

    /// How servers are reached: time limits, certificates, pins.
    #[must_use]
    pub fn http(mut self, http: HttpOptions) -> Self {
        self.http = http;
        self
    }

    /// Seconds between two looks at a list that has no `ttl`: an hour unless set, and not below
    /// five minutes.
    #[must_use]
    pub fn interval(mut self, seconds: i64) -> Self {
        self.interval = seconds;
        self
    }

    /// How many lists are fetched at once, each held in memory meanwhile: 4 unless set.
    #[must_use]
    pub fn parallel(mut self, requests: usize) -> Self {
        self.parallel = requests.max(1);
        self
    }

    /// The number that all random pauses follow from; otherwise it is new in each process.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Where what was fetched is kept.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn RefreshStore>) -> Self {
        self.store = Some(store);
        self
    }
}
