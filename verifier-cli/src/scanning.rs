//! Pixels to texts, and what to tell the person at the camera.

use ikd_verifier::scan::{Content, Hint, ImageError, ScannedCode, scan_image};

/// What stands in a file.
#[derive(Debug)]
pub(crate) enum Found {
    /// Texts of QRs: those of identity QRs, or the first one if there are none.
    Texts(Vec<String>),
    /// No QR, and why as far as the picture tells.
    Nothing(Option<Hint>),
}

/// The QR texts in the bytes of a file: an image, or the text of one QR itself.
pub(crate) fn texts(bytes: &[u8]) -> Result<Found, ImageError> {
    let report = match scan_image(bytes) {
        Ok(report) => report,
        Err(ImageError::Format) => return text_file(bytes).ok_or(ImageError::Format),
        Err(error) => return Err(error),
    };
    if report.codes.is_empty() {
        return Ok(Found::Nothing(report.hint));
    }
    let text = |code: ScannedCode| code.text.unwrap_or_default();
    let mut texts: Vec<String> = report.codes.into_iter().map(text).collect();
    let is_ikd = |text: &String| Content::of(text) == Content::Ikd;
    if texts.iter().any(is_ikd) {
        // A poster beside the phone is not asked for its identity.
        texts.retain(is_ikd);
        texts.sort_unstable();
        // One QR seen twice, in a mirror or on two screens, is one QR.
        texts.dedup();
    } else {
        texts.truncate(1);
    }
    Ok(Found::Texts(texts))
}

fn text_file(bytes: &[u8]) -> Option<Found> {
    let text = std::str::from_utf8(bytes).ok()?;
    (Content::of(text) == Content::Ikd).then(|| Found::Texts(vec![text.to_owned()]))
}
