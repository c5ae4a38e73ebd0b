//! When to poll: a state machine of times alone (consent section 2).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sources::Moment;

/// What each `slow_down` adds to the interval, for good (CIBA section 11).
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// How often a request is polled that a notification should wake: notifications can get lost.
const FALLBACK: Duration = Duration::from_secs(30);
/// The last poll comes so long before the end, so that a late answer is not lost.
const BEFORE_END: Duration = Duration::from_millis(1_500);
/// The longest life of a request.
const MAX_LIFE: Duration = Duration::from_secs(3_600);
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// The polling of one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Schedule {
    /// The least time between two calls.
    interval_ms: u64,
    /// The last call.
    last: Moment,
    /// Before this no call may be made, whatever wakes the request.
    earliest: Moment,
    /// When the next one is due.
    next: Moment,
    expires: Moment,
    /// Whether a notification is expected.
    ping: bool,
    /// Whether the last call got no answer.
    failing: bool,
}

/// What came of a call that did not end the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    /// `authorization_pending`.
    Pending,
    /// `slow_down`.
    SlowDown,
    /// No answer, or a server's failure.
    Failure,
}

impl Schedule {
    /// The schedule of a request that the gateway has just accepted.
    pub(crate) fn new(now: Moment, life: Duration, interval: Duration, ping: bool) -> Self {
        let interval_ms = interval.clamp(MIN_INTERVAL, MAX_LIFE).as_millis();
        let mut schedule = Self {
            interval_ms: u64::try_from(interval_ms).unwrap_or(u64::MAX),
            last: now,
            earliest: now,
            next: now,
            expires: now.plus(life.min(MAX_LIFE)),
            ping,
            failing: false,
        };
        schedule.plan(now, Duration::ZERO);
        schedule
    }

    /// The schedule of a request that the gateway has not accepted: there is nothing to poll.
    pub(crate) const fn over(now: Moment) -> Self {
        Self {
            interval_ms: 0,
            last: now,
            earliest: now,
            next: now,
            expires: now,
            ping: false,
            failing: false,
        }
    }

    /// Notes what came of a call at `now`, with the `Retry-After` of the answer.
    pub(crate) fn note(&mut self, now: Moment, reply: Reply, retry_after: Option<Duration>) {
        if reply == Reply::SlowDown {
            let more = u64::try_from(SLOW_DOWN.as_millis()).unwrap_or(u64::MAX);
            self.interval_ms = self.interval_ms.saturating_add(more);
        }
        self.failing = reply == Reply::Failure;
        self.plan(now, retry_after.unwrap_or_default());
    }

    /// A notification came: the next call is due as soon as interval and
    /// `Retry-After` allow.
    pub(crate) fn wake(&mut self) {
        self.next = self.next.min(self.earliest);
    }

    /// How long to wait for the next call.
    pub(crate) fn wait(&self, now: Moment) -> Duration {
        // When the clock was set back, the moments mean nothing, and a whole pause is enough.
        if now < self.last { self.pause() } else { self.next.since(now) }
    }

    /// Whether a call may be made now.
    pub(crate) fn is_due(&self, now: Moment) -> bool {
        now >= self.next
    }

    /// When the next call is due.
    pub(crate) const fn next(&self) -> Moment {
        self.next
    }

    /// Whether the time is over.
    pub(crate) fn is_over(&self, now: Moment) -> bool {
        now >= self.expires
    }

    /// When the gateway forgets the request.
    pub(crate) const fn expires(&self) -> Moment {
        self.expires
    }

    /// Whether the last call got no answer.
    pub(crate) const fn is_failing(&self) -> bool {
        self.failing
    }

    fn interval(&self) -> Duration {
        Duration::from_millis(self.interval_ms)
    }

    /// The time to the next call when nothing speaks against it.
    fn pause(&self) -> Duration {
        if self.ping { self.interval().max(FALLBACK) } else { self.interval() }
    }

    fn plan(&mut self, now: Moment, at_least: Duration) {
        self.last = now;
        let regular = now.plus(self.pause().max(at_least));
        self.earliest = now.plus(self.interval().max(at_least));
        let final_call = self.expires.minus(BEFORE_END);
        // One call less than a pause before the end, if the interval allows it.
        self.next = if regular > final_call { self.earliest.max(final_call) } else { regular };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::from_millis(1_790_000_000_000);

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn at(millis: u64) -> Moment {
        START.plus(Duration::from_millis(millis))
    }

    /// The calls of a whole life in which every call gets the same reply.
    fn calls(mut schedule: Schedule, reply: Reply, retry_after: Option<Duration>) -> Vec<u128> {
        let mut now = START;
        let mut calls = Vec::new();
        loop {
            now = now.plus(schedule.wait(now));
            if schedule.is_over(now) {
                return calls;
            }
            assert!(schedule.is_due(now));
            calls.push(now.since(START).as_millis());
            schedule.note(now, reply, retry_after);
        }
    }

    #[test]
    fn keeps_the_interval_and_calls_once_more_before_the_end() {
        let schedule = Schedule::new(START, secs(18), secs(5), false);
        assert_eq!(calls(schedule, Reply::Pending, None), [5_000, 10_000, 15_000]);
        let schedule = Schedule::new(START, secs(22), secs(5), false);
        assert_eq!(calls(schedule, Reply::Pending, None), [5_000, 10_000, 15_000, 20_000]);
        let schedule = Schedule::new(START, secs(24), secs(5), false);
        assert_eq!(calls(schedule, Reply::Failure, None), [5_000, 10_000, 15_000, 20_000]);
    }

    #[test]
    fn slow_down_adds_five_seconds_for_good() {
        let mut schedule = Schedule::new(START, secs(120), secs(2), false);
        schedule.note(at(2_000), Reply::SlowDown, None);
        assert_eq!(schedule.wait(at(2_000)), secs(7));
        schedule.note(at(9_000), Reply::Pending, None);
        assert_eq!(schedule.wait(at(9_000)), secs(7));
        schedule.note(at(16_000), Reply::SlowDown, None);
        assert_eq!(schedule.wait(at(16_000)), secs(12));
    }

    #[test]
    fn honours_retry_after_once() {
        let mut schedule = Schedule::new(START, secs(120), secs(5), false);
        schedule.note(at(5_000), Reply::Failure, Some(secs(20)));
        schedule.wake();
        assert_eq!(schedule.wait(at(5_000)), secs(20));
        assert!(schedule.is_failing());
        schedule.note(at(25_000), Reply::Pending, Some(secs(1)));
        assert_eq!(schedule.wait(at(25_000)), secs(5));
        assert!(!schedule.is_failing());
        // Past the end: nothing is called any more.
        schedule.note(at(30_000), Reply::Pending, Some(secs(86_400)));
        assert!(schedule.is_over(at(30_000).plus(schedule.wait(at(30_000)))));
    }

    #[test]
    fn a_notification_wakes_but_never_breaks_the_interval() {
        let mut schedule = Schedule::new(START, secs(120), secs(5), true);
        assert_eq!(schedule.wait(START), secs(30));
        schedule.wake();
        assert_eq!(schedule.wait(at(1_000)), secs(4));
        assert!(!schedule.is_due(at(4_999)));
        schedule.note(at(5_000), Reply::Pending, None);
        assert_eq!(schedule.wait(at(5_000)), secs(30));
        let quiet = Schedule::new(START, secs(70), secs(5), true);
        assert_eq!(calls(quiet, Reply::Pending, None), [30_000, 60_000, 68_500]);
    }

    #[test]
    fn a_clock_set_back_costs_one_pause_at_most() {
        let mut schedule = Schedule::new(START, secs(120), secs(5), false);
        schedule.note(at(5_000), Reply::Pending, None);
        let back = START.minus(secs(3_600));
        assert_eq!(schedule.wait(back), secs(5));
    }

    #[test]
    fn senseless_numbers_are_bounded() {
        let schedule = Schedule::new(START, secs(u64::MAX), Duration::ZERO, false);
        assert_eq!(schedule.wait(START), secs(1));
        assert_eq!(schedule.expires(), START.plus(secs(3_600)));
        let schedule = Schedule::new(START, secs(60), secs(u64::MAX), false);
        assert!(schedule.is_over(START.plus(schedule.wait(START))));
    }
}
