//! `ikd audit`: the tamper-evident log of consent receipts.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ikd_verifier::audit::{
    AuditError, AuditKey, AuditLog, KeyFileError, SignedHead, VerifyOptions, read_signing_key,
};
use ikd_verifier::{Language, UnixTime};

use crate::files;
use crate::language::say;
use crate::outcome::{Exit, Failure, warn};
use crate::values;

mod append;
mod erase;
mod export;
mod head;
mod init;
mod subject;
mod verify;

const EXAMPLES: &str = "\
Examples:
  ikd keygen audit.pem                                  the key that signs the log
  ikd audit init audit.log --signing-key audit.pem --subject-key subject.key
  ikd audit verify audit.log --key 8f3c… --head head.json
  ikd audit export audit.log > ropa.csv                 records of processing, UU 27/2022 art. 31
  ikd audit subject audit.log --subject-key subject.key < nik.txt
  ikd audit erase audit.log --signing-key audit.pem     what has passed its retention
  ikd audit head audit.log --signing-key audit.pem --out head.json

Keep heads where whoever can change the log cannot. Exit status: 0 sound, 1 tampered with,
2 could not run.";

/// Flags of `ikd audit`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,

    /// The time: seconds since 1970 or RFC 3339 [default: the system's clock]
    #[arg(long, value_name = "TIME", value_parser = values::time, global = true)]
    now: Option<UnixTime>,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Make a log, with its first signed head
    Init(init::InitArgs),
    /// Add receipts: JSON from standard input, one on each line
    Append(append::AppendArgs),
    /// Find any change, removal or reordering
    Verify(verify::VerifyArgs),
    /// Write the records of processing, or every entry
    Export(export::ExportArgs),
    /// Write what is kept about one citizen, whose NIK comes from standard input
    Subject(subject::SubjectArgs),
    /// Erase receipts whose retention is over; the log can still be verified
    Erase(erase::EraseArgs),
    /// Sign a head now, to be kept elsewhere
    Head(head::HeadArgs),
}

/// Runs the command.
pub(crate) fn run(
    args: AuditArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let now = args.now.unwrap_or_else(UnixTime::now);
    match args.command {
        AuditCommand::Init(args) => init::run(&args, now, language, out),
        AuditCommand::Append(args) => append::run(&args, now, language, out),
        AuditCommand::Verify(args) => verify::run(&args, language, out),
        AuditCommand::Export(args) => export::run(&args, language, out),
        AuditCommand::Subject(args) => subject::run(&args, language, out),
        AuditCommand::Erase(args) => erase::run(&args, now, language, out),
        AuditCommand::Head(args) => head::run(&args, now, language, out),
    }
}

/// What the log is held against.
#[derive(Debug, Args)]
struct Against {
    /// Public key that may sign the log; give one for each [default: the one that the log names]
    #[arg(long = "key", value_name = "HEX", value_parser = values::hex::<32>)]
    keys: Vec<[u8; 32]>,

    /// Head that was kept elsewhere (JSON of `ikd audit head`)
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
}

impl Against {
    fn options(&self) -> Result<VerifyOptions, Failure> {
        let keys = self.keys.iter().copied().map(AuditKey::from_bytes).collect();
        let head = self.head.as_deref().map(read_head).transpose()?;
        Ok(VerifyOptions { keys, head })
    }
}

fn read_head(path: &Path) -> Result<SignedHead, Failure> {
    let bytes = files::read_needed(path)?;
    let no_head = |_| Failure::file(path, "not a head of `ikd audit head`");
    serde_json::from_slice(&bytes).map_err(no_head)
}

/// The key that signs, in its file.
#[derive(Debug, Args)]
struct Signing {
    /// Private key that signs the log (of `ikd keygen`)
    #[arg(long, value_name = "FILE")]
    signing_key: PathBuf,
}

impl Signing {
    fn open(&self, log: &Path) -> Result<AuditLog, Failure> {
        Ok(AuditLog::open(log, read_signing_key(&self.signing_key)?))
    }
}

/// A log that is not sound is a refusal, which says where and what to do. Everything else kept the
/// command from running.
fn unsound(error: AuditError, language: Language) -> Result<Exit, Failure> {
    match &error {
        AuditError::Tampered(found) => {
            let (message, hint) = (found.fault.message(), found.fault.hint());
            let word = say(language, "entri", "entry");
            let (entry, code) = (found.entry, found.fault.as_str());
            warn(format_args!("{word} {entry}: {} ({code})", message.in_language(language)));
            warn(hint.in_language(language));
            Ok(Exit::Refused)
        }
        AuditError::DamagedEnd { .. } => {
            warn(&error);
            Ok(Exit::Refused)
        }
        _ => Err(failure(error)),
    }
}

fn failure(error: AuditError) -> Failure {
    match error {
        AuditError::Output(error) => Failure::Stream(error),
        other => Failure::Message(other.to_string()),
    }
}

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Self {
        Self::Message(error.to_string())
    }
}
