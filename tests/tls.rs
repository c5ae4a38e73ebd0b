//! Which servers are believed: roots and pins, against a server that speaks TLS.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use ikd_sandbox::publisher::Publisher;
use ikd_tests::{OPENED, at, roots, sandbox};
use ikd_verifier::{HttpError, HttpOptions, RefreshOptions, Refresher, Trust};
use rcgen::{CertificateParams, Issuer, KeyPair, PublicKeyData};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sha2::{Digest, Sha256};

/// A publisher behind TLS, at `https://localhost:…`.
struct Server {
    address: SocketAddr,
    requests: Arc<AtomicU32>,
    root: String,
    pin: [u8; 32],
    _publisher: Publisher,
}

impl Server {
    fn start() -> Self {
        let publisher = Publisher::start(sandbox(), "127.0.0.1:0", || OPENED).expect("a port");
        let mut authority = CertificateParams::default();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().expect("a key");
        let root = authority.self_signed(&authority_key).expect("a certificate").pem();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        let pin = Sha256::digest(key.subject_public_key_info()).into();

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let private = PrivateKeyDer::try_from(key.serialize_der()).expect("PKCS#8");
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .expect("key and certificate fit");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(AtomicU32::new(0));
        let (config, count, behind) = (Arc::new(config), requests.clone(), publisher.address());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A visitor who does not like the certificate goes away.
                let _ = forward(stream, &config, behind, &count);
            }
        });
        Self { address, requests, root, pin, _publisher: publisher }
    }

    /// The code of a refresh with these options, and whether the server saw the request.
    fn refresh(&self, http: HttpOptions) -> (&'static str, bool) {
        let before = self.requests.load(Ordering::Relaxed);
        let url = format!("https://localhost:{}/trust", self.address.port());
        let trust = Arc::new(Trust::new(roots(&sandbox())));
        let options = RefreshOptions::new(url).http(http);
        let mut refresher = Refresher::new(trust, options).expect("sound options");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let events = runtime.expect("a runtime").block_on(refresher.refresh_once(at(OPENED)));
        assert_eq!(events.len(), 1, "{events:?}");
        (events[0].code(), self.requests.load(Ordering::Relaxed) > before)
    }

    fn trusted(&self) -> HttpOptions {
        HttpOptions::new().root_certificate(self.root.as_bytes()).expect("a certificate")
    }
}

/// Passes one request on, and its answer back.
fn forward(
    stream: TcpStream,
    config: &Arc<ServerConfig>,
    behind: SocketAddr,
    requests: &AtomicU32,
) -> io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    let mut tls = StreamOwned::new(connection, stream);
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        tls.read_exact(&mut byte)?;
        request.extend(byte);
    }
    requests.fetch_add(1, Ordering::Relaxed);
    let mut plain = TcpStream::connect(behind)?;
    plain.write_all(&request)?;
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer)?;
    tls.write_all(&answer)?;
    tls.conn.send_close_notify();
    tls.flush()
}

#[test]
fn a_root_that_was_added_is_trusted_and_nothing_else() {
    let server = Server::start();
    assert_eq!(server.refresh(server.trusted()), ("updated", true));
    assert_eq!(server.refresh(HttpOptions::new()), ("fetch_untrusted", false));
    let stranger = Server::start();
    assert_eq!(server.refresh(stranger.trusted()), ("fetch_untrusted", false));
}

#[test]
fn a_pin_is_demanded_on_top_of_a_trusted_certificate() {
    let server = Server::start();
    assert_eq!(server.refresh(server.trusted().pin(server.pin)), ("updated", true));
    let reserve = server.trusted().pin([7; 32]).pin(server.pin);
    assert_eq!(server.refresh(reserve), ("updated", true), "any of several pins will do");
    // The server never sees a request from who does not believe it.
    assert_eq!(server.refresh(server.trusted().pin([7; 32])), ("fetch_untrusted", false));
    let pin_alone = HttpOptions::new().pin(server.pin);
    assert_eq!(server.refresh(pin_alone), ("fetch_untrusted", false), "a pin is no trust");
}

#[test]
fn addresses_without_tls_are_refused_before_anything_is_sent() {
    for url in ["http://localhost/trust", "ftp://localhost/", "https://user@localhost/", "trust"] {
        let trust = Arc::new(Trust::new(roots(&sandbox())));
        let error = Refresher::new(trust, RefreshOptions::new(url)).expect_err(url);
        assert_eq!(error, HttpError::NotHttps);
    }
    for to in ["http://192.0.2.1/", "https://127.0.0.1/", "http://example.com/"] {
        assert!(HttpOptions::new().danger_route("https://a.example", to).is_err(), "{to}");
    }
}

#[test]
fn a_server_that_speaks_no_tls_is_not_reached() {
    let publisher = Publisher::start(sandbox(), "127.0.0.1:0", || OPENED).expect("a port");
    let server = Server { address: publisher.address(), ..Server::start() };
    assert_eq!(server.refresh(HttpOptions::new()), ("fetch_unreachable", false));
}
