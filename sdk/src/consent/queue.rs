//! One queue of waiting requests for all instances of a backend.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::answer::FinishedConsent;
use super::client::{ConsentClient, Started};
use super::error::ConsentError;
use super::pending::{PendingConsent, id_of, is_token};
use super::request::AttributeRequest;
use super::store::{Claim, ConsentStore, ConsentStoreError};
use crate::verify::VerifiedPresentation;

/// How often the store is asked for what is due.
const ROUND: Duration = Duration::from_millis(250);
/// How long an instance may be silent before another takes its requests over.
const LEASE: Duration = Duration::from_secs(15);
/// How often an instance says that it is alive.
const RENEWAL: Duration = Duration::from_secs(5);
/// Requests that one instance polls at once.
const AT_ONCE: usize = 64;

/// Asks, and polls what waits in a store, together with other instances that share the store.
///
/// Each request is finished exactly once, by any instance, also when the one that started it was
/// killed. A store belongs to one relying party: one key, one `client_id`. Cheap to clone.
#[derive(Clone)]
pub struct ConsentQueue {
    client: ConsentClient,
    store: Arc<dyn ConsentStore>,
    woken: Arc<Notify>,
}

/// Why a request could not be put into the queue.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum QueueError {
    /// The request could not be made.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// The request was sent but cannot be stored. It can be waited for here, or left to expire.
    #[error("the request was sent but not stored: {source}")]
    NotStored {
        /// The request.
        pending: Box<PendingConsent>,
        /// What the store said.
        source: ConsentStoreError,
    },
}

impl ConsentQueue {
    /// A queue of this client in this store.
    pub fn new(client: ConsentClient, store: Arc<dyn ConsentStore>) -> Self {
        Self { client, store, woken: Arc::new(Notify::new()) }
    }

    /// The client.
    pub fn client(&self) -> &ConsentClient {
        &self.client
    }

    /// Asks the citizen who was scanned, and stores the request.
    ///
    /// # Errors
    ///
    /// [`QueueError`] when the request could not be made or not be stored.
    pub async fn start(
        &self,
        presentation: &VerifiedPresentation,
        request: AttributeRequest,
    ) -> Result<Started, QueueError> {
        let started = self.client.start(presentation, request).await?;
        if let Started::Waiting(pending) = &started
            && let Err(source) = self.store.insert(pending).await
        {
            return Err(QueueError::NotStored { pending: pending.clone(), source });
        }
        Ok(started)
    }

    /// Polls what is due until `shutdown` is ready, and hands over each request that ends. What is
    /// being polled then is still brought to an end.
    ///
    /// A store that fails is asked again in the next round; `trouble` is told.
    ///
    /// A result is handed over after its request has left the store. A backend that must not lose a
    /// result when it is killed in between keeps the result itself first: with the store's
    /// [`claim`](ConsentStore::claim), [`poll_once`](ConsentClient::poll_once) and
    /// [`complete`](ConsentStore::complete), as `examples/onboarding` does.
    pub async fn run(
        &self,
        mut ended: impl FnMut(FinishedConsent),
        mut trouble: impl FnMut(&QueueTrouble),
        shutdown: impl Future<Output = ()>,
    ) {
        let mut shutdown = pin!(shutdown);
        let mut polls = JoinSet::new();
        loop {
            let room = AT_ONCE.saturating_sub(polls.len());
            match self.claim(room).await {
                Ok(claims) => {
                    for claim in claims {
                        let queue = self.clone();
                        polls.spawn(async move { queue.poll(claim).await });
                    }
                }
                Err(error) => trouble(&QueueTrouble::Store(error)),
            }
            let round = tokio::time::sleep(ROUND);
            tokio::select! {
                () = &mut shutdown => break,
                () = round => {}
                () = self.woken.notified() => {}
            }
            while let Some(polled) = polls.try_join_next() {
                hand_over(polled, &mut ended, &mut trouble);
            }
        }
        while let Some(polled) = polls.join_next().await {
            hand_over(polled, &mut ended, &mut trouble);
        }
    }

    /// Takes a notification of the gateway (ping mode), for whichever instance it is meant: wakes
    /// the request of this name if `token` is the one that was given out with it.
    ///
    /// # Errors
    ///
    /// [`ConsentStoreError`] when the store cannot tell.
    pub async fn notify(&self, auth_req_id: &str, token: &str) -> Result<bool, ConsentStoreError> {
        let id = id_of(auth_req_id);
        let pending = self.store.find(&id).await?;
        if !pending.is_some_and(|pending| is_token(pending.notification.as_ref(), token)) {
            return Ok(false);
        }
        self.store.wake(&id).await?;
        self.woken.notify_one();
        Ok(true)
    }

    async fn claim(&self, room: usize) -> Result<Vec<Claim>, ConsentStoreError> {
        if room == 0 {
            return Ok(Vec::new());
        }
        let now = self.client.shared.settings.clock.now();
        self.store.claim(now, LEASE, room).await
    }

    /// Polls one request, and gives it back or ends it.
    async fn poll(&self, mut claim: Claim) -> Result<Option<FinishedConsent>, QueueTrouble> {
        // It may have been woken by a notification.
        claim.pending.wake();
        let mut pending = claim.pending.clone();
        let polled = {
            let mut polling = pin!(self.client.poll_unrecorded(&mut pending));
            loop {
                tokio::select! {
                    polled = &mut polling => break polled,
                    () = tokio::time::sleep(RENEWAL) => {
                        // Were the lease lost, only the end could tell: the answer may be on its way.
                        let _ = self.store.renew(&claim, LEASE).await;
                    }
                }
            }
        };
        claim.pending = pending;
        match polled {
            Ok(Some(mut finished)) => {
                // First the one atomic step, then what must happen once.
                if !self.store.complete(claim).await.map_err(QueueTrouble::Store)? {
                    return Ok(None);
                }
                self.client.record(&mut finished).await;
                Ok(Some(finished))
            }
            Ok(None) => {
                self.store.release(claim).await.map_err(QueueTrouble::Store)?;
                Ok(None)
            }
            Err(error) => {
                self.store.release(claim).await.map_err(QueueTrouble::Store)?;
                Err(QueueTrouble::Consent(error))
            }
        }
    }
}

/// What keeps a queue from going on for the moment.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum QueueTrouble {
    /// The store fails.
    #[error(transparent)]
    Store(ConsentStoreError),
    /// A request cannot be polled here now.
    #[error(transparent)]
    Consent(ConsentError),
    /// A poll broke off; the request is taken up again.
    #[error("a poll broke off")]
    BrokeOff,
}

fn hand_over(
    polled: Result<Result<Option<FinishedConsent>, QueueTrouble>, tokio::task::JoinError>,
    ended: &mut impl FnMut(FinishedConsent),
    trouble: &mut impl FnMut(&QueueTrouble),
) {
    match polled {
        Ok(Ok(Some(finished))) => ended(finished),
        Ok(Ok(None)) => {}
        Ok(Err(error)) => trouble(&error),
        Err(_) => trouble(&QueueTrouble::BrokeOff),
    }
}

impl fmt::Debug for ConsentQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentQueue").field("store", &self.store).finish_non_exhaustive()
    }
}
