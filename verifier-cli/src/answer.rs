//! What came of one QR, for machines: one JSON object.

use std::path::Path;

use ikd_verifier::scan::{Content, Hint};
use ikd_verifier::{Code, Message, Refusal, VerifiedPresentation};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::outcome::Exit;

/// What came of one QR, or of a file in which none was found.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The identity is genuine, and its phone is here.
    Accepted(Box<VerifiedPresentation>),
    /// An identity QR that must not be accepted.
    Refused(Refusal),
    /// A QR of another kind.
    NotIkd(Content),
    /// A picture without a QR.
    NoQr(Option<Hint>),
    /// A file that is no picture, or could not be read; why, for the user.
    Unreadable(String),
}

const ACCEPTED: Message = Message::new("Identitas asli.", "The identity is genuine.");
const COMPARE: Message = Message::new(
    "Cocokkan orang di depan Anda dengan data ini.",
    "Compare the person before you with this data.",
);
const NO_QR: Message =
    Message::new("Tidak ada QR di gambar ini.", "There is no QR in this picture.");
const UNREADABLE: Message =
    Message::new("Berkas tidak dapat dibaca.", "The file could not be read.");
const GIVE_IMAGE: Message =
    Message::new("Berikan gambar PNG, JPEG atau WebP.", "Give a picture in PNG, JPEG or WebP.");

impl Answer {
    /// The answer to the text of a QR.
    pub(crate) fn of(result: Result<VerifiedPresentation, Refusal>, text: &str) -> Self {
        match result {
            Ok(verified) => Self::Accepted(Box::new(verified)),
            Err(refusal) if refusal.code() == Code::NotIkd => Self::NotIkd(Content::of(text)),
            Err(refusal) => Self::Refused(refusal),
        }
    }

    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Accepted(_) => "accepted",
            Self::Refused(refusal) => refusal.code().as_str(),
            Self::NotIkd(_) => Code::NotIkd.as_str(),
            Self::NoQr(_) => "no_qr",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Why, in one line.
    pub(crate) fn message(&self) -> Message {
        match self {
            Self::Accepted(_) => ACCEPTED,
            Self::Refused(refusal) => refusal.code().reason(),
            // Lower case looks like nothing else, so the plain reason says more.
            Self::NotIkd(Content::Ikd | Content::Other) => Code::NotIkd.reason(),
            Self::NotIkd(content) => content.message(),
            Self::NoQr(_) => NO_QR,
            Self::Unreadable(_) => UNREADABLE,
        }
    }

    /// What staff should do now.
    pub(crate) fn hint(&self) -> Message {
        match self {
            Self::Accepted(_) => COMPARE,
            Self::Refused(refusal) => refusal.code().hint(),
            Self::NotIkd(_) => Code::NotIkd.hint(),
            Self::NoQr(hint) => hint.unwrap_or(Hint::NoFinder).message(),
            Self::Unreadable(_) => GIVE_IMAGE,
        }
    }

    /// The values that were compared, for whoever looks into it. Never content of the QR.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => refusal.detail().map(ToString::to_string),
            Self::Unreadable(why) => Some(why.clone()),
            _ => None,
        }
    }

    /// What it means for the exit status.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Accepted(_) => Exit::Accepted,
            Self::Unreadable(_) => Exit::CouldNotRun,
            _ => Exit::Refused,
        }
    }

    /// The answer as one JSON object.
    pub(crate) fn json(&self, file: Option<&Path>) -> Value {
        let mut out = Object::default();
        out.add("accepted", matches!(self, Self::Accepted(_)));
        out.add("code", self.code());
        out.add("message", self.message());
        out.add("hint", self.hint());
        match self {
            Self::Accepted(verified) => add_verified(&mut out, verified),
            Self::NotIkd(content) => out.add("content", content.as_str()),
            Self::NoQr(hint) => out.add_some("reason", hint.map(Hint::as_str)),
            Self::Refused(_) | Self::Unreadable(_) => {}
        }
        out.add_some("detail", self.detail());
        out.add_some("file", file.map(Path::to_string_lossy));
        out.0.into()
    }
}

fn add_verified(out: &mut Object, verified: &VerifiedPresentation) {
    out.add("attributes", verified.attributes());
    let unknown: Vec<_> = verified.attributes().unknown().iter().map(unknown_label).collect();
    out.add_some("unknown_attributes", (!unknown.is_empty()).then_some(unknown));
    out.add("status", verified.status().as_str());
    out.add_some("document", verified.document());
    out.add("warnings", verified.warnings());
    out.add("not_established", verified.not_established());
    out.add("issuer", verified.issuer());
    out.add("issuer_name", verified.issuer_name());
    out.add("expires_in", verified.expires_in());
}

/// Label and claim stay apart: no text could be mistaken for another label.
fn unknown_label(unknown: &ikd_verifier::UnknownLabel) -> Value {
    json!({ "claim": unknown.claim.key(), "label": unknown.label, "value": unknown.value })
}

#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn add(&mut self, key: &str, value: impl Serialize) {
        self.0.insert(key.to_owned(), json!(value));
    }

    fn add_some(&mut self, key: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.add(key, value);
        }
    }
}
