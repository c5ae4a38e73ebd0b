//! `ikd sandbox gateway`: a consent gateway, and the phone page on which the citizen decides.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use ikd_sandbox::gateway::{Client, Gateway, GatewayConfig, Misbehaviour, RelyingParty};
use ikd_sandbox::{GATEWAY, Sandbox};
use ikd_verifier::{Language, Message, UnixTime};
use serde::{Deserialize, Serialize};

use crate::commands::keygen::write_key;
use crate::files;
use crate::outcome::Failure;
use crate::render::{FAINT, HEADING};

/// Flags of `ikd sandbox gateway`.
#[derive(Debug, Args)]
pub(crate) struct GatewayArgs {
    /// The folder of `ikd sandbox new`. Its clients.json says who may ask; made if it is not there,
    /// with the keys of two relying parties
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The port; 0 for any that is free
    #[arg(long, default_value_t = 8168)]
    port: u16,

    /// Seconds that must lie between two polls
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = interval())]
    interval: i64,

    /// Demand a nonce in DPoP proofs
    #[arg(long)]
    dpop_nonce: bool,

    /// Do something wrong at every endpoint, for whoever writes a client
    #[arg(long, value_name = "HOW", value_parser = misbehaviour())]
    misbehave: Option<Misbehaviour>,
}

/// The file of registered clients.
#[derive(Serialize, Deserialize)]
struct Clients {
    clients: Vec<Client>,
}

/// Runs the gateway until the program ends.
pub(crate) fn run(
    sandbox: Sandbox,
    args: &GatewayArgs,
    now: UnixTime,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let clients = clients(&sandbox, &args.folder)?;
    let names: Vec<_> = clients.iter().map(|client| client.client_id.clone()).collect();
    // A time that is given is the time now; it goes on from there.
    let ahead = now.since(UnixTime::now());
    let mut config = GatewayConfig::new(clients, move || UnixTime::now().plus(ahead).secs());
    config.address = ([127, 0, 0, 1], args.port).into();
    config.interval = args.interval;
    config.dpop_nonce = args.dpop_nonce;
    let started = Gateway::start(sandbox, config);
    let gateway = started.map_err(|error| format!("port {}: {error}", args.port))?;
    if let Some(misbehaviour) = args.misbehave {
        gateway.misbehave(misbehaviour);
    }

    let issuer = gateway.issuer();
    let (phone, clients) = match language {
        Language::Indonesian => ("Ponsel ", "Klien  "),
        Language::English => ("Phone  ", "Clients"),
    };
    writeln!(out, "{HEADING}Gateway{HEADING:#}  {issuer}  {FAINT}{GATEWAY}{FAINT:#}")?;
    writeln!(out, "{HEADING}{phone}{HEADING:#}  {issuer}/")?;
    writeln!(out, "{HEADING}{clients}{HEADING:#}  {}", names.join(", "))?;
    let hint = Message::new(
        "Buka ponsel di peramban; PIN-nya 123456. Semua orang di sini fiktif. \
         Berhenti dengan Ctrl-C.",
        "Open the phone in a browser; its PIN is 123456. Everyone here is fictional. \
         Ctrl-C ends it.",
    );
    writeln!(out, "{FAINT}{}{FAINT:#}", hint.in_language(language))?;
    out.flush()?;
    gateway.run();
    Ok(())
}

/// Whom the folder registers. Without a register, two relying parties are entered in a new one.
fn clients(sandbox: &Sandbox, folder: &Path) -> Result<Vec<Client>, Failure> {
    let path = folder.join("clients.json");
    match files::read(&path) {
        Ok(bytes) => {
            let read: Result<Clients, _> = serde_json::from_slice(&bytes);
            Ok(read.map_err(|error| Failure::file(&path, error))?.clients)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let parties = RelyingParty::all(sandbox);
            for RelyingParty { client, secret } in &parties {
                write_key(&folder.join(format!("{}.pem", client.client_id)), *secret)?;
            }
            let clients = parties.into_iter().map(|party| party.client).collect();
            let register = Clients { clients };
            files::write_new(&path, serde_json::to_string_pretty(&register)?.as_bytes())?;
            Ok(register.clients)
        }
        Err(error) => Err(Failure::file(&path, error)),
    }
}

fn interval() -> impl TypedValueParser<Value = i64> {
    clap::value_parser!(i64).range(0..=60)
}

fn misbehaviour() -> impl TypedValueParser<Value = Misbehaviour> {
    PossibleValuesParser::new(Misbehaviour::ALL.map(Misbehaviour::name))
        .try_map(|name| name.parse::<Misbehaviour>())
}
