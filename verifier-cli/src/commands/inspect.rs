//! `ikd inspect`: the layers of a QR, for developers. Nothing is verified.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use ikd_verifier::scan::Content;
use ikd_verifier::{AttributeName, ClaimSet, Envelope, UnixTime};
use sha2::{Digest, Sha256};

use crate::diagnostic::Item;
use crate::files;
use crate::lines::Lines;
use crate::outcome::{Exit, Failure};
use crate::render::{BAD, FAINT, HEADING, line};
use crate::scanning::{self, Found};

const EXAMPLES: &str = "\
Examples:
  ikd inspect qr.png
  ikd inspect --text 'IKD1:…'

Prints personal data, and believes everything. Exit status: 0 shown, 1 no identity QR to show.";

/// Flags of `ikd inspect`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InspectArgs {
    /// An image, or `-` for a QR text on standard input
    #[arg(value_name = "FILE", required_unless_present = "text", conflicts_with = "text")]
    file: Option<PathBuf>,

    /// The text of one QR
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    text: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &InspectArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let texts = match (&args.text, &args.file) {
        (Some(text), _) => vec![text.clone()],
        (None, Some(file)) if file.as_os_str() == "-" => {
            Lines::new(io::stdin().lock()).next()?.into_iter().collect()
        }
        (None, file) => {
            let file = file.clone().unwrap_or_default();
            let bytes = files::read_needed(&file)?;
            match scanning::texts(&bytes).map_err(|error| Failure::file(&file, error))? {
                Found::Texts(texts) => texts,
                Found::Nothing(_) => Vec::new(),
            }
        }
    };
    let mut exit = if texts.is_empty() { Exit::Refused } else { Exit::Accepted };
    if texts.is_empty() {
        writeln!(out, "no QR")?;
    }
    for text in &texts {
        let mut page = Page::default();
        if page.envelope(text).is_none() {
            exit = Exit::Refused;
        }
        writeln!(out, "{BAD}UNVERIFIED: nothing here is checked. Never decide by it.{BAD:#}")?;
        out.write_all(page.text.as_bytes())?;
        writeln!(out, "{BAD}UNVERIFIED{BAD:#}")?;
    }
    Ok(exit)
}

/// What is shown of one QR, as far as its bytes can be taken apart.
#[derive(Default)]
struct Page {
    text: String,
}

/// Registered header parameters.
const HEADERS: &[(i128, &str)] = &[
    (1, "alg"),
    (2, "crit"),
    (4, "kid"),
    (13, "kcwt"),
    (15, "CWT claims"),
    (16, "typ"),
    (17, "sd_claims"),
    (170, "sd_alg"),
];

/// Registered claims, and those of this format.
const CLAIMS: &[(i128, &str)] = &[
    (1, "iss"),
    (2, "sub"),
    (3, "aud"),
    (4, "exp"),
    (5, "nbf"),
    (6, "iat"),
    (7, "cti"),
    (8, "cnf"),
    (39, "cnonce"),
    (169, "identity"),
    (65_535, "status"),
    (-70_002, "IKD attributes"),
    (-70_003, "document share"),
];

const ALGORITHMS: &[(i128, &str)] =
    &[(-19, "Ed25519"), (-8, "EdDSA"), (-9, "ESP256"), (-7, "ES256"), (-16, "SHA-256")];

fn name(table: &[(i128, &'static str)], key: &Item) -> &'static str {
    let Item::Int(key) = key else { return "" };
    table.iter().find(|(known, _)| known == key).map_or("", |(_, name)| name)
}

impl Page {
    fn row(&mut self, text: impl std::fmt::Display) {
        line(&mut self.text, text);
    }

    fn heading(&mut self, text: &str) {
        self.row(format_args!("{HEADING}{text}{HEADING:#}"));
    }

    /// `None` where the text is no identity QR that could be shown.
    fn envelope(&mut self, text: &str) -> Option<()> {
        let envelope = match Envelope::decode(text) {
            Ok(envelope) => envelope,
            Err(refusal) => {
                self.row(format_args!("{refusal}"));
                self.row(format_args!("seems to be: {}", Content::of(text).as_str()));
                return None;
            }
        };
        self.heading("Envelope");
        let (characters, bytes) = (text.trim_ascii().len(), envelope.as_bytes().len());
        self.row(format_args!("  {characters} characters, {bytes} bytes"));
        self.row(format_args!("  SHA-256 {}", crate::values::to_hex(&envelope.sha256())));
        let structure = envelope.parse().map(drop);
        if let Err(refusal) = structure {
            self.row(format_args!("  {BAD}{refusal}{BAD:#}"));
        }
        let item = self.item(envelope.as_bytes())?;
        let kcwt = self.message("Presentation, signed by the phone", &item)?.get(13).cloned();
        self.credential(&kcwt?);
        Some(())
    }

    fn item(&mut self, bytes: &[u8]) -> Option<Item> {
        match Item::parse(bytes) {
            Ok(item) => Some(item),
            Err(error) => {
                self.row(format_args!("  {BAD}{error}{BAD:#}"));
                None
            }
        }
    }

    /// A COSE_Sign1; gives its protected header.
    fn message(&mut self, heading: &str, item: &Item) -> Option<Item> {
        self.heading(heading);
        let parts = match item {
            Item::Tag(18, content) => match &**content {
                Item::Array(parts) => parts.as_slice(),
                _ => &[],
            },
            _ => &[],
        };
        let [protected, unprotected, payload, signature] = parts else {
            self.row(format_args!("  not a COSE_Sign1: {item}"));
            return None;
        };
        self.row("  protected header");
        let header = protected.bytes().and_then(|bytes| self.item(bytes));
        if let Some(header) = &header {
            self.entries(header, HEADERS);
        }
        self.row("  unprotected header");
        self.entries(unprotected, HEADERS);
        self.row("  payload");
        if let Some(payload) = payload.bytes().and_then(|bytes| self.item(bytes)) {
            self.entries(&payload, CLAIMS);
        }
        self.row(format_args!("  signature {signature}"));
        header
    }

    fn credential(&mut self, item: &Item) -> Option<()> {
        self.message("Credential, signed by the issuer", item)?;
        let Item::Tag(_, content) = item else { return None };
        let Item::Array(parts) = &**content else { return None };
        let [_, unprotected, payload, _] = parts.as_slice() else { return None };
        let Some(Item::Array(disclosures)) = unprotected.get(17) else { return None };
        let payload = payload.bytes().and_then(|bytes| Item::parse(bytes).ok());
        let decoded: Vec<_> = disclosures
            .iter()
            .map(|disclosure| disclosure.bytes().and_then(|bytes| Item::parse(bytes).ok()))
            .collect();
        self.heading("Disclosures");
        for (disclosure, item) in disclosures.iter().zip(&decoded) {
            let Some(bytes) = disclosure.bytes() else { continue };
            let digest = digest(bytes);
            let holders = payload.iter().chain(decoded.iter().flatten());
            let found = holders.into_iter().any(|holder| holder.holds(&digest));
            let fits = if found { "" } else { "  (no such digest)" };
            match item {
                Some(item) => self.row(format_args!("    {item}{BAD}{fits}{BAD:#}")),
                None => self.row(format_args!("    {disclosure}  (no CBOR)")),
            }
        }
        Some(())
    }

    /// Entries of a header or of claims, with names, and times as people read them.
    fn entries(&mut self, map: &Item, table: &[(i128, &'static str)]) {
        let Item::Map(entries) = map else {
            self.row(format_args!("    {map}"));
            return;
        };
        if entries.is_empty() {
            self.row("    {}");
        }
        for (key, value) in entries {
            let label = name(table, key);
            let shown = match (label, value) {
                ("kcwt", _) => "the credential below".to_owned(),
                ("sd_claims", Item::Array(all)) => format!("{} disclosures, below", all.len()),
                ("exp" | "nbf" | "iat", Item::Int(seconds)) => match i64::try_from(*seconds) {
                    Ok(seconds) => format!("{seconds}  {}", UnixTime::from_secs(seconds)),
                    Err(_) => value.to_string(),
                },
                ("alg" | "sd_alg", _) => format!("{value}  {}", name(ALGORITHMS, value)),
                ("identity", Item::Map(attributes)) => {
                    self.attributes(key, label, attributes, ClaimSet::Identity);
                    continue;
                }
                ("IKD attributes", Item::Map(attributes)) => {
                    self.attributes(key, label, attributes, ClaimSet::Ikd);
                    continue;
                }
                _ => value.to_string(),
            };
            self.row(format_args!("    {key} {FAINT}{label}{FAINT:#}  {shown}"));
        }
    }

    fn attributes(&mut self, key: &Item, label: &str, entries: &[(Item, Item)], set: ClaimSet) {
        self.row(format_args!("    {key} {FAINT}{label}{FAINT:#}"));
        for (key, value) in entries {
            let named = AttributeName::ALL.iter().find(|name| {
                let (claim, label) = name.label();
                claim == set && *key == Item::Int(label.into())
            });
            let label = named.map_or("", |name| name.as_str());
            self.row(format_args!("      {key} {FAINT}{label}{FAINT:#}  {value}"));
        }
    }
}

/// SHA-256 over the CBOR of the byte string, the head with its length included.
fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    // Writing to memory does not fail.
    let _ = encoder.bytes(bytes);
    Sha256::digest(encoder.into_writer()).into()
}
