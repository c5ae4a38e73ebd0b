//! The log of consent receipts under the conditions of a real machine: several processes, kills in
//! the middle, and hands that change files.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use ikd_verifier::Nik;
use ikd_verifier::audit::{
    ConsentReceipt, EntryKind, PseudonymKey, ReceiptId, VerifyOptions, read, verify,
};

const RECEIPT: &str = include_str!("../sdk/src/audit/sample_receipt.json");

/// A log in a folder of its own.
struct Log {
    folder: tempfile::TempDir,
}

impl Log {
    fn new() -> Self {
        let log = Self { folder: tempfile::tempdir().expect("a folder") };
        log.ikd(&["keygen", "audit.pem"]);
        let init = ["audit", "init", "audit.log", "--signing-key", "audit.pem"];
        log.ikd(&[&init[..], &["--subject-key", "subject.key"]].concat());
        log
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ikd"));
        command.args(args).current_dir(self.folder.path()).env("LC_ALL", "C");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn ikd(&self, args: &[&str]) -> Output {
        let output = self.command(args).output().expect("ikd runs");
        assert!(output.status.success(), "{args:?}: {output:?}");
        output
    }

    /// A process that appends what it is given, and prints a number for each receipt that lasts.
    fn appender(&self) -> Child {
        let args = ["audit", "append", "audit.log", "--signing-key", "audit.pem"];
        self.command(&args).spawn().expect("ikd starts")
    }

    fn append(&self, receipts: &[ConsentReceipt]) {
        let mut child = self.appender();
        let mut stdin = child.stdin.take().expect("piped");
        for receipt in receipts {
            writeln!(stdin, "{}", line(receipt)).expect("it is read");
        }
        drop(stdin);
        assert!(child.wait().expect("it ends").success());
    }
}

fn receipt(id: u128) -> ConsentReceipt {
    let sample = serde_json::from_str(RECEIPT).expect("a receipt");
    ConsentReceipt { receipt_id: ReceiptId::from_bytes(id.to_be_bytes()), ..sample }
}

fn line(receipt: &ConsentReceipt) -> String {
    serde_json::to_string(receipt).expect("JSON")
}

fn ids(path: &Path) -> Vec<ReceiptId> {
    let mut ids = Vec::new();
    read(path, &VerifyOptions::default(), &mut |entry| {
        ids.extend(entry.receipt()?.map(|receipt| receipt.receipt_id));
        Ok(())
    })
    .expect("the log is sound");
    ids
}

#[test]
fn what_was_acknowledged_outlives_kills_of_several_writers() {
    let log = Log::new();
    let mut acknowledged = BTreeSet::new();
    for round in 0..12_u64 {
        let writers: Vec<_> = (0..3_u64)
            .map(|writer| {
                let mut child = log.appender();
                let mut stdin = child.stdin.take().expect("piped");
                let first = u128::from(round * 3 + writer) << 32;
                let feed = std::thread::spawn(move || {
                    // Until the process is gone.
                    (first..).find(|id| writeln!(stdin, "{}", line(&receipt(*id))).is_err());
                });
                (child, first, feed)
            })
            .collect();
        std::thread::sleep(Duration::from_millis(30 + round * 17));
        for (mut child, first, feed) in writers {
            child.kill().expect("killed");
            let stdout = BufReader::new(child.stdout.take().expect("piped"));
            let whole = stdout.lines().map_while(Result::ok).filter(|line| !line.is_empty());
            acknowledged.extend(
                (first..).zip(whole).map(|(id, _)| ReceiptId::from_bytes(id.to_be_bytes())),
            );
            child.wait().expect("it ends");
            feed.join().expect("no panic");
        }
        // The one who comes next sets aside what was cut off.
        log.append(&[receipt(u128::MAX - u128::from(round))]);
        verify(&log.path("audit.log"), &VerifyOptions::default()).expect("the log is sound");
    }
    let found = ids(&log.path("audit.log"));
    let distinct: BTreeSet<_> = found.iter().copied().collect();
    assert!(acknowledged.len() > 12, "the writers were killed before they wrote");
    assert!(acknowledged.is_subset(&distinct), "an acknowledged receipt is gone");
    assert_eq!(found.len(), distinct.len(), "a receipt was written twice");
}

#[test]
fn an_erasure_that_is_killed_has_happened_or_not() {
    let log = Log::new();
    let erase = ["audit", "erase", "audit.log", "--signing-key", "audit.pem", "--now"];
    let (mut erased, mut next) = (0, 0);
    for round in 0..20_u64 {
        log.append(&(next..next + 50).map(receipt).collect::<Vec<_>>());
        next += 50;
        let mut child = log
            .command(&[&erase[..], &["2040-01-01T00:00:00Z"]].concat())
            .spawn()
            .expect("ikd starts");
        std::thread::sleep(Duration::from_millis(round * 3));
        // It may have ended already.
        let _ = child.kill();
        child.wait().expect("it ends");
        let report = verify(&log.path("audit.log"), &VerifyOptions::default()).expect("sound");
        assert_eq!(u128::from(report.receipts), next);
        assert!(report.erased == erased || u128::from(report.erased) == next, "half of it is done");
        erased = report.erased;
    }
    log.ikd(&[&erase[..], &["2040-01-01T00:00:00Z"]].concat());
    assert!(ids(&log.path("audit.log")).is_empty());
    assert!(!log.path("audit.log.new").exists());
}

#[test]
fn a_change_is_found_with_its_place() {
    let log = Log::new();
    log.append(&[receipt(1), receipt(2), receipt(3)]);
    let sound = fs::read_to_string(log.path("audit.log")).expect("a log");
    fs::write(log.path("audit.log"), sound.replacen("Bank Contoh", "Bank Cantoh", 1))
        .expect("written");
    let output = log.command(&["audit", "verify", "audit.log"]).output().expect("ikd runs");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(stdout.starts_with("✘ NOT SOUND  entry 2: The record in the entry"), "{stdout}");
    assert_eq!(output.status.code(), Some(1));

    let erase = [
        "audit",
        "erase",
        "audit.log",
        "--signing-key",
        "audit.pem",
        "--now",
        "2040-01-01T00:00:00Z",
    ];
    let output = log.command(&erase).output().expect("ikd runs");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[test]
fn a_citizen_finds_the_own_entries_by_nik() {
    let log = Log::new();
    let key = PseudonymKey::read(&log.path("subject.key")).expect("a key");
    let mut own = receipt(1);
    own.subject = vec![key.of_nik(&Nik::from("9901015708920001")), key.of_subject("iss", "s-1")];
    log.append(&[receipt(2), own, receipt(3)]);
    for (args, input) in [(&[][..], "9901015708920001\n"), (&["--issuer", "iss"], "s-1")] {
        let subject = ["audit", "subject", "audit.log", "--subject-key", "subject.key", "--json"];
        let mut child = log.command(&[&subject[..], args].concat()).spawn().expect("ikd starts");
        child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it is read");
        let output = child.wait_with_output().expect("an output");
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one line");
        assert_eq!(found["receipt"]["receipt_id"], "AAAAAAAAAAAAAAAAAAAAAQ");
    }
    let written = fs::read_to_string(log.path("audit.log")).expect("a log");
    assert!(!written.contains("9901015708920001") && !written.contains("s-1"));
}

#[cfg(unix)]
#[test]
fn keys_and_logs_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let log = Log::new();
    for name in ["audit.log", "subject.key", "audit.pem"] {
        let mode = fs::metadata(log.path(name)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
    fs::set_permissions(log.path("audit.pem"), fs::Permissions::from_mode(0o644)).expect("set");
    let head = ["audit", "head", "audit.log", "--signing-key", "audit.pem"];
    let output = log.command(&head).output().expect("ikd runs");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(stderr.contains("chmod 600 audit.pem"), "{stderr}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_log_is_readable_where_nothing_can_be_written() {
    let log = Log::new();
    log.append(&[receipt(1)]);
    fs::remove_file(log.path("audit.log.lock")).expect("removed");
    let mut kinds = Vec::new();
    read(&log.path("audit.log"), &VerifyOptions::default(), &mut |entry| {
        kinds.push(entry.kind());
        Ok(())
    })
    .expect("sound");
    assert_eq!(kinds, [EntryKind::Open, EntryKind::Head, EntryKind::Receipt]);
    assert!(!log.path("audit.log.lock").exists());
}
