//! `ikd sandbox publish`: the issuer's lists over HTTP, to fetch, to revoke with, and to misbehave.

use std::io::Write;

use clap::Args;
use ikd_sandbox::Sandbox;
use ikd_sandbox::publisher::{Misbehaviour, ORIGIN, Publisher, TRUST_URL};
use ikd_verifier::{Language, Message, UnixTime};

use crate::outcome::Failure;
use crate::render::FAINT;

/// Versions are seconds since the beginning of 2026: they go on when a publisher is started again.
const VERSION_ZERO: UnixTime = UnixTime::from_secs(1_767_225_600);

/// Flags of `ikd sandbox publish`.
#[derive(Debug, Args)]
pub(super) struct PublishArgs {
    /// The port; 0 for any that is free
    #[arg(long, default_value_t = 8172)]
    port: u16,

    /// Behave badly, as in `stall` or `zip-bomb`
    #[arg(long, value_name = "HOW")]
    misbehave: Option<Misbehaviour>,
}

/// Publishes until the process ends.
pub(super) fn run(
    sandbox: Sandbox,
    args: &PublishArgs,
    now: UnixTime,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    // A time that is given is the time now; it goes on from there.
    let ahead = now.since(UnixTime::now());
    let clock = move || UnixTime::now().plus(ahead).secs();
    let publisher = Publisher::start(sandbox, ("127.0.0.1", args.port), clock)
        .map_err(|error| format!("port {}: {error}", args.port))?;
    publisher.go_on_from(u32::try_from(now.since(VERSION_ZERO)).unwrap_or(1).max(2));
    publisher.misbehave(args.misbehave);
    tell(&publisher.url(), language, out)?;
    loop {
        std::thread::park();
    }
}

fn tell(url: &str, language: Language, out: &mut dyn Write) -> Result<(), Failure> {
    let say = |id, en| Message::new(id, en).in_language(language);
    writeln!(out, "{url}/trust")?;
    writeln!(out, "{}", say("Ambil dengan:", "Fetch with:"))?;
    writeln!(out, "  ikd trust update --url {TRUST_URL} --danger-route {ORIGIN}={url}")?;
    writeln!(out, "{}", say("HP Siti hilang, kunci diganti:", "Siti lost her phone; new keys:"))?;
    writeln!(out, "  curl -X POST {url}/lost/siti-contoh")?;
    writeln!(out, "  curl -X POST {url}/rotate/roots")?;
    writeln!(out, "  curl -X POST {url}/rotate/status-key")?;
    writeln!(out, "{}", say("Berulah, dan kembali baik:", "Misbehave, and behave again:"))?;
    let ways = Misbehaviour::ALL.map(Misbehaviour::name).join("|");
    writeln!(out, "  curl -X POST {url}/misbehave/stall  {FAINT}{ways}{FAINT:#}")?;
    writeln!(out, "  curl -X POST {url}/behave")?;
    Ok(out.flush()?)
}
