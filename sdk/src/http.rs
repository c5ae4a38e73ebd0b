//! The one HTTP client: TLS only, bounded in size and time, no proxies, no redirects to another host.

mod tls;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;

/// Redirects within one host that are followed.
const MAX_REDIRECTS: usize = 3;

/// How lists and gateways are reached.
///
/// Addresses are https. The system's certificates are trusted, and those added here.
#[derive(Clone)]
pub struct HttpOptions {
    timeout: Duration,
    connect_timeout: Duration,
    roots: Vec<CertificateDer<'static>>,
    pins: Vec<[u8; 32]>,
    routes: Vec<Route>,
}

/// Everything under `from` is reached at `to` instead.
#[derive(Debug, Clone)]
struct Route {
    from: Url,
    to: Url,
}

/// Why there is no answer. Never holds a URL's path or query, a header or a body.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The address is not an https URL.
    #[error("the address is not an https URL")]
    NotHttps,
    /// The certificate or another option is not usable.
    #[error("the HTTP options are not usable: {0}")]
    Options(&'static str),
    /// No connection, or it broke.
    #[error("{host} cannot be reached, or broke off")]
    Unreachable {
        /// The host.
        host: String,
    },
    /// The host's certificate is not trusted, or is not the one that is pinned.
    #[error("the certificate of {host} is not trusted; check this device's clock too")]
    Untrusted {
        /// The host.
        host: String,
    },
    /// No whole answer in time.
    #[error("{host} did not answer within {seconds} s")]
    Timeout {
        /// The host.
        host: String,
        /// The limit.
        seconds: u64,
    },
    /// The answer is larger than what was expected.
    #[error("{host} sent more than {limit} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The limit.
        limit: usize,
    },
    /// The answer points elsewhere: to another host, or too often.
    #[error("{host} redirects elsewhere")]
    Redirect {
        /// The host.
        host: String,
    },
}

/// An answer, read to its end.
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A client that keeps its connections.
#[derive(Debug, Clone)]
pub(crate) struct HttpClient {
    client: reqwest::Client,
    options: HttpOptions,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            roots: Vec::new(),
            pins: Vec::new(),
            routes: Vec::new(),
        }
    }
}

impl HttpOptions {
    /// The system's certificates, 10 s to connect, 30 s for a whole answer.
    pub fn new() -> Self {
        Self::default()
    }

    /// The time for a whole answer.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self.connect_timeout = self.connect_timeout.min(timeout);
        self
    }

    /// Trusts one more root certificate, in PEM.
    ///
    /// # Errors
    ///
    /// [`HttpError::Options`] when it is none.
    pub fn root_certificate(mut self, pem: &[u8]) -> Result<Self, HttpError> {
        let certificate = CertificateDer::from_pem_slice(pem);
        self.roots.push(certificate.map_err(|_| HttpError::Options("root certificate"))?);
        Ok(self)
    }

    /// Demands of a server, besides a certificate that is trusted, that its public key is this one:
    /// SHA-256 of the SubjectPublicKeyInfo in DER. With several, any of them will do: give the key
    /// in use and the one kept in reserve.
    #[must_use]
    pub fn pin(mut self, key_sha256: [u8; 32]) -> Self {
        self.pins.push(key_sha256);
        self
    }

    /// Reaches everything under the https URL `from` at `to` instead, without TLS. For tests and
    /// demonstrations on one computer: `to` is an http URL whose host is a loopback address.
    ///
    /// # Errors
    ///
    /// [`HttpError::Options`] when `from` is not https or `to` not a loopback address.
    pub fn danger_route(mut self, from: &str, to: &str) -> Result<Self, HttpError> {
        let loopback = |url: &Url| {
            let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
            host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        };
        let from = Url::parse(from).ok().filter(|url| url.scheme() == "https");
        let to = Url::parse(to).ok().filter(|url| url.scheme() == "http" && loopback(url));
        let options = HttpError::Options("danger_route");
        self.routes.push(Route { from: from.ok_or(options.clone())?, to: to.ok_or(options)? });
        Ok(self)
    }

    /// The URL that an address stands for: itself, if it is https, or where it is routed.
    pub(crate) fn resolve(&self, address: &str) -> Result<Url, HttpError> {
        let url = Url::parse(address).map_err(|_| HttpError::NotHttps)?;
        for Route { from, to } in &self.routes {
            if url.origin() == to.origin() {
                return Ok(url);
            }
            if url.origin() == from.origin() {
                let mut routed = to.clone();
                routed.set_path(url.path());
                routed.set_query(url.query());
                return Ok(routed);
            }
        }
        let sound =
            url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
        sound.then_some(url).ok_or(HttpError::NotHttps)
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("roots", &self.roots.len())
            .field("pins", &self.pins.len())
            .field("routes", &self.routes)
            .finish()
    }
}

impl HttpClient {
    /// A client of these options.
    pub(crate) fn new(options: &HttpOptions) -> Result<Self, HttpError> {
        let redirects = reqwest::redirect::Policy::custom(|attempt| {
            let first = attempt.previous().first().map(Url::origin);
            let followed = attempt.previous().len() <= MAX_REDIRECTS;
            if followed && first == Some(attempt.url().origin()) {
                attempt.follow()
            } else {
                attempt.stop()
            }
        });
        let client = reqwest::Client::builder()
            .no_proxy()
            .referer(false)
            .redirect(redirects)
            .https_only(options.routes.is_empty())
            .timeout(options.timeout)
            .connect_timeout(options.connect_timeout)
            .user_agent(concat!("ikd-verifier/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls::config(&options.roots, &options.pins)?)
            .build()
            .map_err(|_| HttpError::Options("TLS"))?;
        Ok(Self { client, options: options.clone() })
    }

    /// The URL that an address stands for.
    pub(crate) fn resolve(&self, address: &str) -> Result<Url, HttpError> {
        self.options.resolve(address)
    }

    /// A request, of which the answer may have up to `limit` bytes.
    pub(crate) async fn send(
        &self,
        method: Method,
        address: &str,
        headers: HeaderMap,
        body: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<HttpAnswer, HttpError> {
        let url = self.options.resolve(address)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut request = self.client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let failed = |error: reqwest::Error| self.failure(&host, &error);
        let mut answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        if status.is_redirection() && status.as_u16() != 304 {
            return Err(HttpError::Redirect { host });
        }
        let headers = std::mem::take(answer.headers_mut());
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| self.failure(&host, &error))? {
            if part.len() > limit.saturating_sub(body.len()) {
                return Err(HttpError::TooLarge { host, limit });
            }
            body.extend_from_slice(&part);
        }
        Ok(HttpAnswer { status: status.as_u16(), headers, body })
    }

    fn failure(&self, host: &str, error: &reqwest::Error) -> HttpError {
        let host = host.to_owned();
        if error.is_timeout() {
            HttpError::Timeout { host, seconds: self.options.timeout.as_secs() }
        } else if tls::is_untrusted(error) {
            HttpError::Untrusted { host }
        } else if error.is_redirect() {
            HttpError::Redirect { host }
        } else {
            HttpError::Unreachable { host }
        }
    }
}
