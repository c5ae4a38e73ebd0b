//! BPJS eligibility at a clinic's desk: is this card of the person who stands here, and is it paid? The
//! citizen's data does not leave the registry: the desk learns two times yes or no.

mod demo;
mod desk;
mod members;

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use desk::{Answer, Desk};
use ikd_verifier::audit::{ConsentReceipt, RelyingParty};
use ikd_verifier::consent::{ConsentClient, FileKey, PendingConsent, Purpose};
use ikd_verifier::{FileTrustStore, UnixTime};
use members::Members;
use serde::Deserialize;

/// BPJS eligibility at a clinic's desk, by matches only.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Args {
    /// Play three patients against a sandbox, without a person
    #[arg(long)]
    demo: bool,

    /// The configuration of the desk
    #[arg(long, value_name = "FILE", required_unless_present = "demo", conflicts_with = "demo")]
    config: Option<PathBuf>,

    /// The card that the patient names
    #[arg(long, value_name = "NUMBER", requires = "config")]
    card: Option<String>,

    /// The text of the QR on the patient's phone
    #[arg(value_name = "QR", requires = "card", required_unless_present = "demo")]
    qr: Option<String>,
}

/// The configuration. Paths are relative to the folder of its file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    relying_party: RelyingParty,
    /// The private key: PKCS#8 in PEM, mode 0600.
    key: PathBuf,
    /// The trust state, as `ikd trust` writes it.
    trust: PathBuf,
    members: PathBuf,
    purpose: Purpose,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("ikd-clinic: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether the patient is eligible; the demonstration always is a success.
async fn run(args: Args) -> Result<bool, Box<dyn Error>> {
    let (Some(config), Some(card), Some(qr)) = (&args.config, &args.card, &args.qr) else {
        return demo::run(tell).await.map(|()| true);
    };
    let show = |pending: &PendingConsent| {
        say(format_args!("Layar dan ponsel / both screens: {}", pending.binding_message()));
    };
    let (answer, receipt) = open(config)?.check(card, qr, UnixTime::now(), show).await?;
    tell(answer, receipt.as_ref());
    Ok(answer.is_yes())
}

fn open(path: &Path) -> Result<Desk, Box<dyn Error>> {
    let config: Config = serde_json::from_slice(&std::fs::read(path)?)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let trust = FileTrustStore::new(folder.join(&config.trust)).load()?;
    let trust = Arc::new(trust.ok_or("there is no trust state: see `ikd trust init`")?);
    let key = Arc::new(FileKey::open(folder.join(&config.key))?);
    let client = ConsentClient::builder(config.relying_party, key, trust.clone()).build()?;
    let members = Members::read(&folder.join(&config.members))?;
    Ok(Desk::new(trust, client, config.purpose, members))
}

/// Prints the answer, and the receipt that goes into the clinic's records.
fn tell(answer: Answer, receipt: Option<&ConsentReceipt>) {
    let (word, message) =
        (if answer.is_yes() { "YA / YES" } else { "TIDAK / NO" }, answer.message());
    say(format_args!("  {word}: {} / {}", message.id, message.en));
    if let Some(Ok(receipt)) = receipt.map(serde_json::to_string) {
        say(format_args!("  Tanda terima / receipt: {receipt}"));
    }
}

/// Prints a line. Whoever has closed the other end does not want it.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
