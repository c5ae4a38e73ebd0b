//! The credential (SD-CWT): what the issuer signs, and what of it a wallet shows.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::attribute::{Attribute, IDENTITY, IKD};
use crate::cbor::Value;
use crate::cose::{self, Sign1};
use crate::keys::{PublicKey, SigningKey, derive};

/// The simple value that keys the digests of a map (SD-CWT's `redacted_claim_keys`).
const REDACTED_KEYS: u8 = 59;

/// A credential before it is signed. Its fields are open, so that a faulty one can be made too.
#[derive(Clone)]
pub struct CredentialDraft {
    /// The issuer's name.
    pub iss: String,
    /// The identifier of the key that the credential names.
    pub kid: Vec<u8>,
    /// Issued at.
    pub issued: i64,
    /// Not before, where it differs from `issued`.
    pub not_before: Option<i64>,
    /// The end of its life.
    pub expires: i64,
    /// The phone's key.
    pub holder: PublicKey,
    /// The place in a status list.
    pub status: Option<StatusReference>,
    /// Attributes that everyone sees.
    pub open: Vec<(Attribute, Value)>,
    /// Attributes of which the credential holds only digests.
    pub closed: Vec<(Attribute, Value)>,
    /// The closed attributes that a wallet shows when it is not told otherwise.
    pub shown: Vec<Attribute>,
    /// The secret that the salts come from.
    pub salts: [u8; 32],
}

/// A place in a status list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReference {
    /// The list.
    pub uri: String,
    /// The place in it.
    pub index: u32,
}

/// A signed credential, as a wallet keeps it: with all its disclosures.
#[derive(Clone)]
pub struct Credential {
    signed: Sign1,
    disclosures: Vec<Disclosure>,
    shown: Vec<Attribute>,
    status: Option<StatusReference>,
}

#[derive(Clone)]
struct Disclosure {
    attribute: Attribute,
    encoded: Vec<u8>,
}

impl CredentialDraft {
    /// Signs the credential.
    #[must_use]
    pub fn sign(self, key: &SigningKey) -> Credential {
        let disclosures: Vec<_> =
            self.closed.iter().map(|entry| Disclosure::new(&self.salts, entry)).collect();
        let mut claims = vec![
            (Value::Int(1), self.iss.into()),
            (Value::Int(4), self.expires.into()),
            (Value::Int(6), self.issued.into()),
            (Value::Int(8), Value::map([(1, self.holder.cose_key())])),
        ];
        if let Some(time) = self.not_before {
            claims.push((Value::Int(5), time.into()));
        }
        for claim in [IDENTITY, IKD] {
            let entries = claim_entries(claim, &self.open, &disclosures);
            if !entries.is_empty() {
                claims.push((claim.into(), Value::Map(entries)));
            }
        }
        if let Some(status) = &self.status {
            let place =
                [("idx", i64::from(status.index).into()), ("uri", status.uri.as_str().into())];
            claims.push((65535.into(), Value::map([("status_list", Value::map(place))])));
        }
        let mut header = vec![(4, Value::Bytes(self.kid)), (16, Value::Int(293))];
        if !disclosures.is_empty() {
            header.push((170, Value::Int(-16)));
        }
        let signed = Sign1::new(key, header, &Value::Map(claims));
        Credential { signed, disclosures, shown: self.shown, status: self.status }
    }
}

/// The entries of one of the two attribute claims.
fn claim_entries(
    claim: i64,
    open: &[(Attribute, Value)],
    disclosures: &[Disclosure],
) -> Vec<(Value, Value)> {
    let here = open.iter().filter(|(attribute, _)| attribute.claim() == claim);
    let mut entries: Vec<_> =
        here.map(|(attribute, value)| (attribute.label().into(), value.clone())).collect();
    let here = disclosures.iter().filter(|disclosure| disclosure.attribute.claim() == claim);
    let mut digests: Vec<_> = here.map(Disclosure::digest).collect();
    if !digests.is_empty() {
        // In their own order, so that the place of a digest does not tell what it stands for.
        digests.sort_unstable();
        let digests = digests.iter().map(|digest| Value::from(&digest[..]));
        entries.push((Value::Simple(REDACTED_KEYS), Value::array(digests)));
    }
    entries
}

impl Credential {
    /// The attributes that are shown only where the wallet discloses them.
    pub fn closed(&self) -> impl Iterator<Item = Attribute> {
        self.disclosures.iter().map(|disclosure| disclosure.attribute)
    }

    /// The closed attributes that a wallet shows when it is not told otherwise.
    #[must_use]
    pub fn shown(&self) -> &[Attribute] {
        &self.shown
    }

    /// The place in a status list.
    #[must_use]
    pub fn status(&self) -> Option<&StatusReference> {
        self.status.as_ref()
    }

    /// The credential with the disclosures of these attributes.
    #[must_use]
    pub fn disclosing(&self, attributes: &[Attribute]) -> Value {
        let wanted = self.disclosures.iter().filter(|item| attributes.contains(&item.attribute));
        let disclosed: Vec<_> = wanted.map(|item| Value::from(&item.encoded[..])).collect();
        if disclosed.is_empty() {
            return self.signed.tagged(cose::empty_map());
        }
        self.signed.tagged(Value::map([(17, Value::Array(disclosed))]))
    }

    /// Writes another value over an attribute's, as a forger would: all signatures stay.
    pub(crate) fn forge(&mut self, attribute: Attribute, value: &Value, other: &Value) {
        let disclosure = self.disclosures.iter_mut().find(|item| item.attribute == attribute);
        let bytes = disclosure.map_or(&mut self.signed.payload, |item| &mut item.encoded);
        let (value, other) = (value.encode(), other.encode());
        // From behind: the salt before the value may hold the same bytes by chance.
        let at = bytes.windows(value.len()).rposition(|window| window == value);
        if let Some(at) = at {
            bytes.splice(at..at + value.len(), other);
        }
    }
}

impl Disclosure {
    fn new(salts: &[u8; 32], (attribute, value): &(Attribute, Value)) -> Self {
        let salt = derive(salts, &[b"salt", attribute.name().as_bytes()]);
        let parts = [salt[..16].into(), value.clone(), attribute.label().into()];
        Self { attribute: *attribute, encoded: Value::array(parts).encode() }
    }

    /// The digest covers the byte string's header.
    fn digest(&self) -> [u8; 32] {
        Sha256::digest(Value::from(&self.encoded[..]).encode()).into()
    }
}

impl fmt::Debug for CredentialDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialDraft")
            .field("iss", &self.iss)
            .field("issued", &self.issued)
            .field("expires", &self.expires)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("closed", &self.closed().collect::<Vec<_>>())
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
