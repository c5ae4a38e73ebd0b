//! `ikd completions` and `ikd man`, made from the flags themselves.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::outcome::{Exit, Failure};

/// Flags of `ikd completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ikd completions bash > ~/.local/share/bash-completion/completions/ikd"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Flags of `ikd man`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ikd man | man -l -\n  ikd man /usr/local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Folder for a page of each command; without it the main page is printed
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Writes completions.
pub(crate) fn completions(args: &CompletionsArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    // The generator panics when its output is closed; memory is not.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ikd", &mut script);
    out.write_all(&script)?;
    Ok(Exit::Accepted)
}

/// Writes manual pages.
pub(crate) fn manual(args: &ManArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let command = Cli::command();
    if let Some(folder) = &args.folder {
        let written = clap_mangen::generate_to(command, folder);
        written.map_err(|error| Failure::file(folder, error))?;
    } else {
        clap_mangen::Man::new(command).render(out)?;
    }
    Ok(Exit::Accepted)
}
