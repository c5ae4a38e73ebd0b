//! The verifier's own challenge, as a text.

use wasm_bindgen::prelude::*;

use crate::options::{ChallengeOptions, challenge};

/// The text of the QR that a verifier shows: `IKD-CHALLENGE1:` and base45 of the CBOR map
/// `{3: relying party, 39: nonce}`, the very claims that the answer must carry.
#[wasm_bindgen(js_name = challengeText)]
pub fn challenge_text(options: &ChallengeOptions) -> Result<String, JsValue> {
    Ok(challenge(options)?.to_text())
}
