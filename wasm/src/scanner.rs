//! Camera frames to texts.

use ikd_verifier::Message;
use ikd_verifier::scan::{self, Budget, Content, Hint, Luma};
use js_sys::{Uint8Array, WebAssembly};
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use crate::error::{invalid_argument, to_js};

/// Finds and reads the QR codes of one picture after another. It keeps its buffers.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Scanner {
    scanner: scan::Scanner,
    frame: Frame,
}

/// Reads QR codes from a video: looks first where the code was, adds up what blurred frames show of
/// it, and gives each text once.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Tracker {
    tracker: scan::Tracker,
    frame: Frame,
}

/// A frame in this module's memory, where JavaScript writes it.
#[derive(Debug, Default)]
struct Frame(Vec<u8>);

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("scanner.d.ts");

/// What a frame holds.
#[derive(Debug, Serialize, Tsify)]
pub struct Scan {
    /// The codes that were read and are text.
    codes: Vec<ScannedText>,
    /// If there are none: what stood in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional, type = "ScanHint")]
    hint: Option<&'static str>,
}

/// The text of one code.
#[derive(Serialize, Tsify)]
pub struct ScannedText {
    /// The text.
    text: String,
    /// What it seems to be.
    #[tsify(type = "ScannedContent")]
    content: &'static str,
    /// The same in words.
    #[tsify(type = "Message")]
    message: Message,
    /// Corners of the code in pixels: its top left, top right, bottom right and bottom left.
    #[tsify(type = "Corners")]
    corners: [[f32; 2]; 4],
}

/// What a frame of a video holds.
#[derive(Debug, Serialize, Tsify)]
pub struct Track {
    /// The texts that no frame before has given.
    codes: Vec<ScannedText>,
    /// Every code in the frame, read or not, new or not.
    visible: Vec<Sighting>,
    /// If none was read: what stood in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional, type = "ScanHint")]
    hint: Option<&'static str>,
}

/// Where a code is in a frame.
#[derive(Debug, Serialize, Tsify)]
pub struct Sighting {
    /// Corners of the code, as in `ScannedText`.
    #[tsify(type = "Corners")]
    corners: [[f32; 2]; 4],
    /// Whether this frame, with those before it, could be read.
    read: bool,
}

#[wasm_bindgen]
impl Scanner {
    /// A scanner with empty buffers.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// A view of this module's memory to write a frame of `length` bytes into, so that it is copied
    /// once only. It is good until the next call of anything in this package.
    pub fn frame(&mut self, length: usize) -> Result<Uint8Array, JsValue> {
        self.frame.view(length)
    }

    /// Scans a frame of 8-bit luma that was written into `frame`. `thorough` is for still pictures.
    #[wasm_bindgen(js_name = scanLuma)]
    pub fn scan_luma(
        &mut self,
        width: usize,
        height: usize,
        stride: usize,
        thorough: bool,
    ) -> Result<Ts<Scan>, JsValue> {
        let luma = self.frame.luma(width, height, stride)?;
        let budget = if thorough { Budget::thorough() } else { Budget::realtime() };
        let report = self.scanner.scan(luma, &budget);
        to_js(&Scan { codes: texts(report.codes), hint: report.hint.map(Hint::as_str) })
    }

    /// Scans a frame of RGBA, as in an `ImageData`, that was written into `frame`.
    #[wasm_bindgen(js_name = scanRgba)]
    pub fn scan_rgba(
        &mut self,
        width: usize,
        height: usize,
        thorough: bool,
    ) -> Result<Ts<Scan>, JsValue> {
        self.frame.rgba_to_luma();
        self.scan_luma(width, height, width, thorough)
    }
}

#[wasm_bindgen]
impl Tracker {
    /// A tracker that has seen nothing.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// As `Scanner.frame`.
    pub fn frame(&mut self, length: usize) -> Result<Uint8Array, JsValue> {
        self.frame.view(length)
    }

    /// Takes the next frame of the video, 8-bit luma that was written into `frame`.
    #[wasm_bindgen(js_name = scanLuma)]
    pub fn scan_luma(
        &mut self,
        width: usize,
        height: usize,
        stride: usize,
    ) -> Result<Ts<Track>, JsValue> {
        let luma = self.frame.luma(width, height, stride)?;
        let report = self.tracker.push(luma, &Budget::realtime());
        to_js(&Track {
            codes: texts(report.codes),
            visible: report.visible.into_iter().map(sighting).collect(),
            hint: report.hint.map(Hint::as_str),
        })
    }

    /// Takes the next frame of the video, RGBA that was written into `frame`.
    #[wasm_bindgen(js_name = scanRgba)]
    pub fn scan_rgba(&mut self, width: usize, height: usize) -> Result<Ts<Track>, JsValue> {
        self.frame.rgba_to_luma();
        self.scan_luma(width, height, width)
    }

    /// Forgets the texts given so far: they will be given again.
    pub fn forget(&mut self) {
        self.tracker.forget();
    }
}

impl Frame {
    fn view(&mut self, length: usize) -> Result<Uint8Array, JsValue> {
        const MAX_FRAME: usize = 256 << 20;
        if length > MAX_FRAME {
            return Err(invalid_argument("a frame has at most 256 MiB"));
        }
        self.0.resize(length, 0);
        let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
        let address = u32::try_from(self.0.as_ptr().addr()).unwrap_or_default();
        let length = u32::try_from(length).unwrap_or_default();
        Ok(Uint8Array::new_with_byte_offset_and_length(&memory.buffer(), address, length))
    }

    fn luma(&self, width: usize, height: usize, stride: usize) -> Result<Luma<'_>, JsValue> {
        let luma = Luma::new(&self.0, width, height, stride);
        luma.map_err(|error| invalid_argument(&error.to_string()))
    }

    /// Turns RGBA into luma in the same buffer: BT.601, in parts of 256.
    fn rgba_to_luma(&mut self) {
        let frame = &mut self.0;
        let pixels = frame.len() / 4;
        for i in 0..pixels {
            let at = i.saturating_mul(4);
            let rgb = frame.get(at..).and_then(<[u8]>::first_chunk);
            let [r, g, b] = rgb.copied().unwrap_or_default().map(u32::from);
            let sum = r.saturating_mul(77).saturating_add(g.saturating_mul(150));
            let [_, _, luma, _] = sum.saturating_add(b.saturating_mul(29)).to_be_bytes();
            if let Some(pixel) = frame.get_mut(i) {
                *pixel = luma;
            }
        }
        frame.truncate(pixels);
    }
}

fn sighting(scan::Sighting { corners, read, .. }: scan::Sighting) -> Sighting {
    Sighting { corners, read }
}

fn texts(codes: Vec<scan::ScannedCode>) -> Vec<ScannedText> {
    let text = |code: scan::ScannedCode| {
        let text = code.text?;
        let content = Content::of(&text);
        let (content, message) = (content.as_str(), content.message());
        Some(ScannedText { text, content, message, corners: code.corners })
    };
    codes.into_iter().filter_map(text).collect()
}

impl std::fmt::Debug for ScannedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScannedText").field("content", &self.content).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn rgba_becomes_luma_in_place() {
        let mut frame = super::Frame(vec![0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 255]);
        frame.rgba_to_luma();
        assert_eq!(frame.0, [0, 255, 76]);
    }
}
