//! Status lists at the size of a nation: look-ups, loading, refreshing, importing.
//!
//! `cargo bench -p ikd-verifier --bench trust` makes 200 lists of a million credentials and one of 200
//! million, two bits each, one in a hundred revoked at random. Loading is measured in processes of
//! its own, so that peak memory (`VmHWM`, Linux only) is that of loading alone.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a benchmark prints, and may stop"
)]

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use ikd_sandbox::{Sandbox, Status, StatusLife, StatusList};
use ikd_verifier::{Bundle, FileTrustStore, RootKeys, Trust, UnixTime};

const NOW: i64 = 1_790_000_000;
const LISTS: u32 = 200;
const ENTRIES: u32 = 1_000_000;
/// Look-ups are timed in batches, so that a machine with other work does not decide.
const BATCHES: usize = 1_000;
const BATCH: usize = 1_000;

fn main() {
    if let [_, task, path, memory] = &std::env::args().collect::<Vec<_>>()[..]
        && task == "load"
    {
        return load(Path::new(path), memory.parse().expect("a number of bytes"));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let sandbox = Sandbox::new([42; 32], NOW);
    let mut random = Random(7);
    let many: Vec<_> = (0..LISTS).map(|n| token(&sandbox, n, ENTRIES, NOW, &mut random)).collect();
    let one = token(&sandbox, 0, LISTS * ENTRIES, NOW, &mut random);
    let size = many.iter().map(Vec::len).sum::<usize>();
    println!("signed lists: 200 × 1 M {}, 1 × 200 M {}", mib(size), mib(one.len()));

    let many_path = folder.path().join("many");
    let one_path = folder.path().join("one");
    import(&sandbox, &many, &many_path);
    import(&sandbox, std::slice::from_ref(&one), &one_path);
    for (name, path) in [("200 × 1 M", &many_path), ("1 × 200 M", &one_path)] {
        for (kind, memory) in [("in memory", usize::MAX), ("in files", 0)] {
            print!("loading {name}, {kind:<10}");
            std::io::stdout().flush().expect("it is read");
            let program = std::env::current_exe().expect("this program");
            let mut child = Command::new(program);
            child.arg("load").arg(path).arg(memory.to_string());
            assert!(child.status().expect("it runs").success());
        }
    }
    for (name, path) in [("1 M", &many_path), ("200 M", &one_path)] {
        for (kind, memory) in [("in memory", usize::MAX), ("in a file", 0)] {
            let store = FileTrustStore::new(path).with_memory_limit(memory);
            look_up(&format!("look-up in {name}, {kind}"), &open(&store), &mut random);
        }
    }
    refresh(&sandbox, &many_path, &mut random);
}

/// What a process needs that loads a store.
fn load(path: &Path, memory: usize) {
    let start = Instant::now();
    let trust = open(&FileTrustStore::new(path).with_memory_limit(memory));
    let (seconds, held) = (start.elapsed().as_secs_f64(), trust.snapshot().memory());
    println!("{seconds:>8.2} s, values {}, peak of the process {}", mib(held), mib(peak()));
}

fn open(store: &FileTrustStore) -> Trust {
    let loaded = store.open().expect("a sound store").expect("it was saved");
    assert!(loaded.refused.is_empty() && loaded.damage.is_empty(), "{loaded:?}");
    loaded.trust
}

fn import(sandbox: &Sandbox, tokens: &[Vec<u8>], path: &Path) {
    let uris: Vec<_> = (0..tokens.len() as u32).map(uri).collect();
    let status_lists = uris.iter().zip(tokens).map(|(uri, token)| (&**uri, &**token)).collect();
    let bundle = Bundle { trust_list: &sandbox.trust_list(), status_lists }.to_bytes();
    let trust = Trust::new(RootKeys::new(&sandbox.roots(), 2).expect("the sandbox's roots"));
    for what in ["importing a bundle", "  the same again"] {
        let start = Instant::now();
        let report = trust.import_bundle(&bundle, UnixTime::from_secs(NOW)).expect("a bundle");
        assert!(report.refused.is_empty(), "{:?}", report.refused);
        let seconds = start.elapsed().as_secs_f64();
        println!("{what} of {} lists, {}: {seconds:.2} s", tokens.len(), mib(bundle.len()));
    }
    FileTrustStore::new(path).save(&trust).expect("saved");
}

fn look_up(name: &str, trust: &Trust, random: &mut Random) {
    let state = trust.snapshot();
    let list = state.status_list(&uri(0)).expect("it was imported");
    let batch = |_| {
        let indexes: Vec<_> = (0..BATCH).map(|_| random.next() % list.len()).collect();
        let start = Instant::now();
        for index in &indexes {
            black_box(list.get(black_box(*index))).expect("within the list");
        }
        start.elapsed().as_secs_f64() * 1e9 / BATCH as f64
    };
    println!("{name:<34} {:>7.0} ns", median((0..BATCHES).map(batch).collect()));
}

/// One of many lists changes: taking it up, and saving.
fn refresh(sandbox: &Sandbox, path: &Path, random: &mut Random) {
    let store = FileTrustStore::new(path);
    let trust = open(&store);
    let (mut taken, mut saved, mut written) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=20 {
        let token = token(sandbox, round, ENTRIES, NOW + i64::from(round), random);
        let (start, before) = (Instant::now(), bytes_written());
        trust.update_status(&uri(round), &token).expect("a newer list");
        taken.push(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        store.save(&trust).expect("saved");
        saved.push(start.elapsed().as_secs_f64() * 1e3);
        written.push((bytes_written() - before) as f64 - token.len() as f64);
    }
    let (taken, saved, written) = (median(taken), median(saved), median(written) / 1024.0);
    println!("refreshing one of 200: {taken:.1} ms to take up, {saved:.1} ms to save");
    println!("  and {written:.0} KiB written besides the list");
}

fn uri(number: u32) -> String {
    format!("https://status.example/{number}")
}

fn token(sandbox: &Sandbox, number: u32, entries: u32, at: i64, random: &mut Random) -> Vec<u8> {
    let mut list = StatusList::new(entries);
    for _ in 0..entries / 100 {
        list.set((random.next() % u64::from(entries)) as u32, Status::Revoked);
    }
    list.sign(&sandbox.issuer().status_key(), &uri(number), StatusLife::of_a_day(at))
}

/// xorshift64*: the same lists in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn mib(bytes: usize) -> String {
    format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
}

/// Most memory that this process ever had; 0 where the system does not tell.
fn peak() -> usize {
    proc_number("/proc/self/status", "VmHWM:") * 1024
}

/// Bytes that this process gave to `write`; 0 where the system does not tell.
fn bytes_written() -> usize {
    proc_number("/proc/self/io", "wchar:")
}

fn proc_number(file: &str, name: &str) -> usize {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let number = text.lines().find_map(|line| line.strip_prefix(name));
    number.and_then(|n| n.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
