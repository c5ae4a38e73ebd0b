//! Pixels to texts, and what to tell the person at the camera.

use ikd_verifier::Message;
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

/// A stable text for machines.
pub(crate) fn hint_name(hint: Hint) -> &'static str {
    match hint {
        Hint::NoFinder => "no_finder",
        Hint::TooSmall => "too_small",
        Hint::Blurred => "blurred",
        Hint::TooBright => "too_bright",
        Hint::TooDark => "too_dark",
        Hint::Uncorrectable => "uncorrectable",
        Hint::BudgetSpent => "budget_spent",
        _ => "other",
    }
}

/// What the person at the camera can do.
pub(crate) fn hint_message(hint: Option<Hint>) -> Message {
    match hint {
        Some(Hint::TooSmall) => {
            Message::new("Dekatkan kamera ke QR.", "Move the camera closer to the QR.")
        }
        Some(Hint::Blurred) => Message::new(
            "Tahan kamera agar gambar tidak buram.",
            "Hold the camera still, or let it focus.",
        ),
        Some(Hint::TooBright) => Message::new(
            "Miringkan ponsel agar tidak memantulkan cahaya.",
            "Tilt the phone, so that no light shines off it.",
        ),
        Some(Hint::TooDark) => Message::new(
            "Minta warga menaikkan kecerahan layar.",
            "Ask the citizen to raise the screen's brightness.",
        ),
        Some(Hint::Uncorrectable) => Message::new(
            "Sebagian QR tertutup atau rusak; pindai lagi.",
            "Part of the QR is hidden or damaged; scan again.",
        ),
        _ => Message::new(
            "Arahkan kamera ke QR di layar ponsel.",
            "Point the camera at the QR on the phone.",
        ),
    }
}
