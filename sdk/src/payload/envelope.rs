//! The text of a QR and the bytes in it (IKD-QR section 1).

use std::fmt;

use sha2::{Digest, Sha256};

use super::{base45, presentation::UnverifiedPresentation};
use crate::limits::MAX_TEXT_CHARS;
use crate::refusal::{Code, Detail, Refusal};

/// What every text of this format begins with.
pub(crate) const PREFIX: &str = "IKD1:";

/// The decoded bytes of a QR text. Nothing in it is verified, and nothing of it can be read but by
/// [`parse`](Self::parse) and verification.
pub struct Envelope {
    bytes: Vec<u8>,
}

impl Envelope {
    /// Decodes the text of a QR, with the white space that scanners add around it.
    ///
    /// # Errors
    ///
    /// [`Code::NotIkd`], [`Code::TooLarge`] or [`Code::BadBase45`] (IKD-QR section 6, steps 2 to 4).
    pub fn decode(text: &str) -> Result<Self, Refusal> {
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
        let body = text.strip_prefix(PREFIX).ok_or(Code::NotIkd)?;
        // Characters are counted only where bytes could be too many, so that this stays cheap.
        if text.len() > MAX_TEXT_CHARS {
            let actual = text.chars().count();
            if actual > MAX_TEXT_CHARS {
                let detail = Detail::Length { actual, limit: MAX_TEXT_CHARS };
                return Err(Refusal::with(Code::TooLarge, detail));
            }
        }
        match base45::decode(body.as_bytes()) {
            Ok(bytes) => Ok(Self { bytes }),
            Err(error) => Err(Refusal::with(Code::BadBase45, Detail::Base45(error))),
        }
    }

    /// Takes the presentation and its credential apart (steps 5 and 6).
    ///
    /// # Errors
    ///
    /// [`Code::BadCbor`] or [`Code::BadStructure`].
    pub fn parse(&self) -> Result<UnverifiedPresentation<'_>, Refusal> {
        UnverifiedPresentation::parse(&self.bytes)
    }

    /// SHA-256 of the decoded bytes: what the consent channel calls `qr_sha256`.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// The decoded bytes, for tools that show the layers of a QR.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope({} bytes)", self.bytes.len())
    }
}
