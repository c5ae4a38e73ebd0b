//! The citizen's side: the phone page, the requests that wait for it, and what the citizen decides.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::requests::{Decision, DecisionError};
use super::server::Desk;
use super::state::GatewayState;
use crate::phone_page::{self, Consent};

/// Whose phone is asked about.
#[derive(Deserialize)]
pub(crate) struct Whose {
    person: String,
}

/// What the phone sends. Not approving is denying.
#[derive(Deserialize)]
pub(crate) struct Decided {
    auth_req_id: String,
    approve: bool,
    #[serde(default)]
    claims: Vec<String>,
    #[serde(default)]
    pin: String,
}

/// Requests that wait for a person.
pub(crate) async fn waiting(State(desk): State<Desk>, Query(whose): Query<Whose>) -> Response {
    let mut waiting = desk.pending();
    waiting.retain(|request| request.person == whose.person);
    (no_store(), Json(json!({"requests": waiting}))).into_response()
}

/// Takes the citizen's decision. Only JSON is taken: no form of another site can send that.
pub(crate) async fn decided(State(desk): State<Desk>, Json(decided): Json<Decided>) -> Response {
    let Decided { auth_req_id, approve, claims, pin } = decided;
    let decision = if approve { Decision::Approve { claims, pin } } else { Decision::Deny };
    let (status, body) = match desk.decide(&auth_req_id, decision) {
        Ok(()) => (StatusCode::OK, json!({"ok": true})),
        Err(DecisionError::WrongPin { left }) => {
            (StatusCode::FORBIDDEN, json!({"error": "wrong_pin", "left": left}))
        }
        Err(DecisionError::NotAsked) => (StatusCode::BAD_REQUEST, json!({"error": "not_asked"})),
        Err(DecisionError::NotWaiting) => (StatusCode::GONE, json!({"error": "not_waiting"})),
    };
    (status, no_store(), Json(body)).into_response()
}

/// The phone page and its QR.
pub(crate) async fn page(State(desk): State<Desk>, request: Request) -> Response {
    let url = request.uri().path_and_query().map_or("/", |url| url.as_str());
    let (method, now) = (request.method().as_str(), desk.state.now());
    let reply = phone_page::reply(desk.state.sandbox(), method, url, now, Consent::Here);
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in phone_page::headers(reply.content_type) {
        let value = header::HeaderValue::try_from(value).expect("these headers are ASCII");
        response.headers_mut().insert(name, value);
    }
    response
}

/// Refuses what a page of another site could have sent, or a name that leads here by a trick.
pub(crate) async fn same_origin(
    State(state): State<Arc<GatewayState>>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let own = state.issuer();
    let host_is_own = text(header::HOST).is_some_and(|host| own == format!("http://{host}"));
    let origin_is_own = !headers.contains_key(header::ORIGIN) || text(header::ORIGIN) == Some(own);
    if host_is_own && origin_is_own {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

fn no_store() -> [(header::HeaderName, &'static str); 1] {
    [(header::CACHE_CONTROL, "no-store")]
}
