//! How much work a scan may do.

use std::fmt;

/// What one scan may cost.
///
/// Work is counted in units of roughly one pixel or module looked at (a few nanoseconds). The same
/// frame and budget always give the same answer: no clock is read. Whoever wants a time limit gives
/// [`Scanner::scan_until`](super::Scanner::scan_until) a callback that looks at one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// Work units after which the scan ends.
    pub work: u64,
    /// Codes after which the scan ends.
    pub max_codes: usize,
    /// Groups of three finder patterns that are tried in each pass over the frame.
    pub max_triples: usize,
    /// Also look for what only a still picture is worth: tiny and huge codes, every pixel row.
    pub thorough: bool,
}

impl Budget {
    /// For video: one code, and no more than a few tens of milliseconds on a phone.
    pub fn realtime() -> Self {
        Self { work: 12_000_000, max_codes: 1, max_triples: 8, thorough: false }
    }

    /// For stills: up to 16 codes, and every way of finding them.
    pub fn thorough() -> Self {
        Self { work: 400_000_000, max_codes: 16, max_triples: 40, thorough: true }
    }
}

impl Default for Budget {
    /// The same as [`Budget::realtime`].
    fn default() -> Self {
        Self::realtime()
    }
}

/// Counts work down, and asks the caller now and then.
pub(crate) struct Meter<'a> {
    left: u64,
    spent: u64,
    stop: Option<&'a mut dyn FnMut() -> bool>,
}

impl fmt::Debug for Meter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("left", &self.left).field("spent", &self.spent).finish()
    }
}

impl<'a> Meter<'a> {
    pub(crate) fn new(work: u64, stop: Option<&'a mut dyn FnMut() -> bool>) -> Self {
        Self { left: work, spent: 0, stop }
    }

    /// Takes `work` from what is left; `None` when there is not enough, or the caller says stop.
    pub(crate) fn spend(&mut self, work: u64) -> Option<()> {
        let enough = self.left.checked_sub(work);
        let stopped = self.stop.as_mut().is_some_and(|stop| stop());
        self.left = if stopped { 0 } else { enough.unwrap_or(0) };
        self.spent = self.spent.saturating_add(work);
        (enough.is_some() && !stopped).then_some(())
    }

    pub(crate) fn spent(&self) -> u64 {
        self.spent
    }

    /// Whether the budget has ended.
    pub(crate) fn is_empty(&self) -> bool {
        self.left == 0
    }
}
