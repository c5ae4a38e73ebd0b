//! What of a person a screen or a log may show.

/// Whether personal data is shown in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Initials, and the NIK without its birth date: enough to tell passengers apart.
    #[default]
    Masked,
    /// All of it.
    Full,
}

impl Show {
    /// A name, of an identity or of a ticket: `CONTOH/SITI MRS` is `C***/S*** M***`.
    #[must_use]
    pub fn name(self, name: &str) -> String {
        match self {
            Self::Full => name.to_owned(),
            Self::Masked => masked(name),
        }
    }

    /// A NIK: `317401******0001`.
    #[must_use]
    pub fn nik(self, nik: &ikd_verifier::Nik) -> String {
        match self {
            Self::Full => nik.as_str().to_owned(),
            Self::Masked => nik.to_string(),
        }
    }
}

/// Three stars for every word, so that its length is not told.
fn masked(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut in_word = false;
    for c in name.chars() {
        if c.is_whitespace() || matches!(c, '/' | ',') {
            out.push(c);
            in_word = false;
        } else if !in_word {
            out.push(c);
            out.push_str("***");
            in_word = true;
        }
    }
    out
}
