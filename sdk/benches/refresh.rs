//! What a refresh costs: to scans that go on meanwhile, and by itself when there is nothing new.
//!
//! `cargo bench -p ikd-verifier --features refresh --bench refresh` prints microseconds.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a benchmark prints, and may stop"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ikd_sandbox::publisher::{ORIGIN, Publisher, TRUST_URL};
use ikd_sandbox::{PresentOptions, Profile, STATUS_URI, Sandbox, Status, StatusLife, StatusList};
use ikd_verifier::{
    HttpOptions, MemoryReplayStore, Policy, RefreshOptions, Refresher, RootKeys, Trust, UnixTime,
    Verifier,
};

const NOW: i64 = 1_790_000_000;
/// Scans in each round, at least and at most.
const LEAST: usize = 600;
const SCANS: usize = 5_000;
const REPEATS: usize = 40;
const BUSY: Duration = Duration::from_millis(50);
/// Credentials on the large list.
const LIST: u32 = 1_000_000;
/// Each is a second newer than the last: not more than the clock floor lets pass.
const LISTS: i64 = 50;
const ROUNDS: usize = 500;

fn main() {
    let sandbox = Sandbox::new([42; 32], NOW);
    scans_beside_a_refresh(&sandbox);
    nothing_new(&sandbox);
}

/// Alone, beside a thread that only keeps a core busy, and beside one that puts lists in force.
fn scans_beside_a_refresh(sandbox: &Sandbox) {
    let lists: Vec<_> = (1..=LISTS).map(|second| large_list(sandbox, NOW + second)).collect();
    println!("scans, while lists of {LIST} ({} KiB each) are put in force", lists[0].len() >> 10);
    println!("{:<28} {:>9} {:>9} {:>9}", "", "p50 µs", "p99 µs", "max µs");
    let texts = texts(sandbox);
    let idle = |_: &Trust| {};
    let busy = |_: &Trust| {
        let start = Instant::now();
        while start.elapsed() < BUSY {
            std::hint::spin_loop();
        }
    };
    let mut applied = Vec::new();
    let refresh = |trust: &Trust| {
        for list in &lists {
            trust.update_status(STATUS_URI, list).expect("each is newer than the last");
        }
    };
    row("alone", beside(sandbox, &texts, idle, |_| {}));
    row("beside a busy thread", beside(sandbox, &texts, busy, |_| {}));
    row("beside a refresh", beside(sandbox, &texts, refresh, |took| applied.push(took)));
    applied.sort_by(f64::total_cmp);
    println!(
        "{:<28} {:>9.0}",
        "to put a list in force, µs",
        applied[applied.len() / 2] / LISTS as f64
    );
}

/// Latencies of scans while `work` goes on; tells how many microseconds the work took.
fn beside(
    sandbox: &Sandbox,
    texts: &[String],
    work: impl Fn(&Trust) + Sync,
    mut took: impl FnMut(f64),
) -> Vec<f64> {
    let mut latencies = Vec::new();
    for _ in 0..REPEATS {
        let trust = trust(sandbox);
        let replay = Arc::new(MemoryReplayStore::new());
        let verifier = Verifier::new(Arc::clone(&trust), replay, Policy::new());
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let working = scope.spawn(|| {
                let start = Instant::now();
                work(&trust);
                done.store(true, Ordering::Relaxed);
                start.elapsed().as_secs_f64() * 1e6
            });
            let enough = |count: usize| count >= LEAST && done.load(Ordering::Relaxed);
            let scans = texts.iter().enumerate().take_while(|(count, _)| !enough(*count));
            latencies.extend(scans.map(|(_, text)| scan(&verifier, text)));
            took(working.join().expect("no panic"));
        });
    }
    latencies
}

fn row(name: &str, mut micros: Vec<f64>) {
    micros.sort_by(f64::total_cmp);
    let at = |share: f64| micros[((micros.len() - 1) as f64 * share) as usize];
    println!("{name:<28} {:>9.1} {:>9.1} {:>9.1}", at(0.5), at(0.99), at(1.0));
}

/// Microseconds.
fn scan(verifier: &Verifier, text: &str) -> f64 {
    let start = Instant::now();
    black_box(verifier.verify_text(black_box(text), UnixTime::from_secs(NOW)))
        .expect("it is accepted");
    start.elapsed().as_secs_f64() * 1e6
}

fn nothing_new(sandbox: &Sandbox) {
    let publisher = Publisher::start(sandbox.clone(), "127.0.0.1:0", || NOW).expect("a port");
    let http = HttpOptions::new().danger_route(ORIGIN, &publisher.url()).expect("loopback");
    let options = RefreshOptions::new(TRUST_URL).http(http);
    let mut refresher = Refresher::new(trust(sandbox), options).expect("sound options");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let mut refresh = || {
        let start = Instant::now();
        let events = runtime.block_on(refresher.refresh_once(UnixTime::from_secs(NOW)));
        assert!(events.iter().all(|event| event.outcome.is_good()), "{events:?}");
        start.elapsed().as_secs_f64() * 1e6 / events.len() as f64
    };
    // The first time, lists are sent; after that, "not modified".
    refresh();
    println!("\nnothing new, over HTTP on this computer, for each list");
    println!("{:<28} {:>9} {:>9} {:>9}", "", "p50 µs", "p99 µs", "max µs");
    row("304 Not Modified", (0..ROUNDS).map(|_| refresh()).collect());
    let served = publisher.served();
    assert_eq!((served.whole, served.not_modified as usize), (2, 2 * ROUNDS));
}

fn trust(sandbox: &Sandbox) -> Arc<Trust> {
    let roots = RootKeys::new(&sandbox.roots(), 2).expect("the sandbox's roots");
    let (trust, _) = Trust::from_bundle(roots, &sandbox.bundle()).expect("the sandbox's bundle");
    Arc::new(trust)
}

/// Of a million credentials, one in a hundred revoked here and there; not the one that is scanned.
fn large_list(sandbox: &Sandbox, issued: i64) -> Vec<u8> {
    let mut list = StatusList::new(LIST);
    let mut chance = issued as u64;
    for _ in 0..LIST / 100 {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        list.set(1_000 + (chance >> 33) as u32 % (LIST - 1_000), Status::Revoked);
    }
    list.sign(&sandbox.issuer().status_key(), STATUS_URI, StatusLife::of_a_day(issued))
}

fn texts(sandbox: &Sandbox) -> Vec<String> {
    let person = &sandbox.persons()[0];
    let (device, credential) =
        (sandbox.device(person), sandbox.credential(person, Profile::Travel));
    let text = |serial| {
        let options = PresentOptions { serial, ..PresentOptions::default() };
        device.present(&credential, NOW, &options).text()
    };
    (0..SCANS as u64).map(text).collect()
}
