//! The gateway: its metadata and keys, fetched when they are needed and then remembered.

use std::fmt;
use std::sync::{Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use serde_json::Value;
use tokio::sync::Mutex;

use super::checks::ConsentCode;
use super::jose::{Object, gateway_key, parse_object};
use super::sources::Moment;
use crate::http::HttpClient;
use crate::signature::Ed25519Key;

/// How long metadata and keys are used before they are fetched anew.
const LIFE: Duration = Duration::from_secs(3_600);
/// The least time between two fetches of one thing: an unknown `kid` costs the gateway no more.
const COOL_DOWN: Duration = Duration::from_secs(60);
/// Bytes of the metadata, or of the key set.
const MAX_DOCUMENT: usize = 256 << 10;

/// Why there is no answer that could be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The network, or a server that fails: worth another try.
    Network,
    /// An answer that breaks a rule.
    Protocol(ConsentCode),
}

/// What the gateway says of itself.
#[derive(Debug)]
pub(crate) struct Metadata {
    /// How it calls itself in tokens.
    pub(crate) issuer: String,
    pub(crate) authentication: String,
    pub(crate) token: String,
    pub(crate) userinfo: String,
    jwks: String,
}

/// One gateway that the trust list names.
pub(crate) struct Gateway {
    http: HttpClient,
    /// The issuer in the trust list.
    issuer: String,
    metadata: Mutex<Cached<std::sync::Arc<Metadata>>>,
    keys: Mutex<Cached<Vec<(String, Ed25519Key)>>>,
    /// The newest nonces for DPoP proofs: of the token endpoint and of userinfo.
    pub(crate) nonces: [SyncMutex<Option<String>>; 2],
}

/// Something that was fetched, and when it was last tried again.
struct Cached<T> {
    value: Option<(Moment, T)>,
    refetched: Option<Moment>,
}

impl<T> Cached<T> {
    const fn empty() -> Self {
        Self { value: None, refetched: None }
    }

    fn is_fresh(&self, now: Moment) -> bool {
        // A time before the fetch means that the clock was set back.
        self.value.as_ref().is_some_and(|(at, _)| *at <= now && now.since(*at) < LIFE)
    }

    /// Whether to fetch now. The first fetch starts no cool-down: a key that is rotated right after
    /// it is found.
    fn may_fetch(&mut self, now: Moment) -> bool {
        let cooling = self.refetched.is_some_and(|at| at <= now && now.since(at) < COOL_DOWN);
        if self.value.is_some() && !cooling {
            self.refetched = Some(now);
        }
        self.value.is_none() || !cooling
    }
}

impl Gateway {
    pub(crate) fn new(http: HttpClient, issuer: &str) -> Self {
        Self {
            http,
            issuer: issuer.to_owned(),
            metadata: Mutex::new(Cached::empty()),
            keys: Mutex::new(Cached::empty()),
            nonces: [const { SyncMutex::new(None) }; 2],
        }
    }

    pub(crate) fn http(&self) -> &HttpClient {
        &self.http
    }

    /// The metadata. When it cannot be fetched anew, what is known goes on being used.
    pub(crate) async fn metadata(&self, now: Moment) -> Result<std::sync::Arc<Metadata>, Failure> {
        let mut cached = self.metadata.lock().await;
        if !cached.is_fresh(now) && cached.may_fetch(now) {
            match self.fetch_metadata().await {
                Ok(metadata) => cached.value = Some((now, std::sync::Arc::new(metadata))),
                Err(failure) if cached.value.is_none() => return Err(failure),
                Err(_) => {}
            }
        }
        cached.value.as_ref().map(|(_, metadata)| metadata.clone()).ok_or(Failure::Network)
    }

    /// The key that the gateway publishes under this `kid`. An unknown one makes the set be fetched
    /// anew, once per cool-down.
    pub(crate) async fn key(
        &self,
        metadata: &Metadata,
        kid: &str,
        now: Moment,
    ) -> Result<Ed25519Key, Failure> {
        let mut cached = self.keys.lock().await;
        let known = |cached: &Cached<Vec<(String, Ed25519Key)>>| {
            let (_, keys) = cached.value.as_ref()?;
            keys.iter().find(|(known, _)| known == kid).map(|(_, key)| key.clone())
        };
        if let Some(key) = known(&cached).filter(|_| cached.is_fresh(now)) {
            return Ok(key);
        }
        if cached.may_fetch(now) {
            match self.fetch_keys(metadata).await {
                Ok(keys) => cached.value = Some((now, keys)),
                // A key that was good an hour ago rather than a citizen's answer lost.
                Err(failure) => return known(&cached).ok_or(failure),
            }
        }
        known(&cached).ok_or(Failure::Protocol(ConsentCode::UnknownKey))
    }

    async fn fetch_metadata(&self) -> Result<Metadata, Failure> {
        let bad = || Failure::Protocol(ConsentCode::BadMetadata);
        let effective = self.http.resolve(&self.issuer).map_err(|_| bad())?;
        let base = self.issuer.trim_end_matches('/');
        let document =
            self.fetch(&format!("{base}/.well-known/openid-configuration"), bad()).await?;
        let text = |name| document.get(name).and_then(Value::as_str).ok_or_else(bad);
        let issuer = text("issuer")?;
        if !is_same_issuer(&self.issuer, &effective, issuer) {
            return Err(bad());
        }
        let endpoint = |name| {
            let url = self.http.resolve(text(name)?).map_err(|_| bad())?;
            let plain = url.query().is_none() && url.fragment().is_none();
            if plain { Ok(String::from(url)) } else { Err(bad()) }
        };
        Ok(Metadata {
            authentication: endpoint("backchannel_authentication_endpoint")?,
            token: endpoint("token_endpoint")?,
            userinfo: endpoint("userinfo_endpoint")?,
            jwks: endpoint("jwks_uri")?,
            issuer: issuer.to_owned(),
        })
    }

    async fn fetch_keys(&self, metadata: &Metadata) -> Result<Vec<(String, Ed25519Key)>, Failure> {
        let bad = Failure::Protocol(ConsentCode::BadMetadata);
        let document = self.fetch(&metadata.jwks, bad).await?;
        let keys = document.get("keys").and_then(Value::as_array).ok_or(bad)?;
        let keys = keys.iter().filter_map(|jwk| gateway_key(jwk.as_object()?));
        let keys: Vec<_> = keys.map(|(kid, key)| (kid.to_owned(), key)).collect();
        let twice = |(i, (kid, _)): (usize, &(String, _))| {
            keys.iter().skip(i.saturating_add(1)).any(|(other, _)| other == kid)
        };
        if keys.iter().enumerate().any(twice) { Err(bad) } else { Ok(keys) }
    }

    async fn fetch(&self, address: &str, bad: Failure) -> Result<Object, Failure> {
        let answer = self.http.send(Method::GET, address, HeaderMap::new(), None, MAX_DOCUMENT);
        let answer = answer.await.map_err(|error| Failure::of(&error))?;
        match answer.status {
            200 => parse_object(&answer.body).ok_or(bad),
            _ => Err(Failure::Network),
        }
    }

    /// The newest nonce of one endpoint.
    pub(crate) fn nonce(slot: &SyncMutex<Option<String>>) -> Option<String> {
        slot.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers the nonce that an answer brings.
    pub(crate) fn remember_nonce(slot: &SyncMutex<Option<String>>, nonce: Option<&str>) {
        if let Some(nonce) = nonce {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(nonce.to_owned());
        }
    }
}

impl Failure {
    /// What a failed exchange means.
    pub(crate) fn of(error: &crate::http::HttpError) -> Self {
        match error {
            crate::http::HttpError::TooLarge { .. } => Self::Protocol(ConsentCode::BadAnswer),
            _ => Self::Network,
        }
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gateway").field(&self.issuer).finish()
    }
}

/// Whether the gateway calls itself what the trust list calls it: the same text (OpenID Connect
/// Discovery section 4.3). One that is routed to this computer, which has no https, may call itself
/// by its address here.
fn is_same_issuer(trusted: &str, effective: &Url, stated: &str) -> bool {
    let routed = effective.scheme() == "http";
    let here = effective.as_str().trim_end_matches('/');
    stated == trusted || (routed && stated.trim_end_matches('/') == here)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_compared_as_text() {
        let trusted = "https://gateway.example";
        let direct = Url::parse(trusted).unwrap();
        assert!(is_same_issuer(trusted, &direct, trusted));
        for other in ["https://gateway.example/", "https://GATEWAY.example", "https://evil.example"]
        {
            assert!(!is_same_issuer(trusted, &direct, other), "{other}");
        }
        let routed = Url::parse("http://127.0.0.1:4455").unwrap();
        assert!(is_same_issuer(trusted, &routed, "http://127.0.0.1:4455"));
        assert!(is_same_issuer(trusted, &routed, trusted));
        assert!(!is_same_issuer(trusted, &routed, "http://127.0.0.1:4456"));
    }
}
