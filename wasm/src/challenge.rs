//! The verifier's own challenge, as a text and as a QR.

use ikd_verifier::Challenge;
use wasm_bindgen::prelude::*;

use crate::options::{ChallengeOptions, challenge};

/// What the text of a challenge begins with. Like `IKD1:` it fits a QR's alphanumeric mode.
const PREFIX: &str = "IKD-CHALLENGE1:";

/// RFC 9285, table 1.
const BASE45: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The text of the QR that a verifier shows: `IKD-CHALLENGE1:` and base45 of the CBOR map
/// `{3: relying party, 39: nonce}`, the very claims that the answer must carry.
#[wasm_bindgen(js_name = challengeText)]
pub fn challenge_text(options: &ChallengeOptions) -> Result<String, JsValue> {
    Ok(text(&challenge(options)?))
}

fn text(challenge: &Challenge) -> String {
    let mut map = vec![0xa2, 0x03];
    head(&mut map, 0x60, challenge.relying_party().len());
    map.extend_from_slice(challenge.relying_party().as_bytes());
    map.extend_from_slice(&[0x18, 39]);
    head(&mut map, 0x40, challenge.nonce().len());
    map.extend_from_slice(challenge.nonce());
    let mut text = PREFIX.to_owned();
    base45(&mut text, &map);
    text
}

/// The head of a CBOR string (RFC 8949 section 3) of up to 65,535 bytes.
fn head(out: &mut Vec<u8>, major: u8, length: usize) {
    let length = u16::try_from(length).unwrap_or(u16::MAX);
    let [high, low] = length.to_be_bytes();
    match length {
        0..=23 => out.push(major | low),
        24..=0xff => out.extend_from_slice(&[major | 24, low]),
        _ => out.extend_from_slice(&[major | 25, high, low]),
    }
}

fn base45(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.chunks(2) {
        let value = chunk.iter().fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
        let digits = [value % 45, value / 45 % 45, value / 2_025];
        for digit in digits.into_iter().take(chunk.len().saturating_add(1)) {
            let at = usize::try_from(digit).unwrap_or_default();
            out.extend(BASE45.get(at).copied().map(char::from));
        }
    }
}

/// The modules of a QR code: `size` rows of `size` bytes, 1 for dark. No quiet zone.
#[cfg(feature = "scan")]
#[wasm_bindgen]
#[derive(Debug)]
pub struct QrModules {
    size: usize,
    modules: Vec<u8>,
}

#[cfg(feature = "scan")]
#[wasm_bindgen]
impl QrModules {
    /// Modules on a side.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The modules, row by row.
    #[wasm_bindgen(getter)]
    pub fn modules(&self) -> Vec<u8> {
        self.modules.clone()
    }
}

/// Makes a QR code of a text, with error correction of level M.
#[cfg(feature = "scan")]
#[wasm_bindgen(js_name = qrModules)]
pub fn qr_modules(text: &str) -> Result<QrModules, JsValue> {
    use qrcodegen::{QrCode, QrCodeEcc};

    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|_| crate::error::invalid_argument("the text is too long for a QR code"))?;
    let side = code.size();
    let modules = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    Ok(QrModules {
        size: usize::try_from(side).unwrap_or_default(),
        modules: modules.map(|(x, y)| u8::from(code.get_module(x, y))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use ikd_verifier::Challenge;

    #[test]
    fn the_text_is_base45_of_the_two_claims() {
        let challenge = Challenge::new("gate", [0xff; 16]);
        let mut base45 = String::new();
        super::base45(&mut base45, b"\xa2\x03\x64gate\x18\x27\x50");
        super::base45(&mut base45, &[0xff; 16]);
        // The first part has an even number of bytes, so the two encodings join.
        assert_eq!(super::text(&challenge), format!("IKD-CHALLENGE1:{base45}"));
    }

    #[test]
    fn base45_is_that_of_the_rfc() {
        let encode = |bytes: &[u8]| {
            let mut out = String::new();
            super::base45(&mut out, bytes);
            out
        };
        assert_eq!(encode(b"AB"), "BB8");
        assert_eq!(encode(b"Hello!!"), "%69 VD92EX0");
        assert_eq!(encode(b"base-45"), "UJCLQE7W581");
        assert_eq!(encode(b"ietf!"), "QED8WEX0");
    }
}
