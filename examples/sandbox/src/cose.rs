//! COSE signatures (RFC 9052): one signer for credentials and QRs, several for trust lists.

use crate::cbor::Value;
use crate::keys::SigningKey;

/// A COSE_Sign1 structure, kept in its parts so that a wallet can fill the unprotected header.
#[derive(Clone, Debug, PartialEq)]
pub struct Sign1 {
    /// The protected header, encoded as it was signed.
    pub protected: Vec<u8>,
    /// The payload, encoded as it was signed.
    pub payload: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
}

impl Sign1 {
    /// Signs `payload` under a protected header that begins with the key's algorithm.
    #[must_use]
    pub fn new(key: &SigningKey, header: Vec<(i64, Value)>, payload: &Value) -> Self {
        let protected = header_of(key, header);
        let payload = payload.encode();
        let to_be_signed = Value::array([
            Value::from("Signature1"),
            protected.as_slice().into(),
            no_external_data(),
            payload.as_slice().into(),
        ]);
        let signature = key.sign(&to_be_signed.encode());
        Self { protected, payload, signature }
    }

    /// The structure with tag 18 around it.
    #[must_use]
    pub fn tagged(&self, unprotected: Value) -> Value {
        let parts = [
            self.protected.as_slice().into(),
            unprotected,
            self.payload.as_slice().into(),
            self.signature[..].into(),
        ];
        Value::tag(18, Value::array(parts))
    }
}

/// A COSE_Sign structure with tag 98: one payload, signed by each of `keys`.
#[must_use]
pub fn sign(body: Vec<(i64, Value)>, payload: &Value, keys: &[&SigningKey]) -> Value {
    let body = Value::map(body).encode();
    let payload = payload.encode();
    let signatures = keys.iter().map(|key| {
        let kid = key.public().kid();
        let protected = header_of(key, vec![(4, kid[..].into())]);
        let to_be_signed = Value::array([
            Value::from("Signature"),
            body.as_slice().into(),
            protected.as_slice().into(),
            no_external_data(),
            payload.as_slice().into(),
        ]);
        let signature = key.sign(&to_be_signed.encode());
        Value::array([protected.into(), empty_map(), signature[..].into()])
    });
    let signatures = Value::array(signatures);
    let parts = [body.as_slice().into(), empty_map(), payload.as_slice().into(), signatures];
    Value::tag(98, Value::array(parts))
}

/// `{}`.
#[must_use]
pub fn empty_map() -> Value {
    Value::Map(Vec::new())
}

fn header_of(key: &SigningKey, mut entries: Vec<(i64, Value)>) -> Vec<u8> {
    entries.insert(0, (1, key.algorithm().into()));
    Value::map(entries).encode()
}

fn no_external_data() -> Value {
    Value::Bytes(Vec::new())
}
