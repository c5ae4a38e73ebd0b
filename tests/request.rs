//! `ikd request` against `ikd sandbox gateway`: a bank's clerk, and a citizen with a phone.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// A sandbox with its gateway, in a folder of its own.
struct Scene {
    folder: tempfile::TempDir,
    gateway: Child,
    /// `127.0.0.1:PORT`.
    host: String,
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.gateway.kill();
        let _ = self.gateway.wait();
    }
}

fn ikd(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ikd"));
    command.current_dir(folder).env("LC_ALL", "C").env_remove("CLICOLOR_FORCE").args(args);
    command
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let new = ikd(folder.path(), &["sandbox", "new", "coba"]).output().expect("ikd runs");
        assert!(new.status.success());
        let args = ["sandbox", "gateway", "coba", "--port", "0", "--interval", "1"];
        let mut gateway = ikd(folder.path(), &args).stdout(Stdio::piped()).spawn().expect("starts");
        let output = BufReader::new(gateway.stdout.take().expect("piped"));
        let lines: Vec<_> = output.lines().take(4).map(|line| line.expect("text")).collect();
        let (_, rest) = lines[0].split_once("http://").expect("an address");
        let host = rest.split(' ').next().expect("a host").to_owned();
        let scene = Self { folder, gateway, host };
        scene.write("coba/rp.toml", &scene.config());
        scene.ikd(&["keygen", "audit.pem"]);
        scene.ikd(&["audit", "init", "audit.log", "--signing-key", "audit.pem"]);
        scene
    }

    fn config(&self) -> String {
        format!(
            r#"
            client_id = "rp-bank"
            name = "Bank Contoh"
            key = "rp-bank.pem"
            terminal = "KCP-014/teller-3"
            audit = {{ log = "../audit.log", signing_key = "../audit.pem" }}
            danger_route = {{ from = "https://gateway.sandbox.invalid", to = "http://{}" }}

            [[purposes]]
            id = "account_opening"
            text = {{ id = "Pembukaan rekening tabungan", en = "Opening a savings account" }}
            legal_basis = "consent"
            retention_days = 1825
            attributes = ["full_name", "mother_name", "occupation", "nik_match"]
            "#,
            self.host
        )
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("written");
    }

    fn ikd(&self, args: &[&str]) -> Output {
        let output = ikd(self.folder.path(), args).output().expect("ikd runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Runs `ikd request` on a new QR, while the citizen decides.
    fn request(&self, args: &[&str], decision: Option<Value>) -> (i32, String, String) {
        let qr = self.ikd(&["sandbox", "qr", "--text", "--profile", "bank"]);
        let text = String::from_utf8(qr.stdout).expect("text");
        let standing = ["request", "--config", "coba/rp.toml", "--store", "coba"];
        let purpose = ["--purpose", "account_opening", "--text", text.trim()];
        let mut command = ikd(self.folder.path(), &standing);
        let command =
            command.args(purpose).args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        let running = command.spawn().expect("ikd runs");
        if let Some(mut decision) = decision {
            decision["auth_req_id"] = self.waiting();
            assert_eq!(self.http("POST /phone/decision", &decision.to_string())["ok"], true);
        }
        let output = running.wait_with_output().expect("an output");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code().expect("a status"), text(output.stdout), text(output.stderr))
    }

    /// The request that the phone shows.
    fn waiting(&self) -> Value {
        for _ in 0..100 {
            let shown = self.http("GET /phone/pending?person=siti-contoh", "");
            if let Some(request) = shown["requests"].get(0) {
                return request["auth_req_id"].clone();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the phone shows nothing");
    }

    fn http(&self, what: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        let (host, length) = (&self.host, body.len());
        let request = format!(
            "{what} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        serde_json::from_str(body).expect("JSON")
    }
}

fn approve(claims: &[&str]) -> Option<Value> {
    Some(json!({ "approve": true, "pin": "123456", "claims": claims }))
}

#[test]
fn a_clerk_asks_and_the_citizen_decides() {
    let scene = Scene::new();
    let asked = ["--attributes", "mother_name,occupation", "--save-answer", "answer.jwt"];
    let (exit, shown, waiting) = scene.request(&asked, approve(&["mother_name"]));
    assert_eq!(exit, 0, "{shown}{waiting}");
    assert!(waiting.starts_with("Waiting for consent on the phone: "), "{waiting}");
    assert!(shown.starts_with("granted"), "{shown}");
    assert!(shown.contains("Mother's name"), "{shown}");
    assert!(shown.contains("Not released: Occupation"), "{shown}");
    let answer = fs::read_to_string(scene.folder.path().join("answer.jwt")).expect("saved");
    assert_eq!(answer.trim().split('.').count(), 3);

    let asked = ["--attributes", "full_name", "--json", "--lang", "id"];
    let (exit, shown, waiting) = scene.request(&asked, Some(json!({ "approve": false })));
    assert_eq!(exit, 1, "{shown}{waiting}");
    let shown: Value = serde_json::from_str(&shown).expect("one JSON object");
    assert_eq!(shown["outcome"], "denied");
    assert_eq!(shown["receipt"]["attributes"]["released"], json!([]));
    assert!(waiting.contains("Menunggu persetujuan"), "{waiting}");

    scene.write("expected.json", r#"{ "nik": "9901015708929999" }"#);
    let (exit, shown, _) =
        scene.request(&["--match", "expected.json", "--json"], approve(&["nik_match"]));
    assert_eq!(exit, 0, "{shown}");
    let shown: Value = serde_json::from_str(&shown).expect("one JSON object");
    assert_eq!(shown["matches"], json!({ "nik_match": false }));

    // Every request is in the log, and nothing of the citizen is.
    scene.ikd(&["audit", "verify", "audit.log"]);
    let log = fs::read_to_string(scene.folder.path().join("audit.log")).expect("the log");
    for part in ["\"granted\"", "\"denied\"", "mother_name", "KCP-014/teller-3"] {
        assert!(log.contains(part), "{part}");
    }
    assert!(!log.contains("9901015708929999"));
}

#[test]
fn what_may_not_be_asked_is_never_sent() {
    let scene = Scene::new();
    let (exit, shown, error) = scene.request(&["--attributes", "religion"], None);
    assert_eq!((exit, shown.as_str()), (2, ""));
    assert!(error.contains("may not ask for religion"), "{error}");
    let (exit, _, error) = scene.request(&[], None);
    assert_eq!(exit, 2);
    assert!(error.contains("asks for nothing"), "{error}");
    let shown = scene.http("GET /phone/pending?person=siti-contoh", "");
    assert_eq!(shown["requests"], json!([]));
}
