//! The consent client against a gateway that shares no code with it: `oidc-provider` in Node, from
//! `../shared/counterpart`. Without Node or that folder the tests are skipped aloud, and fail in CI.

#[path = "consent/counterpart.rs"]
mod counterpart;
#[path = "consent/flow.rs"]
mod flow;
#[path = "consent/misbehaviour.rs"]
mod misbehaviour;
#[path = "consent/scene.rs"]
mod scene;
