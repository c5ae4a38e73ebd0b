//! What an instance is started with: one JSON file.

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use ikd_verifier::audit::RelyingParty;
use ikd_verifier::consent::Purpose;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The configuration. Paths are relative to the folder of its file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen: a loopback address, as the backend knows no users. Whoever has logged
    /// tellers in forwards their requests here.
    pub listen: SocketAddr,
    /// Names under which tellers reach it, such as `bank.example:443`, where that is not `listen`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Who asks, as registered with the gateway.
    pub relying_party: RelyingParty,
    /// The private key that signs requests, and the audit log: PKCS#8 in PEM, mode 0600.
    pub key: PathBuf,
    /// The key that turns citizens into pseudonyms.
    pub pseudonym_key: PathBuf,
    /// The trust state, as `ikd trust` writes it. It is read again each minute.
    pub trust: PathBuf,
    /// The purpose of an account, with the attributes that may be asked for it.
    pub purpose: Purpose,
    /// The folder of everything that is kept: used QRs, the audit log of this instance and, without
    /// a `database`, applications and waiting requests.
    pub data: PathBuf,
    /// A PostgreSQL database that several instances share, such as `postgres://bank@db/onboarding`.
    /// The password may be in `~/.pgpass`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseUrl>,
    /// How long the citizen has, in seconds, where that is not left to the gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_within: Option<NonZeroU32>,
    /// For a gateway on this computer only: where it is reached instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub danger_route: Option<Route>,
}

/// Everything under `from` is reached at `to`, without TLS.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The https address in the trust list.
    pub from: String,
    /// An http address of this computer.
    pub to: String,
}

/// The address of a database. `Debug` does not show it: it may hold a password.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(pub String);

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file system failed.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// The file is no configuration.
    #[error("{path}: {source}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// Others could reach it.
    #[error("`listen` must be a loopback address: put your login in front of it")]
    Listen,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let io = |source| ConfigError::Io { path: path.to_owned(), source };
        let bytes = fs::read(path).map_err(io)?;
        let content = |source| ConfigError::Content { path: path.to_owned(), source };
        let mut config: Self = serde_json::from_slice(&bytes).map_err(content)?;
        if !config.listen.ip().is_loopback() {
            return Err(ConfigError::Listen);
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        for path in
            [&mut config.key, &mut config.pseudonym_key, &mut config.trust, &mut config.data]
        {
            *path = folder.join(&path);
        }
        Ok(config)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}
