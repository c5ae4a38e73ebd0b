//! The consent client against two gateways that share no code with it: `oidc-provider` in Node, from
//! `../shared/counterpart`, and the sandbox's own. Without Node or that folder the tests with the
//! first are skipped aloud, and fail in CI.

#[path = "consent/counterpart.rs"]
mod counterpart;
mod database;
#[path = "consent/documents.rs"]
mod documents;
#[path = "consent/flow.rs"]
mod flow;
#[path = "consent/hostile.rs"]
mod hostile;
#[path = "consent/leaks.rs"]
mod leaks;
#[path = "consent/many.rs"]
mod many;
#[path = "consent/misbehaviour.rs"]
mod misbehaviour;
#[path = "consent/modes.rs"]
mod modes;
#[path = "consent/postgres.rs"]
mod postgres;
#[path = "consent/queue.rs"]
mod queue;
#[path = "consent/scene.rs"]
mod scene;
#[path = "consent/stub.rs"]
mod stub;
