//! What a gateway is started with: address, clock, habits and registered clients.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::jose::public_key;
use crate::keys::PublicKey;

/// Seconds since 1970, from wherever the caller takes them.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What a [`Gateway`](super::Gateway) is started with.
#[derive(Clone)]
pub struct GatewayConfig {
    /// Where to listen; a loopback address, with port 0 for any that is free.
    pub address: SocketAddr,
    /// Who may ask.
    pub clients: Vec<Client>,
    /// Seconds that must lie between two polls; 0 allows any pace.
    pub interval: i64,
    /// Seconds that the citizen has to answer, unless the client asks for fewer.
    pub request_life: i64,
    /// Whether DPoP proofs must carry a nonce of the gateway (RFC 9449, section 8).
    pub dpop_nonce: bool,
    /// The time.
    pub clock: Clock,
}

/// A relying party that is registered with the gateway. In JSON the members have the names of
/// OpenID client registration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// The identifier, as in `rp-bank`.
    pub client_id: String,
    /// The name that the citizen reads.
    pub client_name: String,
    /// Public keys: Ed25519 for signing, and P-256 with `"use": "enc"` for encrypted answers.
    pub jwks: Jwks,
    /// How the client hears that there is an answer.
    #[serde(default, rename = "backchannel_token_delivery_mode")]
    pub delivery: Delivery,
    /// Where pings go: an http URL of a loopback address, as everything here stays on one computer.
    #[serde(
        default,
        rename = "backchannel_client_notification_endpoint",
        skip_serializing_if = "Option::is_none"
    )]
    pub notification_endpoint: Option<String>,
    /// Whether every token must be bound to a key by DPoP.
    #[serde(default = "yes", rename = "dpop_bound_access_tokens")]
    pub dpop: bool,
    /// `ECDH-ES` for userinfo that is encrypted to the client's key.
    #[serde(
        default,
        rename = "userinfo_encrypted_response_alg",
        skip_serializing_if = "Option::is_none"
    )]
    pub userinfo_encryption: Option<String>,
    /// The purposes it may ask for; all, when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<String>,
    /// A client that is registered, but may not ask at present.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
}

/// A set of keys (RFC 7517).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Jwks {
    /// The keys, as JWKs.
    pub keys: Vec<Value>,
}

/// How a client hears that there is an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// It asks again and again.
    #[default]
    Poll,
    /// It is told when to ask.
    Ping,
}

impl GatewayConfig {
    /// A gateway for these clients on a free port of 127.0.0.1: polls 5 seconds apart, 2 minutes for
    /// the citizen, no DPoP nonce.
    #[must_use]
    pub fn new(clients: Vec<Client>, clock: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self {
            address: ([127, 0, 0, 1], 0).into(),
            clients,
            interval: 5,
            request_life: 120,
            dpop_nonce: false,
            clock: Arc::new(clock),
        }
    }
}

impl Client {
    /// A client that polls, uses DPoP and takes signed answers, with these JWKs.
    #[must_use]
    pub fn new(client_id: &str, client_name: &str, keys: Vec<Value>) -> Self {
        Self {
            client_id: client_id.to_owned(),
            client_name: client_name.to_owned(),
            jwks: Jwks { keys },
            delivery: Delivery::Poll,
            notification_endpoint: None,
            dpop: true,
            userinfo_encryption: None,
            purposes: Vec::new(),
            suspended: false,
        }
    }

    /// The key that checks a token: the one it names, or else the only one there is.
    pub(crate) fn signing_key(&self, kid: Option<&str>) -> Option<PublicKey> {
        let mut keys = self.jwks.keys.iter().filter(|jwk| {
            let named = kid.is_none() || jwk.get("kid").and_then(Value::as_str) == kid;
            named && jwk.get("use").and_then(Value::as_str) != Some("enc")
        });
        let key = keys.next()?;
        if keys.next().is_some() {
            return None;
        }
        public_key(key).filter(|key| matches!(key, PublicKey::Ed25519(_)))
    }

    /// The P-256 key that answers are encrypted to, with its `kid`.
    pub(crate) fn encryption_key(&self) -> Option<(PublicKey, Option<&str>)> {
        let mut keys = self.jwks.keys.iter();
        let jwk = keys.find(|jwk| jwk.get("use").and_then(Value::as_str) == Some("enc"))?;
        let key = public_key(jwk).filter(|key| matches!(key, PublicKey::P256 { .. }))?;
        Some((key, jwk.get("kid").and_then(Value::as_str)))
    }

    pub(crate) fn wants_encryption(&self) -> bool {
        self.userinfo_encryption.is_some()
    }
}

fn yes() -> bool {
    true
}

impl fmt::Debug for GatewayConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayConfig")
            .field("address", &self.address)
            .field("clients", &self.clients.iter().map(|c| &c.client_id).collect::<Vec<_>>())
            .field("interval", &self.interval)
            .field("request_life", &self.request_life)
            .field("dpop_nonce", &self.dpop_nonce)
            .finish_non_exhaustive()
    }
}
