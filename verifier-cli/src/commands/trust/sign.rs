//! `ikd trust sign`: for whoever publishes a trust list. Root keys stay on machines of their own.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ed25519_dalek::Signer;
use ikd_verifier::audit::read_signing_key;
use ikd_verifier::authoring::{TrustListDraft, signature_input};
use ikd_verifier::{RootKey, TrustError, UnixTime};

use self::description::Description;
use self::detached::Detached;
use crate::files;
use crate::outcome::{Exit, Failure, warn};
use crate::render::{GOOD, NOTICE, View};
use crate::values::{self, to_hex};

mod description;
mod detached;
mod gather;
mod summary;

const EXAMPLES: &str = "\
Examples:
  ikd trust sign describe trust.list > next.toml        the list that is out, to be edited
  ikd trust sign draft next.toml --out next.draft       or: draft --from trust.list --revoke f3af51502b3903ae
  ikd trust sign with next.draft --key root1.pem --out 1.signature       on each root's machine
  ikd trust sign assemble next.draft 1.signature 2.signature --previous trust.list --out next.list
  ikd trust sign check next.list --previous trust.list

A draft is small and public; it travels by memory stick. Exit status: 0 done, 1 refused, 2 could not run.";

/// Flags of `ikd trust sign`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SignArgs {
    #[command(subcommand)]
    command: SignCommand,
}

#[derive(Debug, Subcommand)]
enum SignCommand {
    /// Make a draft, of a description or of the list that is out
    Draft(DraftArgs),
    /// Show what a draft says, and sign it with one root key
    With(WithArgs),
    /// Put draft and signatures together
    Assemble(gather::AssembleArgs),
    /// Check a list or a draft as verifiers will, before it goes out
    Check(gather::CheckArgs),
    /// Write the description of a list, to be edited
    Describe {
        /// Signed list, or draft
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
struct DraftArgs {
    /// Description in TOML, or JSON when the name ends so; - for TOML from standard input
    #[arg(value_name = "DESCRIPTION", required_unless_present = "from", conflicts_with = "from")]
    description: Option<PathBuf>,

    /// The list that is out: the draft is the next version, from now on and for as long
    #[arg(long, value_name = "LIST")]
    from: Option<PathBuf>,

    /// Public key of a root from this version on; give one for each root
    #[arg(long = "root", value_name = "HEX", value_parser = values::hex::<32>)]
    roots: Vec<RootKey>,

    /// How many of the roots must sign from this version on [default: all given, or as before]
    #[arg(long, value_name = "N")]
    threshold: Option<usize>,

    /// Key id of an issuer's key to revoke; may be given several times
    #[arg(long, value_name = "KID", value_parser = values::hex_bytes)]
    revoke: Vec<Vec<u8>>,

    /// How long the list lives: seconds, or 31d [default: as long as the one before, or 31d]
    #[arg(long, value_name = "TIME", value_parser = values::seconds)]
    life: Option<i64>,

    /// File to write, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct WithArgs {
    /// The draft
    #[arg(value_name = "DRAFT")]
    draft: PathBuf,

    /// Private key of a root: PKCS#8 PEM, as `ikd keygen` writes it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// The list that is out, to see what changes
    #[arg(long, value_name = "LIST")]
    previous: Option<PathBuf>,

    /// Sign only if the draft has this SHA-256, as the others read it out
    #[arg(long, value_name = "HEX", value_parser = values::hex::<32>)]
    sha256: Option<[u8; 32]>,

    /// File for the signature, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
pub(super) fn run(
    args: SignArgs,
    now: UnixTime,
    view: View,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    match args.command {
        SignCommand::Draft(args) => draft(args, now, view, out),
        SignCommand::With(args) => with(&args, view, out),
        SignCommand::Assemble(args) => gather::assemble(&args, now, view, out),
        SignCommand::Check(args) => gather::check(&args, now, view, out),
        SignCommand::Describe { file } => {
            let draft = read_draft(&file)?;
            write!(out, "{}", Description::of(&draft).to_toml()?)?;
            Ok(Exit::Accepted)
        }
    }
}

fn draft(args: DraftArgs, now: UnixTime, view: View, out: &mut dyn Write) -> Result<Exit, Failure> {
    let previous = args.from.as_deref().map(read_draft).transpose()?;
    let mut draft = match (&previous, &args.description) {
        (Some(previous), _) => next(previous, now),
        (None, Some(path)) => Description::read(path)?.draft(now)?,
        (None, None) => return Err("give a description, or --from".to_owned().into()),
    };
    if let Some(life) = args.life {
        draft.expires = draft.issued.plus(life);
    }
    if !args.roots.is_empty() {
        draft.threshold = args.roots.len();
        draft.roots = args.roots;
    }
    draft.threshold = args.threshold.unwrap_or(draft.threshold);
    for kid in &args.revoke {
        revoke(&mut draft, kid, now)?;
    }
    let payload = match draft.to_payload() {
        Ok(payload) => payload,
        Err(error) => return refused(&error),
    };
    files::write_new(&args.out, &payload)?;
    summary::write(out, view, &draft, previous.as_ref())?;
    digest_line(out, &payload)?;
    Ok(Exit::Accepted)
}

/// The version after a list that is out.
fn next(previous: &TrustListDraft, now: UnixTime) -> TrustListDraft {
    TrustListDraft {
        version: previous.version.saturating_add(1),
        issued: now,
        expires: now.plus(previous.expires.since(previous.issued)),
        ..previous.clone()
    }
}

fn revoke(draft: &mut TrustListDraft, kid: &[u8], now: UnixTime) -> Result<(), Failure> {
    let mut found = false;
    for key in draft.issuers.iter_mut().flat_map(|issuer| &mut issuer.keys) {
        if key.kid == kid {
            key.revoked.get_or_insert(now);
            found = true;
        }
    }
    if found { Ok(()) } else { Err(format!("no key has the id {}", to_hex(kid)).into()) }
}

fn with(args: &WithArgs, view: View, out: &mut dyn Write) -> Result<Exit, Failure> {
    let payload = files::read_needed(&args.draft)?;
    let draft = match TrustListDraft::from_payload(&payload) {
        Ok(draft) => draft,
        Err(error) => return refused(&error),
    };
    let previous = args.previous.as_deref().map(read_draft).transpose()?;
    summary::write(out, view, &draft, previous.as_ref())?;
    digest_line(out, &payload)?;
    if args.sha256.is_some_and(|expected| expected != detached::sha256(&payload)) {
        warn("that is not the SHA-256 of this draft: nothing is signed");
        return Ok(Exit::Refused);
    }
    let key = read_signing_key(&args.key)?;
    let root = key.verifying_key().to_bytes();
    let signature = key.sign(&signature_input(&payload, &root)).to_bytes();
    files::write_new(&args.out, &Detached::new(root, signature, &payload).to_bytes()?)?;
    if !draft.roots.contains(&root) {
        let only = view.say(
            "Kunci ini bukan akar di daftar baru: benar hanya bila akar sebelumnya.",
            "This key is no root in the new list: right only if it was one before.",
        );
        writeln!(out, "{NOTICE}! {only}{NOTICE:#}")?;
    }
    let done = view.say("Ditandatangani oleh", "Signed by");
    writeln!(out, "{GOOD}✔{GOOD:#} {done} {}", to_hex(&root))?;
    Ok(Exit::Accepted)
}

/// The draft in a file: a signed list, or a draft.
fn read_draft(path: &Path) -> Result<TrustListDraft, Failure> {
    let bytes = files::read_needed(path)?;
    let draft = TrustListDraft::from_list(&bytes).or_else(|error| {
        // The better error is the one about what the file looks like.
        TrustListDraft::from_payload(&bytes).map_err(|_| error)
    });
    draft.map_err(|error| Failure::file(path, error))
}

fn digest_line(out: &mut dyn Write, payload: &[u8]) -> Result<(), Failure> {
    writeln!(out, "SHA-256 {}", to_hex(&detached::sha256(payload)))?;
    Ok(())
}

fn refused(error: &TrustError) -> Result<Exit, Failure> {
    warn(format_args!("{} ({error})", error.code()));
    Ok(Exit::Refused)
}
