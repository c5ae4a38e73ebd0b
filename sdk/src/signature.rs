//! Signature checks: Ed25519 strictly, P-256 for phone keys. The only file that calls a
//! cryptographic library for signatures.

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod wycheproof;

use ed25519_dalek::{Signature, VerifyingKey};

/// An Ed25519 public key that is a point in its canonical encoding.
#[derive(Debug, Clone)]
pub(crate) struct Ed25519Key(VerifyingKey);

impl Ed25519Key {
    /// `None` if the bytes are not the canonical encoding of a point (RFC 8032 section 5.1.3).
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        // `VerifyingKey` reduces y modulo p = 2^255 - 19 where the RFC refuses y >= p.
        let [low, middle @ .., high] = bytes;
        let above_p = *low >= 0xed && middle.iter().all(|b| *b == 0xff) && *high & 0x7f == 0x7f;
        if above_p { None } else { VerifyingKey::from_bytes(bytes).ok().map(Self) }
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// RFC 8032 section 5.1.7 with canonical S, and neither A nor R of small order.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|s| self.0.verify_strict(message, &s).is_ok())
    }
}

/// ECDSA over P-256 with SHA-256 (FIPS 186-5); the signature is r then s (RFC 9053 section 2.1).
#[cfg(not(target_family = "wasm"))]
pub(crate) fn verify_p256(x: &[u8; 32], y: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    const UNCOMPRESSED: u8 = 4;
    let mut point = [UNCOMPRESSED; 65];
    let (_, coordinates) = point.split_at_mut(1);
    for (slot, byte) in coordinates.iter_mut().zip(x.iter().chain(y)) {
        *slot = *byte;
    }
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
}

/// ECDSA over P-256 with SHA-256 (FIPS 186-5); the signature is r then s (RFC 9053 section 2.1).
#[cfg(target_family = "wasm")]
pub(crate) fn verify_p256(x: &[u8; 32], y: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    use p256::AffinePoint;
    use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
    use p256::elliptic_curve::point::AffineCoordinates;
    // From coordinates, as the general decoder brings the square root of compressed points along.
    let point: Option<AffinePoint> = AffinePoint::from_coordinates(x.into(), y.into()).into();
    let key = point.and_then(|point| VerifyingKey::from_affine(point).ok());
    let signature = Signature::from_slice(signature).ok();
    matches!((key, signature), (Some(key), Some(s)) if key.verify(message, &s).is_ok())
}
