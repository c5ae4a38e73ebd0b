//! Frames and what they say.
//!
//! A folder has a `manifest.json`: a list of `{file, payload}`, where a payload of `null` means that
//! there is no code in the frame, or of `{file, texts}`. `scenario` and `set` group the frames.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::exceptions::EXCEPTIONS;

/// A frame, decoded to luma once.
pub struct Frame {
    pub file: String,
    /// What the frames are grouped by in the tables.
    pub group: String,
    /// A photograph of a set, for which the bar is another than for frames of screens.
    pub photo: bool,
    pub expected: Expected,
    pub luma: Vec<u8>,
    pub width: usize,
    pub height: usize,
}

/// What is in a frame.
pub enum Expected {
    /// No code.
    Nothing,
    /// One or more codes with these texts.
    Texts(Vec<String>),
    /// A code whose text the manifest does not give.
    Unknown,
}

/// How a reading compares to what is expected.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Right,
    /// The bytes are the text in another character set, or with other line ends: these are said.
    RightIn(&'static str),
    /// Listed in [`EXCEPTIONS`], with this reason.
    Listed(&'static str),
    /// Nothing to compare with.
    Unchecked,
    Wrong,
}

impl Verdict {
    pub fn counts_as_read(self) -> bool {
        self != Self::Wrong
    }
}

impl Expected {
    /// Compares decoded bytes, since manifests hold text: the bytes of the text come first, then
    /// its bytes in the character sets that QR encoders use.
    pub fn compare(&self, bytes: &[u8]) -> Verdict {
        let texts = match self {
            Self::Nothing => return Verdict::Wrong,
            Self::Unknown => return Verdict::Unchecked,
            Self::Texts(texts) => texts,
        };
        if texts.iter().any(|text| text.as_bytes() == bytes) {
            return Verdict::Right;
        }
        if texts.iter().any(|text| lines(text) == lines(&String::from_utf8_lossy(bytes))) {
            return Verdict::RightIn("with other line ends");
        }
        for (name, set) in [
            ("in ISO 8859-1", encoding_rs::WINDOWS_1252),
            ("in Shift JIS", encoding_rs::SHIFT_JIS),
            ("in GB 18030", encoding_rs::GB18030),
            ("in Big5", encoding_rs::BIG5),
            ("in EUC-JP", encoding_rs::EUC_JP),
        ] {
            let (decoded, _, malformed) = set.decode(bytes);
            if !malformed && texts.iter().any(|text| lines(text) == lines(&decoded)) {
                return Verdict::RightIn(name);
            }
        }
        Verdict::Wrong
    }
}

impl Frame {
    /// Compares decoded bytes with what is expected and with the exceptions.
    pub fn compare(&self, bytes: &[u8]) -> Verdict {
        let verdict = self.expected.compare(bytes);
        let listed = EXCEPTIONS.iter().find(|&&(file, text, _)| {
            let expected = Expected::Texts(vec![text.to_owned()]);
            file == self.file && expected.compare(bytes) != Verdict::Wrong
        });
        match (verdict, listed) {
            (Verdict::Wrong, Some((_, _, reason))) => Verdict::Listed(reason),
            _ => verdict,
        }
    }
}

/// Without the differences that text files bring: line ends, and blanks at the very end.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim_end().to_owned()
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    payload: Option<String>,
    texts: Option<Vec<String>>,
    scenario: Option<String>,
    set: Option<String>,
}

/// Reads a folder: every frame of its manifest, decoded.
pub fn load(folder: &Path) -> Result<Vec<Frame>, String> {
    let manifest = folder.join("manifest.json");
    let text = fs::read(&manifest).map_err(|e| format!("{}: {e}", manifest.display()))?;
    let entries: Vec<Entry> =
        serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", manifest.display()))?;
    entries.into_iter().map(|entry| frame(folder, entry)).collect()
}

fn frame(folder: &Path, entry: Entry) -> Result<Frame, String> {
    let path = folder.join(&entry.file);
    let image = image::open(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    // What is transparent is white on most screens, and the readers see no transparency.
    let luma = if image.color().has_alpha() {
        let mut rgba = image.into_rgba8();
        for pixel in rgba.pixels_mut() {
            let [channels @ .., alpha] = &mut pixel.0;
            for channel in channels {
                let over_white =
                    u16::from(*channel) * u16::from(*alpha) + 255 * (255 - u16::from(*alpha));
                *channel = (over_white / 255) as u8;
            }
            *alpha = 255;
        }
        image::DynamicImage::ImageRgba8(rgba).into_luma8()
    } else {
        image.into_luma8()
    };
    let expected = match (entry.payload, entry.texts) {
        (Some(payload), _) => Expected::Texts(vec![payload]),
        (None, Some(texts)) if texts.is_empty() => Expected::Unknown,
        (None, Some(texts)) => Expected::Texts(texts),
        (None, None) => Expected::Nothing,
    };
    Ok(Frame {
        file: entry.file,
        photo: entry.set.is_some(),
        group: entry.scenario.or(entry.set).unwrap_or_else(|| "all".to_owned()),
        expected,
        width: luma.width() as usize,
        height: luma.height() as usize,
        luma: luma.into_raw(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_compared_in_the_sets_that_encoders_use() {
        let expected = Expected::Texts(vec!["測試\n".to_owned(), "é".to_owned()]);
        assert!(expected.compare("測試\n".as_bytes()) == Verdict::Right);
        assert!(
            expected.compare("測試\r\n".as_bytes()) == Verdict::RightIn("with other line ends")
        );
        assert!(expected.compare(&[0xB4, 0xFA, 0xB8, 0xD5]) == Verdict::RightIn("in Big5"));
        assert!(expected.compare(&[0xE9]) == Verdict::RightIn("in ISO 8859-1"));
        assert!(expected.compare(b"e") == Verdict::Wrong);
        assert!(Expected::Nothing.compare(b"") == Verdict::Wrong);
    }
}
