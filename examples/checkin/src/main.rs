//! A counter with a scanner: identity QRs in, board, look closer or refuse out.
//!
//! This file is the part to copy: [`Counter::check`] is all there is to a check-in. Of the
//! others, `args` is the command line, `answer` writes for staff, and `demo` plays a scene with
//! fictional persons.

mod answer;
mod args;
mod demo;

use std::error::Error;
use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use answer::{Answer, Screen, Verdict};
use args::Args;
use clap::Parser as _;
use ikd_checkin::decision::{Gate, Identity};
use ikd_checkin::manifest::Manifest;
use ikd_verifier::scan::{Content, scan_image};
use ikd_verifier::{
    AttributeName, MemoryReplayStore, Policy, RootKeys, Trust, UnixTime, Verifier, limits,
};

/// A verifier and a gate: the QR goes to the one, what it accepted to the other.
struct Counter {
    verifier: Verifier,
    gate: Gate,
}

impl Counter {
    fn new(trust: Trust, relying_party: Option<&str>, gate: Gate) -> Self {
        let policy = Policy::new().require([AttributeName::Nik, AttributeName::FullName]);
        let policy = match relying_party {
            Some(id) => policy.relying_party(id),
            None => policy,
        };
        // Of one process. Gates that share a folder share a `DirectoryReplayStore` instead.
        let replay = Arc::new(MemoryReplayStore::new());
        Self { verifier: Verifier::new(Arc::new(trust), replay, policy), gate }
    }

    /// Verifies, then decides. A refused QR never reaches the gate.
    fn check(&self, qr: &str, now: UnixTime) -> Answer<'_> {
        match self.verifier.verify_text(qr, now) {
            Ok(person) => {
                let decision = self.gate.decide(&Identity::of(&person));
                Answer::Decided { person: Box::new(person), decision }
            }
            Err(refusal) => Answer::NotAccepted(refusal),
        }
    }

    /// The QRs of a picture; others than identity QRs count only where there is none.
    fn check_image(&self, bytes: &[u8], now: UnixTime) -> Result<Vec<Answer<'_>>, Box<dyn Error>> {
        let report = scan_image(bytes)?;
        let mut texts: Vec<_> = report.codes.iter().filter_map(|c| c.text.as_deref()).collect();
        if texts.iter().any(|text| Content::of(text) == Content::Ikd) {
            texts.retain(|text| Content::of(text) == Content::Ikd);
        }
        let answers: Vec<_> = texts.into_iter().map(|text| self.check(text, now)).collect();
        Ok(if answers.is_empty() { vec![Answer::NoQr] } else { answers })
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(Verdict::AllBoarded) => ExitCode::SUCCESS,
        Ok(Verdict::SomebodyDidNot) => ExitCode::from(1),
        Err(error) => {
            // Nobody reads the answers any more: there is nothing to say and nobody to say it to.
            let io = error.downcast_ref::<io::Error>();
            if io.is_none_or(|error| error.kind() != io::ErrorKind::BrokenPipe) {
                // Where standard error is closed too, the status alone must do.
                let _ = writeln!(io::stderr(), "ikd-checkin: {error}");
            }
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<Verdict, Box<dyn Error>> {
    let mut screen = Screen::new(io::stdout().lock(), args.language(), args.json, args.show());
    if args.demo {
        demo::run(&mut screen, args.rules(), args.time())?;
        return Ok(Verdict::AllBoarded);
    }

    let counter = set_up(args)?;
    if let Some(text) = &args.text {
        screen.show(&counter.check(text, args.time()))?;
    }
    for image in &args.images {
        if image.as_os_str() == "-" {
            let mut lines = io::stdin().lock();
            while let Some(line) = next_line(&mut lines)? {
                screen.show(&counter.check(&line, args.time()))?;
            }
            continue;
        }
        let named = |error: &dyn Error| format!("{}: {error}", image.display());
        let bytes = std::fs::read(image).map_err(|error| named(&error))?;
        let answers =
            counter.check_image(&bytes, args.time()).map_err(|error| named(error.as_ref()))?;
        for answer in &answers {
            screen.show(answer)?;
        }
    }
    Ok(screen.verdict())
}

fn set_up(args: &Args) -> Result<Counter, Box<dyn Error>> {
    let (Some(manifest), Some(bundle), Some(threshold)) =
        (&args.manifest, &args.bundle, args.threshold)
    else {
        return Err("--manifest, --bundle and --threshold are needed".into());
    };
    let open = |path: &PathBuf| {
        std::fs::File::open(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let manifest = Manifest::read_cut_at(open(manifest)?, args.name_limits())?;
    for notice in manifest.notices() {
        let _ = writeln!(io::stderr(), "ikd-checkin: manifest: {notice}");
    }
    let mut bytes = Vec::new();
    open(bundle)?.take(limits::MAX_SIGNED_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    let (trust, report) = Trust::from_bundle(RootKeys::new(&args.roots, threshold)?, &bytes)?;
    for (uri, error) in &report.refused {
        let _ = writeln!(io::stderr(), "ikd-checkin: status list {uri}: {error}");
    }
    Ok(Counter::new(trust, args.rp.as_deref(), Gate::new(manifest, args.rules())))
}

/// The next line that is not empty. Of one that is longer than any QR only so much is kept as
/// shows that it is too long.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    const MOST: u64 = 2 * limits::MAX_TEXT_CHARS as u64;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(MOST).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') {
            input.skip_until(b'\n')?;
        }
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            return Ok(Some(text.trim().to_owned()));
        }
    }
}
