//! Recording how a request ended.

use std::sync::Arc;

use super::answer::{ConsentResult, FinishedConsent, Recorded};
use super::client::ConsentClient;
use super::pending::PendingConsent;
use crate::audit::{ConsentReceipt, Salt};

impl ConsentClient {
    /// Ends a request: writes its receipt, and appends that to the audit log, if there is one.
    pub(super) async fn end(
        &self,
        pending: &PendingConsent,
        result: ConsentResult,
    ) -> FinishedConsent {
        let mut finished = self.finished(pending, result);
        self.record(&mut finished).await;
        finished
    }

    /// A request that ended, not recorded yet.
    pub(super) fn finished(
        &self,
        pending: &PendingConsent,
        result: ConsentResult,
    ) -> FinishedConsent {
        let pseudonyms = self.shared.settings.pseudonyms.as_ref();
        FinishedConsent::new(pending, result, self.now().secs(), pseudonyms)
    }

    /// Appends the receipt to the audit log. A log that fails takes no answer away: the citizen has
    /// consented, and the caller holds the receipt.
    pub(super) async fn record(&self, finished: &mut FinishedConsent) {
        if let Some(appended) = self.append(&finished.receipt).await {
            finished.recorded = match appended {
                Ok(seq) => Recorded::Entry(seq),
                Err(error) => Recorded::Failed(error),
            };
        }
    }

    async fn append(&self, receipt: &ConsentReceipt) -> Option<Result<u64, RecordError>> {
        let log = self.shared.settings.receipts.clone()?;
        let mut salt = [0; 16];
        if let Err(error) = self.shared.settings.random.fill(&mut salt) {
            return Some(Err(Arc::new(error)));
        }
        let (receipt, now) = (receipt.clone(), self.now().secs());
        // The log waits for the disk.
        let appending = move || log.append(&receipt, Salt::from_bytes(salt), now);
        Some(match tokio::task::spawn_blocking(appending).await {
            Ok(Ok(appended)) => Ok(appended.seq),
            Ok(Err(error)) => Err(Arc::new(error)),
            Err(error) => Err(Arc::new(error)),
        })
    }
}

/// Why a receipt is not in the log.
pub(super) type RecordError = Arc<dyn std::error::Error + Send + Sync>;
