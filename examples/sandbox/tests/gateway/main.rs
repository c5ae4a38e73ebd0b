//! The consent gateway, asked by a small client that shares no code with it.

mod client;
mod errors;
mod faults;
mod flows;
mod phone;
