//! Waiting for the citizen: polls until the request ends, with progress and cancellation.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::Notify;

use super::answer::FinishedConsent;
use super::client::{ConsentClient, Started};
use super::error::ConsentError;
use super::pending::{PendingConsent, id_of, is_token};
use super::request::AttributeRequest;
use crate::audit::Sha256Digest;
use crate::verify::VerifiedPresentation;

/// How the waiting goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Until the gateway forgets the request.
    pub time_left: Duration,
    /// Until the next call.
    pub next_poll: Duration,
    /// Whether the last call got no answer.
    pub failing: bool,
}

/// Why waiting stopped before the request ended.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The caller stopped it. The request goes on at the gateway, and can be waited for again.
    #[error("waiting was cancelled; the request can be taken up again until it expires")]
    Cancelled(Box<PendingConsent>),
    /// The request cannot be waited for here.
    #[error(transparent)]
    Consent(#[from] ConsentError),
}

impl ConsentClient {
    /// Waits until the request ends, however it does.
    ///
    /// # Errors
    ///
    /// [`ConsentError::Foreign`] and [`ConsentError::NoGateway`], when the stored request does not
    /// belong here.
    pub async fn finish(&self, pending: PendingConsent) -> Result<FinishedConsent, ConsentError> {
        let forever = std::future::pending();
        match self.wait(pending, |_| {}, forever).await {
            Ok(finished) => Ok(finished),
            Err(WaitError::Consent(error)) => Err(error),
            // Never: nobody cancels.
            Err(WaitError::Cancelled(_)) => Err(ConsentError::Foreign),
        }
    }

    /// Asks and waits, in one call.
    ///
    /// # Errors
    ///
    /// [`WaitError`] when the request could not be made, or `cancel` was first.
    pub async fn ask(
        &self,
        presentation: &VerifiedPresentation,
        request: AttributeRequest,
        progress: impl FnMut(Progress),
        cancel: impl Future<Output = ()>,
    ) -> Result<FinishedConsent, WaitError> {
        match self.start(presentation, request).await? {
            Started::Waiting(pending) => self.wait(*pending, progress, cancel).await,
            Started::Ended(finished) => Ok(*finished),
        }
    }

    /// Waits until the request ends, and tells `progress` how it goes: at once, and after each call
    /// of the gateway. Stops when `cancel` is ready; dropping the future stops it as well.
    ///
    /// # Errors
    ///
    /// [`WaitError::Cancelled`] with the request, [`WaitError::Consent`] when it does not belong
    /// here.
    pub async fn wait(
        &self,
        mut pending: PendingConsent,
        mut progress: impl FnMut(Progress),
        cancel: impl Future<Output = ()>,
    ) -> Result<FinishedConsent, WaitError> {
        let mut cancel = pin!(cancel);
        let notified = self.shared.waiting.enter(&pending);
        loop {
            let now = self.now();
            let time_left = pending.schedule.expires().since(now);
            let next_poll = pending.schedule.wait(now).min(time_left);
            progress(Progress { time_left, next_poll, failing: pending.schedule.is_failing() });
            tokio::select! {
                () = &mut cancel => return Err(WaitError::Cancelled(Box::new(pending))),
                () = notified.wait() => {
                    pending.wake();
                    continue;
                }
                () = tokio::time::sleep(next_poll) => {}
            }
            match self.poll_once(&mut pending).await {
                Ok(Some(finished)) => return Ok(finished),
                // A key service may answer again before the time is over.
                Ok(None) | Err(ConsentError::Signing(_) | ConsentError::Random(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// The requests that this process waits for and that a notification can wake.
#[derive(Debug, Default)]
pub(super) struct Waiting(Arc<Mutex<HashMap<String, Waiter>>>);

#[derive(Debug)]
struct Waiter {
    /// Of the token that wakes it.
    token: Sha256Digest,
    woken: Arc<Notify>,
}

/// A place among the waiting; leaves it when dropped.
struct Place {
    registry: Arc<Mutex<HashMap<String, Waiter>>>,
    id: Option<String>,
    woken: Arc<Notify>,
}

impl Waiting {
    fn enter(&self, pending: &PendingConsent) -> Place {
        let woken = Arc::new(Notify::new());
        let id = pending.notification.map(|token| {
            let waiter = Waiter { token, woken: woken.clone() };
            let mut registry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            registry.insert(pending.id(), waiter);
            pending.id()
        });
        Place { registry: self.0.clone(), id, woken }
    }

    /// Wakes the request of this name if the token is its own.
    pub(super) fn notify(&self, auth_req_id: &str, token: &str) -> bool {
        let registry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiter = registry.get(&id_of(auth_req_id));
        let waiter = waiter.filter(|waiter| is_token(Some(&waiter.token), token));
        waiter.inspect(|waiter| waiter.woken.notify_one()).is_some()
    }
}

impl Place {
    async fn wait(&self) {
        self.woken.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(id) = &self.id {
            self.registry.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        }
    }
}
