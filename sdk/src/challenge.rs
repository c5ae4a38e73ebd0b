//! Challenge mode: a verifier's own nonce, so that only a QR made for it now is accepted.

use std::fmt;

use thiserror::Error;

use crate::limits::CHALLENGE_BYTES;
use crate::payload::{base45, cbor};

/// What the text of a challenge begins with. Like `IKD1:` it fits a QR's alphanumeric mode.
const PREFIX: &str = "IKD-CHALLENGE1:";

/// A challenge of one relying party, for one presentation.
///
/// The caller shows it to the phone and verifies the answer with
/// [`Verifier::verify_answer`](crate::Verifier::verify_answer). Make a new one for each holder.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    relying_party: String,
    nonce: Vec<u8>,
}

/// A nonce that is too short to be a challenge, or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a challenge of {0} bytes; it has 8 to 64, and should have {CHALLENGE_BYTES}")]
pub struct ChallengeError(pub usize);

impl Challenge {
    /// A challenge from 16 bytes of a cryptographic random source and the relying party's id.
    pub fn new(relying_party: impl Into<String>, random: [u8; CHALLENGE_BYTES]) -> Self {
        Self { relying_party: relying_party.into(), nonce: random.into() }
    }

    /// A challenge that was made elsewhere.
    ///
    /// # Errors
    ///
    /// [`ChallengeError`] where the nonce is shorter than 8 bytes or longer than 64.
    pub fn with_nonce(
        relying_party: impl Into<String>,
        nonce: impl Into<Vec<u8>>,
    ) -> Result<Self, ChallengeError> {
        let nonce = nonce.into();
        if (8..=64).contains(&nonce.len()) {
            Ok(Self { relying_party: relying_party.into(), nonce })
        } else {
            Err(ChallengeError(nonce.len()))
        }
    }

    /// What the presentation must carry as `cnonce`.
    pub fn nonce(&self) -> &[u8] {
        &self.nonce
    }

    /// What the presentation must carry as `aud`.
    pub fn relying_party(&self) -> &str {
        &self.relying_party
    }

    /// The text of the QR that a verifier shows to the phone: `IKD-CHALLENGE1:` and base45 of the
    /// CBOR map `{3: relying party, 39: nonce}`, the very claims that the answer must carry.
    pub fn to_text(&self) -> String {
        let mut map = Vec::new();
        cbor::write_head(&mut map, 5, 2);
        cbor::write_head(&mut map, 0, 3);
        cbor::write_text(&mut map, &self.relying_party);
        cbor::write_head(&mut map, 0, 39);
        cbor::write_bytes(&mut map, &self.nonce);
        PREFIX.to_owned() + &base45::encode(&map)
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge")
            .field("relying_party", &self.relying_party)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_base45_of_the_two_claims() {
        let text = Challenge::new("gate", [0xff; 16]).to_text();
        let map = base45::decode(text.strip_prefix(PREFIX).unwrap().as_bytes()).unwrap();
        assert_eq!(map, [b"\xa2\x03\x64gate\x18\x27\x50".as_slice(), &[0xff; 16]].concat());
    }
}
