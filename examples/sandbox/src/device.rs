//! The citizen's phone: it holds a key and makes a new QR each time one is shown.

use std::fmt;

use crate::attribute::Attribute;
use crate::base45;
use crate::cbor::Value;
use crate::cose::{Sign1, empty_map};
use crate::credential::Credential;
use crate::keys::{KeyKind, PublicKey, SigningKey, derive};

/// The audience of a QR that anyone may read.
pub const ANYONE: &str = "ikd:any";

/// A phone.
#[derive(Clone)]
pub struct Device {
    key: SigningKey,
    /// Where the identifiers of its QRs come from.
    secret: [u8; 32],
}

/// How a QR is to be made.
#[derive(Clone, Debug)]
pub struct PresentOptions {
    /// Who it is for: [`ANYONE`], or the id of a relying party that sent a challenge.
    pub audience: String,
    /// The relying party's challenge.
    pub challenge: Option<Vec<u8>>,
    /// Seconds from its making to its end.
    pub life: i64,
    /// Tells QRs apart that are made in the same second and are otherwise alike.
    pub serial: u64,
    /// The closed attributes to disclose; `None` for those of the credential's profile.
    pub disclose: Option<Vec<Attribute>>,
    /// A document to share.
    pub document: Option<DocumentShare>,
}

/// A document that the QR refers to ("Bagikan dokumen").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentShare {
    /// The type, such as `kk` or `akta_kelahiran`.
    pub kind: String,
    /// The path at the issuer's gateway.
    pub path: String,
    /// SHA-256 of the document.
    pub sha256: [u8; 32],
    /// The media type.
    pub media_type: String,
    /// The size in bytes.
    pub size: Option<u32>,
}

/// What a QR says, before and after it becomes text.
#[derive(Clone, PartialEq, Eq)]
pub struct Presentation {
    bytes: Vec<u8>,
    issued: i64,
    expires: i64,
}

impl Default for PresentOptions {
    /// For anyone, for a minute.
    fn default() -> Self {
        Self {
            audience: ANYONE.to_owned(),
            challenge: None,
            life: 60,
            serial: 0,
            disclose: None,
            document: None,
        }
    }
}

impl Device {
    /// The phone with this kind of key that `seed` and `label` lead to.
    #[must_use]
    pub fn new(kind: KeyKind, seed: &[u8; 32], label: &str) -> Self {
        let key = SigningKey::derive(kind, seed, label);
        Self { key, secret: derive(seed, &[b"cti", label.as_bytes()]) }
    }

    /// The kind of the phone's key.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.key.kind()
    }

    /// The phone's public key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// Shows a credential at `now`. The same arguments always give the same QR.
    #[must_use]
    pub fn present(
        &self,
        credential: &Credential,
        now: i64,
        options: &PresentOptions,
    ) -> Presentation {
        let disclosed = options.disclose.as_deref().unwrap_or(credential.shown());
        let credential = credential.disclosing(disclosed);
        let expires = now.saturating_add(options.life);
        let mut claims = vec![
            (Value::Int(3), options.audience.as_str().into()),
            (Value::Int(4), expires.into()),
            (Value::Int(6), now.into()),
        ];
        if let Some(challenge) = &options.challenge {
            claims.push((Value::Int(39), challenge.as_slice().into()));
        }
        if let Some(document) = &options.document {
            claims.push((Value::Int(-70003), document.claim()));
        }
        // From all that the QR says, so that only the same QR has the same identifier again.
        let contents = Value::array([credential.clone(), Value::Map(claims.clone())]).encode();
        let unique = derive(&self.secret, &[&contents, &options.serial.to_be_bytes()]);
        claims.push((Value::Int(7), unique[..16].into()));
        let header = vec![(13, credential), (16, Value::Int(294))];
        let signed = Sign1::new(&self.key, header, &Value::Map(claims));
        Presentation { bytes: signed.tagged(empty_map()).encode(), issued: now, expires }
    }
}

impl DocumentShare {
    fn claim(&self) -> Value {
        let mut entries = vec![
            (Value::Int(1), self.kind.as_str().into()),
            (Value::Int(2), self.path.as_str().into()),
            (Value::Int(3), self.sha256[..].into()),
            (Value::Int(4), self.media_type.as_str().into()),
        ];
        if let Some(size) = self.size {
            entries.push((Value::Int(5), i64::from(size).into()));
        }
        Value::Map(entries)
    }
}

impl Presentation {
    /// The text of the QR.
    #[must_use]
    pub fn text(&self) -> String {
        format!("IKD1:{}", base45::encode(&self.bytes))
    }

    /// The CBOR item inside the text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The second it was made.
    #[must_use]
    pub fn issued(&self) -> i64 {
        self.issued
    }

    /// The first second it is no longer good.
    #[must_use]
    pub fn expires(&self) -> i64 {
        self.expires
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("key", &self.key).finish_non_exhaustive()
    }
}

impl fmt::Debug for Presentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presentation")
            .field("issued", &self.issued)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
