//! The least gateway that there can be: it checks nothing, answers at once, and notes each poll.

use std::collections::HashMap;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use ikd_verifier::UnixTime;
use serde_json::{Value, json};

/// A gateway in a thread of its own.
pub(crate) struct Stub {
    pub(crate) url: String,
    state: Arc<Shared>,
}

struct Shared {
    url: String,
    key: SigningKey,
    interval: u64,
    requests: Mutex<HashMap<String, Request>>,
}

/// A request: its object's claims, when it was polled, and whether the citizen approved.
struct Request {
    claims: Value,
    polls: Vec<Instant>,
    approved: bool,
}

impl Stub {
    /// Starts it; polls are to be `interval` seconds apart.
    pub(crate) fn start(interval: u64) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let key = SigningKey::from_bytes(&[12; 32]);
        let state = Shared { url: url.clone(), key, interval, requests: Mutex::default() };
        let state = Arc::new(state);
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(jwks))
            .route("/backchannel", post(backchannel))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(state.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
                axum::serve(listener, router).into_future().await.expect("it serves");
            });
        });
        Self { url, state }
    }

    /// Every citizen approves.
    pub(crate) fn approve_all(&self) {
        let mut requests = self.state.requests.lock().expect("no panic");
        requests.values_mut().for_each(|request| request.approved = true);
    }

    /// When each request was polled.
    pub(crate) fn polls(&self) -> Vec<Vec<Instant>> {
        let requests = self.state.requests.lock().expect("no panic");
        requests.values().map(|request| request.polls.clone()).collect()
    }
}

impl Shared {
    fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "kid": "stub", "typ": "JWT" }).to_string();
        let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
        let text = format!("{}.{}", encode(header), encode(claims.to_string()));
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn metadata(State(state): State<Arc<Shared>>) -> String {
    let at = |path| format!("{}/{path}", state.url);
    json!({
        "issuer": state.url, "jwks_uri": at("jwks"), "token_endpoint": at("token"),
        "backchannel_authentication_endpoint": at("backchannel"),
        "userinfo_endpoint": at("userinfo"),
    })
    .to_string()
}

async fn jwks(State(state): State<Arc<Shared>>) -> String {
    let x = URL_SAFE_NO_PAD.encode(state.key.verifying_key());
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "stub", "x": x }] }).to_string()
}

async fn backchannel(
    State(state): State<Arc<Shared>>,
    Form(form): Form<HashMap<String, String>>,
) -> String {
    let payload = form["request"].split('.').nth(1).expect("a JWS");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    let claims: Value = serde_json::from_slice(&payload).expect("JSON");
    let name = claims["nonce"].as_str().expect("a nonce").to_owned();
    let request = Request { claims, polls: Vec::new(), approved: false };
    state.requests.lock().expect("no panic").insert(name.clone(), request);
    json!({ "auth_req_id": name, "expires_in": 600, "interval": state.interval }).to_string()
}

async fn token(
    State(state): State<Arc<Shared>>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let name = form["auth_req_id"].clone();
    let mut requests = state.requests.lock().expect("no panic");
    let request = requests.get_mut(&name).expect("a request");
    request.polls.push(Instant::now());
    if !request.approved {
        let error = json!({ "error": "authorization_pending" }).to_string();
        return (StatusCode::BAD_REQUEST, error).into_response();
    }
    let details = request.claims["authorization_details"].clone();
    let claims = about(&state, request);
    drop(requests);
    let id_token = state.sign(&claims);
    json!({ "access_token": name, "token_type": "DPoP", "id_token": id_token,
        "authorization_details": details })
    .to_string()
    .into_response()
}

async fn userinfo(State(state): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let name = headers["authorization"].to_str().expect("text").trim_start_matches("DPoP ");
    let requests = state.requests.lock().expect("no panic");
    let mut claims = about(&state, &requests[name]);
    drop(requests);
    claims["verified_claims"] = json!({
        "verification": { "trust_framework": "id_dukcapil" },
        "claims": { "mother_name": "IBU CONTOH", "occupation": "GURU" },
    });
    ([(header::CONTENT_TYPE, "application/jwt")], state.sign(&claims)).into_response()
}

/// What both tokens say.
fn about(state: &Shared, request: &Request) -> Value {
    let now = UnixTime::now().secs();
    let claims = &request.claims;
    json!({
        "iss": state.url, "aud": claims["iss"], "sub": "citizen", "iat": now, "exp": now + 60,
        "nonce": claims["nonce"], "acr": "urn:ikd:acr:pin",
        "qr_sha256": claims["authorization_details"][0]["qr_sha256"],
    })
}
