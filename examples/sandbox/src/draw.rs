//! Drawing a QR: as SVG, as PNG and for the terminal.

use std::fmt::{self, Write as _};

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// The light border that scanners need, in modules.
const QUIET_ZONE: i32 = 4;
/// Beyond this version (97 modules) larger modules help a camera more than error correction does.
const DENSEST_WITH_MEDIUM: u8 = 20;
/// More would be a picture of hundreds of megabytes.
const LARGEST_SCALE: u8 = 32;

/// A QR, ready to be drawn.
pub struct Picture {
    code: QrCode,
}

/// What a terminal's text stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Background {
    /// Light text on dark, as most terminals have it.
    #[default]
    Dark,
    /// Dark text on light.
    Light,
}

/// The text does not fit in a QR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text of {characters} characters does not fit in a QR")]
pub struct TooLong {
    characters: usize,
}

impl Picture {
    /// Lays out a text: in alphanumeric mode where its characters allow, as those of an IKD QR do.
    ///
    /// Error correction is M while the QR stays easy to scan, then L, and more where there is room.
    ///
    /// # Errors
    ///
    /// When the text is too long for a QR.
    pub fn of(text: &str) -> Result<Self, TooLong> {
        let segments = QrSegment::make_segments(text);
        let fit = |level, largest| {
            let smallest = Version::MIN;
            QrCode::encode_segments_advanced(&segments, level, smallest, largest, None, true)
        };
        let code = fit(QrCodeEcc::Medium, Version::new(DENSEST_WITH_MEDIUM))
            .or_else(|_| fit(QrCodeEcc::Low, Version::MAX))
            .map_err(|_| TooLong { characters: text.chars().count() })?;
        Ok(Self { code })
    }

    /// Modules from side to side, without the quiet zone.
    #[must_use]
    pub fn modules(&self) -> u32 {
        self.code.size().unsigned_abs()
    }

    /// The QR as an SVG document, black on white.
    #[must_use]
    pub fn svg(&self) -> String {
        let side = self.code.size() + 2 * QUIET_ZONE;
        let mut path = String::new();
        for y in 0..self.code.size() {
            let mut x = 0;
            while x < self.code.size() {
                let dark = (x..self.code.size()).take_while(|x| self.code.get_module(*x, y));
                let run = dark.count() as i32;
                if run > 0 {
                    // Writing to a String does not fail.
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET_ZONE, y + QUIET_ZONE);
                }
                x += run + 1;
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/>\
             <path d=\"{path}\"/></svg>"
        )
    }

    /// The QR as a greyscale PNG of `scale` pixels a module (1 to 32; others are brought inside).
    #[must_use]
    pub fn png(&self, scale: u8) -> Vec<u8> {
        let scale = scale.clamp(1, LARGEST_SCALE);
        let mut pixels = Vec::new();
        for y in self.with_quiet_zone() {
            let mut row = Vec::new();
            for x in self.with_quiet_zone() {
                let shade = if self.code.get_module(x, y) { 0x00 } else { 0xff };
                row.extend(std::iter::repeat_n(shade, scale.into()));
            }
            for _ in 0..scale {
                pixels.extend_from_slice(&row);
            }
        }
        let side = self.with_quiet_zone().len() as u32 * u32::from(scale);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut png| {
            png.write_image_data(&pixels)?;
            png.finish()
        });
        written.expect("a picture of the stated size goes into memory");
        file
    }

    /// The QR as lines of half blocks, two rows of modules a line.
    #[must_use]
    pub fn terminal(&self, background: Background) -> String {
        let inked = |x, y| self.code.get_module(x, y) == (background == Background::Light);
        let mut text = String::new();
        for y in self.with_quiet_zone().step_by(2) {
            for x in self.with_quiet_zone() {
                text.push(match (inked(x, y), inked(x, y + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            text.push('\n');
        }
        text
    }

    /// Rows and columns with the quiet zone, in which `get_module` answers "light".
    fn with_quiet_zone(&self) -> std::ops::Range<i32> {
        -QUIET_ZONE..self.code.size() + QUIET_ZONE
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture").field("modules", &self.code.size()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Background, Picture};

    #[test]
    fn a_text_in_base45_is_laid_out_in_alphanumeric_mode() {
        // 4,296 characters fit in that mode only.
        assert!(Picture::of(&"A".repeat(4_296)).is_ok());
        assert!(Picture::of(&"A".repeat(4_297)).is_err());
        assert!(Picture::of(&"a".repeat(4_296)).is_err());
    }

    #[test]
    fn the_quiet_zone_is_four_modules() {
        let picture = Picture::of("IKD1:").expect("short");
        assert_eq!(picture.modules(), 21);
        assert!(picture.svg().contains("viewBox=\"0 0 29 29\""));
        assert!(picture.svg().contains("<path d=\"M4 4h7v1h-7z"));
        let lines: Vec<_> = picture.terminal(Background::Dark).lines().map(String::from).collect();
        assert_eq!(lines.len(), 15);
        assert!(lines.iter().all(|line| line.chars().count() == 29));
        assert!(lines[0].chars().all(|c| c == '█'));
    }
}
