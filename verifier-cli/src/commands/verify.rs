//! `ikd verify`: yes or no for each QR.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use ikd_verifier::Language;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::answer::Answer;
use crate::files;
use crate::lines::Lines;
use crate::outcome::{Exit, Failure};
use crate::profile::Profile;
use crate::render::{FAINT, NOTICE, View, line};
use crate::scanning::{self, Found};
use crate::setup::{SetupArgs, Station};

const EXAMPLES: &str = "\
Examples:
  ikd verify --root 8f3c… --bundle trust.ikd qr.png
  ikd verify --profile travel photos/              every image below a folder
  ikd verify --text 'IKD1:…' --json                one JSON object
  ikd verify --profile age -                       one QR text a line, answered at once
  ikd verify --rp https://gate.example --challenge 70c53a1f4e0d7d2eb6ca6d02b5f5f915 qr.png

An image with several identity QRs gets an answer for each. Other QRs beside one are passed over.
Exit status: 0 all accepted, 1 something refused, 2 could not run.";

/// Flags of `ikd verify`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// Images, folders of images, or `-` for QR texts on standard input, one a line
    #[arg(value_name = "FILE", required_unless_present = "text", conflicts_with = "text")]
    files: Vec<PathBuf>,

    /// The text of one QR
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    text: Option<String>,

    /// What is required and shown
    #[arg(long, value_enum)]
    profile: Option<Profile>,

    /// One JSON object a line, with everything that was disclosed
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
    args: VerifyArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let view = View { language, profile: args.profile, full: args.full };
    let from_input = args.files.iter().any(|file| file.as_os_str() == "-");
    if from_input && args.files.len() > 1 {
        return Err("`-` stands alone".to_owned().into());
    }
    let station = Station::open(args.setup, args.profile)?;
    let mut counter = Counter { station, view, json: args.json, out, tally: Tally::default() };
    let done = match &args.text {
        Some(text) => counter.text(text),
        None if from_input => counter.lines(),
        None => counter.files(&args.files),
    };
    // Also when a pipe was closed in between.
    counter.station.remember_clock();
    counter.station.remember_missing();
    done.map(|()| counter.tally.exit())
}

/// Where QRs come in and answers go out.
struct Counter<'a> {
    station: Station,
    view: View,
    json: bool,
    out: &'a mut dyn Write,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    accepted: u64,
    refused: u64,
    unreadable: u64,
}

impl Counter<'_> {
    fn text(&mut self, text: &str) -> Result<(), Failure> {
        let answer = self.verify(text);
        let text = if self.json { self.json_line(&answer, None)? } else { self.block(&answer) };
        self.write(&text)
    }

    fn lines(&mut self) -> Result<(), Failure> {
        self.station.follow_store();
        let mut lines = Lines::new(io::stdin().lock());
        while let Some(line) = lines.next()? {
            let answer = self.verify(&line);
            let text = if self.json {
                self.json_line(&answer, None)?
            } else {
                self.view.line(&answer, None)
            };
            self.write(&text)?;
            self.station.remember_clock();
        }
        Ok(())
    }

    fn files(&mut self, paths: &[PathBuf]) -> Result<(), Failure> {
        let files = files::expand(paths)?;
        let many = files.len() > 1 || paths.iter().any(|path| path.is_dir());
        let bar = if many && io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}");
            let bar = ProgressBar::new(files.len() as u64);
            if let Ok(style) = style { bar.with_style(style) } else { bar }
        } else {
            ProgressBar::hidden()
        };
        for file in &files {
            for answer in self.verify_file(file) {
                let name = file.to_string_lossy();
                let text = match (self.json, many) {
                    (true, _) => self.json_line(&answer, Some(file))?,
                    (false, true) => self.view.line(&answer, Some(&name)),
                    (false, false) => self.block(&answer),
                };
                bar.suspend(|| self.write(&text))?;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        if many && !self.json {
            let summary = self.tally.summary(self.view);
            self.write(&summary)?;
        }
        Ok(())
    }

    fn verify_file(&mut self, path: &Path) -> Vec<Answer> {
        let found = files::read(path).map_err(|error| error.to_string());
        let found =
            found.and_then(|bytes| scanning::texts(&bytes).map_err(|error| error.to_string()));
        match found {
            Ok(Found::Texts(texts)) => texts.iter().map(|text| self.verify(text)).collect(),
            Ok(Found::Nothing(hint)) => vec![self.count(Answer::NoQr(hint))],
            Err(why) => vec![self.count(Answer::Unreadable(why))],
        }
    }

    fn verify(&mut self, text: &str) -> Answer {
        self.count(Answer::of(self.station.verify(text), text))
    }

    fn count(&mut self, answer: Answer) -> Answer {
        match answer.exit() {
            Exit::Accepted => self.tally.accepted += 1,
            Exit::Refused => self.tally.refused += 1,
            Exit::CouldNotRun => self.tally.unreadable += 1,
        }
        answer
    }

    /// The answer, and that this device's clock is wrong, for that looks like the fault of a phone.
    fn block(&self, answer: &Answer) -> String {
        let mut text = self.view.block(answer);
        if let Some(offset) = self.station.clock_offset().filter(|offset| offset.is_off()) {
            let (wrong, measured) = (offset.text(self.view.language), offset.measured);
            line(
                &mut text,
                format_args!("  {NOTICE}! {wrong}{NOTICE:#}  {FAINT}{measured}{FAINT:#}"),
            );
        }
        text
    }

    fn json_line(&self, answer: &Answer, file: Option<&Path>) -> Result<String, Failure> {
        let mut object = answer.json(file);
        if let Some(offset) = self.station.clock_offset() {
            object["clock_offset"] = json!(offset);
        }
        let mut line = serde_json::to_string(&object)?;
        line.push('\n');
        Ok(line)
    }

    /// Whoever waits for the answer gets it now.
    fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()?;
        Ok(())
    }
}

impl Tally {
    fn exit(&self) -> Exit {
        match (self.unreadable, self.refused) {
            (0, 0) => Exit::Accepted,
            (0, _) => Exit::Refused,
            _ => Exit::CouldNotRun,
        }
    }

    fn summary(&self, view: View) -> String {
        let Self { accepted, refused, unreadable } = self;
        match view.language {
            Language::Indonesian => {
                format!("{accepted} diterima, {refused} ditolak, {unreadable} gagal dibaca\n")
            }
            Language::English => {
                format!("{accepted} accepted, {refused} refused, {unreadable} could not be read\n")
            }
        }
    }
}
