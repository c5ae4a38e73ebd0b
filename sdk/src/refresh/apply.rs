//! From fetched bytes to lists in force.

use sha2::{Digest, Sha256};

use super::memo::held;
use super::report::{RefreshOutcome, RefreshTarget};
use super::schedule::Life;
use crate::time::UnixTime;
use crate::trust::{Trust, TrustState};

/// What a list that is in force says of its own life.
pub(super) fn life(state: &TrustState, target: &RefreshTarget) -> Option<Life> {
    match target {
        RefreshTarget::TrustList => state.list().map(|list| Life {
            issued: list.issued(),
            expires: Some(list.expires()),
            time_to_live: None,
        }),
        // One that its key does not vouch for any more is as good as none.
        RefreshTarget::StatusList(uri) => {
            state.status_list(uri).filter(|list| !list.is_withdrawn()).map(|list| Life {
                issued: list.issued(),
                expires: list.expires(),
                time_to_live: list.time_to_live().map(|ttl| i64::try_from(ttl).unwrap_or(i64::MAX)),
            })
        }
    }
}

/// Checks a list like one from a stranger, and puts it in force. Takes its time for a large one.
pub(super) fn put_in_force(
    trust: &Trust,
    target: &RefreshTarget,
    bytes: &[u8],
    now: UnixTime,
) -> RefreshOutcome {
    if held(&trust.snapshot(), target).is_some_and(|held| *held == *Sha256::digest(bytes)) {
        return RefreshOutcome::Unchanged;
    }
    match target {
        RefreshTarget::TrustList => match trust.update_list(bytes, now) {
            Ok(version) => {
                let issued = trust.snapshot().list().map_or(now, |list| list.issued());
                RefreshOutcome::Updated { version: Some(version), issued }
            }
            Err(error) => RefreshOutcome::TrustListRefused(error),
        },
        RefreshTarget::StatusList(uri) => match trust.update_status(uri, bytes) {
            Ok(()) => {
                let issued = trust.snapshot().status_list(uri).map_or(now, |list| list.issued());
                RefreshOutcome::Updated { version: None, issued }
            }
            Err(error) => RefreshOutcome::StatusListRefused(error),
        },
    }
}
