//! The trust list: which issuers and keys a verifier may believe, signed by the root keys.

use crate::cbor::Value;
use crate::cose;
use crate::keys::{KeyKind, PublicKey, SigningKey};

/// A trust list before it is signed. Its fields are open, so that a faulty one can be made too.
#[derive(Clone, Debug)]
pub struct TrustList {
    /// Grows with every list.
    pub version: u32,
    /// Issued at.
    pub issued: i64,
    /// The end of its life.
    pub expires: i64,
    /// The root keys from this version on.
    pub roots: Vec<PublicKey>,
    /// How many of them must sign the next list.
    pub threshold: u32,
    /// The issuers.
    pub issuers: Vec<IssuerEntry>,
}

/// An issuer in the trust list.
#[derive(Clone, Debug)]
pub struct IssuerEntry {
    /// The name that its credentials carry.
    pub iss: String,
    /// The name for people.
    pub name: String,
    /// Its keys.
    pub keys: Vec<KeyEntry>,
    /// The OpenID issuer of its consent gateway, an https URL.
    pub gateway: Option<String>,
}

/// An issuer's key in the trust list.
#[derive(Clone, Debug)]
pub struct KeyEntry {
    /// The key.
    pub key: PublicKey,
    /// What it signs.
    pub usage: KeyUse,
    /// The first second it may sign at.
    pub from: i64,
    /// The first second it may no longer sign at.
    pub until: i64,
    /// Since when it vouches for nothing any more.
    pub revoked: Option<i64>,
}

/// What an issuer's key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Credentials.
    Credential,
    /// Status lists.
    Status,
    /// Answers of the consent gateway.
    Gateway,
}

/// The keys that sign trust lists, and how many of them it takes.
#[derive(Clone, Debug)]
pub struct Roots {
    keys: Vec<SigningKey>,
    threshold: u32,
}

impl Roots {
    /// Three keys of which two must sign. Each generation has keys of its own.
    #[must_use]
    pub fn derive(seed: &[u8; 32], generation: u32) -> Self {
        let label = |number| format!("root {generation}.{number}");
        let key = |number| SigningKey::derive(KeyKind::Ed25519, seed, &label(number));
        Self { keys: (1..=3).map(key).collect(), threshold: 2 }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &[SigningKey] {
        &self.keys
    }

    /// The public keys.
    #[must_use]
    pub fn public(&self) -> Vec<PublicKey> {
        self.keys.iter().map(SigningKey::public).collect()
    }

    /// How many keys must sign.
    #[must_use]
    pub fn threshold(&self) -> u32 {
        self.threshold
    }

    /// As many keys as must sign.
    pub fn signers(&self) -> impl Iterator<Item = &SigningKey> {
        self.keys.iter().take(self.threshold as usize)
    }
}

impl TrustList {
    /// The list with a signature of each of `keys`.
    #[must_use]
    pub fn sign(&self, keys: &[&SigningKey]) -> Vec<u8> {
        let header = vec![(16, Value::from("application/ikd-trust+cbor"))];
        cose::sign(header, &self.payload(), keys).encode()
    }

    fn payload(&self) -> Value {
        let root = Value::map([
            ("threshold", i64::from(self.threshold).into()),
            ("keys", Value::array(self.roots.iter().map(PublicKey::cose_key))),
        ]);
        Value::map([
            ("version", i64::from(self.version).into()),
            ("issued", self.issued.into()),
            ("expires", self.expires.into()),
            ("root", root),
            ("issuers", Value::array(self.issuers.iter().map(IssuerEntry::value))),
        ])
    }
}

impl IssuerEntry {
    fn value(&self) -> Value {
        let mut entries = vec![
            ("iss".into(), self.iss.as_str().into()),
            ("name".into(), self.name.as_str().into()),
            ("keys".into(), Value::array(self.keys.iter().map(KeyEntry::value))),
        ];
        if let Some(url) = &self.gateway {
            entries.push(("gateway".into(), Value::map([("issuer", url.as_str().into())])));
        }
        Value::Map(entries)
    }
}

impl KeyEntry {
    fn value(&self) -> Value {
        let mut entries = vec![
            ("kid".into(), self.key.kid()[..].into()),
            ("key".into(), self.key.cose_key()),
            ("use".into(), self.usage.name().into()),
            ("from".into(), self.from.into()),
            ("until".into(), self.until.into()),
        ];
        if let Some(time) = self.revoked {
            entries.push(("revoked".into(), time.into()));
        }
        Value::Map(entries)
    }
}

impl KeyUse {
    fn name(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Status => "status",
            Self::Gateway => "gateway",
        }
    }
}
