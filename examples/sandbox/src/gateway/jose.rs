//! Signed tokens (RFC 7515, compact) and public keys as JSON (RFC 7517, RFC 8037).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::keys::{PublicKey, SigningKey};

/// The members of a JSON object.
pub(crate) type Object = Map<String, Value>;

/// The algorithm names of Ed25519: of RFC 8037, and the exact one of RFC 9864.
pub(crate) const ED25519: [&str; 2] = ["EdDSA", "Ed25519"];
const ES256: &str = "ES256";
/// Larger tokens are not looked at.
const MAX_LENGTH: usize = 32 << 10;
/// Header members that would name a key or a rule of the sender's own choice.
const FORBIDDEN: [&str; 6] = ["crit", "jku", "x5u", "x5c", "b64", "zip"];

/// A signed token that nobody has checked.
pub(crate) struct Unverified {
    header: Object,
    claims: Object,
    signed: String,
    signature: Vec<u8>,
}

impl Unverified {
    /// Takes a token apart; `None` where it is none.
    pub(crate) fn parse(token: &str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.').filter(|_| token.len() <= MAX_LENGTH)?;
        let (header, claims) = signed.split_once('.')?;
        let object = |text: &str| serde_json::from_slice(&decode(text)?).ok();
        let header: Object = object(header)?;
        let sound = !FORBIDDEN.iter().any(|name| header.contains_key(*name));
        sound.then_some(())?;
        Some(Self {
            claims: object(claims)?,
            signature: decode(signature)?,
            signed: signed.to_owned(),
            header,
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// The public key that a DPoP proof brings along.
    pub(crate) fn own_key(&self) -> Option<PublicKey> {
        self.header.get("jwk").and_then(public_key)
    }

    /// Who claims to have made it: good for finding their keys, and for nothing else.
    pub(crate) fn claimed_issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    /// The claims, if `key` signed them with an algorithm that fits the key.
    pub(crate) fn verify(self, key: &PublicKey) -> Option<Object> {
        let algorithm = self.header("alg")?;
        let fits = match key {
            PublicKey::Ed25519(_) => ED25519.contains(&algorithm),
            PublicKey::P256 { .. } => algorithm == ES256,
        };
        (fits && key.verifies(self.signed.as_bytes(), &self.signature)).then_some(self.claims)
    }
}

/// Signs claims under a header.
pub(crate) fn sign(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let signed = signing_input(header, claims);
    let signature = encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Header and claims as they are signed.
pub(crate) fn signing_input(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encode(header.to_string()), encode(claims.to_string()))
}

/// A public key from its JWK; `None` for other kinds, and for one that shows its private part.
pub(crate) fn public_key(jwk: &Value) -> Option<PublicKey> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let coordinate = |name| -> Option<[u8; 32]> { decode(text(name)?)?.try_into().ok() };
    if jwk.get("d").is_some() {
        return None;
    }
    match (text("kty")?, text("crv")?) {
        ("OKP", "Ed25519") => Some(PublicKey::Ed25519(coordinate("x")?)),
        ("EC", "P-256") => Some(PublicKey::P256 { x: coordinate("x")?, y: coordinate("y")? }),
        _ => None,
    }
}

/// The JWK of a public key, with just the members that its thumbprint covers.
pub(crate) fn jwk(key: &PublicKey) -> Value {
    match key {
        PublicKey::Ed25519(x) => json!({"crv": "Ed25519", "kty": "OKP", "x": encode(x)}),
        PublicKey::P256 { x, y } => {
            json!({"crv": "P-256", "kty": "EC", "x": encode(x), "y": encode(y)})
        }
    }
}

/// The thumbprint of a public key (RFC 7638).
pub(crate) fn thumbprint(key: &PublicKey) -> String {
    // In the order of their names, as the thumbprint wants them.
    let text = match key {
        PublicKey::Ed25519(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(x)),
        PublicKey::P256 { x, y } => {
            format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y))
        }
    };
    sha256(text)
}

/// SHA-256 in base64url.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    encode(Sha256::digest(bytes.as_ref()))
}

/// base64url without padding.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind base64url; `None` for any other spelling of them.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::{Unverified, decode, encode, public_key, sign, thumbprint};
    use crate::keys::{KeyKind, SigningKey};
    use serde_json::json;

    #[test]
    fn the_thumbprint_of_rfc_8037() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let key = public_key(&json!({"kty": "OKP", "crv": "Ed25519", "x": x})).expect("a key");
        assert_eq!(thumbprint(&key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_key_checks_only_its_own_algorithm() {
        for (kind, alg, other) in
            [(KeyKind::Ed25519, "EdDSA", "ES256"), (KeyKind::P256, "ES256", "EdDSA")]
        {
            let key = SigningKey::derive(kind, &[7; 32], "a");
            let check = |token: &str| Unverified::parse(token)?.verify(&key.public());
            let good = sign(&key, &json!({"alg": alg}), &json!({"a": 1}));
            assert_eq!(check(&good).expect("good")["a"], 1);
            assert!(check(&sign(&key, &json!({"alg": other}), &json!({"a": 1}))).is_none());
            assert!(check(&sign(&key, &json!({"alg": "none"}), &json!({"a": 1}))).is_none());
            let header = json!({"alg": alg, "crit": ["x"]});
            assert!(check(&sign(&key, &header, &json!({"a": 1}))).is_none());
            let (signed, signature) = good.rsplit_once('.').expect("three parts");
            let mut bytes = decode(signature).expect("base64url");
            bytes[0] ^= 1;
            assert!(check(&format!("{signed}.{}", encode(bytes))).is_none());
            assert!(check(signed).is_none());
        }
    }

    #[test]
    fn a_private_key_is_not_a_public_one() {
        let x = encode([7; 32]);
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "d": x});
        assert!(public_key(&jwk).is_none());
    }
}
