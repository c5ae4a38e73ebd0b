//! One conditional request for one list.

use std::time::Instant;

use reqwest::Method;
use reqwest::header::{
    ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_NONE_MATCH, RETRY_AFTER,
};

use super::clock::ClockOffset;
use super::report::{FetchError, RefreshTarget};
use super::schedule::Fault;
use crate::http::{HttpAnswer, HttpClient, HttpError};
use crate::limits::{MAX_ETAG_BYTES, MAX_FETCHED_STATUS_LIST, MAX_FETCHED_TRUST_LIST};

const TRUST_LIST: &str = "application/ikd-trust+cbor";
const STATUS_LIST: &str = "application/statuslist+cwt";
/// What servers call files that they do not know. The signature decides in any case.
const UNNAMED: [&str; 3] = ["application/octet-stream", "application/cbor", "application/cose"];

/// What to ask for.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) target: RefreshTarget,
    pub(super) address: String,
    /// The `ETag` of what is held.
    pub(super) etag: Option<String>,
}

/// What the server said, and when by its clock.
pub(super) struct Answer {
    pub(super) target: RefreshTarget,
    pub(super) result: Result<Fetched, FetchError>,
    pub(super) offset: Option<ClockOffset>,
}

/// A usable answer.
pub(super) enum Fetched {
    /// What is held is the newest.
    Unchanged,
    /// Bytes that may be a newer list.
    New { bytes: Vec<u8>, etag: Option<String> },
}

impl Request {
    /// Asks, at `now` by the own clock, in milliseconds since 1970.
    pub(super) async fn send(self, client: &HttpClient, now: i64) -> Answer {
        let (media_type, limit) = match self.target {
            RefreshTarget::TrustList => (TRUST_LIST, MAX_FETCHED_TRUST_LIST),
            RefreshTarget::StatusList(_) => (STATUS_LIST, MAX_FETCHED_STATUS_LIST),
        };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(media_type));
        let etag = self.etag.and_then(|etag| HeaderValue::try_from(etag).ok());
        let conditional = etag.is_some();
        headers.extend(etag.map(|etag| (IF_NONE_MATCH, etag)));
        let start = Instant::now();
        let answer = client.send(Method::GET, &self.address, headers, None, limit).await;
        let round_trip = i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX);
        let (result, offset) = match answer {
            Err(error) => (Err(error.into()), None),
            Ok(answer) => {
                let offset = ClockOffset::measure(&answer.headers, now, round_trip);
                (read(answer, media_type, conditional), offset)
            }
        };
        Answer { target: self.target, offset: offset.filter(|_| result.is_ok()), result }
    }
}

fn read(answer: HttpAnswer, media_type: &str, conditional: bool) -> Result<Fetched, FetchError> {
    let HttpAnswer { status, headers, body } = answer;
    match status {
        200 if is_list(&headers, media_type) => {
            let etag = text(&headers, ETAG).filter(|etag| etag.len() <= MAX_ETAG_BYTES);
            Ok(Fetched::New { etag: etag.map(str::to_owned), bytes: body })
        }
        200 => Err(FetchError::NotAList),
        304 if conditional => Ok(Fetched::Unchanged),
        status => {
            let retry_after = text(&headers, RETRY_AFTER).and_then(|text| text.trim().parse().ok());
            Err(FetchError::Status { status, retry_after })
        }
    }
}

fn is_list(headers: &HeaderMap, media_type: &str) -> bool {
    let plain = text(headers, CONTENT_ENCODING).is_none_or(|e| e.eq_ignore_ascii_case("identity"));
    let named = text(headers, CONTENT_TYPE).is_none_or(|content_type| {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        [media_type].iter().chain(&UNNAMED).any(|name| essence.eq_ignore_ascii_case(name))
    });
    plain && named
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

impl FetchError {
    /// Whether other lists of the host would do no better now.
    pub(super) const fn fault(&self) -> Fault {
        match self {
            Self::Http(HttpError::TooLarge { .. } | HttpError::Redirect { .. })
            | Self::Http(HttpError::NotHttps)
            | Self::NotAList => Fault::Answer,
            Self::Http(_) => Fault::Host,
            Self::Status { status, .. } if *status >= 500 || *status == 429 => Fault::Host,
            Self::Status { .. } => Fault::Answer,
        }
    }

    pub(super) const fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
