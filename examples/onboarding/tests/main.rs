//! The backend against the sandbox's gateway.

#[path = "../../../tests/database.rs"]
mod database;
mod documents;
mod flow;
mod postgres;
mod process;
mod scene;
mod stores;
