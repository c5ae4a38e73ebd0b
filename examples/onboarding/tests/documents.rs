//! What the backend says of itself: OpenAPI, health, metrics, headers.

use std::collections::BTreeSet;

use ikd_onboarding::routes::ROUTES;
use ikd_sandbox::gateway::Misbehaviour;
use serde_json::{Value, json};

use crate::scene::Scene;

#[tokio::test]
async fn the_openapi_document_has_every_route_and_no_other() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    let (_, document) = bank.teller.get("/openapi.json").await;
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let paths = document["paths"].as_object().expect("paths");
    let described: BTreeSet<_> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("an item").keys();
            methods.filter(|key| *key != "parameters").map(|method| (&**method, &**path))
        })
        .collect();
    assert_eq!(described, ROUTES.iter().copied().collect());
    // Every reference leads somewhere.
    for reference in references(&document) {
        let pointer = reference.strip_prefix('#').expect("within the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    bank.stop().await;
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| match value {
                Value::String(text) if name == "$ref" => vec![text.clone()],
                value => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn health_and_metrics_tell_how_it_goes() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    assert_eq!(bank.teller.get("/healthz").await.0, 200);
    let (status, ready) = bank.teller.get("/readyz").await;
    assert_eq!((status.as_u16(), ready["trust_list"].as_str()), (200, Some("ok")));
    bank.teller.scan("https://example.org/").await;
    let id = bank.teller.open(&scene.qr("siti-contoh")).await;
    assert!(bank.teller.text("/metrics").await.contains("\nikd_onboarding_waiting 1\n"));
    scene.approve(&[]);
    bank.teller.ended(&id).await;
    let metrics = bank.teller.text("/metrics").await;
    for line in [
        "ikd_onboarding_scans_total{code=\"accepted\"} 1",
        "ikd_onboarding_scans_total{code=\"not_ikd\"} 1",
        "ikd_onboarding_requests_total{outcome=\"granted\"} 1",
        "ikd_onboarding_decisions_total{verdict=\"approved\"} 1",
        "ikd_onboarding_answer_seconds_count 1",
        "ikd_onboarding_check_seconds_count 2",
        "ikd_onboarding_waiting 0",
    ] {
        assert!(metrics.lines().any(|it| it == line), "{line} is not in\n{metrics}");
    }
    bank.stop().await;
}

#[tokio::test]
async fn pages_of_other_sites_get_nothing() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    let page = bank.teller.get_request("/").send().await.expect("an answer");
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    for (header, value) in
        [("host", "evil.example"), ("origin", "https://evil.example"), ("origin", "null")]
    {
        let request = bank.teller.get_request("/applications").header(header, value);
        assert_eq!(request.send().await.expect("an answer").status(), 403, "{header}: {value}");
    }
    // A form of another site can send text, but no JSON.
    let body = json!({ "text": scene.qr("siti-contoh"), "terminal": "t1" }).to_string();
    let form = bank.teller.post_request("/qr").header("content-type", "text/plain").body(body);
    assert_eq!(form.send().await.expect("an answer").status(), 415);
    bank.stop().await;
}

#[tokio::test]
async fn a_gateway_in_trouble_is_no_trouble_of_the_service() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    scene.gateway.misbehave(Misbehaviour::Http500);
    let (status, body) = bank.teller.scan(&scene.qr("siti-contoh")).await;
    assert_eq!((status.as_u16(), &body["outcome"]["name"]), (201, &json!("unreachable")), "{body}");
    assert_eq!(bank.teller.get("/readyz").await.0, 200);
    bank.stop().await;
}
