//! Who asks: the relying party's configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ikd_verifier::audit::{AuditLog, Label, PseudonymKey, RelyingParty, read_signing_key};
use ikd_verifier::consent::{
    AttributeRequest, ConsentClient, DecryptionKey, FileKey, Purposes, RequestError,
};
use ikd_verifier::{HttpOptions, Trust};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::files;
use crate::outcome::Failure;

/// A configuration that was read. Files in it lie beside it, unless their path is absolute.
#[derive(Debug)]
pub(super) struct Party {
    folder: PathBuf,
    file: PartyFile,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyFile {
    client_id: Label,
    name: Label,
    key: PathBuf,
    encryption_key: Option<PathBuf>,
    terminal: Option<Label>,
    audit: Option<Audit>,
    danger_route: Option<Route>,
    purposes: Purposes,
}

/// The log that receipts go to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Audit {
    log: PathBuf,
    signing_key: PathBuf,
    subject_key: Option<PathBuf>,
}

/// Reaches a gateway on this computer, for tests and demonstrations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Route {
    from: String,
    to: String,
}

/// Values that are compared and not released. Not on the command line, where others could see them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    nik: Option<String>,
    name: Option<String>,
    birth_date: Option<String>,
}

impl Party {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let folder = path.parent().unwrap_or_else(|| Path::new("")).to_owned();
        Ok(Self { folder, file: parse(path)? })
    }

    /// The client that the configuration describes.
    pub(super) fn client(&self, trust: &Arc<Trust>) -> Result<ConsentClient, Failure> {
        let PartyFile { client_id, name, key, encryption_key, audit, danger_route, .. } =
            &self.file;
        let party = RelyingParty { id: client_id.clone(), name: name.clone() };
        let key = FileKey::open(self.folder.join(key))?;
        let mut client = ConsentClient::builder(party, Arc::new(key), trust.clone());
        if let Some(Route { from, to }) = danger_route {
            let options = HttpOptions::new().danger_route(from, to);
            client = client.http(options.map_err(|error| error.to_string())?);
        }
        if let Some(path) = encryption_key {
            client = client.decryption_key(DecryptionKey::open(self.folder.join(path))?);
        }
        if let Some(Audit { log, signing_key, subject_key }) = audit {
            let signer = read_signing_key(&self.folder.join(signing_key))?;
            client = client.receipts(Arc::new(AuditLog::open(self.folder.join(log), signer)));
            if let Some(path) = subject_key {
                client = client.pseudonyms(PseudonymKey::read(&self.folder.join(path))?);
            }
        }
        client.build().map_err(|error| error.to_string().into())
    }

    /// Begins a request for a purpose.
    pub(super) fn request(&self, purpose: &str) -> Result<AttributeRequest, Failure> {
        let PartyFile { purposes, terminal, .. } = &self.file;
        let Some(found) = purposes.get(purpose) else {
            let known: Vec<_> = purposes.iter().map(|purpose| purpose.id().as_str()).collect();
            return Err(format!("no purpose {purpose}; known: {}", known.join(", ")).into());
        };
        let request = found.request();
        Ok(match terminal {
            Some(terminal) => request.terminal(terminal.clone()),
            None => request,
        })
    }
}

impl Expected {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        parse(path)
    }

    pub(super) fn add_to(self, request: AttributeRequest) -> Result<AttributeRequest, Failure> {
        let add = || {
            let mut request = request;
            if let Some(nik) = self.nik {
                request = request.match_nik(nik)?;
            }
            if let Some(name) = self.name {
                request = request.match_name(name)?;
            }
            if let Some(date) = self.birth_date {
                request = request.match_birth_date(date)?;
            }
            Ok::<_, RequestError>(request)
        };
        add().map_err(|error| error.to_string().into())
    }
}

/// JSON where the name says so, TOML otherwise.
fn parse<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let bytes = files::read_needed(path)?;
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    if is_json {
        // Not its text: personal data could be in it.
        return serde_json::from_slice(&bytes).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Failure::file(path, format_args!("not as it must be, at {place}"))
        });
    }
    let text = String::from_utf8_lossy(&bytes);
    toml::from_str(&text).map_err(|error| Failure::file(path, error.message()))
}
