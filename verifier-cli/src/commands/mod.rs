//! One file for each command.

pub(crate) mod audit;
pub(crate) mod conformance;
pub(crate) mod demo;
pub(crate) mod gateway;
pub(crate) mod inspect;
pub(crate) mod keygen;
pub(crate) mod manual;
pub(crate) mod nik;
pub(crate) mod page;
pub(crate) mod request;
pub(crate) mod sandbox;
pub(crate) mod scan;
pub(crate) mod trust;
pub(crate) mod verify;

use crate::args::{Cli, Command};
use crate::language;
use crate::outcome::{Exit, Failure};

/// Runs the command, writing to standard output.
pub(crate) fn run(cli: Cli) -> Result<Exit, Failure> {
    let language = language::choose(cli.lang);
    // Colours are dropped unless a terminal asks for them (NO_COLOR, CLICOLOR_FORCE).
    let out = &mut anstream::stdout().lock();
    match cli.command {
        Command::Verify(args) => verify::run(args, language, out),
        Command::Request(args) => request::run(*args, language, out),
        Command::Scan(args) => scan::run(&args, language, out),
        Command::Trust(args) => trust::run(args, language, out),
        Command::Audit(args) => audit::run(args, language, out),
        Command::Page(args) => page::run(&args, language, out),
        Command::Inspect(args) => inspect::run(&args, out),
        Command::Nik(args) => nik::run(&args, language, out),
        Command::Conformance(args) => conformance::run(&args, out),
        Command::Keygen(args) => keygen::run(&args, out),
        Command::Sandbox(args) => sandbox::run(args, language, out),
        Command::Demo(args) => demo::run(&args, language, out),
        Command::Completions(args) => manual::completions(&args, out),
        Command::Man(args) => manual::manual(&args, out),
    }
}
