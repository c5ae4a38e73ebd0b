//! What a QR seems to be. Its content is looked at, never opened or followed.

use crate::message::Message;
use crate::payload::envelope::PREFIX;

/// What the text of a QR seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// An identity QR: it begins with `IKD1:`. Whether it is genuine, verification tells.
    Ikd,
    /// A web address. Identity QRs never are.
    Url,
    /// A QR to activate the IKD app, which Dukcapil's staff show. No format is published, so this
    /// is by its words only.
    Activation,
    /// A QRIS payment code (EMVCo).
    Payment,
    /// Another text, or bytes.
    Other,
}

impl Content {
    /// Every kind of content.
    pub const ALL: [Self; 5] = [Self::Ikd, Self::Url, Self::Activation, Self::Payment, Self::Other];

    /// Looks at the text of a QR.
    pub fn of(text: &str) -> Self {
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
        let begins = |prefix: &str| {
            text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let lower = || text.to_ascii_lowercase();
        if text.starts_with(PREFIX) {
            Self::Ikd
        } else if ["aktivasi", "activation"].iter().any(|word| lower().contains(word)) {
            Self::Activation
        } else if ["http://", "https://", "www."].into_iter().any(begins) {
            Self::Url
        } else if begins("000201") {
            Self::Payment
        } else {
            Self::Other
        }
    }

    /// A stable text for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ikd => "ikd",
            Self::Url => "url",
            Self::Activation => "activation",
            Self::Payment => "payment",
            Self::Other => "other",
        }
    }

    /// One line for people.
    pub const fn message(self) -> Message {
        match self {
            Self::Ikd => Message::new("QR identitas IKD.", "An IKD identity QR."),
            Self::Url => Message::new(
                "QR berisi alamat web, bukan identitas. Alamat itu tidak dibuka.",
                "The QR holds a web address, not an identity. The address was not opened.",
            ),
            Self::Activation => Message::new(
                "Ini tampaknya QR aktivasi IKD, bukan QR identitas.",
                "This seems to be an IKD activation QR, not an identity QR.",
            ),
            Self::Payment => Message::new(
                "Ini QR pembayaran, bukan QR identitas.",
                "This is a payment QR, not an identity QR.",
            ),
            Self::Other => Message::new(
                "QR berisi teks lain, bukan identitas.",
                "The QR holds another text, not an identity.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Content;

    #[test]
    fn tells_what_a_qr_seems_to_be() {
        for (text, content) in [
            (" IKD1:ABC\r\n", Content::Ikd),
            ("ikd1:abc", Content::Other),
            ("HTTPS://evil.example/IKD1:", Content::Url),
            ("IKD-AKTIVASI:123", Content::Activation),
            ("00020101021126570011ID", Content::Payment),
            ("", Content::Other),
        ] {
            assert_eq!(Content::of(text), content, "{text}");
        }
    }
}
