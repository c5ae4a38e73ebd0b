//! Public keys as JSON Web Keys (RFC 7517, RFC 8037) and their thumbprints (RFC 7638).

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::json::Object;
use super::jws::{decode, encode};
use crate::signature::Ed25519Key;

/// A public key of the two kinds that this channel knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicJwk {
    /// Ed25519: algorithm `EdDSA`.
    Ed25519([u8; 32]),
    /// P-256, as x and y: algorithm `ES256`.
    P256([u8; 32], [u8; 32]),
}

impl PublicJwk {
    /// The JOSE algorithm of its signatures.
    pub const fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "EdDSA",
            Self::P256(..) => "ES256",
        }
    }

    /// SHA-256 thumbprint (RFC 7638) in base64url: the `kid` of the relying party's keys.
    pub fn thumbprint(&self) -> String {
        // The required members alone, sorted, without white space.
        let text = match self {
            Self::Ed25519(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(x)),
            Self::P256(x, y) => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y))
            }
        };
        encode(Sha256::digest(text))
    }

    /// The bare key, as a DPoP proof carries it.
    pub(crate) fn bare(&self) -> Value {
        match self {
            Self::Ed25519(x) => json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(x) }),
            Self::P256(x, y) => {
                json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) })
            }
        }
    }

    /// The key as it is registered at the gateway, with `kid`, `use` and `alg`.
    pub fn to_json(&self) -> Value {
        let mut jwk = self.bare();
        if let Value::Object(jwk) = &mut jwk {
            jwk.insert("kid".to_owned(), self.thumbprint().into());
            jwk.insert("use".to_owned(), "sig".into());
            jwk.insert("alg".to_owned(), self.algorithm().into());
        }
        jwk
    }
}

/// The `kid` and key of a gateway's JWK that checks signatures with Ed25519; `None` for others.
pub(crate) fn gateway_key(jwk: &Object) -> Option<(&str, Ed25519Key)> {
    let text = |name| jwk.get(name).and_then(Value::as_str);
    let allowed = |name, values: &[&str]| match jwk.get(name) {
        None => true,
        Some(value) => value.as_str().is_some_and(|value| values.contains(&value)),
    };
    let fits = text("kty")? == "OKP"
        && text("crv")? == "Ed25519"
        && allowed("use", &["sig"])
        && allowed("alg", &["EdDSA", "Ed25519"]);
    let x: [u8; 32] = decode(text("x")?)?.try_into().ok()?;
    let key = Ed25519Key::from_bytes(&x)?;
    fits.then_some((text("kid")?, key))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        // RFC 8037 appendix A.3
        let x = decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let key = PublicJwk::Ed25519(x.try_into().unwrap());
        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn keys_of_other_kinds_and_uses_are_not_the_gateways() {
        let good = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "1",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        assert!(gateway_key(good.as_object().unwrap()).is_some());
        for (name, value) in [
            ("kty", "oct"),
            ("crv", "X25519"),
            ("use", "enc"),
            ("alg", "HS256"),
            ("x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
            ("x", "AAAA"),
        ] {
            let mut bad = good.as_object().unwrap().clone();
            bad.insert(name.to_owned(), value.into());
            assert!(gateway_key(&bad).is_none(), "{name} {value}");
        }
        let mut anonymous = good.as_object().unwrap().clone();
        anonymous.remove("kid");
        assert!(gateway_key(&anonymous).is_none());
    }
}
