//! How a command ends: its exit status, and what it says when it could not run.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

/// The three answers that a script can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Everything was accepted, or done.
    Accepted = 0,
    /// Something was refused.
    Refused = 1,
    /// Something could not be looked at.
    CouldNotRun = 2,
}

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What to tell the user.
    Message(String),
    /// Standard output or input failed.
    Stream(io::Error),
}

impl Failure {
    /// A failure to read or write a file.
    pub(crate) fn file(path: &Path, error: impl fmt::Display) -> Self {
        Self::Message(format!("{}: {error}", path.display()))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

impl From<serde_json::Error> for Failure {
    /// Only writing JSON fails, and only where the stream does.
    fn from(error: serde_json::Error) -> Self {
        Self::Stream(error.into())
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

/// Says what went wrong, and gives the exit status.
pub(crate) fn finish(result: Result<Exit, Failure>) -> ExitCode {
    let exit = match result {
        Ok(exit) => exit,
        // Whoever closed the pipe has read enough. Still not 0: nobody was told everything.
        Err(Failure::Stream(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            Exit::CouldNotRun
        }
        Err(Failure::Stream(error)) => {
            complain("error", AnsiColor::Red, &error);
            Exit::CouldNotRun
        }
        Err(Failure::Message(message)) => {
            complain("error", AnsiColor::Red, &message);
            Exit::CouldNotRun
        }
    };
    ExitCode::from(exit as u8)
}

/// Tells of something that does not stop the work.
pub(crate) fn warn(message: impl fmt::Display) {
    complain("warning", AnsiColor::Yellow, &message);
}

fn complain(kind: &str, color: AnsiColor, message: &dyn fmt::Display) {
    let style = Style::new().bold().fg_color(Some(color.into()));
    // There is nowhere left to report that standard error is closed.
    let _ = writeln!(anstream::stderr(), "{style}{kind}:{style:#} {message}");
}
