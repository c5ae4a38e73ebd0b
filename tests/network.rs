//! `ikd trust update --url` and `ikd trust watch`, against `ikd sandbox publish`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use ikd_sandbox::publisher::{ORIGIN, TRUST_URL};
use serde_json::Value;

const NOW: i64 = 1_790_000_000;
/// Lists of the publisher are newer than those in the folder `coba`.
const LATER: i64 = NOW + 600;

fn ikd(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ikd"));
    command.current_dir(folder).env("LC_ALL", "C").env_remove("CLICOLOR_FORCE").args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    ikd(folder, args).output().expect("an output")
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("UTF-8")
}

fn codes(output: &Output) -> Vec<String> {
    let code = |line: &str| {
        let object: Value = serde_json::from_str(line).expect("a JSON object on each line");
        object["code"].as_str().expect("a code").to_owned()
    };
    stdout(output).lines().map(code).collect()
}

/// A store in `coba`, and `ikd sandbox publish`.
struct World {
    folder: tempfile::TempDir,
    publisher: Child,
    /// Kept open, for it has more to say than its address.
    _output: BufReader<ChildStdout>,
    address: String,
}

impl World {
    /// At a fixed time, or at the system's.
    fn new(now: Option<(i64, i64)>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |command: &[&str], time: Option<i64>| {
            let mut command = ikd(folder.path(), command);
            command.args(time.map(|time| format!("--now={time}")));
            command
        };
        let made = at(&["sandbox", "new", "coba"], now.map(|now| now.0)).output();
        assert!(made.expect("an output").status.success());
        let publish = ["sandbox", "publish", "--port", "0"];
        let mut publisher = at(&publish, now.map(|now| now.1)).spawn().expect("ikd starts");
        let mut line = String::new();
        let mut output = BufReader::new(publisher.stdout.take().expect("piped"));
        output.read_line(&mut line).expect("the address");
        let address = line.trim_start_matches("http://").trim_end().trim_end_matches("/trust");
        Self { address: address.to_owned(), folder, publisher, _output: output }
    }

    fn post(&self, path: &str) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(stream, "POST {path} HTTP/1.1\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }

    /// `ikd trust COMMAND --url …`
    fn trust(&self, command: &str, more: &[&str]) -> Command {
        let route = format!("{ORIGIN}=http://{}", self.address);
        let mut ikd = ikd(self.folder.path(), &["trust", command, "--url", TRUST_URL]);
        ikd.args(["--danger-route", &route]).args(more);
        if !more.contains(&"--store") {
            ikd.args(["--store", "coba"]);
        }
        ikd
    }

    fn update(&self, more: &[&str]) -> Output {
        let now = format!("--now={LATER}");
        self.trust("update", &[&[now.as_str()], more].concat()).output().expect("an output")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.publisher.kill();
        let _ = self.publisher.wait();
    }
}

#[test]
fn an_update_tells_of_each_list_and_refuses_what_is_bad() {
    let world = World::new(Some((NOW, LATER)));
    let output = world.update(&["--lang", "id"]);
    let text = stdout(&output);
    assert!(text.contains("✔ Daftar kepercayaan: diperbarui ke versi "), "{text}");
    assert!(text.contains("/status/1: diperbarui; terbitan"), "{text}");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(world.update(&[]).status.code(), Some(0));
    for (way, code, exit) in [
        ("other-signer", "trust_bad_signature", 1),
        ("older-version", "trust_rollback", 1),
        ("login-page", "fetch_not_a_list", 2),
        ("reset", "fetch_unreachable", 2),
    ] {
        world.post(&format!("/misbehave/{way}"));
        let output = world.update(&["--json"]);
        assert_eq!(codes(&output).first().map(String::as_str), Some(code), "{way}");
        assert_eq!(output.status.code(), Some(exit), "{way}");
    }
    world.post("/misbehave/wrong-date");
    assert_eq!(codes(&world.update(&["--json"])).last().map(String::as_str), Some("clock_offset"));
    let now = LATER.to_string();
    let verify = ["verify", "--store", "coba", "--now", &LATER.to_string(), "--text", "IKD1:"];
    let verified = run(world.folder.path(), &verify);
    let text = stdout(&verified);
    assert!(text.contains("REFUSED") && text.contains("This device's clock is "), "{text}");
    let show = run(world.folder.path(), &["trust", "show", "--store", "coba", "--now", &now]);
    assert!(stdout(&show).contains("This device's clock is "), "{}", stdout(&show));
}

#[test]
fn addresses_and_options_that_cannot_be_used_are_told() {
    let world = World::new(Some((NOW, LATER)));
    let folder = world.folder.path();
    for (args, words) in [
        (&["--url", "http://a.example/trust"][..], "not an https URL"),
        (&["--url", TRUST_URL, "--root-certificate", "coba/roots.txt"], "root certificate"),
        (&["--url", TRUST_URL, "--pin", "00"], "64 hexadecimal digits"),
        (
            &["--url", TRUST_URL, "--danger-route", "https://a.example=http://b.example"],
            "danger_route",
        ),
        (&["--url", TRUST_URL, "--bundle", "coba/bundle.ikd"], "cannot be used with"),
        (&["--pin", &"00".repeat(32)], "required"),
    ] {
        let all = [&["trust", "update", "--store", "coba"][..], args].concat();
        let output = run(folder, &all);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(words), "{args:?}: {stderr}");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}

/// A counter that has been open since before the phone was lost.
#[test]
fn a_counter_that_stays_open_takes_up_what_an_update_stores() {
    let world = World::new(Some((NOW, LATER)));
    let now = (LATER + 60).to_string();
    let folder = world.folder.path();
    let qr = run(folder, &["sandbox", "qr", "--text", "--now", &now]);
    let verify = ["verify", "--json", "--store", "coba", "--now", &now, "-"];
    let mut counter = ikd(folder, &verify).spawn().expect("ikd starts");
    let mut stdin = counter.stdin.take().expect("piped");
    let stdout = BufReader::new(counter.stdout.take().expect("piped"));
    let (send, answers) = mpsc::channel();
    std::thread::spawn(move || stdout.lines().try_for_each(|line| send.send(line)));
    let mut ask = || {
        stdin.write_all(&qr.stdout).and_then(|()| stdin.flush()).expect("the line is read");
        let answer = answers.recv_timeout(Duration::from_secs(60)).expect("an answer");
        let object: Value = serde_json::from_str(&answer.expect("UTF-8")).expect("JSON");
        object["code"].as_str().expect("a code").to_owned()
    };
    assert_eq!(ask(), "accepted");
    assert_eq!(ask(), "replayed");
    world.post("/lost/siti-contoh");
    assert!(world.update(&[]).status.success());
    let codes = std::iter::from_fn(|| {
        std::thread::sleep(Duration::from_millis(100));
        Some(ask())
    });
    let changed = codes.take(600).find(|code| code != "replayed");
    assert_eq!(changed.as_deref(), Some("suspended"));
    counter.kill().expect("it is still there");
    counter.wait().expect("it ends");
}

#[test]
fn a_list_that_a_scan_missed_is_fetched_by_the_next_update() {
    let world = World::new(Some((NOW, LATER)));
    let folder = world.folder.path();
    let roots = std::fs::read_to_string(folder.join("coba/roots.txt")).expect("root keys");
    let mut init = ikd(folder, &["trust", "init", "--store", "mine", "--threshold", "2"]);
    init.args(roots.lines().flat_map(|root| ["--root", root]));
    assert!(init.output().expect("an output").status.success());
    let update = || codes(&world.update(&["--store", "mine", "--json"]));
    let status = |second: i64| {
        let now = (LATER + 60 + second).to_string();
        let qr = run(folder, &["sandbox", "qr", "--text", "--now", &now]);
        let text = stdout(&qr).trim_end();
        let verify = ["verify", "--json", "--store", "mine", "--now", &now, "--text", text];
        let answer: Value = serde_json::from_slice(&run(folder, &verify).stdout).expect("JSON");
        answer["status"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(update(), ["updated"], "the roots alone know no status list");
    assert_eq!(status(0), "unavailable");
    assert_eq!(update(), ["unchanged", "updated"]);
    assert_eq!(status(1), "valid");
}

#[cfg(unix)]
#[test]
fn a_watch_tells_its_story_until_it_is_told_to_end() {
    let world = World::new(None);
    let story = |first: [&str; 2]| {
        let mut watch = world.trust("watch", &["--json"]).spawn().expect("ikd starts");
        let mut lines = BufReader::new(watch.stdout.take().expect("piped")).lines();
        for code in first {
            let line = lines.next().expect("a line").expect("UTF-8");
            let object: Value = serde_json::from_str(&line).expect("JSON");
            assert_eq!(object["code"], code, "{line}");
        }
        let id = watch.id().to_string();
        assert!(Command::new("kill").arg(id).status().expect("kill").success(), "SIGTERM");
        assert_eq!(watch.wait().expect("it ends").code(), Some(0));
    };
    assert!(world.trust("update", &[]).output().expect("an output").status.success());
    story(["unchanged", "unchanged"]);
    world.post("/rotate/status-key");
    story(["updated", "updated"]);
    story(["unchanged", "unchanged"]);
}
