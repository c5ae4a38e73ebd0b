//! The backend against the sandbox's gateway.

mod documents;
mod flow;
mod postgres;
mod process;
mod scene;
mod stores;
