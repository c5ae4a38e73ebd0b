//! One QR, one acceptance: with threads, with processes, and with processes that are killed.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ikd_sandbox::{PresentOptions, Profile, Sandbox};
use ikd_tests::{OPENED, at, sandbox, trust};
use ikd_verifier::{Code, DirectoryReplayStore, Policy, Verifier};

/// Where a child process finds the store; set for children only.
const FOLDER: &str = "IKD_TEST_REPLAY_FOLDER";

fn verifier(sandbox: &Sandbox, folder: &Path) -> Verifier {
    let replay = DirectoryReplayStore::open(folder).expect("a folder for the store");
    Verifier::new(trust(sandbox), Arc::new(replay), Policy::new())
}

fn text(sandbox: &Sandbox, serial: u64) -> String {
    let options = PresentOptions { serial, ..PresentOptions::default() };
    sandbox.present_with(&sandbox.persons()[0], Profile::Travel, OPENED, &options).text()
}

/// Threads that verify the same QRs; returns the numbers of those accepted, sorted.
fn accept_with_threads(verifier: &Verifier, texts: &[String], threads: usize) -> Vec<usize> {
    let mut accepted: Vec<usize> = std::thread::scope(|scope| {
        let work = || {
            let results = texts.iter().map(|text| verifier.verify_text(text, at(OPENED)));
            let accepted = results.enumerate().filter_map(|(i, result)| match result {
                Ok(_) => Some(i),
                Err(refusal) => {
                    assert_eq!(refusal.code(), Code::Replayed);
                    None
                }
            });
            accepted.collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a thread")).collect()
    });
    accepted.sort_unstable();
    accepted
}

#[test]
fn of_sixty_four_threads_one_accepts() {
    let folder = tempfile::tempdir().expect("a folder");
    let sandbox = sandbox();
    let texts: Vec<_> = (0..20).map(|serial| text(&sandbox, serial)).collect();
    let accepted = accept_with_threads(&verifier(&sandbox, folder.path()), &texts, 64);
    assert_eq!(accepted, (0..20).collect::<Vec<_>>());
}

/// Not a test of its own: the work of the child processes below, which run this very program.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let sandbox = sandbox();
    let verifier = verifier(&sandbox, &folder);
    let mut out = std::io::stdout().lock();
    for serial in 0.. {
        match verifier.verify_text(&text(&sandbox, serial), at(OPENED)) {
            Ok(_) => writeln!(out, "accepted {serial}"),
            Err(refusal) => writeln!(out, "{} {serial}", refusal.code()),
        }
        .and_then(|()| out.flush())
        .expect("the parent reads");
    }
}

fn start_child(folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["child", "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child process")
}

/// Serials that a killed child had accepted and told.
fn told(child: &mut Child) -> Vec<u64> {
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let lines = lines.map_while(Result::ok);
    lines.filter_map(|line| line.strip_prefix("accepted ")?.parse().ok()).collect()
}

#[test]
fn of_four_processes_that_are_killed_none_accepts_what_another_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut accepted = Vec::new();
    for round in 0..12_u64 {
        let mut children: Vec<_> = (0..4).map(|_| start_child(folder.path())).collect();
        // Different moments in every round and for every child, some within their very start.
        for (i, child) in (0_u64..).zip(&mut children) {
            std::thread::sleep(Duration::from_millis((round * 13 + i * 29) % 90));
            child.kill().expect("SIGKILL");
        }
        for mut child in children {
            accepted.extend(told(&mut child));
            child.wait().expect("it was killed");
        }
    }
    assert!(accepted.len() > 50, "only {} were accepted: the test is too slow", accepted.len());
    let distinct: std::collections::BTreeSet<_> = accepted.iter().collect();
    assert_eq!(distinct.len(), accepted.len(), "a QR was accepted twice");
}
