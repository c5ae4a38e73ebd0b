//! A trust list as people write and read it: TOML, or JSON with the same names.

use std::fs;
use std::io::Read;
use std::path::Path;

use ikd_verifier::authoring::{IssuerDraft, KeyDraft, PublicKey, TrustListDraft};
use ikd_verifier::{KeyUse, UnixTime};
use serde::{Deserialize, Serialize};

use crate::outcome::Failure;
use crate::values::{self, hex, hex_bytes, to_hex};

/// How long a list lives whose description does not say.
const LIFE: i64 = 31 * 86_400;

/// The whole of it. Times are RFC 3339 or seconds since 1970, keys and ids are hexadecimal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    version: u64,
    /// Now, if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<Time>,
    /// 31 days after `issued`, if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Time>,
    root: Roots,
    #[serde(default)]
    issuer: Vec<Issuer>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Roots {
    threshold: usize,
    keys: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuer {
    iss: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<String>,
    #[serde(default)]
    key: Vec<Key>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    #[serde(rename = "use")]
    key_use: String,
    /// The first 8 bytes of SHA-256 of the key, if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    /// Ed25519: 64 digits. P-256: x and y, 128 digits.
    key: String,
    from: Time,
    until: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<Time>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "TimeText", into = "String")]
struct Time(UnixTime);

#[derive(Deserialize)]
#[serde(untagged)]
enum TimeText {
    Seconds(i64),
    Text(String),
}

impl TryFrom<TimeText> for Time {
    type Error = String;

    fn try_from(text: TimeText) -> Result<Self, String> {
        match text {
            TimeText::Seconds(seconds) => Ok(Self(UnixTime::from_secs(seconds))),
            TimeText::Text(text) => values::time(&text).map(Self),
        }
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.0.to_string()
    }
}

impl Description {
    /// Reads a file; `-` is TOML from standard input.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let mut text = String::new();
        if path.as_os_str() == "-" {
            std::io::stdin().read_to_string(&mut text)?;
        } else {
            text = fs::read_to_string(path).map_err(|error| Failure::file(path, error))?;
        }
        if path.extension().is_some_and(|extension| extension == "json") {
            serde_json::from_str(&text).map_err(|error| Failure::file(path, error))
        } else {
            toml::from_str(&text).map_err(|error| Failure::file(path, error))
        }
    }

    pub(super) fn to_toml(&self) -> Result<String, Failure> {
        toml::to_string(self).map_err(|error| error.to_string().into())
    }

    pub(super) fn draft(self, now: UnixTime) -> Result<TrustListDraft, Failure> {
        let issued = self.issued.map_or(now, |time| time.0);
        let roots = self.root.keys.iter().map(|key| hex(key)).collect::<Result<_, _>>();
        let issuers = self.issuer.into_iter().map(Issuer::draft).collect::<Result<_, _>>();
        Ok(TrustListDraft {
            version: self.version,
            issued,
            expires: self.expires.map_or(issued.plus(LIFE), |time| time.0),
            roots: roots.map_err(|error| format!("a root key: {error}"))?,
            threshold: self.root.threshold,
            issuers: issuers.map_err(|error: String| error)?,
        })
    }

    pub(super) fn of(draft: &TrustListDraft) -> Self {
        Self {
            version: draft.version,
            issued: Some(Time(draft.issued)),
            expires: Some(Time(draft.expires)),
            root: Roots {
                threshold: draft.threshold,
                keys: draft.roots.iter().map(|root| to_hex(root)).collect(),
            },
            issuer: draft.issuers.iter().map(Issuer::of).collect(),
        }
    }
}

impl Issuer {
    fn draft(self) -> Result<IssuerDraft, String> {
        let keys = self.key.into_iter().map(Key::draft).collect::<Result<_, _>>();
        let keys = keys.map_err(|error| format!("a key of {}: {error}", self.iss))?;
        Ok(IssuerDraft { id: self.iss, name: self.name, gateway: self.gateway, keys })
    }

    fn of(issuer: &IssuerDraft) -> Self {
        Self {
            iss: issuer.id.clone(),
            name: issuer.name.clone(),
            gateway: issuer.gateway.clone(),
            key: issuer.keys.iter().map(Key::of).collect(),
        }
    }
}

impl Key {
    fn draft(self) -> Result<KeyDraft, String> {
        let uses = [KeyUse::Credential, KeyUse::Status, KeyUse::Gateway];
        let key_use = uses.into_iter().find(|key_use| key_use.as_str() == self.key_use);
        let key = match self.key.split_at_checked(64) {
            Some((x, "")) => PublicKey::Ed25519(hex(x)?),
            Some((x, y)) => PublicKey::P256 { x: hex(x)?, y: hex(y)? },
            None => return Err("64 hexadecimal digits are needed, or 128 for P-256".to_owned()),
        };
        Ok(KeyDraft {
            kid: match self.kid {
                Some(kid) => hex_bytes(&kid)?,
                None => key.kid().to_vec(),
            },
            key,
            key_use: key_use.ok_or("`use` is credential, status or gateway")?,
            from: self.from.0,
            until: self.until.0,
            revoked: self.revoked.map(|time| time.0),
        })
    }

    fn of(key: &KeyDraft) -> Self {
        Self {
            key_use: key.key_use.as_str().to_owned(),
            kid: Some(to_hex(&key.kid)),
            key: key_text(&key.key),
            from: Time(key.from),
            until: Time(key.until),
            revoked: key.revoked.map(Time),
        }
    }
}

/// A public key as descriptions write it.
pub(super) fn key_text(key: &PublicKey) -> String {
    match key {
        PublicKey::Ed25519(x) => to_hex(x),
        PublicKey::P256 { x, y } => to_hex(x) + &to_hex(y),
    }
}
