//! The running gateway.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::config::{Delivery, GatewayConfig};
use super::misbehaviour::{Endpoint, Misbehaviour};
use super::ping::{Ping, loopback};
use super::requests::{Decision, DecisionError, Pending};
use super::state::GatewayState;
use super::{endpoints, faults, phone};
use crate::sandbox::Sandbox;

/// Larger forms are not read: a request object of the longest QR has a third of it.
const MAX_BODY: usize = 64 << 10;

/// A gateway that runs on a thread of its own, until it is shut down or dropped.
pub struct Gateway {
    desk: Desk,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Where the citizen's decisions are taken: from the phone page, or from a test.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) state: Arc<GatewayState>,
    pings: tokio::runtime::Handle,
}

impl Gateway {
    /// Starts a gateway. When this returns, it answers.
    ///
    /// # Errors
    ///
    /// When the address is taken or is no loopback address, when a client is to be pinged elsewhere
    /// than on this computer, or when the system gives no thread.
    pub fn start(sandbox: Sandbox, config: GatewayConfig) -> io::Result<Self> {
        check(&config)?;
        let listener = TcpListener::bind(config.address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let state = GatewayState::new(sandbox, config, format!("http://{address}"));
        let desk = Desk { state: Arc::new(state), pings: runtime.handle().clone() };
        let (stop, stopped) = oneshot::channel();
        let router = router(desk.clone());
        let thread = thread::Builder::new()
            .name("consent gateway".to_owned())
            .spawn(move || serve(runtime, listener, router, stopped))?;
        Ok(Self { desk, address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Its OpenID issuer, and the address of the phone page: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.desk.state.issuer()
    }

    /// The requests that wait for a citizen, the oldest first.
    #[must_use]
    pub fn pending(&self) -> Vec<Pending> {
        self.desk.pending()
    }

    /// Decides for the citizen.
    ///
    /// # Errors
    ///
    /// When no such request waits, when something is released that was not asked for, or when the
    /// PIN is wrong.
    pub fn decide(&self, auth_req_id: &str, decision: Decision) -> Result<(), DecisionError> {
        self.desk.decide(auth_req_id, decision)
    }

    /// Misbehaves at every endpoint from now on.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        for endpoint in Endpoint::ALL {
            self.misbehave_at(endpoint, misbehaviour);
        }
    }

    /// Misbehaves at one endpoint from now on.
    pub fn misbehave_at(&self, endpoint: Endpoint, misbehaviour: Misbehaviour) {
        self.desk.state.lock().misbehaviours.insert(endpoint, misbehaviour);
    }

    /// Behaves from now on.
    pub fn behave(&self) {
        self.desk.state.lock().misbehaviours.clear();
    }

    /// Goes on until the process ends.
    pub fn run(mut self) {
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell, and a panic of it has told it already.
            let _ = thread.join();
        }
    }

    /// Ends the gateway; connections that are open break off.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            // A gateway that has ended by itself does not listen any more.
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Desk {
    pub(crate) fn pending(&self) -> Vec<Pending> {
        let (state, now) = (&self.state, self.state.now());
        let changing = state.lock();
        let waiting = changing.requests.waiting(now);
        let pending = |request: &super::requests::Request| {
            let person = state.sandbox().persons().get(request.of.scanned.person)?;
            let client = state.client(&request.client_id)?;
            Some(request.pending(person.slug(), &client.client_name, now))
        };
        waiting.into_iter().filter_map(pending).collect()
    }

    pub(crate) fn decide(&self, id: &str, decision: Decision) -> Result<(), DecisionError> {
        let now = self.state.now();
        let outcome = self.state.lock().requests.decide(id, decision, now)?;
        let client = self.state.client(&outcome.client_id);
        let pinged = client.filter(|client| client.delivery == Delivery::Ping);
        let endpoint = pinged.and_then(|client| client.notification_endpoint.clone());
        if let Some((endpoint, token)) = endpoint.zip(outcome.notification_token) {
            let auth_req_id = id.to_owned();
            self.pings.spawn(Ping { endpoint, token, auth_req_id }.send());
        }
        match outcome.locked {
            true => Err(DecisionError::WrongPin { left: 0 }),
            false => Ok(()),
        }
    }
}

fn check(config: &GatewayConfig) -> io::Result<()> {
    let bad = |why| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    if !config.address.ip().is_loopback() {
        return bad("a gateway listens at a loopback address only");
    }
    for client in &config.clients {
        let endpoint = client.notification_endpoint.as_deref();
        if client.delivery == Delivery::Ping && endpoint.and_then(loopback).is_none() {
            return bad("pings go to an http URL of a loopback address");
        }
    }
    Ok(())
}

fn router(desk: Desk) -> Router {
    let state = Arc::clone(&desk.state);
    let endpoints = Router::new()
        .route(Endpoint::Metadata.path(), get(endpoints::metadata))
        .route(Endpoint::Jwks.path(), get(endpoints::jwks))
        .route(Endpoint::Backchannel.path(), post(endpoints::backchannel))
        .route(Endpoint::Token.path(), post(endpoints::token))
        .route(Endpoint::Userinfo.path(), get(endpoints::userinfo).post(endpoints::userinfo))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), faults::layer))
        .with_state(Arc::clone(&state));
    let phone = Router::new()
        .route("/phone/pending", get(phone::waiting))
        .route("/phone/decision", post(phone::decided))
        .fallback(phone::page)
        .layer(middleware::from_fn_with_state(state, phone::same_origin))
        .with_state(desk);
    endpoints.merge(phone).layer(DefaultBodyLimit::max(MAX_BODY))
}

fn serve(runtime: Runtime, listener: TcpListener, router: Router, stopped: oneshot::Receiver<()>) {
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)
            .expect("a listener that does not block fits into a runtime with I/O");
        tokio::select! {
            _ = axum::serve(listener, router) => {}
            _ = stopped => {}
        }
    });
    // Answers that stall would else be waited for.
    runtime.shutdown_background();
}
