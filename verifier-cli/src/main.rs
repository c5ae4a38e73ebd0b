//! `ikd`: checks identity QR codes on the command line, without a network.

mod answer;
mod args;
mod commands;
mod diagnostic;
mod files;
mod http;
mod labels;
mod language;
mod lines;
mod outcome;
mod profile;
mod render;
mod scanning;
mod setup;
mod store;
mod values;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    outcome::finish(commands::run(cli))
}
