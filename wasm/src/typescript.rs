//! TypeScript types that no structure has. Codes and names come out of the SDK's own tables, when
//! this crate is compiled.

#[cfg(feature = "scan")]
use ikd_verifier::scan::{Content, Hint};
#[cfg(feature = "verify")]
use ikd_verifier::{AttributeKind, AttributeName, Code};
use wasm_bindgen::prelude::*;

/// The stable texts of every value of an enumeration.
macro_rules! literals {
    ($values:ident) => {{
        let mut texts = [""; $values::ALL.len()];
        let mut i = 0;
        while i < texts.len() {
            texts[i] = $values::ALL[i].as_str();
            i += 1;
        }
        texts
    }};
}

/// Text that is put together by the compiler.
struct Text<const N: usize> {
    bytes: [u8; N],
    /// Bytes written, or needed, if `N` is too small.
    length: usize,
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler"
)]
impl<const N: usize> Text<N> {
    const fn new() -> Self {
        Self { bytes: [0; N], length: 0 }
    }

    const fn push(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() {
            if self.length < N {
                self.bytes[self.length] = text[i];
            }
            self.length += 1;
            i += 1;
        }
        self
    }

    const fn as_str(&self) -> &str {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    /// `export type NAME`, a union of literals.
    const fn union(comment: &str, name: &str, literals: &[&str]) -> Self {
        let mut text = Self::new().push("/** ").push(comment).push(" */\nexport type ").push(name);
        text = text.push(" =");
        let mut i = 0;
        while i < literals.len() {
            text = text.push("\n  | \"").push(literals[i]).push("\"");
            i += 1;
        }
        text.push(";\n")
    }

    /// `Code`: every result code.
    #[cfg(feature = "verify")]
    const fn codes() -> Self {
        let comment = "The one result code of a refused QR, in the order of the checks.";
        Self::union(comment, "Code", &literals!(Code))
    }

    /// `ScanHint`: why no code was read.
    #[cfg(feature = "scan")]
    const fn hints() -> Self {
        let comment = "Why no code was read, and so what the person at the camera can do about it.";
        Self::union(comment, "ScanHint", &literals!(Hint))
    }

    /// `ScannedContent`: what a text seems to be.
    #[cfg(feature = "scan")]
    const fn contents() -> Self {
        Self::union("What the text of a QR seems to be.", "ScannedContent", &literals!(Content))
    }

    /// `Attributes`: every attribute with its type.
    #[cfg(feature = "verify")]
    const fn attributes() -> Self {
        let mut text = Self::new()
            .push("/** Disclosed attributes by name. Dates are ISO 8601 (`2001-12-31`), unless a\n")
            .push(" * warning says that the signed text is no day. */\n")
            .push("export interface Attributes {");
        let mut i = 0;
        while i < AttributeName::ALL.len() {
            let name = AttributeName::ALL[i];
            let kind = match name.kind() {
                AttributeKind::Text => "string",
                AttributeKind::Uint => "number",
                AttributeKind::Bytes => "Uint8Array<ArrayBuffer>",
                AttributeKind::Bool => "boolean",
            };
            text = text.push("\n  ").push(name.as_str()).push("?: ").push(kind).push(";");
            i += 1;
        }
        text.push("\n}\n\nexport type AttributeName = keyof Attributes;\n")
    }
}

#[cfg(feature = "verify")]
const CODES: Text<{ Text::<0>::codes().length }> = Text::codes();
#[cfg(feature = "scan")]
const HINTS: Text<{ Text::<0>::hints().length }> = Text::hints();
#[cfg(feature = "scan")]
const CONTENTS: Text<{ Text::<0>::contents().length }> = Text::contents();
#[cfg(feature = "verify")]
const ATTRIBUTES: Text<{ Text::<0>::attributes().length }> = Text::attributes();

#[wasm_bindgen(typescript_custom_section)]
const MESSAGE_TYPE: &'static str = include_str!("message.d.ts");

#[cfg(feature = "verify")]
#[wasm_bindgen(typescript_custom_section)]
const CODE_TYPE: &'static str = CODES.as_str();

#[cfg(feature = "scan")]
#[wasm_bindgen(typescript_custom_section)]
const HINT_TYPE: &'static str = HINTS.as_str();

#[cfg(feature = "scan")]
#[wasm_bindgen(typescript_custom_section)]
const CONTENT_TYPE: &'static str = CONTENTS.as_str();

#[cfg(feature = "verify")]
#[wasm_bindgen(typescript_custom_section)]
const ATTRIBUTE_TYPES: &'static str = ATTRIBUTES.as_str();

#[cfg(feature = "verify")]
#[wasm_bindgen(typescript_custom_section)]
const OTHER_TYPES: &'static str = include_str!("types.d.ts");
