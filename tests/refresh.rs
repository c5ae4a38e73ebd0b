//! Refresh against a publisher, good and bad: what is held stays, and scanning goes on.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

use ikd_sandbox::publisher::{Misbehaviour, ORIGIN, Publisher, TRUST_URL};
use ikd_sandbox::{PresentOptions, Profile, STATUS_URI, Sandbox};
use ikd_tests::{OPENED, at, roots, sandbox, trust};
use ikd_verifier::{
    Code, FileRefreshStore, FileTrustStore, HttpOptions, MemoryReplayStore, Policy, RefreshEvent,
    RefreshOptions, Refresher, StatusReport, StatusUnknown, Trust, TrustState, Verifier,
};

/// A publisher whose clock is set by the test, and a verifier beside it.
struct World {
    publisher: Publisher,
    clock: Arc<AtomicI64>,
    trust: Arc<Trust>,
    verifier: Verifier,
}

impl World {
    fn new(trust: Arc<Trust>) -> Self {
        let clock = Arc::new(AtomicI64::new(OPENED));
        let time = Arc::clone(&clock);
        let publisher =
            Publisher::start(sandbox(), "127.0.0.1:0", move || time.load(Ordering::Relaxed));
        let replay = Arc::new(MemoryReplayStore::new());
        let verifier = Verifier::new(Arc::clone(&trust), replay, Policy::new());
        Self { publisher: publisher.expect("a free port"), clock, trust, verifier }
    }

    fn options(&self) -> RefreshOptions {
        let http = HttpOptions::new().timeout(Duration::from_millis(400));
        let http = http.danger_route(ORIGIN, &self.publisher.url()).expect("a loopback address");
        RefreshOptions::new(TRUST_URL).http(http).seed(1)
    }

    fn refresher(&self) -> Refresher {
        Refresher::new(Arc::clone(&self.trust), self.options()).expect("sound options")
    }

    fn set_clock(&self, now: i64) {
        self.clock.store(now, Ordering::Relaxed);
    }

    fn status(&self, now: i64) -> Result<StatusReport, Code> {
        let text = present(&sandbox(), 0, now);
        let result = self.verifier.verify_text(&text, at(now));
        result.map(|verified| verified.status()).map_err(|refusal| refusal.code())
    }
}

fn present(sandbox: &Sandbox, serial: u64, now: i64) -> String {
    let options = PresentOptions { serial, ..PresentOptions::default() };
    sandbox.present_with(&sandbox.persons()[0], Profile::Travel, now, &options).text()
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

fn once(refresher: &mut Refresher, now: i64) -> Vec<RefreshEvent> {
    wait(refresher.refresh_once(at(now)))
}

fn codes(events: &[RefreshEvent]) -> Vec<&'static str> {
    events.iter().map(RefreshEvent::code).collect()
}

#[test]
fn a_lost_phone_is_refused_after_the_next_refresh() {
    let world = World::new(trust(&sandbox()));
    let mut refresher = world.refresher();
    assert_eq!(codes(&once(&mut refresher, OPENED)), ["unchanged", "unchanged"]);
    world.set_clock(OPENED + 60);
    let lost = sandbox().persons()[0].slug().to_owned();
    world.publisher.report_lost(&lost).expect("a person of the sandbox");
    assert!(world.status(OPENED + 61).is_ok(), "nobody told this verifier yet");
    assert_eq!(codes(&once(&mut refresher, OPENED + 62)), ["unchanged", "updated"]);
    assert_eq!(world.status(OPENED + 63), Err(Code::Suspended));
}

#[test]
fn what_is_held_is_not_sent_again() {
    let world = World::new(trust(&sandbox()));
    let mut refresher = world.refresher();
    once(&mut refresher, OPENED);
    assert_eq!(world.publisher.served().whole, 2);
    for round in 1..5 {
        assert_eq!(codes(&once(&mut refresher, OPENED + round)), ["unchanged", "unchanged"]);
    }
    let served = world.publisher.served();
    assert_eq!((served.whole, served.not_modified), (2, 8));
}

#[test]
fn a_refresh_looks_at_lists_when_they_are_due() {
    let world = World::new(trust(&sandbox()));
    let mut refresher = world.refresher();
    let due = |refresher: &mut Refresher, now| codes(&wait(refresher.refresh_due(at(now))));
    assert_eq!(due(&mut refresher, OPENED), ["unchanged", "unchanged"]);
    assert!(due(&mut refresher, OPENED + 60).is_empty());
    let next = refresher.next_due(at(OPENED + 60)).secs() - OPENED;
    assert!((3_240..=3_660).contains(&next), "the trust list, within the hour: {next}");
    world.set_clock(OPENED + next);
    assert_eq!(due(&mut refresher, OPENED + next), ["unchanged"]);
    world.set_clock(OPENED + 43_200);
    // The status list has a `ttl` of twelve hours.
    assert_eq!(due(&mut refresher, OPENED + 43_200), ["unchanged", "updated"]);
}

#[test]
fn a_list_that_credentials_name_is_fetched_when_it_is_missing() {
    let bare = Trust::new(roots(&sandbox()));
    bare.update_list(&sandbox().trust_list(), at(OPENED)).expect("the sandbox's list");
    let world = World::new(Arc::new(bare));
    let mut refresher = world.refresher();
    assert_eq!(codes(&once(&mut refresher, OPENED)), ["unchanged"], "nothing else is known");
    assert_eq!(world.status(OPENED), Ok(StatusReport::Unavailable(StatusUnknown::NoList)));
    assert_eq!(codes(&wait(refresher.refresh_due(at(OPENED + 1)))), ["updated"]);
    assert_eq!(world.status(OPENED + 2), Ok(StatusReport::Valid { age: 2 }));
}

#[test]
fn from_root_keys_alone_to_fresh_trust() {
    let world = World::new(Arc::new(Trust::new(roots(&sandbox()))));
    let options = world.options().status_lists([STATUS_URI]);
    let mut refresher = Refresher::new(Arc::clone(&world.trust), options).expect("sound options");
    assert_eq!(world.status(OPENED), Err(Code::TrustUnavailable));
    assert_eq!(codes(&once(&mut refresher, OPENED)), ["updated", "updated"]);
    assert!(matches!(world.status(OPENED + 1), Ok(StatusReport::Valid { .. })));
}

#[test]
fn keys_rotate_under_a_verifier() {
    let world = World::new(trust(&sandbox()));
    let mut refresher = world.refresher();
    for (round, rotate) in
        [Publisher::rotate_roots, Publisher::rotate_status_key, Publisher::rotate_roots]
            .into_iter()
            .enumerate()
    {
        let now = OPENED + 600 * (1 + i64::try_from(round).expect("small"));
        world.set_clock(now);
        rotate(&world.publisher);
        let events = once(&mut refresher, now);
        assert_eq!(events[0].code(), "updated", "{events:?}");
        assert!(events.iter().all(|event| event.outcome.is_good()), "{events:?}");
        assert!(matches!(world.status(now), Ok(StatusReport::Valid { .. })));
    }
    assert_eq!(world.trust.snapshot().list().map(|list| list.version()), Some(4));
}

/// Each misbehaviour, with what is told of the trust list and, where it is tried, the status list.
/// After a failure that is the host's, its other lists are left alone.
const TOLD: [(Misbehaviour, &[&str]); 13] = [
    (Misbehaviour::OlderVersion, &["trust_rollback", "status_rollback"]),
    (Misbehaviour::OtherSigner, &["trust_bad_signature", "status_unknown_key"]),
    (Misbehaviour::Truncated, &["fetch_unreachable"]),
    (Misbehaviour::Stall, &["fetch_timeout"]),
    (Misbehaviour::Drip, &["fetch_timeout"]),
    (Misbehaviour::ServerError, &["fetch_status"]),
    (Misbehaviour::Unavailable, &["fetch_status"]),
    (Misbehaviour::RedirectElsewhere, &["fetch_redirect", "fetch_redirect"]),
    (Misbehaviour::RedirectLoop, &["fetch_redirect", "fetch_redirect"]),
    (Misbehaviour::ZipBomb, &["fetch_not_a_list", "status_bad_compression"]),
    (Misbehaviour::Huge, &["fetch_too_large", "status_bad_format"]),
    (Misbehaviour::Reset, &["fetch_unreachable"]),
    (Misbehaviour::LoginPage, &["fetch_not_a_list", "fetch_not_a_list"]),
];

#[test]
fn no_misbehaviour_changes_what_is_held_or_stops_a_scan() {
    let world = World::new(trust(&sandbox()));
    let before = world.trust.snapshot().to_bundle().expect("a trust list");
    let mut http = HttpOptions::new().timeout(Duration::from_secs(20));
    http = http.danger_route(ORIGIN, &world.publisher.url()).expect("a loopback address");
    for (way, told) in TOLD {
        // Where waiting is the point, it is short; 64 MiB may take long on a slow machine.
        let waits = matches!(way, Misbehaviour::Stall | Misbehaviour::Drip);
        let options = if waits { world.options() } else { world.options().http(http.clone()) };
        let mut refresher = Refresher::new(Arc::clone(&world.trust), options).expect("sound");
        world.publisher.misbehave(Some(way));
        let (events, scans) = while_scanning(&world.verifier, way, || once(&mut refresher, OPENED));
        assert_eq!(codes(&events), told, "{way}: {events:?}");
        assert_eq!(
            world.trust.snapshot().to_bundle().expect("a trust list"),
            before,
            "{way} changed what is held"
        );
        assert!(scans > 0, "no scan during {way}");
    }
    world.publisher.misbehave(None);
    assert_eq!(codes(&once(&mut world.refresher(), OPENED)), ["unchanged", "unchanged"]);
}

/// Runs `work` while a thread scans one QR after another, each of which must be accepted.
fn while_scanning<T>(verifier: &Verifier, way: Misbehaviour, work: impl FnOnce() -> T) -> (T, u64) {
    let sandbox = sandbox();
    let done = AtomicBool::new(false);
    let first = 1_000_000 * (1 + way as u64);
    thread::scope(|scope| {
        let scanning = scope.spawn(|| {
            for serial in first.. {
                let result = verifier.verify_text(&present(&sandbox, serial, OPENED), at(OPENED));
                assert!(result.is_ok(), "during {way}: {:?}", result.err());
                if done.load(Ordering::Relaxed) {
                    return serial - first + 1;
                }
            }
            0
        });
        let out = work();
        done.store(true, Ordering::Relaxed);
        (out, scanning.join().expect("every scan is accepted"))
    })
}

#[test]
fn a_server_that_asks_for_patience_gets_it() {
    let world = World::new(trust(&sandbox()));
    let mut refresher = world.refresher();
    world.publisher.misbehave(Some(Misbehaviour::Unavailable));
    assert_eq!(codes(&once(&mut refresher, OPENED)), ["fetch_status"]);
    world.publisher.misbehave(None);
    assert!(wait(refresher.refresh_due(at(OPENED + 599))).is_empty());
    world.set_clock(OPENED + 660);
    let events = wait(refresher.refresh_due(at(OPENED + 660)));
    assert_eq!(codes(&events), ["unchanged", "unchanged"]);
}

#[test]
fn the_offset_of_the_clock_is_told_and_changes_nothing() {
    let world = World::new(trust(&sandbox()));
    let mut refresher = world.refresher();
    assert_eq!(world.trust.clock_offset(), None);
    once(&mut refresher, OPENED);
    let offset = world.trust.clock_offset().expect("the server told its time");
    assert!(!offset.exceeds(0), "{offset:?}");
    world.publisher.misbehave(Some(Misbehaviour::WrongDate));
    let events = once(&mut refresher, OPENED);
    assert_eq!(codes(&events), ["unchanged", "unchanged", "clock_offset"]);
    let offset = world.trust.clock_offset().expect("the server told its time");
    assert!((-10_801..=-10_799).contains(&offset.ahead), "{offset:?}");
    let text = present(&sandbox(), 7, OPENED);
    let verified = world.verifier.verify_text(&text, at(OPENED)).expect("by the own clock");
    assert_eq!(verified.clock_offset(), Some(offset));
    let old = present(&sandbox(), 8, OPENED - 10_800);
    assert_eq!(
        world.verifier.verify_text(&old, at(OPENED)).map_err(|r| r.code()).err(),
        Some(Code::PresentationExpired)
    );
}

#[test]
fn etags_last_through_a_restart_but_only_with_the_lists_they_came_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = FileTrustStore::new(folder.path().join("trust"));
    let store = Arc::new(FileRefreshStore::new(file.clone(), folder.path().join("refresh")));
    let world = World::new(trust(&sandbox()));
    let restart = |trust: Trust| {
        let options = world.options().store(store.clone());
        Refresher::new(Arc::new(trust), options).expect("sound options")
    };
    let old = world.trust.save();
    let restored = || Trust::restore(&old).expect("what was saved");
    world.set_clock(OPENED + 60);
    world.publisher.report_lost(sandbox().persons()[0].slug()).expect("a person");
    once(&mut restart(restored()), OPENED + 60);
    assert_eq!(world.publisher.served().whole, 2);

    let stored = file.load().expect("a sound file").expect("a state");
    let mut refresher = restart(stored);
    assert!(refresher.trust().clock_offset().is_some(), "the offset is remembered too");
    assert_eq!(codes(&once(&mut refresher, OPENED + 61)), ["unchanged", "unchanged"]);
    assert_eq!(world.publisher.served().whole, 2, "nothing is sent twice");

    // The lists of yesterday were put back, the memo was not: "not modified" would be wrong.
    let mut refresher = restart(restored());
    let events = once(&mut refresher, OPENED + 62);
    assert_eq!(codes(&events), ["unchanged", "updated"]);
}

#[test]
fn lists_that_cannot_be_stored_are_in_force_and_stored_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing");
    std::fs::write(&missing, "no folder").expect("a file in its place");
    let file = FileTrustStore::new(missing.join("trust"));
    let store = Arc::new(FileRefreshStore::new(file.clone(), missing.join("refresh")));
    let world = World::new(trust(&sandbox()));
    world.set_clock(OPENED + 60);
    world.publisher.report_lost(sandbox().persons()[0].slug()).expect("a person");
    let options = world.options().store(store);
    let mut refresher = Refresher::new(Arc::clone(&world.trust), options).expect("sound options");
    let events = once(&mut refresher, OPENED + 60);
    assert_eq!(codes(&events), ["unchanged", "updated", "not_stored"]);
    assert_eq!(world.status(OPENED + 61), Err(Code::Suspended));
    std::fs::remove_file(&missing).expect("the file");
    std::fs::create_dir(&missing).expect("a folder");
    assert_eq!(codes(&once(&mut refresher, OPENED + 62)), ["unchanged", "unchanged"]);
    let stored = file.load().expect("a sound file").expect("a state").snapshot();
    let bundle = |state: &TrustState| state.to_bundle().expect("a trust list");
    assert_eq!(bundle(&stored), bundle(&world.trust.snapshot()));
}

#[test]
fn only_what_is_new_is_news() {
    let world = World::new(trust(&sandbox()));
    let mut refresher = world.refresher();
    let news = |refresher: &mut Refresher, second| {
        let events = once(refresher, OPENED + second);
        events.iter().filter(|event| event.news).map(RefreshEvent::code).collect::<Vec<_>>()
    };
    assert_eq!(news(&mut refresher, 0), ["unchanged", "unchanged"]);
    assert_eq!(news(&mut refresher, 1), [""; 0]);
    world.publisher.misbehave(Some(Misbehaviour::Reset));
    assert_eq!(news(&mut refresher, 2), ["fetch_unreachable"]);
    assert_eq!(news(&mut refresher, 3), [""; 0]);
    world.publisher.misbehave(None);
    assert_eq!(news(&mut refresher, 4), ["unchanged"]);
}

#[test]
fn in_the_background_it_fetches_until_it_is_stopped() {
    let world = World::new(Arc::new(Trust::new(roots(&sandbox()))));
    wait(async {
        let (told, mut events) = tokio::sync::mpsc::unbounded_channel();
        // The system's clock is far from the sandbox's, so it runs by the latter.
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let tell = move |event| told.send(event).expect("the test listens");
        let stopped = async { stopped.await.unwrap_or_default() };
        let work = tokio::spawn(world.refresher().run(|| at(OPENED), tell, stopped));
        let event = events.recv().await.expect("an event");
        assert_eq!(event.code(), "updated", "{event}");
        // A scan that misses a list wakes it.
        assert!(matches!(world.status(OPENED), Ok(StatusReport::Unavailable(_))));
        let event = events.recv().await.expect("an event");
        assert_eq!(event.code(), "updated", "{event}");
        drop(stop);
        work.await.expect("it ends when it is told to");
    });
    assert!(matches!(world.status(OPENED + 1), Ok(StatusReport::Valid { .. })));
}
