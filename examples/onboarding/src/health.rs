//! Whether the instance lives, and whether it can work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::bank::Shared;

/// `GET /healthz`: the process answers.
pub(crate) async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /readyz`: the store answers, and the trust list is good.
pub(crate) async fn ready(State(bank): State<Shared>) -> (StatusCode, Json<Value>) {
    let store = bank.applications.count_waiting().await.is_ok();
    let state = bank.verifier.trust().snapshot();
    let trust = state.list().is_some_and(|list| list.expires() > bank.now());
    let ready = store && trust;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = |good| if good { "ok" } else { "failed" };
    let body = json!({ "status": word(ready), "store": word(store), "trust_list": word(trust) });
    (status, Json(body))
}
