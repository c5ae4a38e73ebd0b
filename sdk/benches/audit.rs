//! The audit log: appends for each second, and what checking a long log takes.
//!
//! `cargo bench -p ikd-verifier --features audit --bench audit` writes a log of a million receipts
//! (1.1 GB) into the folder for temporary files, and removes it. A number as argument is taken
//! instead of the million.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a benchmark prints, and may stop"
)]

use std::fs;
use std::path::Path;
use std::time::Instant;

use ed25519_dalek::SigningKey;
use ikd_verifier::UnixTime;
use ikd_verifier::audit::{
    AuditLog, ConsentReceipt, LogId, ProcessingRegister, Salt, Selection, VerifyOptions, verify,
};

const RECEIPT: &str = include_str!("../src/audit/sample_receipt.json");
const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);

/// Receipts that are written with one wait for the disk, where the disk is not to be measured.
const BATCH: usize = 1_000;

fn main() {
    let count = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.log");
    let key = SigningKey::from_bytes(&[7; 32]);
    let log = AuditLog::create(&path, LogId::from_bytes([1; 16]), key, NOW).expect("a log");
    let mut receipt: ConsentReceipt = serde_json::from_str(RECEIPT).expect("a receipt");

    rate("append, synced one by one", 1_000, || {
        for n in 0..1_000 {
            log.append(&receipt, salt(n), NOW).expect("appended");
        }
    });
    rate("append, synced by the hundred", 10_000, || {
        (0..100).for_each(|n| append(&log, &receipt, n * 100, 100));
    });
    receipt.retention_days = 1;
    rate("append, synced by the thousand", count, || {
        (0..count / BATCH).for_each(|n| append(&log, &receipt, n * BATCH, BATCH));
    });

    let length = fs::metadata(&path).expect("a log").len();
    println!("{:<36} {:>9.1} MB", "length", length as f64 / 1e6);
    rate("verify", count, || check(&path));
    rate("register of processing", count, || register(&path));
    rate("erase, all of the last ones", count, || {
        let later = NOW.plus(10 * 86_400);
        let erased = log.erase_expired(&VerifyOptions::default(), later).expect("erased");
        assert_eq!(erased.receipts as usize, count / BATCH * BATCH);
    });
    rate("verify after that", count, || check(&path));
    println!("{:<36} {:>9.1} MiB", "memory of all this at most", peak());
}

fn append(log: &AuditLog, receipt: &ConsentReceipt, from: usize, count: usize) {
    let receipts = (from..from + count).map(|n| (receipt, salt(n)));
    log.append_all(receipts, NOW).expect("appended");
}

fn check(path: &Path) {
    verify(path, &VerifyOptions::default()).expect("sound");
}

fn register(path: &Path) {
    let all = Selection::default();
    ProcessingRegister::of(path, &VerifyOptions::default(), &all).expect("sound");
}

fn salt(n: usize) -> Salt {
    Salt::from_bytes((n as u128).to_be_bytes())
}

fn rate(name: &str, count: usize, work: impl FnOnce()) {
    let (start, cpu_start) = (Instant::now(), cpu());
    work();
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu() - cpu_start);
    println!("{name:<36} {seconds:>9.2} s {:>9.0} /s {cpu:>9.2} s CPU", count as f64 / seconds);
}

/// Seconds that this thread has had a processor, as Linux tells; 0 elsewhere.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = stat.split(' ').next().and_then(|text| text.parse::<f64>().ok());
    nanoseconds.unwrap_or_default() / 1e9
}

/// MiB that this process has held at most, as Linux tells; 0 elsewhere.
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
