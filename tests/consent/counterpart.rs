//! Runs the counterpart gateway, and plays the citizen's phone.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ikd_verifier::consent::{FileKey, RequestSigner};
use serde_json::{Value, json};

/// A gateway of its own for each test, on ports of its own.
pub(crate) struct Counterpart {
    process: Child,
    port: u16,
    http: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Counterpart {
    /// Starts it for a citizen with these attributes; `None` where it cannot run here.
    pub(crate) fn start(person: &Value) -> Option<Self> {
        Self::start_with(person, &[])
    }

    /// Starts it with more environment variables.
    pub(crate) fn start_with(person: &Value, environment: &[(&str, &str)]) -> Option<Self> {
        let program = installed()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, value: &Value| {
            let path = folder.path().join(name);
            fs::write(&path, value.to_string()).expect("a file in it");
            path
        };
        let keys = write("keys.json", &keys());
        let person = write("person.json", &json!({ "citizen-1": person }));
        let port = free_ports();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut process = Command::new("node")
            .arg("gateway.mjs")
            .current_dir(program)
            .env("PORT", port.to_string())
            .env("KEYS_FILE", keys)
            .env("PERSON_FILE", person)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs");
        let output = process.stdout.take().expect("its output");
        // From here on it ends with the test, however that ends.
        let started = Self { process, port, http, _folder: folder };
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("its first line");
        assert!(line.starts_with("OP "), "the gateway says: {line}");
        Some(started)
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where it sends notifications.
    pub(crate) fn ping_port(&self) -> u16 {
        self.port + 2
    }

    /// What the phone shows of a request.
    pub(crate) async fn shown(&self, auth_req_id: &str) -> Value {
        let answer = self.http.get(self.phone(auth_req_id)).send().await.expect("the phone");
        let text = answer.text().await.expect("its text");
        serde_json::from_str(&text).expect("JSON")
    }

    /// The citizen approves these.
    pub(crate) async fn approve(&self, auth_req_id: &str, claims: &[&str]) {
        self.decide(auth_req_id, json!({ "decision": "approve", "claims": claims })).await;
    }

    /// The citizen approves, and the gateway breaks a rule.
    pub(crate) async fn misbehave(&self, auth_req_id: &str, claims: &[&str], how: &str) {
        let answer = json!({ "decision": "approve", "claims": claims, "misbehave": how });
        self.decide(auth_req_id, answer).await;
    }

    /// The citizen says no.
    pub(crate) async fn deny(&self, auth_req_id: &str) {
        self.decide(auth_req_id, json!({ "decision": "deny" })).await;
    }

    async fn decide(&self, auth_req_id: &str, decision: Value) {
        let request = self.http.post(self.phone(auth_req_id)).body(decision.to_string());
        let answer = request.send().await.expect("the phone");
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
    }

    fn phone(&self, auth_req_id: &str) -> String {
        format!("http://127.0.0.1:{}/?id={auth_req_id}", self.port + 1)
    }
}

impl Drop for Counterpart {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The relying party's key.
pub(crate) fn rp_key() -> SigningKey {
    SigningKey::from_bytes(&[11; 32])
}

/// The keys of the gateway and of its clients. The P-256 one is that of RFC 7515 appendix A.3.
fn keys() -> Value {
    let rp = rp_key();
    let kid = FileKey::from(rp.clone()).public_key().thumbprint();
    let ed25519 = |key: &SigningKey, kid: &str| {
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid,
            "x": URL_SAFE_NO_PAD.encode(key.verifying_key()),
            "d": URL_SAFE_NO_PAD.encode(key.to_bytes()) })
    };
    json!({
        "gateway": ed25519(&SigningKey::from_bytes(&[12; 32]), "gateway-1"),
        "rp": ed25519(&rp, &kid),
        "rpEnc": { "kty": "EC", "crv": "P-256", "use": "enc", "alg": "ECDH-ES", "kid": "rp-enc-1",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" },
    })
}

/// A copy of the counterpart with its packages; `None` where there is none, or no Node.
fn installed() -> Option<PathBuf> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let source = ikd_tests::shared("counterpart")?;
    let runs = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !runs("node") || !runs("npm") {
        assert!(std::env::var_os("CI").is_none(), "node and npm are missing");
        eprintln!("SKIPPED: node and npm are missing");
        return None;
    }
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("counterpart");
    fs::create_dir_all(&folder).expect("a folder for it");
    for name in ["gateway.mjs", "keys.mjs", "package.json"] {
        let text = fs::read(source.join(name)).expect("a file of the counterpart");
        fs::write(folder.join(name), text).expect("its copy");
    }
    if !folder.join("node_modules/.package-lock.json").is_file() {
        let install = ["install", "--omit=dev", "--no-audit", "--no-fund"];
        let status = Command::new("npm").args(install).current_dir(&folder).status();
        assert!(status.expect("npm runs").success(), "npm install");
    }
    Some(folder)
}

/// The first of three free ports in a row.
fn free_ports() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = first.local_addr().expect("its address").port();
        let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if port < u16::MAX - 2 && free(port + 1) && free(port + 2) {
            return port;
        }
    }
}
