//! Does what is due: fetches, puts in force, has it stored, and tells.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::{JoinSet, spawn_blocking};

use super::apply::{life, put_in_force};
use super::chance::Chance;
use super::clock::ClockOffset;
use super::fetch::{Answer, Fetched, Request};
use super::memo::RefreshMemo;
use super::options::RefreshOptions;
use super::report::{RefreshEvent, RefreshOutcome, RefreshTarget};
use super::schedule::{Fault, Schedule};
use super::store::save;
use crate::http::{HttpClient, HttpError};
use crate::time::UnixTime;
use crate::trust::{StatusListError, Trust};

/// Keeps a [`Trust`] fresh, beside the scanning, which never waits for it.
///
/// A list is asked for when its `ttl` is over or its end is near, under the `ETag` of what is held.
/// Whatever comes is checked like a list from a stranger, and one that is refused changes nothing.
/// After failures the pauses grow, with random parts; without a network one list per host is tried
/// every two minutes at most.
///
/// [`spawn`](Self::spawn) lets it run in the background. Where something else keeps time, as `cron`
/// or a simulation, [`refresh_once`](Self::refresh_once) and [`refresh_due`](Self::refresh_due) take
/// the time as an argument.
///
/// ```no_run
/// use std::sync::Arc;
/// use ikd_verifier::{
///     FileRefreshStore, FileTrustStore, Language, MemoryReplayStore, Policy, RefreshOptions,
///     Refresher, Verifier,
/// };
///
/// # async fn gate() -> Result<(), Box<dyn std::error::Error>> {
/// let file = FileTrustStore::new("/var/lib/gate/trust.state");
/// let trust = Arc::new(file.load()?.ok_or("run `ikd trust init` first")?);
/// let options = RefreshOptions::new("https://trust.example/ikd/trust")
///     .store(Arc::new(FileRefreshStore::new(file, "/var/lib/gate/refresh")));
/// let refresh = Refresher::new(Arc::clone(&trust), options)?.spawn(|event| {
///     if event.news {
///         println!("{} {}", event.at, event.text(Language::Indonesian));
///     }
/// });
/// // Scans go on under the same trust, on any thread, and are never held up.
/// let verifier = Verifier::new(trust, Arc::new(MemoryReplayStore::new()), Policy::new());
/// # drop(verifier);
/// refresh.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Refresher {
    trust: Arc<Trust>,
    client: HttpClient,
    options: RefreshOptions,
    schedule: Schedule,
    memo: RefreshMemo,
    told: BTreeMap<Option<RefreshTarget>, &'static str>,
    trust_unsaved: bool,
    memo_unsaved: bool,
    chance: Chance,
}

impl Refresher {
    /// Will keep `trust` fresh; takes up what its store remembers.
    ///
    /// # Errors
    ///
    /// [`HttpError`] when an address is not https, or the options cannot be used.
    pub fn new(trust: Arc<Trust>, options: RefreshOptions) -> Result<Self, HttpError> {
        let client = HttpClient::new(&options.http)?;
        for address in options.status_urls.iter().chain([&options.trust_url]) {
            client.resolve(address)?;
        }
        let memo = options.store.as_ref().map(|store| store.load_memo()).unwrap_or_default();
        if trust.clock_offset().is_none() {
            trust.set_clock_offset(memo.clock_offset());
        }
        let mut this = Self {
            schedule: Schedule::new(options.interval),
            chance: Chance(options.seed),
            told: BTreeMap::new(),
            trust_unsaved: false,
            memo_unsaved: false,
            trust,
            client,
            options,
            memo,
        };
        this.schedule.add(RefreshTarget::TrustList, &this.host(&this.options.trust_url));
        for uri in this.options.status_urls.clone() {
            this.add(uri);
        }
        Ok(this)
    }

    /// The trust that is kept fresh.
    pub fn trust(&self) -> &Arc<Trust> {
        &self.trust
    }

    /// Looks at every list now, whatever its time, and returns what came of it.
    pub async fn refresh_once(&mut self, now: UnixTime) -> Vec<RefreshEvent> {
        self.schedule.hurry();
        self.refresh_due(now).await
    }

    /// Looks at the lists that are due at `now`, each once.
    pub async fn refresh_due(&mut self, now: UnixTime) -> Vec<RefreshEvent> {
        let mut round = Round::new(now);
        loop {
            let due = self.due(round.now(), &round.tried);
            // By itself, for it decides whose status lists count.
            let due = match due.first() {
                None => break,
                Some(RefreshTarget::TrustList) => vec![RefreshTarget::TrustList],
                Some(RefreshTarget::StatusList(_)) => due,
            };
            self.look_at(due, &mut round).await;
        }
        if let Some(offset) = round.offset {
            self.note_clock(offset, &mut round.events);
        }
        self.store(now, &mut round.events).await;
        round.events
    }

    /// When something will be due: at once for a time that has passed.
    pub fn next_due(&mut self, now: UnixTime) -> UnixTime {
        self.learn();
        let state = self.trust.snapshot();
        self.schedule.next(now, |target| life(&state, target)).unwrap_or(now)
    }

    /// Stores what is in force and not stored yet.
    pub(super) async fn finish(&mut self, now: UnixTime) -> Vec<RefreshEvent> {
        let mut events = Vec::new();
        self.store(now, &mut events).await;
        events
    }

    fn due(&mut self, now: UnixTime, tried: &BTreeSet<RefreshTarget>) -> Vec<RefreshTarget> {
        self.learn();
        let state = self.trust.snapshot();
        let mut due = self.schedule.due(now, |target| life(&state, target));
        due.retain(|target| !tried.contains(target));
        due
    }

    /// Schedules the lists that are held by now, and those that credentials asked for.
    fn learn(&mut self) {
        let state = self.trust.snapshot();
        let held = state.status_lists().map(|list| list.uri().to_owned());
        let wanted = self.trust.refresh.take_wanted();
        for uri in held.chain(wanted) {
            self.add(uri);
        }
    }

    fn add(&mut self, uri: String) {
        let target = RefreshTarget::StatusList(uri);
        if !self.schedule.contains(&target) {
            let host = self.host(self.address(&target));
            self.schedule.add(target, &host);
        }
    }

    fn host(&self, address: &str) -> String {
        self.client
            .resolve(address)
            .map(|url| url.origin().ascii_serialization())
            .unwrap_or_default()
    }

    fn address<'a>(&'a self, target: &'a RefreshTarget) -> &'a str {
        target.uri().unwrap_or(&self.options.trust_url)
    }

    /// Fetches some lists at once, but no more than the options allow.
    async fn look_at(&mut self, due: Vec<RefreshTarget>, round: &mut Round) {
        round.tried.extend(due.iter().cloned());
        let mut waiting = due.into_iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < self.options.parallel
                && let Some(target) = waiting.next()
            {
                // Its host may have failed since this began.
                if !self.schedule.host_is_paused(&target, round.now()) {
                    let request = self.request(target);
                    let (client, now) = (self.client.clone(), round.millis());
                    running.spawn(async move { request.send(&client, now).await });
                }
            }
            match running.join_next().await {
                Some(Ok(answer)) => self.settle(answer, round).await,
                Some(Err(_)) => {}
                None => break,
            }
        }
    }

    fn request(&self, target: RefreshTarget) -> Request {
        let address = self.address(&target).to_owned();
        let etag = self.memo.etag(&target, &address, &self.trust.snapshot()).map(str::to_owned);
        Request { target, address, etag }
    }

    /// Puts an answer in force, and plans on.
    async fn settle(&mut self, answer: Answer, round: &mut Round) {
        let Answer { target, result, offset } = answer;
        let now = round.now();
        round.note_offset(offset);
        let outcome = match result {
            Ok(Fetched::Unchanged) => RefreshOutcome::Unchanged,
            Ok(Fetched::New { bytes, etag }) => self.take_up(&target, bytes, etag, now).await,
            Err(error) => RefreshOutcome::Failed(error),
        };
        let chance = self.chance.next();
        match &outcome {
            RefreshOutcome::Failed(error) => {
                let (fault, after) = (error.fault(), error.retry_after());
                self.schedule.failed(&target, now, fault, after, chance);
            }
            outcome if outcome.is_good() => self.schedule.succeeded(&target, now, chance),
            _ => self.schedule.failed(&target, now, Fault::Answer, None, chance),
        }
        if let RefreshOutcome::StatusListRefused(StatusListError::UnknownKey) = outcome {
            // The key may be in a newer trust list than the one held.
            self.schedule.doubt(&RefreshTarget::TrustList);
        }
        let event = self.event(now, Some(target), outcome);
        round.events.push(event);
    }

    /// Checks and inflates on a thread where that may take its time.
    async fn take_up(
        &mut self,
        target: &RefreshTarget,
        bytes: Vec<u8>,
        etag: Option<String>,
        now: UnixTime,
    ) -> RefreshOutcome {
        let (trust, list) = (Arc::clone(&self.trust), target.clone());
        let work = move || put_in_force(&trust, &list, &bytes, now);
        let Ok(outcome) = spawn_blocking(work).await else {
            return RefreshOutcome::NotStored("the work was stopped".to_owned());
        };
        if outcome.is_good() {
            let address = target.uri().unwrap_or(&self.options.trust_url);
            self.memo.remember(target.clone(), etag, address, &self.trust.snapshot());
            self.memo_unsaved = true;
            self.trust_unsaved |= matches!(outcome, RefreshOutcome::Updated { .. });
        }
        outcome
    }

    fn note_clock(&mut self, offset: ClockOffset, events: &mut Vec<RefreshEvent>) {
        self.trust.set_clock_offset(Some(offset));
        self.memo.set_offset(offset);
        self.memo_unsaved = true;
        if offset.is_off() {
            let outcome = RefreshOutcome::ClockOffset(offset);
            events.push(self.event(offset.measured, None, outcome));
        } else {
            self.told.remove(&None);
        }
    }

    /// Has the store keep what is new; tried again with the next refresh if it fails.
    async fn store(&mut self, now: UnixTime, events: &mut Vec<RefreshEvent>) {
        let Some(store) = self.options.store.clone() else { return };
        if !self.trust_unsaved && !self.memo_unsaved {
            return;
        }
        let trust = self.trust_unsaved.then(|| Arc::clone(&self.trust));
        let memo = self.memo.clone();
        let saved = spawn_blocking(move || save(&*store, trust.as_deref(), &memo)).await;
        match saved.unwrap_or_else(|stopped| Err(io::Error::other(stopped))) {
            Ok(()) => (self.trust_unsaved, self.memo_unsaved) = (false, false),
            Err(error) => {
                let outcome = RefreshOutcome::NotStored(error.to_string());
                events.push(self.event(now, None, outcome));
            }
        }
    }

    fn event(
        &mut self,
        at: UnixTime,
        target: Option<RefreshTarget>,
        outcome: RefreshOutcome,
    ) -> RefreshEvent {
        let code = outcome.code();
        let before = self.told.insert(target.clone(), code);
        let news = before != Some(code) || matches!(outcome, RefreshOutcome::Updated { .. });
        RefreshEvent { at, target, outcome, news }
    }
}

/// One call of [`Refresher::refresh_due`].
struct Round {
    /// The time that the caller gave, and the moment at which it did.
    began: (UnixTime, Instant),
    events: Vec<RefreshEvent>,
    tried: BTreeSet<RefreshTarget>,
    offset: Option<ClockOffset>,
}

impl Round {
    fn new(now: UnixTime) -> Self {
        let began = (now, Instant::now());
        Self { began, events: Vec::new(), tried: BTreeSet::new(), offset: None }
    }

    /// A large round takes minutes.
    fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.millis().checked_div(1_000).unwrap_or_default())
    }

    fn millis(&self) -> i64 {
        let (time, moment) = self.began;
        let since = i64::try_from(moment.elapsed().as_millis()).unwrap_or(i64::MAX);
        time.secs().saturating_mul(1_000).saturating_add(since)
    }

    /// Keeps the most certain measurement.
    fn note_offset(&mut self, offset: Option<ClockOffset>) {
        if let Some(offset) = offset
            && self.offset.is_none_or(|known| offset.uncertainty < known.uncertainty)
        {
            self.offset = Some(offset);
        }
    }
}
