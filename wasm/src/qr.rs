//! QR codes to show, such as that of a challenge.

use qrcodegen::{QrCode, QrCodeEcc};
use wasm_bindgen::prelude::*;

/// The modules of a QR code: `size` rows of `size` bytes, 1 for dark. No quiet zone.
#[wasm_bindgen]
#[derive(Debug)]
pub struct QrModules {
    size: usize,
    modules: Vec<u8>,
}

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
#[wasm_bindgen(js_name = qrModules)]
pub fn qr_modules(text: &str) -> Result<QrModules, JsValue> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|_| crate::error::invalid_argument("the text is too long for a QR code"))?;
    let side = code.size();
    let modules = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    Ok(QrModules {
        size: usize::try_from(side).unwrap_or_default(),
        modules: modules.map(|(x, y)| u8::from(code.get_module(x, y))).collect(),
    })
}
