//! What the endpoints share.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::answer::Grant;
use super::config::{Client, GatewayConfig};
use super::jose::encode;
use super::misbehaviour::{Endpoint, Misbehaviour};
use super::qr::Phones;
use super::requests::Requests;
use super::seen::Seen;
use crate::keys::derive;
use crate::sandbox::Sandbox;

/// Everything a gateway knows.
pub(crate) struct GatewayState {
    sandbox: Sandbox,
    config: GatewayConfig,
    phones: Phones,
    /// `http://127.0.0.1:PORT`.
    issuer: String,
    secret: [u8; 32],
    changing: Mutex<Changing>,
}

/// What changes while the gateway runs.
#[derive(Default)]
pub(crate) struct Changing {
    pub(crate) requests: Requests,
    pub(crate) seen: Seen,
    /// What each access token is good for.
    pub(crate) grants: HashMap<String, Grant>,
    pub(crate) misbehaviours: HashMap<Endpoint, Misbehaviour>,
    serial: u64,
}

impl GatewayState {
    pub(crate) fn new(sandbox: Sandbox, config: GatewayConfig, issuer: String) -> Self {
        let opened = sandbox.opened().to_be_bytes();
        // Two gateways of one sandbox must not give out the same identifiers.
        let secret = derive(&sandbox.secret("gateway"), &[issuer.as_bytes(), &opened]);
        let phones = Phones::of(&sandbox);
        Self { sandbox, config, phones, issuer, secret, changing: Mutex::default() }
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    pub(crate) fn config(&self) -> &GatewayConfig {
        &self.config
    }

    pub(crate) fn phones(&self) -> &Phones {
        &self.phones
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    pub(crate) fn now(&self) -> i64 {
        (self.config.clock)()
    }

    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.config.clients.iter().find(|client| client.client_id == id)
    }

    /// A panic elsewhere leaves nothing half done that would matter here.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Changing> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 32 bytes that never come again.
    pub(crate) fn unique(&self, purpose: &str) -> [u8; 32] {
        let mut changing = self.lock();
        changing.serial += 1;
        derive(&self.secret, &[purpose.as_bytes(), &changing.serial.to_be_bytes()])
    }

    /// An identifier that never comes again.
    pub(crate) fn unique_id(&self, purpose: &str) -> String {
        encode(self.unique(purpose))
    }

    /// What goes wrong at an endpoint at present.
    pub(crate) fn misbehaviour(&self, endpoint: Endpoint) -> Option<Misbehaviour> {
        self.lock().misbehaviours.get(&endpoint).copied()
    }
}
