//! `ikd trust`: whom this device trusts, set up once and then renewed.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use ikd_verifier::{Language, Message, RootKey, StatusListError, Trust, TrustError, UnixTime};

use crate::files;
use crate::outcome::{Exit, Failure, warn};
use crate::render::{GOOD, View};
use crate::setup::root_keys;
use crate::store::Store;
use crate::values;

mod bundle_out;
mod network;
mod show;
mod sign;

const EXAMPLES: &str = "\
Examples:
  ikd trust init --root 8f3c… --root 19aa… --root 77d0… --threshold 2 --bundle trust.ikd
  ikd trust update --bundle trust.ikd         from a memory stick, say
  ikd trust update --url https://…/trust      over the network: trust list and status lists
  ikd trust watch --url https://…/trust       the same, again and again, until it is stopped
  ikd trust update --bundle-out gates.ikd     what is in force, for gates without network
  ikd trust show                              and what runs out soon

Exit status: 0 done, 1 refused (the stored state stays in force), 2 could not run.";

/// Flags of `ikd trust`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TrustArgs {
    #[command(subcommand)]
    command: TrustCommand,

    /// Folder of the store [default: $IKD_STORE, or the platform's data folder]
    #[arg(long, value_name = "DIR", global = true)]
    store: Option<PathBuf>,

    /// The time: seconds since 1970 or RFC 3339 [default: the system's clock]
    #[arg(long, value_name = "TIME", value_parser = values::time, global = true)]
    now: Option<UnixTime>,
}

#[derive(Debug, Subcommand)]
enum TrustCommand {
    /// Make the store, with the root keys that the issuer published
    Init(InitArgs),
    /// Take up a newer trust list or status list
    Update(UpdateArgs),
    /// Keep trust list and status lists fresh until stopped, for a gate's service manager
    Watch(network::WatchArgs),
    /// Show what is trusted, until when, and what runs out soon
    Show(show::ShowArgs),
    /// Publish a trust list: draft, sign on separate machines, assemble, check
    Sign(sign::SignArgs),
}

#[derive(Debug, Args)]
struct InitArgs {
    /// Public key of a root; give one for each root
    #[arg(long = "root", value_name = "HEX", required = true, value_parser = values::hex::<32>)]
    roots: Vec<RootKey>,

    /// How many roots must have signed a trust list [default: all of them]
    #[arg(long, value_name = "N")]
    threshold: Option<usize>,

    /// Offline bundle to begin with
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct UpdateArgs {
    /// Offline bundle: trust list and status lists in one file
    #[arg(long, value_name = "FILE")]
    #[arg(required_unless_present_any = ["list", "status", "url", "bundle_out"])]
    bundle: Option<PathBuf>,

    /// Trust list
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,

    /// Status list; may be given several times
    #[arg(long, value_name = "FILE")]
    status: Vec<PathBuf>,

    /// Write all that is in force then as an offline bundle, for gates without network
    #[arg(long, value_name = "FILE")]
    bundle_out: Option<PathBuf>,

    /// Where the trust list is published: fetches it, and the status lists that are held
    #[arg(long, value_name = "URL", conflicts_with_all = ["bundle", "list", "status"])]
    url: Option<String>,

    #[command(flatten)]
    network: network::NetworkArgs,
}

/// Runs the command.
pub(crate) fn run(
    args: TrustArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let now = args.now.unwrap_or_else(UnixTime::now);
    let store = || Store::locate(args.store.as_deref());
    match args.command {
        TrustCommand::Init(init) => {
            let store = store()?;
            if store.load()?.is_some() {
                let folder = store.folder().display();
                return Err(format!("{folder} is set up already: use `ikd trust update`").into());
            }
            let trust = Trust::new(root_keys(&init.roots, init.threshold)?);
            let bundle = init.bundle.map(Update::Bundle);
            apply(&store, &trust, bundle.into_iter().collect(), now, language, out)
        }
        TrustCommand::Update(update) => {
            let store = store()?;
            let trust = Arc::new(set_up(&store)?);
            let exit = if let Some(url) = &update.url {
                network::update(url, &update.network, &store, &trust, now, language, out)?
            } else {
                let parts = [update.bundle.map(Update::Bundle), update.list.map(Update::List)];
                let mut parts: Vec<_> = parts.into_iter().flatten().collect();
                parts.extend(update.status.into_iter().map(Update::Status));
                apply(&store, &trust, parts, now, language, out)?
            };
            match update.bundle_out {
                Some(path) if exit == Exit::Accepted => {
                    bundle_out::run(&path, &trust.snapshot(), now, language, out)
                }
                _ => Ok(exit),
            }
        }
        TrustCommand::Sign(args) => {
            sign::run(args, now, View { language, profile: None, full: false }, out)
        }
        TrustCommand::Show(args) => {
            let store = store()?;
            show::run(&args, &store, &set_up(&store)?, now, language, out)
        }
        TrustCommand::Watch(watch) => {
            let store = store()?;
            network::watch(&watch, &store, &Arc::new(set_up(&store)?), language, out)
        }
    }
}

fn set_up(store: &Store) -> Result<Trust, Failure> {
    let missing = || format!("no store in {}: run `ikd trust init`", store.folder().display());
    store.load()?.ok_or_else(|| missing().into())
}

enum Update {
    Bundle(PathBuf),
    List(PathBuf),
    Status(PathBuf),
}

/// Why something is not taken up: the stable code, and the words.
struct Refused(&'static str, String);

impl From<TrustError> for Refused {
    fn from(error: TrustError) -> Self {
        Self(error.code(), error.to_string())
    }
}

impl From<StatusListError> for Refused {
    fn from(error: StatusListError) -> Self {
        Self(error.code(), error.to_string())
    }
}

/// Takes up all parts, or none of them.
fn apply(
    store: &Store,
    trust: &Trust,
    updates: Vec<Update>,
    now: UnixTime,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    for update in updates {
        let (Update::Bundle(path) | Update::List(path) | Update::Status(path)) = &update;
        let bytes = files::read_needed(path)?;
        if let Err(Refused(code, why)) = take_up(trust, &update, &bytes, now) {
            warn(format_args!("{}: {code} ({why})", path.display()));
            return Ok(Exit::Refused);
        }
    }
    store.save(trust)?;
    let done = Message::new("Tersimpan di", "Stored in").in_language(language);
    writeln!(out, "{GOOD}✔{GOOD:#} {done} {}", store.folder().display())?;
    Ok(Exit::Accepted)
}

fn take_up(trust: &Trust, update: &Update, bytes: &[u8], now: UnixTime) -> Result<(), Refused> {
    match update {
        Update::Bundle(_) => {
            let report = trust.import_bundle(bytes, now)?;
            for (uri, error) in report.refused {
                warn(format_args!("status list {uri} is not used: {} ({error})", error.code()));
            }
        }
        Update::List(_) => drop(trust.update_list(bytes, now)?),
        Update::Status(_) => drop(trust.update_status_token(bytes)?),
    }
    Ok(())
}
