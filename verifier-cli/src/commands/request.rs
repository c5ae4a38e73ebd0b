//! `ikd request`: asks the citizen for attributes, and waits for the answer.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use ikd_verifier::consent::{
    AttributeRequest, ConsentClient, FinishedConsent, PendingConsent, Recorded, RequestError,
    Started, WaitError,
};
use ikd_verifier::{AttributeName, Language, UnixTime, VerifiedPresentation};
use indicatif::{ProgressBar, ProgressStyle};

use crate::answer::Answer;
use crate::files;
use crate::language::say;
use crate::outcome::{Exit, Failure, warn};
use crate::render::View;
use crate::scanning::{self, Found};
use crate::setup::{SetupArgs, Station};
use crate::values;

mod config;
mod report;

const EXAMPLES: &str = "\
Examples:
  ikd keygen --rp rp.pem                       the key, and its JWK for registration
  ikd request --config rp.toml --purpose account_opening --attributes full_name,nik qr.png
  ikd request --config rp.toml --purpose eligibility --match expected.json --text 'IKD1:…' --json

The configuration, in TOML or JSON:
  client_id = \"rp-bank\"
  name = \"Bank Contoh\"
  key = \"rp.pem\"
  [[purposes]]
  id = \"account_opening\"
  text = { id = \"Pembukaan rekening tabungan\", en = \"Opening a savings account\" }
  legal_basis = \"consent\"
  retention_days = 1825
  attributes = [\"full_name\", \"nik\", \"mother_name\"]

Exit status: 0 granted, 1 refused or not granted, 2 could not run.";

/// Flags of `ikd request`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RequestArgs {
    /// Image of the QR
    #[arg(value_name = "FILE", required_unless_present = "text", conflicts_with = "text")]
    file: Option<PathBuf>,

    /// The text of the QR
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    text: Option<String>,

    /// Who asks: client, key and purposes
    #[arg(long, value_name = "FILE", default_value = "rp.toml")]
    config: PathBuf,

    /// A purpose of the configuration
    #[arg(long, value_name = "ID")]
    purpose: String,

    /// Attributes without which the purpose fails, such as full_name,nik
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = values::attribute())]
    #[arg(hide_possible_values = true)]
    attributes: Vec<AttributeName>,

    /// Attributes that the citizen may well leave out
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = values::attribute())]
    #[arg(hide_possible_values = true)]
    optional: Vec<AttributeName>,

    /// Values to be compared and not released: JSON with any of nik, name, birth_date
    #[arg(long = "match", value_name = "FILE")]
    expected: Option<PathBuf>,

    /// Where to write the signed answer, which holds the attributes
    #[arg(long, value_name = "FILE")]
    save_answer: Option<PathBuf>,

    /// One JSON object
    #[arg(long)]
    json: bool,

    /// Show NIK and family card number whole
    #[arg(long, conflicts_with = "json")]
    full: bool,

    #[command(flatten)]
    setup: SetupArgs,
}

/// Runs the command.
pub(crate) fn run(
    args: RequestArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let view = View { language, profile: None, full: args.full };
    let party = config::Party::read(&args.config)?;
    let text = qr_text(&args)?;
    let request = make_request(&args, &party)?;
    let mut station = Station::open(args.setup, None)?;
    let client = party.client(station.trust())?;
    let answer = Answer::of(station.verify(&text), &text);
    station.remember_clock();
    let Answer::Accepted(verified) = &answer else {
        let text = match args.json {
            true => format!("{}\n", answer.json(None)),
            false => view.block(&answer),
        };
        out.write_all(text.as_bytes())?;
        return Ok(answer.exit());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let finished = runtime.block_on(ask(&client, verified, request, language))?;
    if let Recorded::Failed(error) = &finished.recorded {
        warn(format_args!("the receipt is not in the audit log: {error}"));
    }
    if let (Some(path), Some(granted)) = (&args.save_answer, finished.result.granted()) {
        let evidence = format!("{}\n", granted.evidence.userinfo());
        files::write_private(path, evidence.as_bytes())?;
    }
    let text = match args.json {
        true => format!("{}\n", report::json(&finished)),
        false => report::block(&finished, args.full, language),
    };
    out.write_all(text.as_bytes())?;
    Ok(if finished.result.granted().is_some() { Exit::Accepted } else { Exit::Refused })
}

/// The one identity QR that was given.
fn qr_text(args: &RequestArgs) -> Result<String, Failure> {
    if let Some(text) = &args.text {
        return Ok(text.clone());
    }
    let path = args.file.as_deref().unwrap_or_else(|| std::path::Path::new("-"));
    let found = scanning::texts(&files::read_needed(path)?);
    match found.map_err(|error| Failure::file(path, error))? {
        Found::Texts(mut texts) if texts.len() == 1 => Ok(texts.remove(0)),
        Found::Texts(_) => Err(Failure::file(path, "several identity QRs: one person at a time")),
        Found::Nothing(_) => Err(Failure::file(path, "no QR")),
    }
}

fn make_request(args: &RequestArgs, party: &config::Party) -> Result<AttributeRequest, Failure> {
    let mut request = party.request(&args.purpose)?;
    let made = (|| {
        request = request.require(args.attributes.iter().copied())?;
        request = request.optional(args.optional.iter().copied())?;
        Ok::<_, RequestError>(request)
    })();
    let request = made.map_err(|error| error.to_string())?;
    match &args.expected {
        Some(path) => config::Expected::read(path)?.add_to(request),
        None => Ok(request),
    }
}

/// Asks, and shows the waiting until the citizen answers. Ctrl-C gives up.
async fn ask(
    client: &ConsentClient,
    verified: &VerifiedPresentation,
    request: AttributeRequest,
    language: Language,
) -> Result<FinishedConsent, Failure> {
    let started = client.start(verified, request).await.map_err(|error| error.to_string())?;
    let pending = match started {
        Started::Waiting(pending) => *pending,
        Started::Ended(finished) => return Ok(*finished),
    };
    let bar = bar(&pending, language);
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    let expires = pending.expires_at();
    let waited = tokio::select! {
        waited = client.wait(pending, |_| {}, stop) => waited,
        never = tick(&bar, expires) => match never {},
    };
    bar.finish_and_clear();
    waited.map_err(|error| match error {
        WaitError::Cancelled(_) => say(language, "dibatalkan", "cancelled").to_owned().into(),
        error => error.to_string().into(),
    })
}

/// The code that the phone shows too, and the time that is left.
fn bar(pending: &PendingConsent, language: Language) -> ProgressBar {
    let wait = say(language, "Menunggu persetujuan di ponsel", "Waiting for consent on the phone");
    let message = format!("{wait}: {}", pending.binding_message());
    let left = seconds_left(pending.expires_at());
    if !io::stderr().is_terminal() {
        let seconds = say(language, "detik", "seconds");
        // There is nowhere left to report that standard error is closed.
        let _ = writeln!(io::stderr(), "{message} ({left} {seconds})");
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(left);
    let style = ProgressStyle::with_template("{spinner} {msg}  {bar:30} {pos} s");
    let bar = if let Ok(style) = style { bar.with_style(style) } else { bar };
    bar.with_message(message)
}

async fn tick(bar: &ProgressBar, expires: UnixTime) -> std::convert::Infallible {
    loop {
        bar.set_position(seconds_left(expires));
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

fn seconds_left(expires: UnixTime) -> u64 {
    u64::try_from(expires.since(UnixTime::now())).unwrap_or_default()
}
