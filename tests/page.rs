//! `ikd page` as a browser meets it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use ikd_verifier::{RootKey, RootKeys, Trust, UnixTime};
use serde_json::Value;

/// A page that is served, until it is dropped.
struct Page {
    program: Child,
    stdout: BufReader<ChildStdout>,
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn ikd(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ikd"));
    command.current_dir(folder).env("LC_ALL", "C").env_remove("CLICOLOR_FORCE");
    command.env("IKD_STORE", folder.join("no-store"));
    command
}

impl Page {
    fn serve(folder: &Path, args: &[&str]) -> Self {
        let mut command = ikd(folder);
        command.args(["page", "--port", "0"]).args(args).stdout(Stdio::piped());
        let mut program = command.spawn().expect("ikd starts");
        let stdout = BufReader::new(program.stdout.take().expect("piped"));
        Self { program, stdout }
    }

    /// Host and port of the next line.
    fn host(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line");
        let (_, address) = line.trim_end().split_once("http://").expect("an address");
        address.strip_suffix('/').expect("the root").to_owned()
    }
}

struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).expect("a status")
    }

    fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

fn connect(host: &str) -> TcpStream {
    let port = host.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("somebody listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    stream
}

fn ask(host: &str, request: &str) -> Answer {
    let mut stream = connect(host);
    let text = format!("{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(text.as_bytes()).expect("the request is taken");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let body = answer.split_off(end + 4);
    Answer { head: String::from_utf8(answer).expect("UTF-8"), body }
}

fn get(host: &str, path: &str) -> Answer {
    ask(host, &format!("GET {path}"))
}

/// The trust that a page sets itself up with.
fn trust(host: &str) -> Trust {
    let setup = get(host, "/setup.json");
    assert_eq!((setup.status(), setup.header("content-type")), ("200", Some("application/json")));
    let setup: Value = serde_json::from_slice(&setup.body).expect("JSON");
    let roots = setup["roots"].as_array().expect("roots").iter().map(root).collect::<Vec<_>>();
    let threshold = setup["threshold"].as_u64().expect("a threshold");
    let bundle = get(host, &format!("/{}", setup["bundle"].as_str().expect("an address")));
    assert_eq!(bundle.status(), "200");
    let roots = RootKeys::new(&roots, usize::try_from(threshold).expect("small")).expect("roots");
    let (trust, report) = Trust::from_bundle(roots, &bundle.body).expect("a bundle of these roots");
    assert_eq!((report.status_lists.len(), report.refused.len()), (1, 0));
    trust
}

fn root(hex: &Value) -> RootKey {
    let hex = hex.as_str().expect("hex");
    assert_eq!(hex.len(), 64);
    std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex"))
}

#[test]
fn serves_verifier_and_phone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut page = Page::serve(folder.path(), &["--sandbox"]);
    let (verifier, phone) = (page.host(), page.host());
    // Neither a visitor who says nothing nor one who never ends is in the way of the others.
    let _silent = connect(&verifier);
    let mut endless = connect(&verifier);
    endless.write_all(&[b'x'; 12 << 10]).expect("taken");
    let mut refused = [0; 12];
    endless.read_exact(&mut refused).expect("an answer");
    assert_eq!(&refused, b"HTTP/1.1 431");

    let index = get(&verifier, "/");
    assert_eq!(index.status(), "200");
    assert_eq!(index.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = index.header("content-security-policy").expect("a policy");
    assert!(policy.contains("'wasm-unsafe-eval'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(index.header("permissions-policy"), Some("camera=(self)"));
    assert_eq!(index.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(index.header("referrer-policy"), Some("no-referrer"));
    for (path, content_type) in [
        ("/ikd/ikd_bg.wasm", "application/wasm"),
        ("/service-worker.js", "text/javascript; charset=utf-8"),
        ("/app/main.js?v=1", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/icon.svg", "image/svg+xml"),
    ] {
        let file = get(&verifier, path);
        assert_eq!((file.status(), file.header("content-type")), ("200", Some(content_type)));
        assert_eq!(file.header("cache-control"), Some("no-cache"), "{path}");
        let length = file.body.len().to_string();
        assert_eq!(file.header("content-length"), Some(&*length), "{path}");
        let head = ask(&verifier, &format!("HEAD {path}"));
        assert_eq!((head.header("content-length"), head.body.len()), (Some(&*length), 0));
    }
    assert!(get(&verifier, "/ikd/ikd_bg.wasm").body.starts_with(b"\0asm"));
    assert_eq!(get(&verifier, "/Cargo.toml").status(), "404");
    assert_eq!(ask(&verifier, "POST /").status(), "405");

    let trust = trust(&verifier);
    let list = trust.snapshot();
    assert!(list.list().is_some_and(|list| list.version() > 1 && list.expires() > UnixTime::now()));
    assert_eq!(get(&phone, "/").status(), "200");
    let state: Value = serde_json::from_slice(&get(&phone, "/state.json").body).expect("JSON");
    let text = state["text"].as_str().expect("the text of a QR");
    let replay = std::sync::Arc::new(ikd_verifier::MemoryReplayStore::new());
    let policy = ikd_verifier::Policy::new();
    let counter = ikd_verifier::Verifier::new(trust.into(), replay, policy);
    let answer = counter.verify_text(text, UnixTime::now());
    assert!(answer.is_ok(), "the page accepts what the phone shows: {answer:?}");
}

#[test]
fn offers_the_trust_of_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = ikd(folder.path()).args(["sandbox", "new", "coba"]).output().expect("an output");
    assert!(made.status.success());
    let mut page = Page::serve(folder.path(), &["--store", "coba"]);
    let host = page.host();
    assert!(host.starts_with("localhost:"), "not the name that the sandbox has");
    assert_eq!(trust(&host).snapshot().list().map(|list| list.version()), Some(1));
}

#[test]
fn leaves_trust_to_the_page_where_there_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut page = Page::serve(folder.path(), &[]);
    let host = page.host();
    assert_eq!(get(&host, "/").status(), "200");
    assert_eq!(get(&host, "/setup.json").status(), "404");
    for args in [&["--store", "none"][..], &["--sandbox", "--store", "none"]] {
        let mut command = ikd(folder.path());
        let output = command.args(["page", "--port", "0"]).args(args).output().expect("an output");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}
