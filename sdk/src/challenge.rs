//! Challenge mode: a verifier's own nonce, so that only a QR made for it now is accepted.

use std::fmt;

use crate::limits::CHALLENGE_BYTES;

/// A challenge of one relying party, for one presentation.
///
/// The caller shows it to the phone and verifies the answer with
/// [`Verifier::verify_answer`](crate::Verifier::verify_answer). Make a new one for each holder.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    relying_party: String,
    nonce: [u8; CHALLENGE_BYTES],
}

impl Challenge {
    /// A challenge from 16 bytes of a cryptographic random source and the relying party's id.
    pub fn new(relying_party: impl Into<String>, random: [u8; CHALLENGE_BYTES]) -> Self {
        Self { relying_party: relying_party.into(), nonce: random }
    }

    /// What the presentation must carry as `cnonce`.
    pub fn nonce(&self) -> &[u8; CHALLENGE_BYTES] {
        &self.nonce
    }

    /// What the presentation must carry as `aud`.
    pub fn relying_party(&self) -> &str {
        &self.relying_party
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge")
            .field("relying_party", &self.relying_party)
            .finish_non_exhaustive()
    }
}
