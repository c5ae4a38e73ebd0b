//! A gate in a place with network for five minutes a day, over 72 hours, killed 100 times.
//!
//! The gate is a process of its own: this very program, started as [`child`]. The test is the world
//! around it: it says what time it is, holds up QRs every four minutes, runs the issuer's publisher,
//! takes the network away and gives it back, and kills the gate with SIGKILL, half of the times while
//! it has network. What the gate logged is printed at the end: `cargo test --test gate_72h -- --nocapture`.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

use ikd_sandbox::publisher::{Misbehaviour, ORIGIN, Publisher, TRUST_URL};
use ikd_sandbox::{Person, PresentOptions, Profile, Sandbox};
use ikd_tests::{OPENED, at, sandbox, trust};
use ikd_verifier::{
    DirectoryReplayStore, FileRefreshStore, FileTrustStore, HttpOptions, Language, Policy,
    RefreshOptions, Refresher, StatusReport, UnixTime, Verifier,
};

/// Where a child process finds its store, and the publisher; set for children only.
const FOLDER: &str = "IKD_TEST_GATE_FOLDER";
const PUBLISHER: &str = "IKD_TEST_GATE_PUBLISHER";

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Between two QRs.
const TICK: i64 = 4 * MINUTE;
/// The network is up for five minutes, ten hours into each day.
const CONTACT: std::ops::Range<i64> = 10 * HOUR..10 * HOUR + 5 * MINUTE;
/// Late on the first day the issuer changes its key for status lists.
const ROTATION: i64 = 18 * HOUR;
/// On the second day, after that day's contact, a phone is reported lost.
const LOSS: i64 = DAY + 15 * HOUR;
const KILLS: u32 = 100;

#[test]
fn three_days_with_five_minutes_of_network_a_day_and_a_hundred_kills() {
    let mut world = World::new();
    for now in (0..3 * DAY).step_by(usize::try_from(TICK).expect("small")) {
        world.tick(now);
    }
    let World { log, told, .. } = &world;
    println!("{log}");
    assert_eq!(told.kills, KILLS, "the gate was not killed as often as it should have been");
    assert_eq!(told.refused_since, Some(2 * DAY + CONTACT.start), "refused with the third contact");
    for words in [
        "Trust list: renewed to version 2",
        "cannot be reached",
        "Status list https://dukcapil.ikd-sandbox.example/status/1: renewed",
        "The credential on this phone is suspended",
    ] {
        assert!(log.contains(words), "the log does not say {words:?}");
    }
    world.set_the_clock_back();
}

/// The world around the gate.
struct World {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
    publisher: Publisher,
    clock: Arc<AtomicI64>,
    gate: Gate,
    log: String,
    told: Told,
    chance: Chance,
    /// Each QR is one of its own, also those that a gate did not live to answer.
    serial: u64,
}

/// What the gate has said so far, and what follows from it.
#[derive(Default)]
struct Told {
    kills: u32,
    /// Trust version and `iat` of the status list that were stored: they never go back.
    stored: (u64, i64),
    refused_since: Option<i64>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        FileTrustStore::new(folder.path().join("trust")).save(&trust(&sandbox())).expect("stored");
        let clock = Arc::new(AtomicI64::new(OPENED));
        let time = Arc::clone(&clock);
        let publisher =
            Publisher::start(sandbox(), "127.0.0.1:0", move || time.load(Ordering::Relaxed))
                .expect("a free port");
        let gate = Gate::start(folder.path(), &publisher);
        let (log, told, chance) = (String::new(), Told::default(), Chance(72));
        let (sandbox, serial) = (sandbox(), 0);
        Self { folder, sandbox, publisher, clock, gate, log, told, chance, serial }
    }

    /// Four minutes: what happens in the world, then a QR of each person at the gate.
    fn tick(&mut self, now: i64) {
        self.clock.store(OPENED + now, Ordering::Relaxed);
        let online = CONTACT.contains(&now.rem_euclid(DAY));
        self.publisher.misbehave((!online).then_some(Misbehaviour::Reset));
        if now == ROTATION {
            self.publisher.rotate_status_key();
        }
        if now == LOSS {
            self.publisher.report_lost(self.sandbox.persons()[1].slug()).expect("a person");
        }
        if self.is_killed_at(now, online) {
            self.kill(now);
        }
        let request = self.request();
        self.gate.say(&request);
        loop {
            let line = self.gate.hear().expect("the gate lives");
            self.note(&line);
            if let Some(answers) = line.strip_prefix("done ") {
                return self.check(now, answers);
            }
        }
    }

    /// Keeps what the gate logged, among other lines.
    fn note(&mut self, line: &str) {
        if let Some(text) = line.strip_prefix("log ") {
            writeln!(self.log, "{text}").expect("memory");
        }
    }

    /// The time, and the QRs of two phones.
    fn request(&mut self) -> String {
        let now = self.clock.load(Ordering::Relaxed);
        self.serial += 1;
        let text = |person: &Person| {
            let options = PresentOptions { serial: self.serial, ..PresentOptions::default() };
            let sandbox = &self.sandbox;
            let credential = sandbox.credential(person, Profile::Travel);
            sandbox.device(person).present(&credential, now, &options).text()
        };
        let [first, second] = [0, 1].map(|number| text(&self.sandbox.persons()[number]));
        format!("{now}\t{first}\t{second}")
    }

    /// The first phone is let in at every tick. The second is, until the gate knows that it is lost,
    /// and never again.
    fn check(&mut self, now: i64, answers: &str) {
        let words: Vec<_> = answers.split(' ').collect();
        let [first, second, version, issued] = words[..] else { panic!("{answers}") };
        assert_eq!(first, "accepted", "at hour {}", now / HOUR);
        match self.told.refused_since {
            None if second == "suspended" => self.told.refused_since = Some(now),
            None => assert_eq!(second, "accepted", "at hour {}", now / HOUR),
            Some(_) => assert_eq!(second, "suspended", "at hour {}", now / HOUR),
        }
        let stored = (version.parse().expect("a version"), issued.parse().expect("a time"));
        assert!(stored >= self.told.stored, "the gate went back to an older list");
        self.told.stored = stored;
    }

    /// At the beginning of each contact, and at some of all other ticks.
    fn is_killed_at(&mut self, now: i64, online: bool) -> bool {
        let first = online && now.rem_euclid(DAY) == CONTACT.start;
        let left = KILLS - self.told.kills;
        let ticks_left = (3 * DAY - now) / TICK;
        left > 0 && (first || self.chance.below(ticks_left) < i64::from(left))
    }

    /// Kills the gate at some moment of its work. While there is network that is done several times,
    /// each with a new status list to be fetched and stored.
    fn kill(&mut self, now: i64) {
        let online = CONTACT.contains(&now.rem_euclid(DAY));
        let left = KILLS - self.told.kills;
        for _ in 0..left.min(if online { 16 } else { 1 }) {
            let moment = u64::try_from(self.chance.below(if online { 15_000 } else { 40_000 }))
                .expect("small");
            if online {
                self.clock.fetch_add(1, Ordering::Relaxed);
                let third = self.sandbox.persons()[2].slug();
                self.publisher.report_lost(third).expect("a person");
            }
            let request = self.request();
            self.gate.say(&request);
            if online && let Some(line) = self.started() {
                self.note(&line);
            }
            thread::sleep(Duration::from_micros(moment));
            self.gate.process.kill().expect("SIGKILL");
            self.gate.process.wait().expect("it was killed");
            while let Some(line) = self.gate.hear() {
                self.note(&line);
            }
            self.told.kills += 1;
            self.gate = Gate::start(self.folder.path(), &self.publisher);
        }
    }

    /// Waits for the line that the gate logs before it begins its work.
    fn started(&mut self) -> Option<String> {
        std::iter::from_fn(|| self.gate.hear()).find(|line| line.starts_with("log "))
    }

    /// The gate's clock is set back by a day: it lets nobody in.
    fn set_the_clock_back(&mut self) {
        self.clock.store(OPENED + 2 * DAY, Ordering::Relaxed);
        let request = self.request();
        self.gate.say(&request);
        let answers = std::iter::from_fn(|| self.gate.hear()).find(|line| line.starts_with("done"));
        let answers = answers.expect("an answer");
        assert!(answers.starts_with("done clock_rollback clock_rollback "), "{answers}");
    }
}

/// The gate as a process.
struct Gate {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Gate {
    fn start(folder: &Path, publisher: &Publisher) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .args(["child", "--exact", "--nocapture"])
            .env(FOLDER, folder)
            .env(PUBLISHER, publisher.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child process");
        let input = process.stdin.take().expect("piped");
        let output = BufReader::new(process.stdout.take().expect("piped")).lines();
        Self { process, input, output }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("the gate listens");
    }

    fn hear(&mut self) -> Option<String> {
        self.output.next()?.ok()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Not a test of its own: the gate. It reads a time and the QRs of that moment, refreshes what is
/// due, and says for each QR what came of it.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let file = FileTrustStore::new(folder.join("trust"));
    let trust = Arc::new(file.load().expect("an old or a new state").expect("a state"));
    let replay = Arc::new(DirectoryReplayStore::open(folder.join("replay")).expect("a folder"));
    let verifier = Verifier::new(Arc::clone(&trust), replay, Policy::new());
    let route = std::env::var(PUBLISHER).expect("an address");
    let http = HttpOptions::new().danger_route(ORIGIN, &route).expect("a loopback address");
    let store = FileRefreshStore::new(file.clone(), folder.join("refresh"));
    let options = RefreshOptions::new(TRUST_URL).http(http).store(Arc::new(store));
    let mut refresher = Refresher::new(Arc::clone(&trust), options).expect("sound options");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let mut journal = Journal { started: false, clock_saved: at(0), fresh: None, refused: None };
    for line in std::io::stdin().lines() {
        let line = line.expect("the world speaks");
        let words: Vec<_> = line.split('\t').collect();
        let [now, texts @ ..] = &words[..] else { panic!("{line}") };
        let now = at(now.parse().expect("a time"));
        journal.started(&verifier, now);
        for event in runtime.block_on(refresher.refresh_due(now)) {
            if event.news {
                journal.write(event.at, &event.text(Language::English));
            }
        }
        let codes: Vec<_> = texts.iter().map(|text| journal.scan(&verifier, text, now)).collect();
        if now.since(journal.clock_saved) >= 10 * MINUTE {
            file.save_clock(&trust).expect("stored");
            journal.clock_saved = now;
        }
        let state = trust.snapshot();
        let version = state.list().map_or(0, |list| list.version());
        let issued = state.status_lists().map(|list| list.issued().secs()).max().unwrap_or(0);
        println!("done {} {version} {issued}", codes.join(" "));
    }
}

/// What the gate writes down: only what is new.
struct Journal {
    started: bool,
    clock_saved: UnixTime,
    fresh: Option<bool>,
    refused: Option<&'static str>,
}

impl Journal {
    fn write(&self, at: UnixTime, text: &str) {
        println!("log {at}  {text}");
    }

    fn started(&mut self, verifier: &Verifier, now: UnixTime) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let state = verifier.trust().snapshot();
        let version = state.list().map_or(0, |list| list.version());
        let age = state.status_lists().map(|list| now.since(list.issued()) / HOUR).max();
        let age = age.map_or("no status list".to_owned(), |hours| {
            format!("a status list that is {hours} h old")
        });
        self.write(now, &format!("The gate starts, with trust list {version} and {age}."));
    }

    /// The code of a QR, and what is new about it in the log.
    fn scan(&mut self, verifier: &Verifier, text: &str, now: UnixTime) -> &'static str {
        match verifier.verify_text(text, now) {
            Ok(verified) => {
                let fresh = matches!(verified.status(), StatusReport::Valid { .. });
                if self.fresh.replace(fresh).is_some_and(|before| before != fresh)
                    && let StatusReport::Unavailable(why) = verified.status()
                {
                    self.write(now, why.message().en);
                }
                "accepted"
            }
            Err(refusal) => {
                let code = refusal.code();
                if self.refused.replace(code.as_str()) != Some(code.as_str()) {
                    self.write(now, &format!("A phone is refused: {}", code.reason().en));
                }
                code.as_str()
            }
        }
    }
}

/// Moments and ticks that differ, and are the same in each run of the test.
struct Chance(u64);

impl Chance {
    /// A number from 0 up to `limit`.
    fn below(&mut self, limit: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }
}
