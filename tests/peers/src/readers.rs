//! The readers, behind one face.

use crate::frames::Frame;
use crate::ours::Ours;

/// The names in the tables.
pub const OURS: &str = "ikd";
pub const ZXING_CPP: &str = "zxing-cpp";

/// Reads the codes of a frame.
pub trait Reader {
    fn name(&self) -> &'static str;

    /// The bytes of every QR code in a frame.
    fn read(&mut self, frame: &Frame) -> Vec<Vec<u8>>;
}

/// All readers that were built in, ours first; those named in `only`, if any are.
pub fn all(only: &[String]) -> Vec<Box<dyn Reader>> {
    let readers: Vec<Box<dyn Reader>> = vec![
        Box::new(Ours::new()),
        #[cfg(feature = "zxing-cpp")]
        Box::new(zxing_cpp::ZxingCpp::new()),
        #[cfg(feature = "rxing")]
        Box::new(rxing_rs::Rxing),
        #[cfg(feature = "rqrr")]
        Box::new(rqrr_rs::Rqrr),
    ];
    readers
        .into_iter()
        .filter(|reader| only.is_empty() || only.iter().any(|name| name == reader.name()))
        .collect()
}

impl Reader for Ours {
    fn name(&self) -> &'static str {
        OURS
    }

    fn read(&mut self, frame: &Frame) -> Vec<Vec<u8>> {
        Self::read(self, frame)
    }
}

#[cfg(feature = "zxing-cpp")]
mod zxing_cpp {
    use crate::frames::Frame;
    use zxingcpp::{BarcodeFormat, BarcodeReader, ImageFormat, ImageView};

    /// With everything tried that it can try: what a verifier would set.
    pub struct ZxingCpp(BarcodeReader);

    impl ZxingCpp {
        pub fn new() -> Self {
            Self(
                zxingcpp::read()
                    .formats([BarcodeFormat::QRCode])
                    .try_harder(true)
                    .try_rotate(true)
                    .try_invert(true)
                    .try_downscale(true),
            )
        }
    }

    impl super::Reader for ZxingCpp {
        fn name(&self) -> &'static str {
            super::ZXING_CPP
        }

        fn read(&mut self, frame: &Frame) -> Vec<Vec<u8>> {
            let (width, height) = (frame.width as u32, frame.height as u32);
            let view = ImageView::from_slice(&frame.luma, width, height, ImageFormat::Lum);
            let codes = view.and_then(|view| self.0.from(view)).unwrap_or_default();
            codes.iter().filter(|code| code.is_valid()).map(|code| code.bytes()).collect()
        }
    }
}

#[cfg(feature = "rxing")]
mod rxing_rs {
    use crate::frames::Frame;
    use rxing::{BarcodeFormat, DecodeHints, RXingResultMetadataType, RXingResultMetadataValue};

    /// Its own defaults for a frame, QR only, and inverted codes too.
    pub struct Rxing;

    impl super::Reader for Rxing {
        fn name(&self) -> &'static str {
            "rxing"
        }

        fn read(&mut self, frame: &Frame) -> Vec<Vec<u8>> {
            let mut hints = DecodeHints {
                TryHarder: Some(true),
                AlsoInverted: Some(true),
                ..DecodeHints::default()
            };
            let result = rxing::helpers::detect_in_luma_slice_with_hints(
                &frame.luma,
                frame.width as u32,
                frame.height as u32,
                Some(BarcodeFormat::QR_CODE),
                &mut hints,
            );
            result.iter().map(bytes).collect()
        }
    }

    /// The bytes of byte segments, if it kept them and they are all of the text; else the text.
    fn bytes(result: &rxing::RXingResult) -> Vec<u8> {
        let text = result.getText();
        match result.getRXingResultMetadata().get(&RXingResultMetadataType::BYTE_SEGMENTS) {
            Some(RXingResultMetadataValue::ByteSegments(segments))
                if !text.is_ascii() && segments.len() == 1 =>
            {
                segments.concat()
            }
            _ => text.as_bytes().to_vec(),
        }
    }
}

#[cfg(feature = "rqrr")]
mod rqrr_rs {
    use crate::frames::Frame;
    /// It has no settings.
    pub struct Rqrr;

    impl super::Reader for Rqrr {
        fn name(&self) -> &'static str {
            "rqrr"
        }

        fn read(&mut self, frame: &Frame) -> Vec<Vec<u8>> {
            let &Frame { width, height, ref luma, .. } = frame;
            let pixel = |x, y| luma[y * width + x];
            let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
            let decode = |grid: rqrr::Grid<_>| {
                let mut bytes = Vec::new();
                grid.decode_to(&mut bytes).ok().map(|_| bytes)
            };
            image.detect_grids().into_iter().filter_map(decode).collect()
        }
    }
}
