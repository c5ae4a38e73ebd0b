//! The `ikd` command as its users meet it.
//!
//! Most of it is in `cli/*.toml`: transcripts of commands that run one after another in a new folder,
//! at a fixed time, with the stand-in issuer. What needs two programs at once is written out here.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

const IKD: &str = env!("CARGO_BIN_EXE_ikd");

/// The time of the transcripts.
const NOW: &str = "1790000000";

/// Transcripts are in English unless they say otherwise, whoever runs them.
fn ikd(folder: &Path) -> Command {
    let mut command = Command::new(IKD);
    command.current_dir(folder).env("LC_ALL", "C").env_remove("CLICOLOR_FORCE");
    command.env("IKD_STORE", folder.join("no-store"));
    command
}

/// One file of `cli/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transcript {
    #[expect(dead_code, reason = "for the reader of the file")]
    about: String,
    step: Vec<Step>,
}

/// One command and what must come of it. `${NAME}` stands for what an earlier step has `keep`-ed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// The arguments.
    run: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    stdin: String,
    exit: i32,
    /// The whole of standard output.
    stdout: Option<String>,
    /// Members that the JSON object on standard output has.
    json: Option<BTreeMap<String, Value>>,
    /// Members that it does not have.
    #[serde(default)]
    json_lacks: Vec<String>,
    /// Parts of standard output.
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    /// Parts of standard error, which is empty if there are none.
    #[serde(default)]
    stderr_has: Vec<String>,
    /// The name under which standard output is kept.
    keep: Option<String>,
}

#[test]
fn transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cli");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("tests/cli")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    assert!(files.len() >= 5, "the transcripts are missing");
    for file in files {
        let text = fs::read_to_string(&file).expect("a transcript");
        let transcript: Transcript = toml::from_str(&text).expect("a transcript in TOML");
        let folder = tempfile::tempdir().expect("a folder");
        let mut kept = BTreeMap::from([("NOW".to_owned(), NOW.to_owned())]);
        for (number, step) in transcript.step.iter().enumerate() {
            step.check(folder.path(), &mut kept, &format!("{}, step {number}", file.display()));
        }
    }
}

impl Step {
    fn check(&self, folder: &Path, kept: &mut BTreeMap<String, String>, place: &str) {
        let fill = |text: &str| {
            let fill = |text: String, (name, value): (&String, &String)| {
                text.replace(&format!("${{{name}}}"), value)
            };
            kept.iter().fold(text.to_owned(), fill)
        };
        let mut command = ikd(folder);
        command.args(self.run.iter().map(|argument| fill(argument)));
        for (name, value) in &self.env {
            command.env(name, value);
        }
        let mut child = start(&mut command);
        let input = fill(&self.stdin);
        let mut stdin = child.stdin.take().expect("piped");
        let feed = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("an output");
        feed.join().expect("no panic").expect("all input is read");
        let stdout = String::from_utf8(output.stdout).expect("UTF-8");
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        let place = format!("{place}: {:?}\n{stdout}{stderr}", self.run);
        assert_eq!(output.status.code(), Some(self.exit), "{place}");
        if let Some(expected) = &self.stdout {
            assert_eq!(stdout, fill(expected), "{place}");
        }
        for part in &self.has {
            assert!(stdout.contains(&fill(part)), "{part:?} is missing in {place}");
        }
        for part in &self.lacks {
            assert!(!stdout.contains(&fill(part)), "{part:?} is in {place}");
        }
        for part in &self.stderr_has {
            assert!(stderr.contains(&fill(part)), "{part:?} is missing in {place}");
        }
        assert_eq!(self.stderr_has.is_empty(), stderr.is_empty(), "{place}");
        if self.json.is_some() || !self.json_lacks.is_empty() {
            let object: Value = serde_json::from_str(&stdout).expect("one JSON object");
            for (name, value) in self.json.iter().flatten() {
                assert_eq!(object.get(name), Some(value), "{name} in {place}");
            }
            for name in &self.json_lacks {
                assert_eq!(object.get(name), None, "{name} in {place}");
            }
            assert_eq!(stdout.lines().count(), 1, "{place}");
        }
        if let Some(name) = &self.keep {
            kept.insert(name.clone(), stdout.trim_end_matches('\n').to_owned());
        }
    }
}

fn start(command: &mut Command) -> Child {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    piped.spawn().expect("ikd starts")
}

/// A folder with a stand-in issuer in `coba`, and the text of a QR.
fn sandbox() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| {
        let output = ikd(folder.path()).args(args).output().expect("an output");
        assert!(output.status.success(), "{args:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    run(&["sandbox", "new", "coba", "--now", NOW]);
    let text = run(&["sandbox", "qr", "--text", "--now", NOW]);
    (folder, text.trim_end().to_owned())
}

fn verify_lines(folder: &Path) -> Command {
    let mut command = ikd(folder);
    command.args(["verify", "--json", "--store", "coba", "--now", NOW, "-"]);
    command
}

fn code(line: &str) -> String {
    let object: Value = serde_json::from_str(line).expect("one JSON object a line");
    object["code"].as_str().expect("a code").to_owned()
}

#[test]
fn each_line_is_answered_before_the_next_comes() {
    let (folder, text) = sandbox();
    let mut child = start(&mut verify_lines(folder.path()));
    let mut stdin = child.stdin.take().expect("piped");
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    let (send, answers) = mpsc::channel();
    std::thread::spawn(move || stdout.lines().try_for_each(|line| send.send(line)));
    let mut ask = |line: &[u8]| {
        stdin.write_all(line).and_then(|()| stdin.flush()).expect("the line is read");
        let answer = answers.recv_timeout(Duration::from_secs(30)).expect("an answer in time");
        code(&answer.expect("UTF-8"))
    };
    assert_eq!(ask(format!("{text}\n").as_bytes()), "accepted");
    assert_eq!(ask(format!("\t{text}\r\n").as_bytes()), "replayed");
    assert_eq!(ask(b"https://example.org\r"), "not_ikd");
    assert_eq!(ask(b"\n\n"), "not_ikd", "an empty line behind the LF of the last one");
    assert_eq!(ask(b"IKD1:\xff\xfe\n"), "bad_base45");
    let huge = [b"IKD1:".as_slice(), &vec![b'A'; 10 << 20], b"\n"].concat();
    assert_eq!(ask(&huge), "too_large");
    let blank = [text.as_bytes(), &vec![b' '; 1 << 20], b"x\n"].concat();
    assert_eq!(ask(&blank), "too_large", "white space hides no end of a line");
    assert_eq!(ask(format!("{text}\n").as_bytes()), "replayed");
    // Linux tells the most memory that was ever used: the huge lines were not kept.
    if let Ok(status) = fs::read_to_string(format!("/proc/{}/status", child.id())) {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        assert!(peak.expect("a number of kB") < 16 << 10, "{peak:?} kB");
    }
    drop(stdin);
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let (folder, text) = sandbox();
    let mut child = start(&mut verify_lines(folder.path()));
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("piped");
    // The reader may be gone before the last line.
    let _ = stdin.write_all(format!("{text}\n").repeat(100).as_bytes());
    drop(stdin);
    let mut stderr = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut stderr).expect("UTF-8");
    assert_eq!((stderr.as_str(), child.wait().expect("it ends").code()), ("", Some(2)));
    for args in [&["man"][..], &["completions", "bash"], &["sandbox", "persons"], &["demo"]] {
        let mut child = start(ikd(folder.path()).args(args));
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("an output");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
}

#[test]
fn every_bad_qr_of_the_sandbox_is_refused_with_its_code() {
    let (folder, _) = sandbox();
    for trouble in ikd_sandbox::Trouble::ALL {
        for profile in ikd_sandbox::Profile::ALL {
            let (name, profile_name) = (trouble.to_string(), profile.name());
            let qr = ["sandbox", "qr", "--now", NOW, "--bad", &name, "--profile", profile_name];
            let output = ikd(folder.path()).args(qr).arg("--text").output().expect("an output");
            let text = String::from_utf8(output.stdout).expect("UTF-8");
            let times = if trouble == ikd_sandbox::Trouble::Replayed { 2 } else { 1 };
            let mut child = start(verify_lines(folder.path()).args(["--profile", profile_name]));
            let mut stdin = child.stdin.take().expect("piped");
            stdin.write_all(text.repeat(times).as_bytes()).expect("the lines are read");
            drop(stdin);
            let output = child.wait_with_output().expect("an output");
            let answers = String::from_utf8(output.stdout).expect("UTF-8");
            let last = code(answers.lines().last().expect("an answer"));
            assert_eq!(last, trouble.code(profile), "{name}, {profile_name}");
            assert_eq!(output.status.code(), Some(1), "{name}, {profile_name}");
        }
    }
}

/// The vectors of the format, which lie beside the project. Without them a test says so; in CI it
/// fails.
fn vectors() -> Option<PathBuf> {
    let folder = std::env::var_os("IKD_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let vectors = folder.join("vectors");
    if vectors.is_dir() {
        return Some(vectors);
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "no {}", vectors.display());
    eprintln!("SKIPPED: no {}", vectors.display());
    None
}

#[test]
fn conformance_passes_and_finds_differences() {
    let Some(vectors) = vectors() else { return };
    let read = |name| -> Value {
        let text = fs::read_to_string(vectors.join(name)).expect("a file of vectors");
        serde_json::from_str(&text).expect("JSON")
    };
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["ikd-qr.json", "trust.json"] {
        let cases = read(name)["cases"].as_array().expect("cases").len();
        let output =
            ikd(folder.path()).arg("conformance").arg(vectors.join(name)).output().expect("output");
        let expected = format!("{cases} passed, 0 failed\n");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
        assert_eq!(output.status.code(), Some(0));
    }
    let mut wrong = read("ikd-qr.json");
    let cases = wrong["cases"].as_array_mut().expect("cases");
    cases.truncate(3);
    cases[1]["expect"] = serde_json::json!({ "error": "revoked" });
    fs::write(folder.path().join("wrong.json"), wrong.to_string()).expect("written");
    let output = ikd(folder.path()).args(["conformance", "wrong.json"]).output().expect("output");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(stdout.ends_with("\n2 passed, 1 failed\n"), "{stdout}");
    assert_eq!(output.status.code(), Some(1));
}
