//! What all parts of the backend share.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use ikd_verifier::consent::{ConsentClient, ConsentStore, Purpose};
use ikd_verifier::{UnixTime, Verifier};
use tokio::sync::watch;

use crate::application::Application;
use crate::config::Config;
use crate::log::Log;
use crate::metrics::{Count, Metrics, Span};
use crate::setup;
use crate::store::{ApplicationStore, StoreError};

/// The backend: what verifies, what asks, and what keeps.
pub struct Bank {
    /// Checks QRs offline.
    pub(crate) verifier: Verifier,
    /// The trust state as its file holds it.
    pub(crate) trust_file: PathBuf,
    /// Asks citizens.
    pub(crate) client: ConsentClient,
    /// For what.
    pub(crate) purpose: Purpose,
    /// How long they have.
    pub(crate) answer_within: Option<std::num::NonZeroU32>,
    /// Requests that wait.
    pub(crate) consents: Arc<dyn ConsentStore>,
    /// Applications.
    pub(crate) applications: Arc<dyn ApplicationStore>,
    /// Names under which tellers reach it.
    pub(crate) hosts: Vec<String>,
    pub(crate) log: Log,
    pub(crate) metrics: Metrics,
    /// Says that an application of this instance has changed.
    pub(crate) changed: watch::Sender<()>,
    /// Says that the instance stops.
    pub(crate) stopping: watch::Sender<bool>,
}

/// The backend, as handlers get it.
pub type Shared = Arc<Bank>;

impl Bank {
    /// Opens everything that the configuration names.
    ///
    /// # Errors
    ///
    /// What cannot be opened, in words for operators.
    pub async fn open(
        config: &Config,
        log: Log,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        setup::open(config, log).await
    }

    /// Keeps how an application ended; `false` if that was known already.
    pub(crate) async fn finish(&self, application: Application) -> Result<bool, StoreError> {
        let finished = self.applications.finish(application.clone()).await?;
        if finished {
            self.tell(&application);
        }
        Ok(finished)
    }

    /// Logs and counts an application that ended.
    pub(crate) fn tell(&self, application: &Application) {
        use crate::application::State;
        let outcome = match application.receipt() {
            Some(receipt) => {
                let took = receipt.times.answered.since(receipt.times.asked);
                let took = std::time::Duration::from_secs(took.try_into().unwrap_or_default());
                self.metrics.took(Span::Answer, took);
                receipt.outcome.as_str()
            }
            None => application.state.as_str(),
        };
        self.metrics.count(Count::Requests, outcome);
        self.log.event("request_ended", &[("id", &application.id), ("outcome", &outcome)]);
        if let State::Decided(decided) = &application.state {
            let verdict = decided.decision.verdict.as_str();
            self.metrics.count(Count::Decisions, verdict);
            self.log.event("decided", &[("id", &application.id), ("verdict", &verdict)]);
        }
        self.changed.send_replace(());
    }

    /// Logs and counts something that failed on this side.
    pub(crate) fn trouble(&self, kind: &'static str, error: &dyn fmt::Display) {
        self.metrics.count(Count::Troubles, kind);
        self.log.event("trouble", &[("kind", &kind), ("error", error)]);
    }

    /// Ready when the instance stops.
    pub(crate) async fn stopped(&self) {
        // The sender lives as long as this does.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// The outermost clock.
    pub(crate) fn now(&self) -> UnixTime {
        UnixTime::now()
    }
}

impl fmt::Debug for Bank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bank")
            .field("purpose", self.purpose.id())
            .field("applications", &self.applications)
            .finish_non_exhaustive()
    }
}
