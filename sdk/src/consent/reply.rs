//! What an answer of a gateway means before anything in it is judged.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::Value;

use super::checks::ConsentCode;
use super::jose::{Object, parse_object};
use super::metadata::Failure;
use crate::audit::GatewayErrorCode;
use crate::http::HttpAnswer;

/// An answer of the gateway, by its kind.
pub(super) enum Reply<T> {
    /// What was hoped for.
    Good(T),
    /// An error with a code of the standards.
    Error(GatewayErrorCode, Option<Duration>),
    /// No answer, or a server's failure.
    Failed(Option<Duration>),
    /// Something that no rule allows.
    Broken(ConsentCode),
}

impl<T> From<Failure> for Reply<T> {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Network => Self::Failed(None),
            Failure::Protocol(code) => Self::Broken(code),
        }
    }
}

/// An answer of the authentication or token endpoint.
pub(super) fn json_reply(answer: &HttpAnswer) -> Reply<Object> {
    let status = answer.status;
    if is_busy(answer) || (500..=599).contains(&status) {
        return Reply::Failed(retry_after(answer));
    }
    let object = parse_object(&answer.body);
    if status == 200 {
        return object.map_or(Reply::Broken(ConsentCode::BadAnswer), Reply::Good);
    }
    let error = object.as_ref().and_then(|object| object.get("error")).and_then(Value::as_str);
    match error.filter(|_| (400..=499).contains(&status)) {
        Some(code) => Reply::Error(GatewayErrorCode::of(code), retry_after(answer)),
        None => Reply::Broken(ConsentCode::BadAnswer),
    }
}

/// The text of a userinfo answer with status 200.
pub(super) fn userinfo_text(answer: HttpAnswer) -> Reply<String> {
    let media_type = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/jwt") {
        return Reply::Broken(ConsentCode::BadAnswer);
    }
    String::from_utf8(answer.body).map_or(Reply::Broken(ConsentCode::BadAnswer), Reply::Good)
}

/// Too many requests, or a request that took too long: the gateway's trouble, not its verdict.
pub(super) fn is_busy(answer: &HttpAnswer) -> bool {
    matches!(answer.status, 408 | 425 | 429)
}

/// `Retry-After` in seconds; dates are not worth a parser.
pub(super) fn retry_after(answer: &HttpAnswer) -> Option<Duration> {
    let seconds = answer.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The code in `WWW-Authenticate` of a protected resource (RFC 6750 section 3.1).
pub(super) fn challenge_code(answer: &HttpAnswer) -> GatewayErrorCode {
    let header = answer.headers.get(WWW_AUTHENTICATE);
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let code = text.split_once("error=\"").and_then(|(_, rest)| rest.split('"').next());
    GatewayErrorCode::of(code.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    fn answer(status: u16, body: &str) -> HttpAnswer {
        HttpAnswer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn answers_are_told_apart() {
        let is_broken = |reply| matches!(reply, Reply::Broken(ConsentCode::BadAnswer));
        assert!(matches!(json_reply(&answer(200, "{}")), Reply::Good(_)));
        for (status, body) in [(200, "garbage"), (204, ""), (404, "<html>"), (400, "{}")] {
            assert!(is_broken(json_reply(&answer(status, body))), "{status} {body}");
        }
        for (status, body) in [(500, ""), (503, r#"{"error":"server_error"}"#), (429, "{}")] {
            assert!(matches!(json_reply(&answer(status, body)), Reply::Failed(None)), "{status}");
        }
        let denied = json_reply(&answer(400, r#"{"error":"access_denied"}"#));
        assert!(matches!(denied, Reply::Error(GatewayErrorCode::AccessDenied, None)));
        let twice = json_reply(&answer(400, r#"{"error":"slow_down","error":"access_denied"}"#));
        assert!(is_broken(twice));
    }
}
