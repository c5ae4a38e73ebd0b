//! A consent gateway: an OpenID server that asks the citizen's phone, by CIBA.
//!
//! It is the other end of the consent channel: signed requests and `private_key_jwt` in Ed25519,
//! poll and ping, tokens bound by DPoP, `authorization_details`, `verified_claims`, userinfo that is
//! signed and, where a client is registered so, encrypted. It reads the QR that starts a request as
//! the issuer would. On the same address it serves the phone page, on which the citizen decides.
//!
//! The gateway speaks HTTP on a loopback address and runs on a thread of its own. What it does
//! wrong on demand is a [`Misbehaviour`].
//!
//! ```
//! use ikd_sandbox::Sandbox;
//! use ikd_sandbox::gateway::{Client, Decision, Gateway, GatewayConfig, Misbehaviour};
//!
//! # fn main() -> std::io::Result<()> {
//! let now = 1_790_000_000;
//! let client = Client::new("rp-bank", "Bank Contoh", vec![/* its public JWK */]);
//! let config = GatewayConfig::new(vec![client], move || now);
//! let gateway = Gateway::start(Sandbox::new([7; 32], now), config)?;
//!
//! // A client asks at `gateway.issuer()`; then the citizen says yes, or no.
//! for request in gateway.pending() {
//!     let _ = gateway.decide(&request.auth_req_id, Decision::approve(["full_name"]));
//! }
//! gateway.misbehave(Misbehaviour::ExtraClaim);
//! gateway.behave();
//! gateway.shutdown();
//! # Ok(())
//! # }
//! ```

mod answer;
mod asked;
mod cbor_reader;
mod client_auth;
mod config;
mod demo;
mod dpop;
mod endpoints;
mod error;
mod faults;
mod jose;
mod jwe;
mod misbehaviour;
mod params;
mod phone;
mod ping;
mod qr;
mod request_object;
mod requests;
mod seen;
mod server;
mod state;

pub use config::{Client, Clock, Delivery, GatewayConfig, Jwks};
pub use demo::RelyingParty;
pub use misbehaviour::{Endpoint, Misbehaviour};
pub use requests::{Decision, DecisionError, PIN, Pending, PendingClaim};
pub use server::Gateway;
