//! A second reading of the format, from its description alone: it shares no code with the crate.
//!
//! It is no verifier: it trusts the order of the sandbox's maps nowhere, but it stops at the first
//! thing it does not like, in the order of section 6, and is as short as that allows.

use std::collections::BTreeMap;

use ciborium::Value;
use ed25519_dalek::{Signature, VerifyingKey};
use minicbor::data::Type;
use minicbor::decode::Decoder;
use p256::ecdsa::signature::Verifier as _;
use sha2::{Digest as _, Sha256};

pub(crate) type Attributes = BTreeMap<(i64, i64), Value>;

/// What a verifier was set up with.
pub(crate) struct Setup {
    pub(crate) issuers: Vec<Value>,
    pub(crate) statuses: BTreeMap<String, Vec<u8>>,
}

/// Everything that an accepted QR tells.
pub(crate) struct Reading {
    pub(crate) attributes: Attributes,
    pub(crate) presentation: Value,
}

impl Setup {
    /// Reads a bundle, and checks every signature in it.
    pub(crate) fn of(bundle: &[u8], roots: &[[u8; 32]], threshold: usize) -> Self {
        let bundle = decode(bundle).expect("a bundle");
        assert_eq!(text_key(&bundle, "ikd_bundle"), &Value::from(1));
        let trust = decode(text_key(&bundle, "trust").as_bytes().expect("bytes")).expect("CBOR");
        let issuers = trust_list(&trust, roots, threshold);
        let status = text_key(&bundle, "status").as_map().expect("a map");
        let statuses = status.iter().map(|(uri, list)| {
            let uri = uri.as_text().expect("text");
            (uri.to_owned(), status_list(uri, list.as_bytes().expect("bytes"), &issuers))
        });
        let statuses = statuses.collect();
        Self { issuers, statuses }
    }
}

/// The issuers of a trust list that enough roots have signed.
pub(crate) fn trust_list(trust: &Value, roots: &[[u8; 32]], threshold: usize) -> Vec<Value> {
    let Value::Tag(98, parts) = trust else { panic!("not tag 98") };
    let [body, _, payload, signatures] = &parts.as_array().expect("parts")[..] else {
        panic!("not four parts")
    };
    let mut signed = Vec::new();
    for signature in signatures.as_array().expect("signatures") {
        let [protected, _, signature] = &signature.as_array().expect("parts")[..] else {
            panic!("not three parts")
        };
        let header = decode(protected.as_bytes().expect("bytes")).expect("header");
        let kid = key(&header, 4).and_then(Value::as_bytes).expect("kid");
        let root = roots.iter().find(|root| Sha256::digest(root)[..8] == kid[..]);
        let message = encode(&[
            "Signature".into(),
            body.clone(),
            protected.clone(),
            no_bytes(),
            payload.clone(),
        ]);
        if root.is_some_and(|root| ed25519(root, &message, signature)) {
            signed.push(kid.clone());
        }
    }
    signed.sort();
    signed.dedup();
    assert!(signed.len() >= threshold, "{} signatures", signed.len());
    let list = decode(payload.as_bytes().expect("bytes")).expect("payload");
    for name in ["version", "issued", "expires", "root"] {
        text_key(&list, name);
    }
    text_key(&list, "issuers").as_array().expect("an array").clone()
}

fn status_list(uri: &str, list: &[u8], issuers: &[Value]) -> Vec<u8> {
    let token = Token::of(&decode(list).expect("CBOR")).expect("COSE_Sign1");
    let typ = key(&token.header, 16).and_then(Value::as_text);
    assert_eq!(typ, Some("application/statuslist+cwt"));
    let kid = key(&token.header, 4).expect("kid");
    let entry = text_key(&issuers[0], "keys").as_array().expect("keys").iter().find(|entry| {
        text_key(entry, "kid") == kid && text_key(entry, "use").as_text() == Some("status")
    });
    let cose_key = text_key(entry.expect("the status key"), "key");
    assert!(token.is_signed_by(cose_key), "status list");
    assert_eq!(key(&token.claims, 2).and_then(Value::as_text), Some(uri));
    let list = key(&token.claims, 65533).expect("list");
    assert_eq!(text_key(list, "bits"), &Value::from(2));
    let packed = text_key(list, "lst").as_bytes().expect("bytes");
    miniz_oxide::inflate::decompress_to_vec_zlib(packed).expect("zlib")
}

/// Reads a QR at `now`, with a skew of 5 seconds, and asks for these attributes.
pub(crate) fn read(
    setup: &Setup,
    text: &str,
    now: i64,
    required: &[(i64, i64)],
) -> Result<Reading, &'static str> {
    let body = text.strip_prefix("IKD1:").ok_or("not_ikd")?;
    let bytes = base45::decode(body).map_err(|_| "bad_base45")?;
    let presentation = Token::of(&decode(&bytes).ok_or("bad_cbor")?).ok_or("bad_structure")?;
    let kcwt = key(&presentation.header, 13).ok_or("bad_structure")?;
    let credential = Token::of(kcwt).ok_or("bad_structure")?;
    check_types(&presentation, &credential).ok_or("bad_structure")?;

    let issued = time(&credential.claims, 6)?;
    let issuer_key = find_issuer_key(setup, &credential).ok_or("unknown_issuer_key")?;
    let within = |name| text_key(issuer_key, name).as_integer().map(i128::from);
    let in_life = within("from") <= Some(issued) && Some(issued) < within("until");
    let entries = issuer_key.as_map().ok_or("bad_structure")?;
    if !in_life || entries.iter().any(|(name, _)| name.as_text() == Some("revoked")) {
        return Err("issuer_key_not_valid");
    }
    if !credential.is_signed_by(text_key(issuer_key, "key")) {
        return Err("bad_issuer_signature");
    }
    let holder = key(&credential.claims, 8).and_then(|cnf| key(cnf, 1)).ok_or("bad_structure")?;
    if !presentation.is_signed_by(holder) {
        return Err("bad_holder_signature");
    }
    let attributes = disclosed(&credential).ok_or("bad_disclosure")?;

    let (now, skew) = (i128::from(now), 5);
    let (ends, shown) = (time(&credential.claims, 4)?, time(&presentation.claims, 6)?);
    let over = time(&presentation.claims, 4)?;
    let is_share = key(&presentation.claims, -70003).is_some();
    let audience = key(&presentation.claims, 3).and_then(Value::as_text);
    let status = status_of(setup, &credential);
    let checks = [
        (issued < ends && shown < over && issued <= shown && over <= ends, "inconsistent_times"),
        (over - shown <= if is_share { 3600 } else { 90 }, "lifetime_too_long"),
        (now + skew >= issued, "credential_not_yet_valid"),
        (now - skew < ends, "credential_expired"),
        (now + skew >= shown, "presentation_from_future"),
        (now - skew < over, "presentation_expired"),
        (audience == Some("ikd:any"), "wrong_audience"),
        (status != Some(1), "revoked"),
        (status != Some(2), "suspended"),
        (status.is_some(), "status_unavailable"),
        (required.iter().all(|label| attributes.contains_key(label)), "missing_attribute"),
    ];
    match checks.into_iter().find(|(holds, _)| !holds) {
        Some((_, code)) => Err(code),
        None => Ok(Reading { attributes, presentation: presentation.claims }),
    }
}

struct Token {
    protected: Value,
    header: Value,
    unprotected: Value,
    payload: Value,
    claims: Value,
    signature: Value,
}

impl Token {
    fn of(item: &Value) -> Option<Self> {
        let Value::Tag(18, parts) = item else {
            return None;
        };
        let [protected, unprotected, payload, signature] = &parts.as_array()?[..] else {
            return None;
        };
        Some(Self {
            header: decode(protected.as_bytes()?)?,
            claims: decode(payload.as_bytes()?)?,
            protected: protected.clone(),
            unprotected: unprotected.clone(),
            payload: payload.clone(),
            signature: signature.clone(),
        })
    }

    fn is_signed_by(&self, cose_key: &Value) -> bool {
        let parts = ["Signature1".into(), self.protected.clone(), no_bytes(), self.payload.clone()];
        let message = encode(&parts);
        let coordinate = |label| -> [u8; 32] {
            let bytes = key(cose_key, label).and_then(Value::as_bytes).expect("coordinate");
            bytes[..].try_into().expect("32 bytes")
        };
        let number = |label| key(cose_key, label).and_then(Value::as_integer).map(i128::from);
        match (number(1), number(-1), key(&self.header, 1) == Some(&Value::from(-19))) {
            (Some(1), Some(6), true) => ed25519(&coordinate(-2), &message, &self.signature),
            (Some(2), Some(1), false) => {
                assert_eq!(key(&self.header, 1), Some(&Value::from(-9)));
                let point = [&[4][..], &coordinate(-2), &coordinate(-3)].concat();
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).expect("a point");
                let bytes = self.signature.as_bytes().expect("bytes");
                let signature = p256::ecdsa::Signature::from_slice(bytes).expect("64 bytes");
                key.verify(&message, &signature).is_ok()
            }
            _ => false,
        }
    }
}

/// The fixed parts of both layers.
fn check_types(presentation: &Token, credential: &Token) -> Option<()> {
    let number = |map, label| key(map, label).and_then(Value::as_integer).map(i128::from);
    let cti = key(&presentation.claims, 7)?.as_bytes()?;
    let holds = number(&presentation.header, 16) == Some(294)
        && number(&credential.header, 16) == Some(293)
        && presentation.unprotected.as_map()?.is_empty()
        && (8..=32).contains(&cti.len())
        && key(&presentation.claims, 1).is_none()
        && key(&presentation.claims, 2).is_none();
    holds.then_some(())
}

fn find_issuer_key<'a>(setup: &'a Setup, credential: &Token) -> Option<&'a Value> {
    let (iss, kid) = (key(&credential.claims, 1)?, key(&credential.header, 4)?);
    let issuer = setup.issuers.iter().find(|issuer| text_key(issuer, "iss") == iss)?;
    text_key(issuer, "keys").as_array()?.iter().find(|entry| {
        text_key(entry, "kid") == kid && text_key(entry, "use").as_text() == Some("credential")
    })
}

/// Attributes, with every disclosure put where its digest stands.
fn disclosed(credential: &Token) -> Option<Attributes> {
    let mut digests: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
    let mut attributes = Attributes::new();
    for claim in [169, -70002] {
        let Some(map) = key(&credential.claims, claim) else {
            continue;
        };
        for (label, value) in map.as_map()? {
            if let Some(label) = label.as_integer() {
                attributes.insert((claim, i64::try_from(label).ok()?), value.clone());
            } else {
                assert_eq!(label.as_text(), Some("59"));
                for digest in value.as_array()? {
                    digests.insert(digest.as_bytes()?.clone(), claim);
                }
            }
        }
    }
    let Some(disclosures) = key(&credential.unprotected, 17) else {
        return Some(attributes);
    };
    for disclosure in disclosures.as_array()? {
        let claim = digests.remove(&Sha256::digest(encode_one(disclosure))[..])?;
        let entry = decode(disclosure.as_bytes()?)?;
        let [salt, value, label] = &entry.as_array()?[..] else {
            return None;
        };
        let label = i64::try_from(label.as_integer()?).ok()?;
        let is_new = attributes.insert((claim, label), value.clone()).is_none();
        if salt.as_bytes()?.len() != 16 || !is_new {
            return None;
        }
    }
    Some(attributes)
}

fn status_of(setup: &Setup, credential: &Token) -> Option<u8> {
    let reference = text_key(key(&credential.claims, 65535)?, "status_list");
    let list = setup.statuses.get(text_key(reference, "uri").as_text()?)?;
    let index = usize::try_from(text_key(reference, "idx").as_integer()?).ok()?;
    Some(list.get(index / 4)? >> (index % 4 * 2) & 3)
}

/// One item with nothing behind it. The simple value 59 becomes the text "59".
pub(crate) fn decode(bytes: &[u8]) -> Option<Value> {
    let mut decoder = Decoder::new(bytes);
    let value = item(&mut decoder)?;
    (decoder.position() == bytes.len()).then_some(value)
}

fn item(decoder: &mut Decoder<'_>) -> Option<Value> {
    Some(match decoder.datatype().ok()? {
        Type::Bool => decoder.bool().ok()?.into(),
        Type::Bytes => decoder.bytes().ok()?.into(),
        Type::String => decoder.str().ok()?.into(),
        Type::Simple => decoder.simple().ok()?.to_string().into(),
        Type::Tag => Value::Tag(decoder.tag().ok()?.as_u64(), Box::new(item(decoder)?)),
        Type::Array => {
            let length = decoder.array().ok()??;
            Value::Array((0..length).map(|_| item(decoder)).collect::<Option<_>>()?)
        }
        Type::Map => {
            let length = decoder.map().ok()??;
            let entries = (0..length).map(|_| Some((item(decoder)?, item(decoder)?)));
            Value::Map(entries.collect::<Option<_>>()?)
        }
        _ => i64::try_from(decoder.int().ok()?).ok()?.into(),
    })
}

pub(crate) fn key(map: &Value, label: i64) -> Option<&Value> {
    let mut entries = map.as_map()?.iter();
    entries.find(|(key, _)| *key == Value::from(label)).map(|entry| &entry.1)
}

pub(crate) fn text_key<'a>(map: &'a Value, name: &str) -> &'a Value {
    let mut entries = map.as_map().expect("a map").iter();
    let found = entries.find(|(key, _)| key.as_text() == Some(name));
    &found.unwrap_or_else(|| panic!("no {name}")).1
}

fn time(claims: &Value, label: i64) -> Result<i128, &'static str> {
    let time = key(claims, label).and_then(Value::as_integer);
    time.map(i128::from).ok_or("bad_structure")
}

fn no_bytes() -> Value {
    Value::Bytes(Vec::new())
}

fn encode(parts: &[Value]) -> Vec<u8> {
    encode_one(&Value::Array(parts.to_vec()))
}

fn encode_one(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).expect("memory does not fail");
    out
}

fn ed25519(key: &[u8; 32], message: &[u8], signature: &Value) -> bool {
    let key = VerifyingKey::from_bytes(key).expect("a key");
    let bytes: &[u8; 64] = signature.as_bytes().expect("bytes")[..].try_into().expect("64 bytes");
    key.verify_strict(message, &Signature::from_bytes(bytes)).is_ok()
}
