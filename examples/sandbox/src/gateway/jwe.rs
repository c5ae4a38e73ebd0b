//! Encryption of an answer to the client's key: ECDH-ES with A256GCM (RFC 7516, RFC 7518).

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::{PublicKey as Point, SecretKey};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::jose::{encode, jwk};
use crate::keys::{PublicKey, derive};

const ENC: &str = "A256GCM";

/// The nested token, encrypted to a P-256 key. `secret` must be new for every message.
///
/// `None` when `recipient` is no point on P-256.
pub(crate) fn encrypt(
    token: &str,
    recipient: &PublicKey,
    kid: Option<&str>,
    secret: &[u8; 32],
) -> Option<String> {
    let PublicKey::P256 { x, y } = recipient else {
        return None;
    };
    let recipient = Point::from_sec1_bytes(&[&[4][..], x, y].concat()).ok()?;
    // One number in 2^32 is no key of P-256, and the next one is taken.
    let ephemeral = (0_u8..=u8::MAX)
        .find_map(|n| SecretKey::from_slice(&derive(secret, &[b"ephemeral", &[n]])).ok())?;
    let point = ephemeral.public_key().to_sec1_point(false);
    let (x, y) = (point.x()?.as_slice().try_into().ok()?, point.y()?.as_slice().try_into().ok()?);
    let epk = jwk(&PublicKey::P256 { x, y });
    let mut header = json!({"alg": "ECDH-ES", "enc": ENC, "cty": "JWT", "epk": epk});
    if let Some(kid) = kid {
        header["kid"] = kid.into();
    }
    let header = encode(header.to_string());
    let shared = p256::ecdh::diffie_hellman(ephemeral.to_nonzero_scalar(), recipient.as_affine());
    let key = concat_kdf(shared.raw_secret_bytes());
    let iv: [u8; 12] = derive(secret, &[b"iv"])[..12].try_into().ok()?;
    let payload = Payload { msg: token.as_bytes(), aad: header.as_bytes() };
    let cipher = Aes256Gcm::new_from_slice(&key).ok()?;
    let mut sealed = cipher.encrypt(&Nonce::from(iv), payload).ok()?;
    let tag = sealed.split_off(sealed.len().checked_sub(16)?);
    Some(format!("{header}..{}.{}.{}", encode(iv), encode(sealed), encode(tag)))
}

/// The content key from the shared secret (RFC 7518, section 4.6.2), with no party information.
fn concat_kdf(shared: &[u8]) -> [u8; 32] {
    let length = |n: usize| (n as u32).to_be_bytes();
    Sha256::new()
        .chain_update(1_u32.to_be_bytes())
        .chain_update(shared)
        .chain_update(length(ENC.len()))
        .chain_update(ENC)
        .chain_update(length(0))
        .chain_update(length(0))
        .chain_update(256_u32.to_be_bytes())
        .finalize()
        .into()
}
