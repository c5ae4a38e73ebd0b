//! Where waiting requests are kept, so that a restart loses none and several processes share them.

mod directory;
#[cfg(feature = "postgres")]
mod postgres;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use thiserror::Error;

pub use directory::DirectoryConsentStore;
#[cfg(feature = "postgres")]
pub use postgres::PostgresConsentStore;

use super::pending::PendingConsent;

/// What a store will answer.
pub type Storing<'a, T> = Pin<Box<dyn Future<Output = Result<T, ConsentStoreError>> + Send + 'a>>;

/// Keeps requests that wait.
///
/// A request belongs to one process at a time: who claims it, holds it until it is given back, ended,
/// or the process dies. It ends exactly once: of any number of calls of
/// [`complete`](Self::complete) for one request, by all processes, one is answered with `true`.
pub trait ConsentStore: Send + Sync + fmt::Debug {
    /// Keeps a new request. When this returns, a crash does not lose it.
    fn insert<'a>(&'a self, pending: &'a PendingConsent) -> Storing<'a, ()>;

    /// Takes up to `limit` requests that are due at `now` and that nobody holds. A holder that is
    /// not heard of for `lease` counts as dead, where the store cannot tell by itself.
    fn claim(&self, now: SystemTime, lease: Duration, limit: usize) -> Storing<'_, Vec<Claim>>;

    /// Says that the holder is alive; `false` if the request is not its any more.
    fn renew<'a>(&'a self, claim: &'a Claim, lease: Duration) -> Storing<'a, bool>;

    /// Gives a request back with what changed in it; `false` if it is someone else's by now.
    fn release(&self, claim: Claim) -> Storing<'_, bool>;

    /// Ends a request, in one atomic step: `true` for one caller only. Nothing of it is kept.
    fn complete(&self, claim: Claim) -> Storing<'_, bool>;

    /// Reads the request with this id ([`PendingConsent::id`]), whoever holds it.
    fn find<'a>(&'a self, id: &'a str) -> Storing<'a, Option<PendingConsent>>;

    /// Makes the request with this id due now.
    fn wake<'a>(&'a self, id: &'a str) -> Storing<'a, ()>;
}

/// A request that this process holds.
pub struct Claim {
    /// The request. What changes in it is kept by [`ConsentStore::release`].
    pub pending: PendingConsent,
    lease: Box<dyn Any + Send + Sync>,
}

impl Claim {
    /// A claim, with what the store knows it by.
    pub fn new(pending: PendingConsent, lease: impl Any + Send + Sync) -> Self {
        Self { pending, lease: Box::new(lease) }
    }

    /// What the store knows the claim by; `None` for a claim of another store.
    pub fn lease<T: Any>(&self) -> Option<&T> {
        self.lease.downcast_ref()
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claim").field(&self.pending).finish()
    }
}

/// Why a store cannot do what it is asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConsentStoreError {
    /// The storage under it failed.
    #[error("the store of waiting requests failed: {0}")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored is not a request, or of a newer version. It was set aside.
    #[error("the store held something that is no waiting request: {id}; it was set aside")]
    Damaged {
        /// Its id.
        id: String,
    },
}

impl ConsentStoreError {
    fn storage(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Storage(Box::new(error))
    }
}
