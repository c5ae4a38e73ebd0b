//! `ikd keygen`: an Ed25519 key pair, as roots, issuers and tests need one.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey, KeypairBytes};
use ikd_verifier::consent::{FileKey, RequestSigner};

use crate::files;
use crate::outcome::{Exit, Failure};
use crate::values::to_hex;

const EXAMPLES: &str = "\
Examples:
  ikd keygen root.pem          prints the public key in hexadecimal
  ikd keygen --rp rp.pem       for a relying party; prints the JWK to register at the gateway

The private key goes into the file only (PKCS#8, mode 0600). A file that is there is left alone.";

/// Flags of `ikd keygen`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct KeygenArgs {
    /// File for the private key
    #[arg(value_name = "FILE", required_unless_present = "out", conflicts_with = "out")]
    file: Option<PathBuf>,

    /// The same, by name
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// For a relying party: print the public key as a JWK, for registration at the gateway
    #[arg(long)]
    rp: bool,
}

/// Runs the command.
pub(crate) fn run(args: &KeygenArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| format!("no random numbers: {error}"))?;
    let file = args.file.as_deref().or(args.out.as_deref()).unwrap_or_else(|| Path::new(""));
    let key = write_key(file, seed)?;
    if args.rp {
        writeln!(out, "{}", FileKey::from(key).public_key().to_json())?;
    } else {
        writeln!(out, "{}", to_hex(key.verifying_key().as_bytes()))?;
    }
    Ok(Exit::Accepted)
}

/// Writes a private key, which must not be there yet.
pub(crate) fn write_key(path: &Path, seed: [u8; 32]) -> Result<SigningKey, Failure> {
    // Without the public key in it: OpenSSL 3.0 cannot read version 2 of the format (RFC 5958). The
    // encoder wipes its text from memory when it is dropped.
    let pair = KeypairBytes { secret_key: seed, public_key: None };
    let pem = pair.to_pkcs8_pem(LineEnding::LF).map_err(|error| error.to_string())?;
    files::write_private(path, pem.as_bytes())?;
    Ok(SigningKey::from_bytes(&seed))
}
