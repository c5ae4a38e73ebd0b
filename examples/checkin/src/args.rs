//! What the command is told.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use ikd_checkin::decision::Rules;
use ikd_checkin::mask::Show;
use ikd_checkin::name::DEFAULT_LIMIT;
use ikd_verifier::{Language, RootKey, UnixTime};

/// Airport check-in and train boarding with identity QRs.
///
/// Exit status: 0 everybody boarded, 1 somebody did not, 2 the program could not run.
#[derive(Parser)]
#[command(name = "ikd-checkin", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Pictures of QRs, or `-` for QR texts on standard input, one a line
    #[arg(value_name = "IMAGE", required_unless_present_any = ["text", "demo"])]
    pub(crate) images: Vec<PathBuf>,
    /// The text of one QR
    #[arg(long, value_name = "T", conflicts_with = "images")]
    pub(crate) text: Option<String>,
    /// The passenger list, CSV
    #[arg(long, value_name = "FILE", required_unless_present = "demo")]
    pub(crate) manifest: Option<PathBuf>,
    /// Whose rules hold
    #[arg(long, value_enum, default_value = "air")]
    rules: RulesArg,
    /// Let a matching name board on an airline ticket that has no NIK
    #[arg(long)]
    name_alone: bool,
    /// Length at which the ticket system cuts names, in place of 20 (repeatable)
    #[arg(long = "name-limit", value_name = "N")]
    name_limits: Vec<usize>,
    /// Trust list and status lists
    #[arg(long, value_name = "FILE", required_unless_present = "demo")]
    pub(crate) bundle: Option<PathBuf>,
    /// A root key (repeatable)
    #[arg(long = "root", value_name = "HEX", value_parser = root_key,
          required_unless_present = "demo")]
    pub(crate) roots: Vec<RootKey>,
    /// How many roots must have signed the trust list
    #[arg(long, value_name = "N", required_unless_present = "demo")]
    pub(crate) threshold: Option<usize>,
    /// This verifier's id, for QRs made for it
    #[arg(long, value_name = "ID")]
    pub(crate) rp: Option<String>,
    /// The time, in seconds since 1970, in place of the clock's
    #[arg(long, value_name = "T")]
    now: Option<i64>,
    /// Language of the answers
    #[arg(long, value_enum, default_value = "id")]
    lang: Lang,
    /// One JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Show names and NIKs in full
    #[arg(long)]
    full: bool,
    /// Play a scene with fictional persons, tickets and phones; nothing else is needed
    #[arg(long, conflicts_with_all = ["images", "text", "manifest", "bundle", "roots"])]
    pub(crate) demo: bool,
}

const EXAMPLES: &str = "Examples:
  ikd-checkin --demo --rules rail
  ikd-checkin --manifest XX101.csv --bundle trust.bundle --root HEX --root HEX --threshold 2 -";

#[derive(Clone, Copy, ValueEnum)]
enum RulesArg {
    Air,
    Rail,
}

#[derive(Clone, Copy, ValueEnum)]
enum Lang {
    Id,
    En,
}

impl Args {
    pub(crate) fn rules(&self) -> Rules {
        match self.rules {
            RulesArg::Air => Rules::Air { name_alone: self.name_alone },
            RulesArg::Rail => Rules::Rail,
        }
    }

    pub(crate) fn language(&self) -> Language {
        match self.lang {
            Lang::Id => Language::Indonesian,
            Lang::En => Language::English,
        }
    }

    /// Whoever plays in the demonstration is fictional.
    pub(crate) fn show(&self) -> Show {
        if self.full || self.demo { Show::Full } else { Show::Masked }
    }

    pub(crate) fn name_limits(&self) -> &[usize] {
        if self.name_limits.is_empty() { &[DEFAULT_LIMIT] } else { &self.name_limits }
    }

    /// The one place where a clock is read.
    pub(crate) fn time(&self) -> UnixTime {
        self.now.map_or_else(UnixTime::now, UnixTime::from_secs)
    }
}

fn root_key(hex: &str) -> Result<RootKey, &'static str> {
    const WRONG: &str = "a root key is 64 hexadecimal digits";
    let digits: Vec<u8> = hex
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or(WRONG))
        .collect::<Result<_, _>>()?;
    let bytes = digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit));
    let bytes: Vec<u8> = bytes.collect();
    if digits.len() == 64 { bytes.try_into().map_err(|_| WRONG) } else { Err(WRONG) }
}
