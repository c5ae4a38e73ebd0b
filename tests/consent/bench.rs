//! What waiting costs in memory, and what the client costs beyond the bare HTTP calls.
//!
//! `cargo bench -p ikd-tests --features consent --bench consent`. Linux only: memory and processor
//! time are read from `/proc`.

#[path = "counterpart.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod counterpart;
#[path = "scene.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod scene;
#[path = "stub.rs"]
mod stub;

use std::time::Instant;

use ikd_sandbox::Profile;
use ikd_verifier::AttributeName::{MotherName, Occupation};
use ikd_verifier::VerifiedPresentation;
use ikd_verifier::consent::{ConsentClient, PendingConsent};
use tokio::task::JoinSet;

use scene::{purpose, relying_party, sandbox, scanned, waiting};
use stub::Stub;

const WAITING: usize = 1_000;
const FLOWS: usize = 300;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let sandbox = sandbox();
        let verified = scanned(&sandbox, Profile::Travel);
        let stub = Stub::start(1);
        let client = relying_party(&sandbox, "rp-bank", &stub.url).build().expect("a client");
        memory(&client, &verified, &stub).await;
        overhead(&client, &verified, &stub).await;
    });
}

async fn start(client: &ConsentClient, verified: &VerifiedPresentation) -> PendingConsent {
    let request = purpose().request().require([MotherName, Occupation]).expect("allowed");
    waiting(client.start(verified, request).await.expect("it starts"))
}

/// Resident memory while so many requests wait.
async fn memory(client: &ConsentClient, verified: &VerifiedPresentation, stub: &Stub) {
    // What the first request sets up is not counted.
    drop(start(client, verified).await);
    let before = resident();
    let mut requests = JoinSet::new();
    for _ in 0..WAITING {
        let pending = start(client, verified).await;
        let client = client.clone();
        requests.spawn(async move { client.finish(pending).await.expect("it ends") });
    }
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    let during = resident();
    stub.approve_all();
    while let Some(finished) = requests.join_next().await {
        assert!(finished.expect("no panic").result.granted().is_some());
    }
    let polls: Vec<_> = stub.polls();
    let count = polls.iter().map(Vec::len).sum::<usize>();
    let apart = polls.iter().flat_map(|polls| polls.windows(2).map(|pair| pair[1] - pair[0]));
    println!(
        "{WAITING} waiting: {} KiB before, {} KiB during ({:.1} KiB each, gateway included), \
         {count} polls, least pause {:?}",
        before,
        during,
        during.saturating_sub(before) as f64 / WAITING as f64,
        apart.min().expect("polls"),
    );
}

/// Processor time of whole requests, and of the same HTTP calls without a client.
async fn overhead(client: &ConsentClient, verified: &VerifiedPresentation, stub: &Stub) {
    let (begin, wall) = (processor_ms(), Instant::now());
    let mut whole = Vec::new();
    for _ in 0..FLOWS {
        whole.push(start(client, verified).await);
    }
    stub.approve_all();
    let wait = whole.iter().map(PendingConsent::next_poll).max().expect("requests");
    let wait = wait.duration_since(std::time::SystemTime::now()).unwrap_or_default();
    tokio::time::sleep(wait).await;
    for mut pending in whole {
        let finished = client.poll_once(&mut pending).await.expect("a poll").expect("the end");
        assert!(finished.result.granted().is_some());
    }
    let (with, wall) = (processor_ms() - begin, wall.elapsed() - wait);

    let bare = bare_calls(client, verified, stub).await;
    let each = |ms: u64| ms as f64 / FLOWS as f64;
    println!(
        "each request: {:.2} ms of processor time with the client, {:.2} ms for the bare calls \
         (gateway included in both), {:.2} ms more; {:?} of time",
        each(with),
        each(bare),
        each(with.saturating_sub(bare)),
        wall / FLOWS as u32,
    );
}

/// The three calls of a request by `reqwest` alone, with bodies that were made before.
async fn bare_calls(client: &ConsentClient, verified: &VerifiedPresentation, stub: &Stub) -> u64 {
    let name = scene::name(&start(client, verified).await);
    stub.approve_all();
    // The process's choice of cryptography; the client under measurement brings its own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    // As long as a real one: header, claims and signature of a request object and of an assertion.
    let claims = serde_json::json!({ "iss": "rp-bank", "nonce": name, "filler": "x".repeat(1_500),
        "authorization_details": [{}] });
    let claims = base64::Engine::encode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        claims.to_string(),
    );
    let (header, filler) = ("x".repeat(120), "x".repeat(400));
    let body = format!("client_assertion={filler}&request={header}.{claims}.{header}");
    let poll = format!("grant_type=ciba&auth_req_id={name}&client_assertion={filler}");
    let content = ("content-type", "application/x-www-form-urlencoded");
    let begin = processor_ms();
    for _ in 0..FLOWS {
        let at = |path: &str| format!("{}/{path}", stub.url);
        let send = http.post(at("backchannel")).header(content.0, content.1).body(body.clone());
        read(send).await;
        stub.approve_all();
        let send = http.post(at("token")).header(content.0, content.1).header("dpop", &filler);
        read(send.body(poll.clone())).await;
        let send = http.get(at("userinfo")).header("authorization", format!("DPoP {name}"));
        read(send.header("dpop", &filler)).await;
    }
    processor_ms() - begin
}

async fn read(request: reqwest::RequestBuilder) {
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success());
    answer.bytes().await.expect("its body");
}

/// Resident memory of this process in KiB.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
}

/// Processor time of this process in milliseconds (`/proc/self/stat`, ticks of 10 ms).
fn processor_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, fields) = stat.rsplit_once(')').expect("a name in parentheses");
    let ticks = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>());
    ticks.map(|ticks| ticks.expect("a number") * 10).sum()
}
