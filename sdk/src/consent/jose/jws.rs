//! Compact JWS: signing what is sent, checking what comes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use thiserror::Error;

use super::json::{Object, parse_object};
use crate::consent::keys::{RequestSigner, SignError};
use crate::signature::Ed25519Key;

/// Header members that would say where the key comes from, or change what is signed.
const FORBIDDEN: [&str; 7] = ["crit", "jwk", "jku", "x5u", "x5c", "b64", "zip"];

/// Why a text is not an acceptable JWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum JoseError {
    #[error("not a compact JWS")]
    Malformed,
    #[error("an algorithm other than EdDSA")]
    Algorithm,
    #[error("a forbidden header member")]
    Header,
    #[error("the signature does not hold")]
    Signature,
}

/// base64url without padding.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Bytes of canonical base64url: no padding, no white space, no stray bits.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Signs `payload` under a header of the signer's algorithm and these members.
pub(crate) async fn sign(
    signer: &dyn RequestSigner,
    members: impl IntoIterator<Item = (&'static str, Value)>,
    payload: Object,
) -> Result<String, SignError> {
    let mut header = Object::new();
    header.insert("alg".to_owned(), signer.public_key().algorithm().into());
    header.extend(members.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let (header, payload) = (Value::Object(header), Value::Object(payload));
    let mut text = format!("{}.{}", encode(header.to_string()), encode(payload.to_string()));
    let signature = signer.sign(text.as_bytes()).await?;
    text.push('.');
    text.push_str(&encode(signature));
    Ok(text)
}

/// A JWS whose header is acceptable. Nothing of its payload can be read before
/// [`verify`](Self::verify).
pub(crate) struct UnverifiedJws<'a> {
    kid: String,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> UnverifiedJws<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, JoseError> {
        let (signed, signature) = text.rsplit_once('.').ok_or(JoseError::Malformed)?;
        // A third dot would be in `payload`, where it is no base64url.
        let (header, payload) = signed.split_once('.').ok_or(JoseError::Malformed)?;
        let bytes = |part| decode(part).ok_or(JoseError::Malformed);
        let header = parse_object(&bytes(header)?).ok_or(JoseError::Malformed)?;
        Ok(Self {
            kid: check_header(&header)?.to_owned(),
            signed,
            payload: bytes(payload)?,
            signature: bytes(signature)?,
        })
    }

    /// The key that it claims to be signed with.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// The claims, if this key signed them.
    pub(crate) fn verify(self, key: &Ed25519Key) -> Result<Object, JoseError> {
        if !key.verify(self.signed.as_bytes(), &self.signature) {
            return Err(JoseError::Signature);
        }
        parse_object(&self.payload).ok_or(JoseError::Malformed)
    }
}

/// Algorithm, type and the members that must not be there; gives the `kid`.
fn check_header(header: &Object) -> Result<&str, JoseError> {
    let text = |name| header.get(name).and_then(Value::as_str);
    if !matches!(text("alg"), Some("EdDSA" | "Ed25519")) {
        return Err(JoseError::Algorithm);
    }
    if FORBIDDEN.iter().any(|name| header.contains_key(*name)) {
        return Err(JoseError::Header);
    }
    // Tokens of other kinds name another type (RFC 8725 section 3.11).
    let typ = header.get("typ").map(|typ| typ.as_str().unwrap_or_default());
    if !typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT")) {
        return Err(JoseError::Header);
    }
    text("kid").ok_or(JoseError::Header)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};
    use serde_json::json;

    use super::*;

    fn jws(header: &str, payload: &str) -> String {
        let text = format!("{}.{}", encode(header), encode(payload));
        let signature = SigningKey::from_bytes(&[7; 32]).sign(text.as_bytes());
        format!("{text}.{}", encode(signature.to_bytes()))
    }

    fn key() -> Ed25519Key {
        let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
        Ed25519Key::from_bytes(key.as_bytes()).unwrap()
    }

    fn check(text: &str) -> Result<Object, JoseError> {
        UnverifiedJws::parse(text)?.verify(&key())
    }

    #[test]
    fn accepts_both_names_of_ed25519() {
        for header in [
            r#"{"alg":"EdDSA","kid":"1"}"#,
            r#"{"alg":"Ed25519","kid":"1","typ":"JWT","x5t":"ignored"}"#,
        ] {
            let claims = check(&jws(header, r#"{"sub":"x"}"#)).unwrap();
            assert_eq!(Value::Object(claims), json!({ "sub": "x" }));
        }
    }

    #[test]
    fn refuses_algorithms_that_do_not_exist_here() {
        for alg in ["none", "None", "HS256", "ES256", "RS256", "eddsa", ""] {
            let header = json!({ "alg": alg, "kid": "1" }).to_string();
            assert_eq!(check(&jws(&header, "{}")), Err(JoseError::Algorithm), "{alg}");
        }
        assert_eq!(check(&jws(r#"{"kid":"1"}"#, "{}")), Err(JoseError::Algorithm));
        // The classic: no signature at all.
        let none = format!("{}.{}.", encode(r#"{"alg":"none","kid":"1"}"#), encode("{}"));
        assert_eq!(check(&none), Err(JoseError::Algorithm));
    }

    #[test]
    fn refuses_headers_that_bring_a_key_or_change_the_rules() {
        for name in FORBIDDEN {
            let header = json!({ "alg": "EdDSA", "kid": "1", name: {} }).to_string();
            assert_eq!(check(&jws(&header, "{}")), Err(JoseError::Header), "{name}");
        }
        for header in [
            r#"{"alg":"EdDSA"}"#,
            r#"{"alg":"EdDSA","kid":1}"#,
            r#"{"alg":"EdDSA","kid":"1","typ":"logout+jwt"}"#,
            r#"{"alg":"EdDSA","kid":"1","typ":"dpop+jwt"}"#,
            r#"{"alg":"EdDSA","kid":"1","typ":1}"#,
        ] {
            assert_eq!(check(&jws(header, "{}")), Err(JoseError::Header), "{header}");
        }
    }

    #[test]
    fn refuses_second_spellings_of_one_token() {
        let good = jws(r#"{"alg":"EdDSA","kid":"1"}"#, r#"{"a":1}"#);
        assert!(check(&good).is_ok());
        // 64 bytes leave 4 stray bits in the last of 86 characters, which must be zero.
        let mut last = good.clone();
        let stray = char::from(u8::try_from(last.pop().unwrap()).unwrap() | 1);
        last.push(if good.ends_with(stray) { 'B' } else { stray });
        for bad in [
            last,
            format!("{good}="),
            format!("{good}\n"),
            format!(" {good}"),
            format!("{good}."),
            format!("{good}.AA"),
            good.replacen('.', "..", 1),
            jws(r#"{"alg":"none","alg":"EdDSA","kid":"1"}"#, "{}"),
            jws(r#"{"alg":"EdDSA","kid":"1"}"#, r#"{"a":1,"a":2}"#),
            jws(r#"{"alg":"EdDSA","kid":"1"}"#, "[]"),
            String::new(),
            "..".to_owned(),
        ] {
            assert_eq!(check(&bad), Err(JoseError::Malformed), "{bad}");
        }
    }

    #[test]
    fn refuses_what_was_changed_after_signing() {
        let good = jws(r#"{"alg":"EdDSA","kid":"1"}"#, r#"{"a":1}"#);
        let other = good.replace(&encode(r#"{"a":1}"#), &encode(r#"{"a":2}"#));
        assert_ne!(good, other);
        assert_eq!(check(&other), Err(JoseError::Signature));
        let (signed, _) = good.rsplit_once('.').unwrap();
        assert_eq!(check(&format!("{signed}.")), Err(JoseError::Signature));
        let zeros = encode([0; 64]);
        assert_eq!(check(&format!("{signed}.{zeros}")), Err(JoseError::Signature));
    }
}
