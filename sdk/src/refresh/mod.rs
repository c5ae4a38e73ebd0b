//! Trust that keeps itself fresh: trust list and status lists are fetched beside the scanning (trust
//! section 4).
//!
//! `schedule` says what is due when, as pure arithmetic. `fetch` makes one conditional request.
//! `driver` does what is due, puts it in force (`apply`) and has it stored; `task` repeats that.
//! `report` tells of it in plain words.
//!
//! A scan and a refresh meet in [`Trust`] alone. A scan takes a snapshot, which a refresh replaces as a
//! whole; a scan that misses a status list leaves its URI there, once the issuer's signature over it
//! holds, and a refresh picks it up.

mod apply;
mod chance;
mod clock;
mod driver;
mod fetch;
mod link;
mod memo;
mod options;
mod report;
mod schedule;
mod store;
mod task;

pub use clock::ClockOffset;
pub use driver::Refresher;
pub(crate) use link::RefreshLink;
pub use memo::RefreshMemo;
pub use options::RefreshOptions;
pub use report::{FetchError, RefreshEvent, RefreshOutcome, RefreshTarget};
#[cfg(feature = "store")]
pub use store::FileRefreshStore;
pub use store::RefreshStore;
pub use task::RefreshTask;

use std::collections::BTreeSet;

use crate::trust::Trust;

impl Trust {
    /// How far the own clock was off when a server was last met.
    pub fn clock_offset(&self) -> Option<ClockOffset> {
        self.refresh.offset()
    }

    /// Asks for a status list, as every scan does that misses one. A refresher looks for it soon.
    pub fn want_status_list(&self, uri: &str) {
        self.refresh.want(uri);
    }

    /// The status lists that were asked for since the last call. For a process that scans while
    /// another one refreshes; a refresher of the same trust takes them by itself.
    pub fn take_wanted_status_lists(&self) -> BTreeSet<String> {
        self.refresh.take_wanted()
    }

    /// Sets what [`clock_offset`](Self::clock_offset) tells, as from a store.
    pub fn set_clock_offset(&self, offset: Option<ClockOffset>) {
        self.refresh.set_offset(offset);
    }
}
