//! Texts in both languages that are kept or sent.

use ikd_verifier::Message;
use serde::{Deserialize, Serialize};

/// One line in Indonesian and English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Indonesian.
    pub id: String,
    /// English.
    pub en: String,
}

impl From<Message> for Text {
    fn from(message: Message) -> Self {
        Self { id: message.id.to_owned(), en: message.en.to_owned() }
    }
}
