//! A demonstration on one computer: the sandbox's gateway with its phone page, and the backend as a
//! process of its own, which is started again whenever it dies.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey, KeypairBytes};
use ikd_sandbox::gateway::{Client, Gateway, GatewayConfig, RelyingParty};
use ikd_sandbox::{GATEWAY, Sandbox};
use ikd_verifier::audit::{ConsentClaim, Label, LegalBasis, PseudonymKey};
use ikd_verifier::consent::{Purpose, PurposeText};
use ikd_verifier::{FileTrustStore, RootKeys, Trust, UnixTime};

use crate::config::{Config, Route};
use crate::decision::CDD;

/// The sandbox's keys are as public as this seed. With the same seed in each run, a folder that is
/// kept goes on to work.
const SEED: [u8; 32] = *b"IKD Verifier onboarding sandbox!";

/// A sandbox with the keys of the demonstration.
pub fn sandbox() -> Sandbox {
    Sandbox::new(SEED, UnixTime::now().secs())
}

/// Writes configuration, keys and trust state of a bank of the sandbox into a folder, and returns
/// the path of the configuration. A folder that is there goes on to be used.
///
/// # Errors
///
/// What the file system says.
pub fn prepare(
    folder: &Path,
    sandbox: &Sandbox,
    gateway: &str,
    listen: SocketAddr,
) -> Result<PathBuf, Box<dyn Error + Send + Sync>> {
    fs::create_dir_all(folder)?;
    let bank = RelyingParty::all(sandbox).into_iter().next().ok_or("the sandbox has no bank")?;
    let (key, pseudonym_key) = (folder.join("bank.pem"), folder.join("pseudonyms.key"));
    if !key.exists() {
        let pair = KeypairBytes { secret_key: bank.secret, public_key: None };
        let pem = pair.to_pkcs8_pem(LineEnding::LF)?;
        private(OpenOptions::new().write(true).create_new(true))
            .open(&key)?
            .write_all(pem.as_bytes())?;
    }
    if !pseudonym_key.exists() {
        PseudonymKey::from_bytes(sandbox.secret("pseudonyms")).write_new(&pseudonym_key)?;
    }
    trust(sandbox, &folder.join("trust.state"))?;
    let config = Config {
        listen,
        hosts: Vec::new(),
        relying_party: relying_party(&bank.client)?,
        key: "bank.pem".into(),
        pseudonym_key: "pseudonyms.key".into(),
        trust: "trust.state".into(),
        purpose: purpose()?,
        data: "data".into(),
        database: None,
        answer_within: None,
        danger_route: Some(Route { from: GATEWAY.to_owned(), to: gateway.to_owned() }),
    };
    let path = folder.join("bank.json");
    fs::write(&path, serde_json::to_string_pretty(&config)?)?;
    Ok(path)
}

/// The sandbox's gateway, with the phone page, at this address.
///
/// # Errors
///
/// When the port is taken.
pub fn gateway(sandbox: &Sandbox, address: SocketAddr, interval: i64) -> io::Result<Gateway> {
    let clients = RelyingParty::all(sandbox).into_iter().map(|party| party.client).collect();
    let mut config = GatewayConfig::new(clients, || UnixTime::now().secs());
    config.address = address;
    config.interval = interval;
    Gateway::start(sandbox.clone(), config)
}

/// The trust state of this run; the one of an earlier run was of older lists.
fn trust(sandbox: &Sandbox, path: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    let roots = RootKeys::new(&sandbox.roots(), sandbox.threshold().try_into()?)?;
    let (trust, _) = Trust::from_bundle(roots, &sandbox.bundle())?;
    if path.exists() {
        fs::remove_file(path)?;
    }
    Ok(FileTrustStore::new(path).save(&trust)?)
}

fn relying_party(
    client: &Client,
) -> Result<ikd_verifier::audit::RelyingParty, Box<dyn Error + Send + Sync>> {
    let (id, name) = (Label::new(&*client.client_id)?, Label::new(&*client.client_name)?);
    Ok(ikd_verifier::audit::RelyingParty { id, name })
}

/// The purpose that the bank has registered.
fn purpose() -> Result<Purpose, Box<dyn Error + Send + Sync>> {
    let text = PurposeText {
        id: Label::new("Pembukaan rekening tabungan")?,
        en: Label::new("Opening a savings account")?,
    };
    let id = Label::new("account_opening")?;
    let attributes = CDD.map(ConsentClaim::from);
    // Five years, as banks keep it after the account is closed; a real one counts from there.
    Ok(Purpose::new(id, text, LegalBasis::Consent, 1_825, attributes)?)
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
