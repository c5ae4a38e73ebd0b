//! A trust list before it is signed, and its encoding.

use crate::payload::cbor;
use crate::time::UnixTime;
use crate::trust::error::TrustError;
use crate::trust::list::{KeyUse, TrustList};
use crate::trust::roots::{RootKey, RootKeys};

/// A trust list before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustListDraft {
    /// Higher than that of the list before.
    pub version: u64,
    /// When it is issued.
    pub issued: UnixTime,
    /// When nothing verifies under it any more.
    pub expires: UnixTime,
    /// The roots from this list on.
    pub roots: Vec<RootKey>,
    /// How many of them must sign.
    pub threshold: usize,
    /// The issuers.
    pub issuers: Vec<IssuerDraft>,
}

/// An issuer in a [`TrustListDraft`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerDraft {
    /// The `iss` of its credentials.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// The OpenID issuer of its consent channel, an https URL.
    pub gateway: Option<String>,
    /// Its keys.
    pub keys: Vec<KeyDraft>,
}

/// A key of an issuer in a [`TrustListDraft`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDraft {
    /// Key id of 1 to 64 bytes, unique among the issuer's keys of one use.
    pub kid: Vec<u8>,
    /// The key.
    pub key: PublicKey,
    /// What it signs.
    pub key_use: KeyUse,
    /// First second in which it may sign.
    pub from: UnixTime,
    /// The second from which on it may not sign.
    pub until: UnixTime,
    /// When it was revoked: nothing it ever signed counts then.
    pub revoked: Option<UnixTime>,
}

/// A public key of an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKey {
    /// The 32 bytes of an Ed25519 key.
    Ed25519([u8; 32]),
    /// The coordinates of a P-256 point, big-endian. Lists may announce such keys; nothing verifies
    /// under them yet.
    P256 {
        /// The x coordinate.
        x: [u8; 32],
        /// The y coordinate.
        y: [u8; 32],
    },
}

impl TrustListDraft {
    /// The payload to be signed. Equal drafts give equal bytes.
    ///
    /// # Errors
    ///
    /// [`TrustError::BadFormat`] when a verifier would refuse it; the text names the part.
    pub fn to_payload(&self) -> Result<Vec<u8>, TrustError> {
        RootKeys::new(&self.roots, self.threshold)
            .map_err(|error| TrustError::BadFormat(error.to_string()))?;
        let mut out = Vec::new();
        map(&mut out, 5);
        cbor::write_text(&mut out, "version");
        cbor::write_head(&mut out, 0, self.version);
        time(&mut out, "issued", self.issued);
        time(&mut out, "expires", self.expires);
        cbor::write_text(&mut out, "root");
        map(&mut out, 2);
        cbor::write_text(&mut out, "threshold");
        cbor::write_head(&mut out, 0, count(self.threshold));
        array(&mut out, "keys", self.roots.len());
        for root in &self.roots {
            PublicKey::Ed25519(*root).write(&mut out);
        }
        array(&mut out, "issuers", self.issuers.len());
        for issuer in &self.issuers {
            issuer.write(&mut out);
        }
        TrustList::parse_payload(&out)?;
        Ok(out)
    }
}

impl IssuerDraft {
    fn write(&self, out: &mut Vec<u8>) {
        map(out, 3_usize.saturating_add(usize::from(self.gateway.is_some())));
        text(out, "iss", &self.id);
        text(out, "name", &self.name);
        array(out, "keys", self.keys.len());
        for key in &self.keys {
            key.write(out);
        }
        if let Some(gateway) = &self.gateway {
            cbor::write_text(out, "gateway");
            map(out, 1);
            text(out, "issuer", gateway);
        }
    }
}

impl KeyDraft {
    fn write(&self, out: &mut Vec<u8>) {
        map(out, 5_usize.saturating_add(usize::from(self.revoked.is_some())));
        cbor::write_text(out, "kid");
        cbor::write_bytes(out, &self.kid);
        cbor::write_text(out, "key");
        self.key.write(out);
        text(out, "use", self.key_use.as_str());
        time(out, "from", self.from);
        time(out, "until", self.until);
        if let Some(revoked) = self.revoked {
            time(out, "revoked", revoked);
        }
    }
}

impl PublicKey {
    /// The key id that roots have, and that issuers may use: the first 8 bytes of SHA-256 of the key,
    /// or of its x coordinate.
    pub fn kid(&self) -> [u8; 8] {
        let (Self::Ed25519(x) | Self::P256 { x, .. }) = self;
        crate::trust::roots::kid(x)
    }

    /// COSE_Key (RFC 9053 section 7).
    fn write(&self, out: &mut Vec<u8>) {
        let (kty, curve, coordinates) = match self {
            Self::Ed25519(x) => (1, 6, &[x][..]),
            Self::P256 { x, y } => (2, 1, &[x, y][..]),
        };
        map(out, coordinates.len().saturating_add(2));
        for (label, value) in [(1, kty), (-1, curve)] {
            cbor::write_int(out, label);
            cbor::write_int(out, value);
        }
        for (label, coordinate) in [-2, -3].into_iter().zip(coordinates) {
            cbor::write_int(out, label);
            cbor::write_bytes(out, *coordinate);
        }
    }
}

fn map(out: &mut Vec<u8>, entries: usize) {
    cbor::write_head(out, 5, count(entries));
}

fn array(out: &mut Vec<u8>, key: &str, items: usize) {
    cbor::write_text(out, key);
    cbor::write_head(out, 4, count(items));
}

fn text(out: &mut Vec<u8>, key: &str, value: &str) {
    cbor::write_text(out, key);
    cbor::write_text(out, value);
}

fn time(out: &mut Vec<u8>, key: &str, value: UnixTime) {
    cbor::write_text(out, key);
    cbor::write_int(out, value.secs());
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or_default()
}
