//! Pseudonyms of citizens.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::id::Pseudonym;
use crate::attributes::Nik;

/// The relying party's secret that turns citizens into pseudonyms: HMAC-SHA-256 (RFC 2104).
///
/// Who holds it can find the entries of a citizen who asks for them. Nobody else can tell whose
/// they are, not even by trying every NIK. It belongs beside no log. Once it is deleted, no entry
/// leads to a person any more.
///
/// `Debug` does not show it.
#[derive(Clone)]
pub struct PseudonymKey([u8; 32]);

impl PseudonymKey {
    /// From 32 random bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The pseudonym of the citizen with this NIK.
    pub fn of_nik(&self, nik: &Nik) -> Pseudonym {
        self.mac(&["nik", nik.as_str()])
    }

    /// The pseudonym of a `sub`, which means something under its issuer only.
    pub fn of_subject(&self, issuer: &str, sub: &str) -> Pseudonym {
        self.mac(&["sub", issuer, sub])
    }

    /// Each part with its length before it, so that no two lists of parts are the same bytes.
    fn mac(&self, parts: &[&str]) -> Pseudonym {
        // HMAC fills a shorter key up to the hash's block with zeros, as is done here.
        let mut block = [0; 64];
        let (key, _) = block.split_at_mut(self.0.len());
        key.copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for part in [&"ikd-audit-subject/1"].into_iter().chain(parts) {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            mac.update(&length.to_be_bytes());
            mac.update(part.as_bytes());
        }
        Pseudonym::from_bytes(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_plain_hmac() {
        // Computed with Python's hmac and hashlib.
        let key = PseudonymKey::from_bytes([7; 32]);
        let expected = "rmSwSN39dJf1gQtqy6PctqxGHc1or9Gki8hTClEKfac";
        assert_eq!(key.of_subject("iss", "sub").to_string(), expected);
    }

    #[test]
    fn one_person_one_pseudonym_under_one_key() {
        let key = PseudonymKey::from_bytes([7; 32]);
        let nik = Nik::from("9901015708920001");
        assert_eq!(key.of_nik(&nik), key.clone().of_nik(&nik));
        assert_ne!(key.of_nik(&nik), PseudonymKey::from_bytes([8; 32]).of_nik(&nik));
        assert_ne!(key.of_nik(&nik), key.of_subject("", nik.as_str()));
        assert_ne!(key.of_subject("ab", "c"), key.of_subject("a", "bc"));
        assert_eq!(format!("{key:?}"), "PseudonymKey(…)");
    }
}
