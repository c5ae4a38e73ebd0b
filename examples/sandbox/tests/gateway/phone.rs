//! The phone's side, over the network.

use ikd_sandbox::Sandbox;
use ikd_sandbox::gateway::{Client, Gateway, GatewayConfig, PIN};
use serde_json::json;

use crate::client::{NOW, World};

#[tokio::test]
async fn the_citizen_sees_and_decides() {
    let world = World::new();
    let id = world.start(&json!({"name_match": {"value": "X"}, "nik": {"essential": true}})).await;
    let pending = world.get("/phone/pending?person=siti-contoh").await.json();
    let shown = &pending["requests"][0];
    assert_eq!((&shown["auth_req_id"], &shown["client_name"]), (&json!(id), &json!("Bank Contoh")));
    assert_eq!(shown["purpose"]["purpose_text"], "Pembukaan rekening tabungan");
    assert_eq!(
        shown["claims"],
        json!([
            {"name": "name_match", "essential": false, "match": true},
            {"name": "nik", "essential": true, "match": false},
        ])
    );
    let other = world.get("/phone/pending?person=budi-ujicoba").await.json();
    assert_eq!(other, json!({"requests": []}));

    let decide = async |pin: &str, claims: &[&str]| {
        let body = json!({"auth_req_id": id, "approve": true, "pin": pin, "claims": claims});
        let request = world.http().post(world.url("/phone/decision"));
        let request = request.header("Content-Type", "application/json").body(body.to_string());
        let answer = world.send(request).await.expect("answered");
        (answer.status, answer.json())
    };
    assert_eq!(decide("1", &["nik"]).await, (403, json!({"error": "wrong_pin", "left": 2})));
    assert_eq!(decide(PIN, &["religion"]).await, (400, json!({"error": "not_asked"})));
    assert_eq!(decide(PIN, &["nik"]).await, (200, json!({"ok": true})));
    assert_eq!(decide(PIN, &["nik"]).await, (410, json!({"error": "not_waiting"})));
    assert_eq!(world.poll(&id).await.status, 200);
}

#[tokio::test]
async fn no_other_site_decides() {
    let world = World::new();
    let id = world.start(&json!({"nik": null})).await;
    let body = json!({"auth_req_id": id, "approve": false}).to_string();
    let post = || world.http().post(world.url("/phone/decision")).body(body.clone());
    let status = async |request| world.send(request).await.expect("answered").status;
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        assert_eq!(status(post().header("Content-Type", kind)).await, 415, "{kind}");
    }
    let post = || post().header("Content-Type", "application/json");
    for origin in ["https://elsewhere.sandbox.invalid", "null", "http://127.0.0.1:1"] {
        assert_eq!(status(post().header("Origin", origin)).await, 403, "{origin}");
    }
    assert_eq!(status(post().header("Host", "rebound.sandbox.invalid")).await, 403);
    let own = world.gateway.issuer().to_owned();
    assert_eq!(status(post().header("Origin", own)).await, 200);
    assert_eq!(world.poll(&id).await.error(), "access_denied");
}

#[tokio::test]
async fn the_gateway_serves_the_phone() {
    let world = World::new();
    let page = world.get("/").await;
    assert!(page.body.contains("<dialog") && page.headers.contains_key("content-security-policy"));
    assert_eq!(world.get("/state.json").await.json()["consent"], true);
    for (path, kind) in [
        ("/qr.svg", "image/svg+xml"),
        ("/consent.js", "text/javascript"),
        ("/consent.css", "text/css"),
    ] {
        let answer = world.get(path).await;
        assert_eq!((answer.status, &answer.headers["content-type"]), (200, &kind.parse().unwrap()));
    }
    assert_eq!(world.get("/elsewhere").await.status, 404);
}

#[test]
fn it_listens_and_pings_on_this_computer_only() {
    let start = |config| Gateway::start(Sandbox::new([7; 32], NOW), config);
    let mut config = GatewayConfig::new(Vec::new(), || NOW);
    config.address = ([0, 0, 0, 0], 0).into();
    assert!(start(config).is_err());
    let mut client = Client::new("rp-ping", "Ping Contoh", Vec::new());
    client.delivery = ikd_sandbox::gateway::Delivery::Ping;
    for endpoint in [None, Some("http://192.0.2.1/"), Some("https://127.0.0.1:1/")] {
        client.notification_endpoint = endpoint.map(str::to_owned);
        assert!(start(GatewayConfig::new(vec![client.clone()], || NOW)).is_err());
    }
}
