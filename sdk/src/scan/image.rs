//! Image files to luma: PNG, JPEG and WebP, bounded in size.

use std::io::Cursor;

use image::{ImageReader, Limits};
use thiserror::Error;

use super::{Luma, ScanReport, Scanner};

/// The longest side of an image, in pixels.
const MAX_SIDE: u32 = 20_000;

/// Memory that decoding may take: a photograph of 100 megapixels.
const MAX_DECODER_BYTES: u64 = 400 << 20;

/// Why bytes are not an image that can be scanned. It says nothing of the content.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ImageError {
    /// Not PNG, JPEG or WebP.
    #[error("not a PNG, JPEG or WebP image")]
    Format,
    /// The image is damaged.
    #[error("the image is damaged")]
    Damaged,
    /// The image is larger than what is scanned.
    #[error("the image is larger than {MAX_SIDE} pixels a side or 100 megapixels")]
    TooLarge,
}

/// An image as 8-bit luma.
pub struct LumaImage {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

impl LumaImage {
    /// Decodes PNG, JPEG or WebP bytes.
    ///
    /// # Errors
    ///
    /// [`ImageError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ImageError> {
        let mut reader = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(|_| ImageError::Format)?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_DECODER_BYTES);
        reader.limits(limits);
        let image = reader.decode().map_err(|error| match error {
            image::ImageError::Unsupported(_) => ImageError::Format,
            image::ImageError::Limits(_) => ImageError::TooLarge,
            _ => ImageError::Damaged,
        })?;
        let luma = image.into_luma8();
        let side = |side| usize::try_from(side).map_err(|_| ImageError::TooLarge);
        let (width, height) = (side(luma.width())?, side(luma.height())?);
        Ok(Self { pixels: luma.into_raw(), width, height })
    }

    /// The pixels, as a frame to scan.
    ///
    /// # Errors
    ///
    /// [`ImageError::TooLarge`] when the image has no pixels or too many of them.
    pub fn as_luma(&self) -> Result<Luma<'_>, ImageError> {
        Luma::new(&self.pixels, self.width, self.height, self.width)
            .map_err(|_| ImageError::TooLarge)
    }
}

impl std::fmt::Debug for LumaImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LumaImage({} x {})", self.width, self.height)
    }
}

/// Reads every QR code in a PNG, JPEG or WebP image.
///
/// # Errors
///
/// [`ImageError`] when the bytes are no such image.
pub fn scan_image(bytes: &[u8]) -> Result<ScanReport, ImageError> {
    Ok(Scanner::new().scan_still(LumaImage::decode(bytes)?.as_luma()?))
}
