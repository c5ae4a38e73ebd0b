//! `ikd audit append`: receipts from other programs.

use std::io::{self, BufRead as _, Write};
use std::path::PathBuf;

use clap::Args;
use ikd_verifier::audit::{ConsentReceipt, Salt};
use ikd_verifier::{Language, UnixTime};

use super::{Signing, unsound};
use crate::outcome::{Exit, Failure, warn};
use crate::values::random;

/// Flags of `ikd audit append`.
#[derive(Debug, Args)]
pub(super) struct AppendArgs {
    /// The log
    #[arg(value_name = "LOG")]
    log: PathBuf,

    #[command(flatten)]
    signing: Signing,
}

/// Runs the command. A number is printed once its receipt lasts.
pub(super) fn run(
    args: &AppendArgs,
    now: UnixTime,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let log = args.signing.open(&args.log)?;
    for (number, line) in io::stdin().lock().lines().enumerate() {
        // Not what is wrong with it: that could repeat what must not be in a receipt.
        let bad = |_| format!("line {}: not a consent receipt", number + 1);
        let receipt: ConsentReceipt = serde_json::from_str(&line?).map_err(bad)?;
        let appended = match log.append(&receipt, Salt::from_bytes(random()?), now) {
            Ok(appended) => appended,
            Err(error) => return unsound(error, language),
        };
        if let Err(error) = &appended.head {
            warn(error);
        }
        writeln!(out, "{}", appended.seq)?;
    }
    Ok(Exit::Accepted)
}
