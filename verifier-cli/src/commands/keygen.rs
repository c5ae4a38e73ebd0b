//! `ikd keygen`: an Ed25519 key pair, as roots, issuers and tests need one.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey, KeypairBytes};

use crate::outcome::{Exit, Failure};
use crate::values::to_hex;

const EXAMPLES: &str = "\
Examples:
  ikd keygen root.pem          prints the public key in hexadecimal

The private key goes into the file only (PKCS#8, mode 0600). A file that is there is left alone.";

/// Flags of `ikd keygen`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct KeygenArgs {
    /// File for the private key
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &KeygenArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| format!("no random numbers: {error}"))?;
    let key = write_key(&args.file, seed)?;
    writeln!(out, "{}", to_hex(key.verifying_key().as_bytes()))?;
    Ok(Exit::Accepted)
}

/// Writes a private key, which must not be there yet.
pub(crate) fn write_key(path: &Path, seed: [u8; 32]) -> Result<SigningKey, Failure> {
    // Without the public key in it: OpenSSL 3.0 cannot read version 2 of the format (RFC 5958). The
    // encoder wipes its text from memory when it is dropped.
    let pair = KeypairBytes { secret_key: seed, public_key: None };
    let pem = pair.to_pkcs8_pem(LineEnding::LF).map_err(|error| error.to_string())?;
    let written =
        private(OpenOptions::new().write(true).create_new(true)).open(path).and_then(|mut file| {
            file.write_all(pem.as_bytes())?;
            file.sync_all()
        });
    written.map_err(|error| Failure::file(path, error))?;
    Ok(SigningKey::from_bytes(&seed))
}

/// Readable by the owner alone, from the first moment.
#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

/// Other systems take the permissions of the folder.
#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
