//! The command line as a whole. Each command describes its own flags.

use clap::{Parser, Subcommand};

use crate::commands::{
    audit, conformance, demo, inspect, keygen, manual, nik, page, request, sandbox, scan, trust,
    verify,
};
use crate::language::LanguageArg;

const EXAMPLES: &str = "\
Examples:
  ikd demo                                     the whole story in one run
  ikd page --sandbox                           a verifier and a phone, in two browser windows
  ikd sandbox new coba                         a stand-in issuer to play with
  ikd sandbox qr --out qr.png                  a QR as its phone shows it
  ikd verify --store coba qr.png               yes or no, without a network
  cat /dev/ttyACM0 | ikd verify --json -       a handheld scanner, line by line

Exit status: 0 all accepted, 1 something refused, 2 could not run.";

/// Verifies Indonesia's dynamic identity QR codes (IKD) offline
#[derive(Debug, Parser)]
#[command(name = "ikd", version, after_help = EXAMPLES, propagate_version = true)]
pub(crate) struct Cli {
    /// Language of the output [default: from the locale]
    #[arg(long, value_enum, global = true)]
    pub(crate) lang: Option<LanguageArg>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Verify QRs in images, folders, texts or lines: a clear yes or no for each
    Verify(verify::VerifyArgs),
    /// Ask the citizen who was scanned for attributes, with consent on the phone
    Request(Box<request::RequestArgs>),
    /// Find the QR codes in images, without looking into them
    Scan(scan::ScanArgs),
    /// Set up whom this device trusts
    Trust(trust::TrustArgs),
    /// Check, export and prune the log of consent receipts
    Audit(audit::AuditArgs),
    /// Serve the verifier page for browsers, to this computer only
    Page(page::PageArgs),
    /// Show the layers of a QR without verifying it, for developers
    Inspect(inspect::InspectArgs),
    /// Take a NIK apart
    Nik(nik::NikArgs),
    /// Run files of test vectors
    Conformance(conformance::ConformanceArgs),
    /// Make an Ed25519 key pair
    Keygen(keygen::KeygenArgs),
    /// A stand-in issuer and phone, with fictional persons
    Sandbox(sandbox::SandboxArgs),
    /// See the whole story in one run
    Demo(demo::DemoArgs),
    /// Write completions for a shell
    Completions(manual::CompletionsArgs),
    /// Write the manual page, or all of them into a folder
    Man(manual::ManArgs),
}
