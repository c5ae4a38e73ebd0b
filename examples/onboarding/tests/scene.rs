//! A counter: a bank with its backend, a gateway, and a citizen with a phone.

use std::io::Write;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ikd_onboarding::config::DatabaseUrl;
use ikd_onboarding::log::Log;
use ikd_onboarding::{Config, Server, demo};
use ikd_sandbox::gateway::{Decision, Gateway, Pending};
use ikd_sandbox::{Attribute, Profile, Sandbox, cbor};
use ikd_verifier::audit::{VerifyOptions, verify};
use ikd_verifier::{FileTrustStore, RootKeys, Trust, UnixTime};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Long enough for a busy machine; nothing waits so long when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// A sandbox, its gateway, and a folder for the bank.
pub(crate) struct Scene {
    pub(crate) sandbox: Sandbox,
    pub(crate) gateway: Gateway,
    pub(crate) folder: TempDir,
    pub(crate) config: PathBuf,
}

/// An instance within this process.
pub(crate) struct Instance {
    pub(crate) teller: Teller,
    pub(crate) log: Lines,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

/// Someone who talks to an instance.
#[derive(Clone)]
pub(crate) struct Teller {
    pub(crate) url: String,
    client: Client,
}

/// What was logged.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("text")
    }
}

impl Scene {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let sandbox = demo::sandbox();
        let any = ([127, 0, 0, 1], 0).into();
        let gateway = demo::gateway(&sandbox, any, 1).expect("a gateway");
        let config = demo::prepare(folder.path(), &sandbox, gateway.issuer(), any);
        let config = config.expect("a configuration");
        Self { sandbox, gateway, folder, config }
    }

    /// Changes the configuration.
    pub(crate) fn configure(&self, change: impl FnOnce(&mut Value)) {
        let bytes = std::fs::read(&self.config).expect("it is there");
        let mut config = serde_json::from_slice(&bytes).expect("JSON");
        change(&mut config);
        std::fs::write(&self.config, config.to_string()).expect("it is written");
    }

    /// Leaves the bank with a trust list, and no list that says what is revoked.
    pub(crate) fn forget_status_list(&self) {
        let threshold = self.sandbox.threshold().try_into().expect("a small number");
        let trust = Trust::new(RootKeys::new(&self.sandbox.roots(), threshold).expect("sound"));
        trust.update_list(&self.sandbox.trust_list(), UnixTime::now()).expect("a sound list");
        let path = self.folder.path().join("trust.state");
        std::fs::remove_file(&path).expect("it is there");
        FileTrustStore::new(path).save(&trust).expect("it is written");
    }

    pub(crate) fn answer_within(&self, seconds: u32) {
        let seconds = NonZeroU32::new(seconds).expect("not zero");
        self.configure(|config| config["answer_within"] = json!(seconds));
    }

    pub(crate) async fn instance(&self) -> Instance {
        Instance::start(Config::read(&self.config).expect("a configuration")).await
    }

    /// An instance of its own folder, in a database that others share.
    pub(crate) async fn instance_in(&self, database: &str, folder: &str) -> Instance {
        let mut config = Config::read(&self.config).expect("a configuration");
        config.data = self.folder.path().join(folder);
        config.database = Some(DatabaseUrl(database.to_owned()));
        Instance::start(config).await
    }

    /// What the phone shows now.
    pub(crate) fn qr(&self, person: &str) -> String {
        let person = self.sandbox.person(person).expect("a person");
        self.sandbox.present(person, Profile::Travel, UnixTime::now().secs()).text()
    }

    /// The value of a text attribute.
    pub(crate) fn value(&self, person: &str, attribute: Attribute) -> String {
        let person = self.sandbox.person(person).expect("a person");
        match person.attribute(attribute) {
            Some(cbor::Value::Text(text)) => text,
            other => panic!("no text: {other:?}"),
        }
    }

    /// The request that the phone shows.
    pub(crate) fn asked(&self) -> Pending {
        let mut waiting = self.gateway.pending();
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        waiting.remove(0)
    }

    /// Approves everything but `without`.
    pub(crate) fn approve(&self, without: &[&str]) {
        let asked = self.asked();
        let names = asked.claims.iter().map(|claim| claim.name.as_str());
        let names: Vec<_> = names.filter(|name| !without.contains(name)).collect();
        self.gateway.decide(&asked.auth_req_id, Decision::approve(names)).expect("it waits");
    }

    pub(crate) fn deny(&self) {
        let asked = self.asked();
        self.gateway.decide(&asked.auth_req_id, Decision::Deny).expect("it waits");
    }

    /// The receipts in the audit log of a folder, checked.
    pub(crate) fn receipts(&self, folder: &str) -> u64 {
        receipts(&self.folder.path().join(folder))
    }
}

/// The receipts in the audit log of a data folder, whose chain must hold.
fn receipts(data: &Path) -> u64 {
    let checked = verify(&data.join("audit.log"), &VerifyOptions::default());
    checked.expect("the chain holds").receipts
}

impl Instance {
    pub(crate) async fn start(config: Config) -> Self {
        let log = Lines::default();
        let server = Server::open(config, Log::to(log.clone())).await.expect("it opens");
        let teller = Teller::new(format!("http://{}", server.address()));
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(async move {
            server.run(async { drop(stopped.await) }).await.expect("it stops well");
        });
        Self { teller, log, stop, running }
    }

    /// Stops the instance, and waits until it has.
    pub(crate) async fn stop(self) {
        self.stop.send(()).expect("it runs");
        self.running.await.expect("no panic");
    }
}

impl Teller {
    pub(crate) fn new(url: String) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(PATIENCE).build().expect("a client");
        Self { url, client }
    }

    pub(crate) fn get_request(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    pub(crate) fn post_request(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.get_request(path)).await
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let answer = self.get_request(path).send().await.expect("an answer");
        answer.text().await.expect("text")
    }

    /// Waits until the service answers.
    pub(crate) async fn answers(&self) {
        let started = Instant::now();
        while self.get_request("/readyz").send().await.is_err() {
            assert!(started.elapsed() < PATIENCE, "it does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Scans the text of a QR.
    pub(crate) async fn scan(&self, text: &str) -> (StatusCode, Value) {
        let body = json!({ "text": text, "terminal": "KCP-014/teller-3" }).to_string();
        let request = self.post_request("/qr").header("Content-Type", "application/json");
        read(request.body(body)).await
    }

    /// Scans a QR that is good, and returns the id of the application.
    pub(crate) async fn open(&self, text: &str) -> String {
        let (status, body) = self.scan(text).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn application(&self, id: &str) -> Value {
        let (status, body) = self.get(&format!("/applications/{id}?terminal=test")).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }

    /// Waits until an application does not wait any more.
    pub(crate) async fn ended(&self, id: &str) -> Value {
        let started = Instant::now();
        loop {
            let (_, body) = self.get("/applications").await;
            let all = body["applications"].as_array().expect("a list");
            let one = all.iter().find(|it| it["id"] == id).expect("it is there");
            if one["state"] != "waiting" {
                return self.application(id).await;
            }
            assert!(started.elapsed() < PATIENCE, "it still waits");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn read(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let body = answer.bytes().await.expect("a body");
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// The value of a field of the form, in Indonesian.
pub(crate) fn field<'a>(application: &'a Value, name: &str) -> Option<&'a str> {
    let fields = application["identity"].as_array()?;
    let field = fields.iter().find(|field| field["name"] == name)?;
    field["value"]["id"].as_str()
}
