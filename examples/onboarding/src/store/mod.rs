//! Where applications are kept: embedded by default, in PostgreSQL for several instances.

mod embedded;
mod postgres;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use ikd_verifier::UnixTime;
use ikd_verifier::audit::Label;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use embedded::EmbeddedStore;
pub use postgres::PostgresStore;

use crate::application::Application;

/// What a store will answer.
pub type Storing<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps applications. When a call that changes something returns, a crash does not undo it.
pub trait ApplicationStore: Send + Sync + fmt::Debug {
    /// Keeps a new application.
    fn insert(&self, application: Application) -> Storing<'_, ()>;

    /// Keeps how an application ended, in one atomic step, if it still waits: of any number of calls
    /// for one application, by all instances, one is answered with `true`.
    fn finish(&self, application: Application) -> Storing<'_, bool>;

    /// The application with this id.
    fn get<'a>(&'a self, id: &'a str) -> Storing<'a, Option<Application>>;

    /// The latest applications, the newest first.
    fn recent(&self, limit: u32) -> Storing<'_, Vec<Application>>;

    /// Applications that wait although their time was over before `now`.
    fn overdue(&self, now: UnixTime) -> Storing<'_, Vec<Application>>;

    /// How many applications wait.
    fn count_waiting(&self) -> Storing<'_, u64>;

    /// Notes that someone read attributes or evidence.
    fn note_access<'a>(&'a self, application: &'a str, access: Access) -> Storing<'a, ()>;

    /// Who read the attributes or the evidence of an application, the first one first.
    fn accesses<'a>(&'a self, application: &'a str) -> Storing<'a, Vec<Access>>;

    /// Erases applications whose retention ended before `now`, with the notes of who read them, and
    /// tells how many.
    fn erase(&self, now: UnixTime) -> Storing<'_, u64>;
}

/// Someone read what a citizen released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// When.
    pub at: UnixTime,
    /// The counter.
    pub terminal: Label,
    /// What was read.
    pub what: AccessTo,
}

/// What can be read of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTo {
    /// The attributes.
    Identity,
    /// The signed answer.
    Evidence,
}

/// The storage failed, with what it says itself.
#[derive(Debug, Error)]
#[error("the store of applications failed: {0}")]
pub struct StoreError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    fn new(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::new(error)
    }
}
