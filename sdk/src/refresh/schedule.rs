//! What is due when: pure arithmetic on times, without a network, a clock or chance of its own.

use std::collections::BTreeMap;

use super::report::RefreshTarget;
use crate::time::UnixTime;

/// Seconds between two looks at a list for which nothing else is said.
pub(super) const INTERVAL: i64 = 3_600;
/// However short its `ttl`, or near its end, a list is not asked for more often.
const INTERVAL_LEAST: i64 = 300;
/// However long its `ttl`, a list is asked for as often.
const INTERVAL_MOST: i64 = 86_400;
/// The first pause after a failure; each further one is twice as long.
const RETRY_FIRST: i64 = 5;
/// The longest pause while there is no network. A gate that has network for five minutes a day must
/// not sleep through them.
const RETRY_NETWORK_MOST: i64 = 120;
/// The longest pause after answers that were of no use, or as long as a server may ask for.
const RETRY_ANSWER_MOST: i64 = 3_600;

/// What a list that is held says of its own life.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    pub(super) issued: UnixTime,
    pub(super) expires: Option<UnixTime>,
    /// Seconds after which the issuer advises to fetch it anew.
    pub(super) time_to_live: Option<i64>,
}

/// Whose fault it is that a list was not renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The network or the host: the host's other lists will do no better now.
    Host,
    /// The answer: it says nothing about other lists.
    Answer,
}

/// What to fetch, with what came of it so far.
#[derive(Debug)]
pub(super) struct Schedule {
    interval: i64,
    lists: BTreeMap<RefreshTarget, Entry>,
    hosts: BTreeMap<String, Pause>,
}

#[derive(Debug)]
struct Entry {
    host: String,
    /// The last look that succeeded, whether it brought something new or not.
    checked: Option<UnixTime>,
    /// Thousandths by which the interval is shortened, so that gates do not march in step.
    haste: i64,
    pause: Pause,
}

/// Failures in a row, and the end of the pause after the last.
#[derive(Debug, Default, Clone, Copy)]
struct Pause {
    failures: u32,
    until: Option<UnixTime>,
}

impl Schedule {
    pub(super) fn new(interval: i64) -> Self {
        Self { interval, lists: BTreeMap::new(), hosts: BTreeMap::new() }
    }

    /// Adds a list on a host, if it is not there yet.
    pub(super) fn add(&mut self, target: RefreshTarget, host: &str) {
        self.lists.entry(target).or_insert_with(|| Entry {
            host: host.to_owned(),
            checked: None,
            haste: 0,
            pause: Pause::default(),
        });
    }

    pub(super) fn contains(&self, target: &RefreshTarget) -> bool {
        self.lists.contains_key(target)
    }

    /// Everything is due, now.
    pub(super) fn hurry(&mut self) {
        self.hosts.clear();
        for entry in self.lists.values_mut() {
            entry.checked = None;
            entry.pause = Pause::default();
        }
    }

    /// One list is due, as soon as its pauses allow.
    pub(super) fn doubt(&mut self, target: &RefreshTarget) {
        if let Some(entry) = self.lists.get_mut(target) {
            entry.checked = None;
        }
    }

    /// What is due, the trust list first. Of a host that failed last time only one list is tried,
    /// until it answers again.
    pub(super) fn due(
        &self,
        now: UnixTime,
        life: impl Fn(&RefreshTarget) -> Option<Life>,
    ) -> Vec<RefreshTarget> {
        let mut tried = Vec::new();
        let mut due = Vec::new();
        for (target, entry) in &self.lists {
            if self.due_at(entry, life(target), now) > now {
                continue;
            }
            let host = entry.host.as_str();
            let failing = self.hosts.get(host).is_some_and(|pause| pause.failures > 0);
            if failing && tried.contains(&host) {
                continue;
            }
            tried.push(host);
            due.push(target.clone());
        }
        due
    }

    /// When the next list is due.
    pub(super) fn next(
        &self,
        now: UnixTime,
        life: impl Fn(&RefreshTarget) -> Option<Life>,
    ) -> Option<UnixTime> {
        self.lists.iter().map(|(target, entry)| self.due_at(entry, life(target), now)).min()
    }

    /// Whether the host of a list is being left alone.
    pub(super) fn host_is_paused(&self, target: &RefreshTarget, now: UnixTime) -> bool {
        let host = self.lists.get(target).and_then(|entry| self.hosts.get(&entry.host));
        host.is_some_and(|pause| pause.end(now) > now)
    }

    /// A list is up to date. `chance` is any number.
    pub(super) fn succeeded(&mut self, target: &RefreshTarget, now: UnixTime, chance: u64) {
        let Some(entry) = self.lists.get_mut(target) else { return };
        entry.checked = Some(now);
        entry.haste = below(chance, 100);
        entry.pause = Pause::default();
        self.hosts.remove(&entry.host);
    }

    /// A list could not be renewed. `retry_after` is what the server asked for, in seconds.
    pub(super) fn failed(
        &mut self,
        target: &RefreshTarget,
        now: UnixTime,
        fault: Fault,
        retry_after: Option<i64>,
        chance: u64,
    ) {
        let Some(entry) = self.lists.get_mut(target) else { return };
        match fault {
            Fault::Host => {
                entry.pause.extend(now, RETRY_NETWORK_MOST, retry_after, chance);
                let host = self.hosts.entry(entry.host.clone()).or_default();
                host.extend(now, RETRY_NETWORK_MOST, retry_after, chance);
            }
            Fault::Answer => {
                entry.pause.extend(now, RETRY_ANSWER_MOST, retry_after, chance);
                self.hosts.remove(&entry.host);
            }
        }
    }

    /// When a list is due. A time that is past means: since then.
    fn due_at(&self, entry: &Entry, life: Option<Life>, now: UnixTime) -> UnixTime {
        let host = self.hosts.get(&entry.host).map_or(now, |pause| pause.end(now));
        self.wanted_at(entry, life, now).max(entry.pause.end(now)).max(host)
    }

    /// When a list should be looked at, if nothing stood in the way.
    fn wanted_at(&self, entry: &Entry, life: Option<Life>, now: UnixTime) -> UnixTime {
        // A look that is dated in the future was made before the clock was set back.
        let Some(checked) = entry.checked.filter(|checked| *checked <= now) else { return now };
        let soonest = checked.plus(INTERVAL_LEAST);
        let Some(life) = life else { return soonest };
        let advised = life.time_to_live.unwrap_or(self.interval);
        let interval = advised.clamp(INTERVAL_LEAST, INTERVAL_MOST);
        let haste = interval.saturating_mul(entry.haste).checked_div(1_000).unwrap_or_default();
        let usual = checked.plus(interval).minus(haste);
        let before_end = life.expires.map_or(usual, |expires| {
            let lead = expires.since(life.issued).checked_div(10).unwrap_or_default();
            expires.minus(lead.clamp(0, INTERVAL))
        });
        usual.min(before_end).max(soonest)
    }
}

impl Pause {
    fn extend(&mut self, now: UnixTime, most: i64, retry_after: Option<i64>, chance: u64) {
        let whole = RETRY_FIRST.saturating_mul(2_i64.saturating_pow(self.failures)).min(most);
        // Between half of it and all of it: gates that failed together do not come back together.
        let half = whole.checked_div(2).unwrap_or_default();
        let pause = half.saturating_add(below(chance, whole.saturating_sub(half)));
        let asked = retry_after.unwrap_or_default().clamp(0, RETRY_ANSWER_MOST);
        self.failures = self.failures.saturating_add(1);
        self.until = Some(now.plus(pause.max(asked)));
    }

    /// The end of the pause; a pause that is longer than any was made before the clock was set back.
    fn end(self, now: UnixTime) -> UnixTime {
        self.until.filter(|until| until.since(now) <= RETRY_ANSWER_MOST).unwrap_or(now)
    }
}

/// `chance` brought to `0..=limit`.
fn below(chance: u64, limit: i64) -> i64 {
    let limit = u64::try_from(limit).unwrap_or_default().saturating_add(1);
    chance.checked_rem(limit).and_then(|part| i64::try_from(part).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Fault, INTERVAL, Life, Schedule};
    use crate::refresh::report::RefreshTarget::{self, StatusList, TrustList};
    use crate::time::UnixTime;

    const DAY: i64 = 86_400;
    const HOST: &str = "https://a.example";

    fn at(secs: i64) -> UnixTime {
        UnixTime::from_secs(1_790_000_000).plus(secs)
    }

    fn list(number: u32) -> RefreshTarget {
        StatusList(format!("{HOST}/status/{number}"))
    }

    fn schedule(targets: &[RefreshTarget]) -> Schedule {
        let mut schedule = Schedule::new(INTERVAL);
        for target in targets {
            schedule.add(target.clone(), HOST);
        }
        schedule
    }

    fn life(
        time_to_live: Option<i64>,
        expires: Option<i64>,
    ) -> impl Fn(&RefreshTarget) -> Option<Life> {
        move |_| Some(Life { issued: at(0), expires: expires.map(at), time_to_live })
    }

    /// Seconds from the start at which the only list is due, after a look at the start.
    fn due_after(time_to_live: Option<i64>, expires: Option<i64>) -> i64 {
        let mut schedule = schedule(&[TrustList]);
        schedule.succeeded(&TrustList, at(0), 0);
        let next = schedule.next(at(0), life(time_to_live, expires));
        next.map_or(-1, |next| next.since(at(0)))
    }

    #[test]
    fn time_to_live_and_end_decide_within_bounds() {
        assert_eq!(due_after(None, None), INTERVAL);
        assert_eq!(due_after(Some(43_200), Some(DAY)), 43_200);
        assert_eq!(due_after(Some(1), None), 300, "not more often");
        assert_eq!(due_after(Some(90 * DAY), None), DAY, "not more seldom");
        assert_eq!(due_after(Some(DAY), Some(43_200)), 43_200 - 3_600, "before it ends");
        assert_eq!(due_after(None, Some(-DAY)), 300, "it has ended, and there is no newer one");
    }

    #[test]
    fn what_is_not_held_is_due_at_once_and_the_trust_list_comes_first() {
        let schedule = schedule(&[list(2), list(1), TrustList]);
        assert_eq!(schedule.due(at(0), |_| None), [TrustList, list(1), list(2)]);
    }

    #[test]
    fn chance_shortens_the_interval_by_a_tenth_at_most() {
        for chance in 0..500 {
            let mut schedule = schedule(&[TrustList]);
            schedule.succeeded(&TrustList, at(0), chance);
            let next = schedule.next(at(0), life(None, None)).map(|next| next.since(at(0)));
            assert!(next.is_some_and(|next| (3_240..=3_600).contains(&next)), "{next:?}");
        }
    }

    #[test]
    fn pauses_grow_to_two_minutes_without_network_and_to_an_hour_after_bad_answers() {
        for (fault, most) in [(Fault::Host, 120), (Fault::Answer, 3_600)] {
            let mut schedule = schedule(&[TrustList]);
            let mut now = at(0);
            let mut pauses = Vec::new();
            for chance in 0..200 {
                schedule.failed(&TrustList, now, fault, None, chance * 7_919);
                let next = schedule.next(now, |_| None).unwrap_or(now);
                assert!(schedule.due(next.minus(1), |_| None).is_empty());
                assert_eq!(schedule.due(next, |_| None), [TrustList]);
                pauses.push(next.since(now));
                now = next;
            }
            assert!(pauses.first().is_some_and(|first| (2..=5).contains(first)), "{pauses:?}");
            assert!(pauses.iter().skip(12).all(|pause| (most / 2..=most).contains(pause)));
        }
    }

    #[test]
    fn a_host_that_failed_is_tried_with_one_list_until_it_answers() {
        let mut schedule = schedule(&[TrustList, list(1), list(2)]);
        schedule.failed(&TrustList, at(0), Fault::Host, None, 0);
        assert_eq!(schedule.due(at(0), |_| None), []);
        assert!(schedule.host_is_paused(&list(1), at(0)));
        assert_eq!(schedule.due(at(10), |_| None), [TrustList]);
        schedule.succeeded(&TrustList, at(10), 0);
        assert_eq!(schedule.due(at(10), |_| None), [list(1), list(2)]);
    }

    #[test]
    fn a_bad_answer_holds_up_no_other_list() {
        let mut schedule = schedule(&[list(1), list(2)]);
        schedule.failed(&list(1), at(0), Fault::Answer, None, 0);
        assert_eq!(schedule.due(at(0), |_| None), [list(2)]);
    }

    #[test]
    fn a_server_may_ask_for_patience_up_to_an_hour() {
        for (asked, given) in [(600, 600), (999_999, 3_600), (-5, 2)] {
            let mut schedule = schedule(&[TrustList]);
            schedule.failed(&TrustList, at(0), Fault::Host, Some(asked), 0);
            let next = schedule.next(at(0), |_| None).map(|next| next.since(at(0)));
            assert_eq!(next, Some(given));
        }
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_put_off_a_refresh() {
        let mut schedule = schedule(&[TrustList, list(1)]);
        schedule.succeeded(&TrustList, at(400 * DAY), 0);
        schedule.failed(&list(1), at(400 * DAY), Fault::Answer, None, 0);
        assert_eq!(schedule.due(at(0), life(None, None)), [TrustList, list(1)]);
    }
}
