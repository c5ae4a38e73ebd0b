//! Ping mode (CIBA section 10.2): where the gateway says that there is an answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use axum::routing::post;
use serde_json::Value;

use super::client::ConsentClient;
use super::jose::parse_object;
use super::queue::ConsentQueue;

/// Bytes of a notification.
const MAX_BODY: usize = 8 << 10;

/// Who is told of a notification.
pub trait PingTarget: Send + Sync {
    /// Wakes the request of this name if the token is its own; says whether it did.
    fn notified<'a>(
        &'a self,
        auth_req_id: &'a str,
        token: &'a str,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;
}

impl PingTarget for ConsentClient {
    fn notified<'a>(
        &'a self,
        auth_req_id: &'a str,
        token: &'a str,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(self.notify(auth_req_id, token)))
    }
}

impl PingTarget for ConsentQueue {
    /// A store that fails means no: the request is polled in its time anyway.
    fn notified<'a>(
        &'a self,
        auth_req_id: &'a str,
        token: &'a str,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(async move { self.notify(auth_req_id, token).await.unwrap_or(false) })
    }
}

/// The notification endpoint, to be mounted under the path that is registered at the gateway:
///
/// ```
/// # fn app(client: ikd_verifier::consent::ConsentClient) -> axum::Router {
/// axum::Router::new().nest("/ciba", ikd_verifier::consent::ping_router(client))
/// # }
/// ```
///
/// A notification only wakes the poll of its request. It brings no data, and a forged one, which
/// would need the token of the request, changes nothing but the time of a poll. The answer is 204,
/// or 401 for a wrong token and for a request that nobody waits for alike.
pub fn ping_router(target: impl PingTarget + 'static) -> Router {
    let target: Arc<dyn PingTarget> = Arc::new(target);
    let limit = DefaultBodyLimit::max(MAX_BODY);
    Router::new().route("/", post(ping)).layer(limit).with_state(target)
}

async fn ping(
    State(target): State<Arc<dyn PingTarget>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some(token) = bearer(&headers) else { return StatusCode::UNAUTHORIZED };
    let Some(object) = parse_object(&body) else { return StatusCode::BAD_REQUEST };
    let Some(name) = object.get("auth_req_id").and_then(Value::as_str) else {
        return StatusCode::BAD_REQUEST;
    };
    match target.notified(name, token).await {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::UNAUTHORIZED,
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
