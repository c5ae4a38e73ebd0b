//! Trust that keeps itself fresh: trust list and status lists are fetched beside the scanning (trust
//! section 4).
//!
//! `schedule` says what is due when, as pure arithmetic. `fetch` makes one conditional request.
//! `driver` does what is due, puts it in force and has it stored; `task` repeats that. `report` tells
//! of it in plain words.

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

use crate::trust::Trust;

impl Trust {
    /// How far the own clock was off when a server was last met.
    pub fn clock_offset(&self) -> Option<ClockOffset> {
        self.refresh.offset()
    }

    /// Sets what [`clock_offset`](Self::clock_offset) tells, as from a store.
    pub fn set_clock_offset(&self, offset: Option<ClockOffset>) {
        self.refresh.set_offset(offset);
    }
}
