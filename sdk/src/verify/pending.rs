//! A presentation that passed every step but the last.

use std::fmt;

use super::result::VerifiedPresentation;
use crate::refusal::{Code, Refusal};
use crate::replay::{Acceptance, ReplayError, ReplayKey, ReplayScope};
use crate::time::UnixTime;

/// Steps 1 to 23 hold; whether the presentation was accepted before (step 24) is still to be asked.
///
/// For replay stores that cannot answer while the caller waits, as in a browser, or behind a
/// service. It gives out nothing but the replay key: attributes are readable once
/// [`accept`](Self::accept) was told the store's answer, and not before.
///
/// Whoever has a [`ReplayStore`](crate::ReplayStore) calls
/// [`Verifier::verify_text`](crate::Verifier::verify_text), which does both.
#[must_use = "a pending presentation is not accepted"]
pub struct PendingPresentation {
    pub(super) verified: VerifiedPresentation,
    pub(super) key: ReplayKey,
    pub(super) keep_until: UnixTime,
}

impl PendingPresentation {
    /// What the store must record, if it is not there yet.
    pub fn replay_key(&self) -> &ReplayKey {
        &self.key
    }

    /// Until when the store must remember it.
    pub fn keep_until(&self) -> UnixTime {
        self.keep_until
    }

    /// Step 24: takes the answer of a store that recorded the key atomically, and the reach of that
    /// store.
    ///
    /// # Errors
    ///
    /// [`Code::Replayed`] when the key was there, [`Code::ReplayUnavailable`] when the store could
    /// not tell.
    pub fn accept(
        mut self,
        answer: Result<Acceptance, ReplayError>,
        scope: ReplayScope,
    ) -> Result<VerifiedPresentation, Refusal> {
        match answer {
            Ok(Acceptance::First) => {
                self.verified.replay_scope = scope;
                Ok(self.verified)
            }
            Ok(Acceptance::Seen) => Err(Code::Replayed.into()),
            Err(_) => Err(Code::ReplayUnavailable.into()),
        }
    }
}

impl fmt::Debug for PendingPresentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingPresentation")
            .field("keep_until", &self.keep_until)
            .finish_non_exhaustive()
    }
}
