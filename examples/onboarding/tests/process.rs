//! The backend as a process: killed, stopped, and read by whoever reads its logs.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use ikd_sandbox::gateway::Misbehaviour;
use ikd_sandbox::{Attribute, cbor};
use serde_json::json;

use crate::scene::{Scene, Teller};

/// A child process with its output.
pub(crate) struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Process {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ikd-onboarding"));
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, stdout }
    }

    /// An instance, and where it listens.
    pub(crate) fn instance(scene: &Scene) -> (Self, Teller) {
        let mut process = Self::start(&["--config", scene.config.to_str().expect("text")]);
        let teller = Teller::new(process.line().trim().trim_end_matches('/').to_owned());
        (process, teller)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line");
        line
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Asks the process to stop, waits, and returns its exit status and all that it wrote.
    fn stop(mut self) -> (Option<i32>, String) {
        signal("TERM", self.child.id());
        let mut output = String::new();
        self.stdout.read_to_string(&mut output).expect("text");
        let mut stderr = self.child.stderr.take().expect("piped");
        stderr.read_to_string(&mut output).expect("text");
        (self.child.wait().expect("it ends").code(), output)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(name: &str, process: u32) {
    let status = Command::new("kill").args(["-s", name, &process.to_string()]).status();
    assert!(status.expect("kill runs").success());
}

#[tokio::test]
async fn killed_while_it_waits_it_loses_nothing() {
    let scene = Scene::new();
    let (process, teller) = Process::instance(&scene);
    let id = teller.open(&scene.qr("siti-contoh")).await;
    process.kill();
    // The citizen answers while nobody listens.
    scene.approve(&[]);
    let (process, teller) = Process::instance(&scene);
    let ended = teller.ended(&id).await;
    assert_eq!(ended["state"], "decided", "{ended}");
    process.kill();
    // It is finished once: another start has nothing left to do.
    let (process, teller) = Process::instance(&scene);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(teller.application(&id).await, ended);
    let (status, output) = process.stop();
    assert_eq!(status, Some(0), "{output}");
    assert!(!output.contains("request_ended"), "{output}");
    assert_eq!(scene.receipts("data"), 1);
}

#[tokio::test]
async fn killed_between_keeping_an_answer_and_leaving_the_queue_it_takes_no_second_one() {
    let scene = Scene::new();
    let (process, teller) = Process::instance(&scene);
    let id = teller.open(&scene.qr("siti-contoh")).await;
    process.kill();
    let request = scene.folder.path().join(format!("data/waiting/{id}.consent"));
    let waiting = std::fs::read(&request).expect("it waits");
    scene.approve(&[]);
    let (process, teller) = Process::instance(&scene);
    let ended = teller.ended(&id).await;
    assert_eq!(ended["state"], "decided", "{ended}");
    assert_eq!(process.stop().0, Some(0));
    assert!(!request.exists());
    // As if the kill had come before the request left the queue.
    std::fs::write(&request, waiting).expect("it is written");
    let (process, teller) = Process::instance(&scene);
    let started = Instant::now();
    while request.exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "it still waits");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(teller.application(&id).await["decision"], ended["decision"]);
    let (status, output) = process.stop();
    assert_eq!(status, Some(0));
    assert!(output.contains("answered_already") && !output.contains("request_ended"), "{output}");
}

#[tokio::test]
async fn a_wrong_configuration_leaves_requests_to_whom_they_belong() {
    let scene = Scene::new();
    let (process, teller) = Process::instance(&scene);
    let id = teller.open(&scene.qr("siti-contoh")).await;
    process.kill();
    scene.configure(|config| config["relying_party"]["id"] = json!("rp-other"));
    let (process, teller) = Process::instance(&scene);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(teller.application(&id).await["state"], "waiting");
    let (_, output) = process.stop();
    let troubles = output.matches("foreign_request").count();
    assert!((1..=3).contains(&troubles), "{output}");
    scene.configure(|config| config["relying_party"]["id"] = json!("rp-bank"));
    scene.approve(&[]);
    let (_process, teller) = Process::instance(&scene);
    assert_eq!(teller.ended(&id).await["state"], "decided");
}

#[tokio::test]
async fn killed_again_and_again_each_application_ends_once() {
    let scene = Scene::new();
    let mut ids = Vec::new();
    for person in ["siti-contoh", "budi-ujicoba", "dewi-sampel"] {
        let (process, teller) = Process::instance(&scene);
        ids.push(teller.open(&scene.qr(person)).await);
        process.kill();
    }
    for asked in scene.gateway.pending() {
        let names = asked.claims.iter().map(|claim| claim.name.as_str());
        let approve = ikd_sandbox::gateway::Decision::approve(names);
        scene.gateway.decide(&asked.auth_req_id, approve).expect("it waits");
    }
    let (process, teller) = Process::instance(&scene);
    for id in &ids {
        assert_eq!(teller.ended(id).await["state"], "decided");
    }
    assert_eq!(process.stop().0, Some(0));
    assert_eq!(scene.receipts("data"), 3);
}

#[tokio::test]
async fn logs_and_metrics_of_a_full_run_hold_no_value_and_no_token() {
    let scene = Scene::new();
    let (process, teller) = Process::instance(&scene);
    let mut qrs = Vec::new();
    let mut told = String::new();
    for step in ["granted", "denied", "protocol_error", "refused", "replayed"] {
        let qr = qrs.last().filter(|_| step == "replayed").cloned();
        let qr = qr.unwrap_or_else(|| scene.qr("siti-contoh"));
        qrs.push(qr.clone());
        match step {
            "protocol_error" => scene.gateway.misbehave(Misbehaviour::ExtraClaim),
            "refused" => scene.gateway.behave(),
            _ => {}
        }
        if step == "replayed" {
            assert_eq!(teller.scan(&qr).await.1["code"], "replayed");
            continue;
        }
        let id = teller.open(&qr).await;
        if step == "denied" {
            scene.deny()
        } else {
            scene.approve(&[])
        }
        let ended = teller.ended(&id).await;
        if step == "granted" {
            let path = format!("/applications/{id}/evidence?terminal=test");
            let (_, evidence) = teller.get(&path).await;
            qrs.extend(
                ["userinfo", "id_token"]
                    .map(|token| evidence[token].as_str().expect("a JWS").to_owned()),
            );
        }
        told.push_str(ended["receipt"]["outcome"].as_str().expect("an outcome"));
        // A QR is of a second; the next one must be another.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }
    assert_eq!(told, "granteddeniedprotocol_errorgranted");
    let mut output = teller.text("/metrics").await;
    output.push_str(&teller.text("/applications").await.replace("KCP-014/teller-3", ""));
    let (status, log) = process.stop();
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("\"granted\"") && log.contains("\"replayed\""), "{log}");
    output.push_str(&log);

    let person = scene.sandbox.person("siti-contoh").expect("a person");
    let mut values = 0;
    for attribute in Attribute::all() {
        let Some(cbor::Value::Text(text)) = person.attribute(attribute) else { continue };
        // Short ones, such as a nationality or a postal code, stand in other words and numbers too.
        if text.len() > 5 {
            assert!(!output.contains(&text), "{} is in the output", attribute.name());
            values += 1;
        }
    }
    assert!(values > 10);
    for secret in &qrs {
        assert!(!output.contains(secret) && !output.contains(&secret[..40]));
    }
    // No JWT of any kind, and no QR.
    assert!(!output.contains("eyJ") && !output.contains("IKD1:"));
}

#[tokio::test]
async fn the_demonstration_survives_a_kill_of_its_backend() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("text");
    let mut demo = Process::start(&["--demo", "--port", "0", "--data", data]);
    let (mut bank, mut phone, mut backend) = (None, None, None);
    while backend.is_none() {
        let line = demo.line();
        let words: Vec<_> = line.split_whitespace().collect();
        match words.as_slice() {
            ["Bank", url] => bank = Some(url.trim_end_matches('/').to_owned()),
            ["Ponsel", url] => phone = Some(url.trim_end_matches('/').to_owned()),
            [.., "kill", "-9", id] => backend = id.parse().ok(),
            _ => {}
        }
    }
    let bank = Teller::new(bank.expect("an address"));
    let phone = Teller::new(phone.expect("an address"));
    bank.answers().await;
    let (_, shown) = phone.get("/state.json?person=siti-contoh&profile=bank").await;
    let id = bank.open(shown["text"].as_str().expect("a QR")).await;
    signal("KILL", backend.expect("an id"));

    let (_, waiting) = phone.get("/phone/pending?person=siti-contoh").await;
    let asked = &waiting["requests"][0];
    let claims = asked["claims"].as_array().expect("a list").iter();
    let decision = json!({
        "auth_req_id": asked["auth_req_id"], "approve": true, "pin": "123456",
        "claims": claims.map(|claim| &claim["name"]).collect::<Vec<_>>(),
    });
    let decided = phone.post_request("/phone/decision").header("Content-Type", "application/json");
    let decided = decided.body(decision.to_string()).send().await.expect("an answer");
    assert_eq!(decided.status(), 200);

    bank.answers().await;
    let ended = bank.ended(&id).await;
    assert_eq!(
        (&ended["state"], &ended["decision"]["verdict"]),
        (&json!("decided"), &json!("approved"))
    );
    let stopping = Instant::now();
    let (status, output) = demo.stop();
    assert_eq!(status, Some(0), "{output}");
    assert!(stopping.elapsed() < Duration::from_secs(10), "{output}");
    assert!(output.contains("started again"), "{output}");
}
