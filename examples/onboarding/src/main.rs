//! `ikd-onboarding`: an instance of the backend, or a demonstration with everything around it.

mod stage;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use ikd_onboarding::log::Log;
use ikd_onboarding::{Config, Server};
use tokio::io::AsyncReadExt;

/// A bank's onboarding backend: scan, ask with consent, decide.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Args {
    /// The configuration of the instance
    #[arg(long, value_name = "FILE", required_unless_present = "demo", conflicts_with = "demo")]
    config: Option<PathBuf>,

    /// Start a sandbox, its phone page and a backend, all on this computer
    #[arg(long)]
    demo: bool,

    /// Where the demonstration keeps its state; a temporary folder, unless given
    #[arg(long, value_name = "DIR", requires = "demo")]
    data: Option<PathBuf>,

    /// The port of the demonstration's backend; the phone page is at the next one
    #[arg(long, default_value_t = 8180, requires = "demo")]
    port: u16,

    /// Stop when standard input is closed, too
    #[arg(long, hide = true)]
    until_stdin_closes: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.config {
        Some(config) => instance(config.clone(), args.until_stdin_closes),
        None => stage::run(args.data, args.port),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            Log::stderr().event("failed", &[("error", &error)]);
            ExitCode::from(2)
        }
    }
}

/// Runs one instance until it is told to stop.
fn instance(config: PathBuf, until_stdin_closes: bool) -> Result<(), Box<dyn Error + Send + Sync>> {
    let config = Config::read(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let server = Server::open(config, Log::stderr()).await?;
        println!("http://{}/", server.address());
        let signal = stage::signal();
        server
            .run(async move {
                tokio::select! {
                    () = signal => {}
                    () = stdin_closed(), if until_stdin_closes => {}
                }
            })
            .await
    });
    // A read of standard input cannot be broken off.
    runtime.shutdown_background();
    done
}

/// Ready when whoever started this process has gone.
async fn stdin_closed() {
    let (mut stdin, mut bytes) = (tokio::io::stdin(), [0; 64]);
    while !matches!(stdin.read(&mut bytes).await, Ok(0) | Err(_)) {}
}
