//! One call for the answer to a request.

use std::time::Duration;

use super::answer::{ConsentResult, FinishedConsent};
use super::client::{ConsentClient, ended_by};
use super::error::ConsentError;
use super::metadata::Failure;
use super::pending::PendingConsent;
use super::poll;
use super::reply::Reply;
use super::sources::Moment;
use crate::audit::GatewayErrorCode;

impl ConsentClient {
    /// Asks the gateway once for the answer. `None` while the citizen has not answered; a call
    /// before [`PendingConsent::next_poll`] sends nothing.
    ///
    /// # Errors
    ///
    /// [`ConsentError`] when the key does not sign now, or the request is another relying party's.
    pub async fn poll_once(
        &self,
        pending: &mut PendingConsent,
    ) -> Result<Option<FinishedConsent>, ConsentError> {
        let mut finished = self.poll_unrecorded(pending).await?;
        if let Some(finished) = &mut finished {
            self.record(finished).await;
        }
        Ok(finished)
    }

    /// [`poll_once`](Self::poll_once) without the record.
    pub(super) async fn poll_unrecorded(
        &self,
        pending: &mut PendingConsent,
    ) -> Result<Option<FinishedConsent>, ConsentError> {
        let now = self.now();
        if pending.relying_party != self.shared.settings.relying_party {
            // A queue that holds it does not take it up again at once.
            pending.schedule.note(now, poll::Reply::Failure, None);
            return Err(ConsentError::Foreign);
        }
        if pending.schedule.is_over(now) {
            let failing = pending.schedule.is_failing();
            let result = if failing { ConsentResult::Unreachable } else { ConsentResult::Expired };
            return Ok(Some(self.finished(pending, result)));
        }
        if !pending.is_due(now) {
            return Ok(None);
        }
        let polled = self.poll(pending, now).await;
        let after = self.now();
        match polled {
            Ok(Polled::Ended(result)) => Ok(Some(self.finished(pending, result))),
            Ok(Polled::Waiting(reply, retry_after)) => {
                pending.schedule.note(after, reply, retry_after);
                Ok(None)
            }
            Err(error) => {
                // Not the gateway's fault, but the next call must not follow at once either.
                pending.schedule.note(after, poll::Reply::Failure, None);
                Err(error)
            }
        }
    }

    async fn poll(&self, pending: &PendingConsent, now: Moment) -> Result<Polled, ConsentError> {
        let issuer = self.gateway_of(&pending.issuer)?;
        if pending.gateway.as_str() != issuer {
            return Err(ConsentError::Foreign);
        }
        // Before the tokens, which exist once: nothing on this side may fail after them.
        let seal = self.seal().await?;
        let gateway = &*self.gateway(&issuer);
        let metadata = match gateway.metadata(now).await {
            Ok(metadata) => metadata,
            Err(failure) => return Ok(failure.into()),
        };
        let reply = self.caller().tokens(gateway, &metadata, &pending.auth_req_id, now).await?;
        Ok(match reply {
            Reply::Good(tokens) => {
                let result = self.collect(gateway, &metadata, pending, seal, tokens).await;
                Polled::Ended(result)
            }
            Reply::Error(GatewayErrorCode::AuthorizationPending, after) => {
                Polled::Waiting(poll::Reply::Pending, after)
            }
            Reply::Error(GatewayErrorCode::SlowDown, after) => {
                Polled::Waiting(poll::Reply::SlowDown, after)
            }
            Reply::Error(code, _) => Polled::Ended(ended_by(code)),
            Reply::Failed(after) => Polled::Waiting(poll::Reply::Failure, after),
            Reply::Broken(code) => Polled::Ended(ConsentResult::ProtocolError(code)),
        })
    }
}

/// What came of one poll.
enum Polled {
    Ended(ConsentResult),
    Waiting(poll::Reply, Option<Duration>),
}

impl From<Failure> for Polled {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Network => Self::Waiting(poll::Reply::Failure, None),
            Failure::Protocol(code) => Self::Ended(ConsentResult::ProtocolError(code)),
        }
    }
}
