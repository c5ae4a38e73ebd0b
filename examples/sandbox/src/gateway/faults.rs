//! Misbehaviour below the protocol: the answer stalls, breaks, grows or leads elsewhere.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::misbehaviour::{Endpoint, Misbehaviour};
use super::state::GatewayState;

/// An answer of 64 MiB comes in parts of this size.
const PART: usize = 64 << 10;
const PARTS: usize = 1 << 10;
const ELSEWHERE: &str = "https://elsewhere.sandbox.invalid/";

/// Answers in place of an endpoint that is told to misbehave so.
pub(crate) async fn layer(
    State(state): State<Arc<GatewayState>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let endpoint = Endpoint::ALL.into_iter().find(|endpoint| endpoint.path() == path);
    let json = [(header::CONTENT_TYPE, "application/json")];
    match endpoint.and_then(|endpoint| state.misbehaviour(endpoint)) {
        Some(Misbehaviour::Stall) => std::future::pending().await,
        Some(Misbehaviour::Reset) => {
            let parts = [Ok(Bytes::from_static(b"{\"a")), Err(io::ErrorKind::ConnectionReset)];
            (json, Body::from_stream(stream::iter(parts.map(|part| part.map_err(io::Error::from)))))
                .into_response()
        }
        Some(Misbehaviour::Garbage) => (json, "\u{0}{[\u{fffd}\"<html>").into_response(),
        Some(Misbehaviour::Huge) => {
            let part = Bytes::from(vec![b' '; PART]);
            let parts = (0..PARTS).map(move |_| Ok::<_, io::Error>(part.clone()));
            (json, Body::from_stream(stream::iter(parts))).into_response()
        }
        Some(Misbehaviour::Redirect) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, ELSEWHERE)]).into_response()
        }
        Some(Misbehaviour::Http500) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Misbehaviour::Busy) => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "7")]).into_response()
        }
        _ => next.run(request).await,
    }
}
