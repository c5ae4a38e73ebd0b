//! A bank's onboarding backend: a terminal scans a citizen's identity QR, the bank asks for the data
//! that customer due diligence needs, the citizen approves on the phone, and the application for an
//! account is decided.
//!
//! The way of an application through the files:
//!
//! 1. [`terminal`] takes a QR, verifies it offline and asks the citizen's gateway.
//! 2. [`application`] is kept in a [`store`] before anyone waits for it.
//! 3. [`worker`] polls what waits, in any instance, and stores each answer exactly once.
//! 4. [`decision`] decides by rules that explain themselves.
//! 5. [`live`] tells the teller's page, which [`routes`] serves beside everything else.
//!
//! No attribute value, token or QR text is ever in a log or a metric.

pub mod application;
pub mod bank;
pub mod config;
pub mod decision;
pub mod demo;
pub mod health;
pub mod live;
pub mod log;
pub mod metrics;
pub mod problem;
mod reading;
pub mod routes;
pub mod server;
pub mod store;
pub mod terminal;
pub mod text;
mod view;
pub mod worker;

mod setup;

pub use bank::Bank;
pub use config::Config;
pub use server::Server;
