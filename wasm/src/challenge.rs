//! The verifier's own challenge, as a text and as a QR.

use wasm_bindgen::prelude::*;

use crate::options::{ChallengeOptions, challenge};

/// The text of the QR that a verifier shows: `IKD-CHALLENGE1:` and base45 of the CBOR map
/// `{3: relying party, 39: nonce}`, the very claims that the answer must carry.
#[wasm_bindgen(js_name = challengeText)]
pub fn challenge_text(options: &ChallengeOptions) -> Result<String, JsValue> {
    Ok(challenge(options)?.to_text())
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
