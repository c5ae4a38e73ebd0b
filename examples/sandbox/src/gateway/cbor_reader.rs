//! Reads just as much CBOR as it takes to check a QR: maps with number labels, and COSE_Sign1.

use std::collections::BTreeMap;

use minicbor::Decoder;
use minicbor::data::Type;
use sha2::{Digest as _, Sha256};

use crate::cbor::Value;
use crate::keys::PublicKey;

/// The entries of a map, each as the bytes it is encoded in. Labels that are no numbers are skipped.
pub(crate) struct Entries<'a>(BTreeMap<i64, &'a [u8]>);

/// A COSE_Sign1 structure that nobody has checked.
pub(crate) struct Signed<'a> {
    protected: &'a [u8],
    unprotected: Entries<'a>,
    payload: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Entries<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut decoder = Decoder::new(bytes);
        let mut entries = BTreeMap::new();
        for _ in 0..decoder.map().ok()?? {
            let is_number = matches!(
                decoder.datatype().ok()?,
                Type::U8
                    | Type::U16
                    | Type::U32
                    | Type::U64
                    | Type::I8
                    | Type::I16
                    | Type::I32
                    | Type::I64
            );
            let label = if is_number { Some(decoder.i64().ok()?) } else { None };
            if label.is_none() {
                decoder.skip().ok()?;
            }
            let start = decoder.position();
            decoder.skip().ok()?;
            let value = bytes.get(start..decoder.position())?;
            if label.is_some_and(|label| entries.insert(label, value).is_some()) {
                return None;
            }
        }
        (decoder.position() == bytes.len()).then_some(Self(entries))
    }

    /// The encoded item under a label.
    pub(crate) fn item(&self, label: i64) -> Option<&'a [u8]> {
        self.0.get(&label).copied()
    }

    pub(crate) fn number(&self, label: i64) -> Option<i64> {
        Decoder::new(self.item(label)?).i64().ok()
    }

    pub(crate) fn bytes(&self, label: i64) -> Option<&'a [u8]> {
        Decoder::new(self.item(label)?).bytes().ok()
    }

    pub(crate) fn text(&self, label: i64) -> Option<&'a str> {
        Decoder::new(self.item(label)?).str().ok()
    }
}

impl<'a> Signed<'a> {
    /// Takes a tagged structure apart.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut decoder = Decoder::new(bytes);
        let is_sign1 = decoder.tag().ok()?.as_u64() == 18 && decoder.array().ok()? == Some(4);
        is_sign1.then_some(())?;
        let protected = decoder.bytes().ok()?;
        let start = decoder.position();
        decoder.skip().ok()?;
        let unprotected = Entries::read(bytes.get(start..decoder.position())?)?;
        let (payload, signature) = (decoder.bytes().ok()?, decoder.bytes().ok()?);
        let signed = Self { protected, unprotected, payload, signature };
        (decoder.position() == bytes.len()).then_some(signed)
    }

    /// Whether the digest of each disclosure stands in what was signed.
    pub(crate) fn discloses_what_was_signed(&self) -> Option<bool> {
        const DISCLOSURES: i64 = 17;
        let Some(array) = self.unprotected.item(DISCLOSURES) else { return Some(true) };
        let mut decoder = Decoder::new(array);
        for _ in 0..decoder.array().ok()?? {
            let start = decoder.position();
            decoder.bytes().ok()?;
            // The digest covers the header of the byte string.
            let digest = Sha256::digest(array.get(start..decoder.position())?);
            if !self.payload.windows(digest.len()).any(|window| window == &digest[..]) {
                return Some(false);
            }
        }
        Some(true)
    }

    pub(crate) fn header(&self) -> Option<Entries<'a>> {
        Entries::read(self.protected)
    }

    /// What the structure says, before anyone has checked it.
    pub(crate) fn unverified(&self) -> Option<Entries<'a>> {
        Entries::read(self.payload)
    }

    /// What the structure says, if `key` signed it.
    pub(crate) fn verify(&self, key: &PublicKey) -> Option<Entries<'a>> {
        let message = Value::array([
            Value::from("Signature1"),
            self.protected.into(),
            Value::Bytes(Vec::new()),
            self.payload.into(),
        ]);
        key.verifies(&message.encode(), self.signature).then(|| self.unverified())?
    }
}

/// A public key from its COSE_Key.
pub(crate) fn cose_key(bytes: &[u8]) -> Option<PublicKey> {
    let entries = Entries::read(bytes)?;
    let coordinate = |label| -> Option<[u8; 32]> { entries.bytes(label)?.try_into().ok() };
    match (entries.number(1)?, entries.number(-1)?) {
        (1, 6) => Some(PublicKey::Ed25519(coordinate(-2)?)),
        (2, 1) => Some(PublicKey::P256 { x: coordinate(-2)?, y: coordinate(-3)? }),
        _ => None,
    }
}
