//! The ways to register: ping, encrypted answers, DPoP nonces.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ikd_sandbox::Profile;
use ikd_sandbox::gateway::{Decision, Delivery};
use ikd_verifier::AttributeName::{FullName, MotherName};
use ikd_verifier::consent::{ConsentResult, DecryptionKey, FileKey, PendingConsent, ping_router};

use crate::counterpart::Counterpart;
use crate::scene::{
    gateway_with, name, person, purpose, relying_party, sandbox, scanned, until_next_poll, waiting,
};

/// The P-256 key of RFC 7515 appendix A.3, as PKCS#8.
const ENCRYPTION: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff
H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp
7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt
-----END PRIVATE KEY-----
";

/// Serves notifications at this port for as long as the test runs.
async fn listen(port: u16, router: axum::Router) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
    tokio::spawn(axum::serve(listener, router).into_future());
}

#[tokio::test]
async fn a_notification_wakes_the_poll() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let client = relying_party(&sandbox, "rp-ping", &gateway.url()).ping().build().expect("built");
    let router = axum::Router::new().nest("/ciba/cb", ping_router(client.clone()));
    listen(gateway.ping_port(), router).await;
    let request = purpose().request().require([FullName]).expect("allowed");
    let verified = scanned(&sandbox, Profile::Travel);
    let pending = waiting(client.start(&verified, request).await.expect("it starts"));
    let name = name(&pending);
    // Without a notification the first poll would come after 30 s.
    assert!(pending.next_poll() > std::time::SystemTime::now() + Duration::from_secs(25));
    let begin = Instant::now();
    let (finished, ()) = tokio::join!(client.finish(pending), async {
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        // Whoever guesses wakes nobody.
        assert!(!client.notify(&name, "a guess"));
        gateway.approve(&name, &["full_name"]).await;
    });
    let finished = finished.expect("it ends");
    assert!(finished.result.granted().is_some(), "{:?}", finished.result);
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn the_endpoint_answers_as_the_standard_says() {
    let sandbox = sandbox();
    let client = relying_party(&sandbox, "rp-ping", "http://127.0.0.1:9").ping();
    let client = client.build().expect("a client");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/", listener.local_addr().expect("its address"));
    tokio::spawn(axum::serve(listener, ping_router(client)).into_future());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let post = |token: Option<&str>, body: String| {
        let mut request = http.post(&address).body(body);
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        async { request.send().await.expect("an answer").status().as_u16() }
    };
    let body = || r#"{"auth_req_id":"unknown"}"#.to_owned();
    assert_eq!(post(None, body()).await, 401);
    assert_eq!(post(Some("Basic abc"), body()).await, 401);
    assert_eq!(post(Some("Bearer abc"), body()).await, 401);
    assert_eq!(post(Some("Bearer abc"), "garbage".to_owned()).await, 400);
    assert_eq!(post(Some("Bearer abc"), r#"{"auth_req_id":1}"#.to_owned()).await, 400);
    assert_eq!(post(Some("Bearer abc"), "x".repeat(9_000)).await, 413);
}

#[tokio::test]
async fn encrypted_answers_are_opened() {
    let sandbox = sandbox();
    let person = person(&sandbox);
    let Some(gateway) = Counterpart::start(&person) else { return };
    let key = DecryptionKey::from_pem(ENCRYPTION).expect("a P-256 key");
    assert_eq!(key.to_json()["x"], "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
    let client = relying_party(&sandbox, "rp-enc", &gateway.url()).decryption_key(key);
    let client = client.build().expect("a client");
    let request = purpose().request().require([MotherName]).expect("allowed");
    let verified = scanned(&sandbox, Profile::Travel);
    let pending = waiting(client.start(&verified, request).await.expect("it starts"));
    gateway.approve(&name(&pending), &["mother_name"]).await;
    let finished = client.finish(pending).await.expect("it ends");
    let granted = finished.result.granted().unwrap_or_else(|| panic!("{:?}", finished.result));
    assert_eq!(granted.attributes.mother_name(), person["mother_name"].as_str());
    // What can be shown later is the signed answer inside.
    assert_eq!(granted.evidence.userinfo().split('.').count(), 3);
}

#[tokio::test]
async fn who_registered_for_encryption_takes_nothing_else() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let key = DecryptionKey::from_pem(ENCRYPTION).expect("a P-256 key");
    for (id, key) in [("rp-bank", Some(key)), ("rp-enc", None)] {
        let mut client = relying_party(&sandbox, id, &gateway.url());
        if let Some(key) = key {
            client = client.decryption_key(key);
        }
        let client = client.build().expect("a client");
        let profile = if id == "rp-bank" { Profile::Travel } else { Profile::Bank };
        let request = purpose().request().require([FullName]).expect("allowed");
        let started = client.start(&scanned(&sandbox, profile), request).await;
        let pending: PendingConsent = waiting(started.expect("it starts"));
        gateway.approve(&name(&pending), &["full_name"]).await;
        let finished = client.finish(pending).await.expect("it ends");
        let refused = matches!(finished.result, ConsentResult::ProtocolError(_));
        assert!(refused, "{id}: {:?}", finished.result);
    }
}

#[tokio::test]
async fn the_sandbox_pings_encrypts_and_wants_nonces() {
    let sandbox = sandbox();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let notified = format!("http://{}/", listener.local_addr().expect("its address"));
    let key = DecryptionKey::from_pem(ENCRYPTION).expect("a P-256 key");
    let gateway = gateway_with(&sandbox, |config, client| {
        config.dpop_nonce = true;
        client.delivery = Delivery::Ping;
        client.notification_endpoint = Some(notified);
        client.userinfo_encryption = Some("ECDH-ES".to_owned());
        client.jwks.keys.push(key.to_json());
    });
    let client = relying_party(&sandbox, "rp-bank", gateway.issuer()).ping().decryption_key(key);
    let client = client.build().expect("a client");
    tokio::spawn(axum::serve(listener, ping_router(client.clone())).into_future());
    let request = purpose().request().require([FullName]).expect("allowed");
    let verified = scanned(&sandbox, Profile::Travel);
    let pending = waiting(client.start(&verified, request).await.expect("it starts"));
    let name = name(&pending);
    let begin = Instant::now();
    let (finished, ()) = tokio::join!(client.finish(pending), async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        gateway.decide(&name, Decision::approve(["full_name"])).expect("a request that waits");
    });
    let finished = finished.expect("it ends");
    assert!(finished.result.granted().is_some(), "{:?}", finished.result);
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn p256_proofs_satisfy_the_sandbox_too() {
    let sandbox = sandbox();
    let gateway = gateway_with(&sandbox, |_, _| {});
    let key = FileKey::from_pem(ENCRYPTION).expect("a P-256 key");
    let client = relying_party(&sandbox, "rp-bank", gateway.issuer()).proof_signer(Arc::new(key));
    let client = client.build().expect("a client");
    let request = purpose().request().require([FullName]).expect("allowed");
    let verified = scanned(&sandbox, Profile::Travel);
    let mut pending = waiting(client.start(&verified, request).await.expect("it starts"));
    until_next_poll(&pending).await;
    assert!(client.poll_once(&mut pending).await.expect("a poll").is_none());
    gateway.decide(&name(&pending), Decision::Deny).expect("a request that waits");
    let finished = client.finish(pending).await.expect("it ends");
    assert!(matches!(finished.result, ConsentResult::Denied), "{:?}", finished.result);
}
