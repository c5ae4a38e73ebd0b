//! Answers as people read them.

use std::fmt::{Display, Write as _};

use anstyle::{AnsiColor, Style};
use ikd_verifier::{
    AttributeName, AttributeValue, Language, Message, NotEstablished, VerifiedPresentation,
};

use crate::answer::Answer;
use crate::labels;
use crate::profile::Profile;

/// Good.
pub(crate) const GOOD: Style = color(AnsiColor::Green).bold();
/// Bad.
pub(crate) const BAD: Style = color(AnsiColor::Red).bold();
/// To be noticed.
pub(crate) const NOTICE: Style = color(AnsiColor::Yellow);
/// Of less weight.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// A heading.
pub(crate) const HEADING: Style = Style::new().bold();

const fn color(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(anstyle::Color::Ansi(color)))
}

/// How answers are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// The language.
    pub(crate) language: Language,
    /// What is shown; everything without a profile.
    pub(crate) profile: Option<Profile>,
    /// Whether the NIK is shown whole.
    pub(crate) full: bool,
}

impl View {
    /// The text in this view's language.
    pub(crate) fn say(self, id: &'static str, en: &'static str) -> &'static str {
        Message::new(id, en).in_language(self.language)
    }

    /// An answer that fills the screen of a counter.
    pub(crate) fn block(self, answer: &Answer) -> String {
        let mut out = String::new();
        let (reason, hint) = (self.reason(answer), answer.hint().in_language(self.language));
        line(&mut out, format_args!("{}  {reason}", self.verdict(answer)));
        if let Answer::Accepted(verified) = answer {
            self.identity(&mut out, verified);
            line(&mut out, format_args!("  {FAINT}{hint}{FAINT:#}"));
        } else {
            line(&mut out, format_args!("  {hint}"));
            let detail = answer.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
            line(&mut out, format_args!("  {FAINT}{}{detail}{FAINT:#}", answer.code()));
        }
        out
    }

    /// An answer on one line.
    pub(crate) fn line(self, answer: &Answer, file: Option<&str>) -> String {
        let mut out = self.verdict(answer);
        if let Some(file) = file {
            let _ = write!(out, "  {}", labels::printable(file));
        }
        if let Answer::Accepted(verified) = answer {
            for (name, value) in self.shown(verified) {
                let short = matches!(name, AttributeName::Nik | AttributeName::FullName);
                match (short, verified.attributes().get(name)) {
                    (true, _) => drop(write!(out, "  {value}")),
                    (false, Some(AttributeValue::Bool(reached))) => {
                        let style = if *reached { GOOD } else { BAD };
                        let label = labels::label(name).in_language(self.language);
                        let _ = write!(out, "  {label}: {style}{value}{style:#}");
                    }
                    _ => {}
                }
            }
            let _ = write!(out, "  {FAINT}{}{FAINT:#}", self.seconds_left(verified));
            for warning in verified.warnings() {
                let warning = warning.message().in_language(self.language);
                let _ = write!(out, "  {NOTICE}! {warning}{NOTICE:#}");
            }
            for open in verified.not_established().into_iter().filter(is_unusual) {
                let open = open.message().in_language(self.language);
                let _ = write!(out, "  {NOTICE}· {open}{NOTICE:#}");
            }
        } else {
            let hint = answer.hint().in_language(self.language);
            let _ = write!(out, "  {}  {FAINT}{hint}{FAINT:#}", self.reason(answer));
        }
        out.push('\n');
        out
    }

    fn verdict(self, answer: &Answer) -> String {
        match answer {
            Answer::Accepted(_) => {
                format!("{GOOD}✔ {}{GOOD:#}", self.say("DITERIMA", "ACCEPTED"))
            }
            Answer::Unreadable(_) => format!("{BAD}✘ {}{BAD:#}", self.say("GAGAL", "FAILED")),
            _ => format!("{BAD}✘ {}{BAD:#}", self.say("DITOLAK", "REFUSED")),
        }
    }

    fn reason(self, answer: &Answer) -> &'static str {
        answer.message().in_language(self.language)
    }

    fn identity(self, out: &mut String, verified: &VerifiedPresentation) {
        let mut rows: Vec<(String, String)> = self
            .shown(verified)
            .map(|(name, value)| {
                let style = match verified.attributes().get(name) {
                    Some(AttributeValue::Bool(true)) => GOOD,
                    Some(AttributeValue::Bool(false)) => BAD,
                    _ if name == AttributeName::FullName => HEADING,
                    _ => Style::new(),
                };
                let label = labels::label(name).in_language(self.language);
                (label.to_owned(), format!("{style}{value}{style:#}"))
            })
            .collect();
        if let Some(document) = verified.document() {
            let label = self.say("Berbagi dokumen", "Shares document");
            let kind = labels::printable(&document.document_type);
            rows.push((label.to_owned(), kind));
        }
        let issuer = labels::printable(verified.issuer_name());
        rows.push((self.say("Penerbit", "Issuer").to_owned(), issuer));
        rows.push((self.say("Berlaku", "Good for").to_owned(), self.seconds_left(verified)));
        table(out, &rows);
        for warning in verified.warnings() {
            let warning = warning.message().in_language(self.language);
            line(out, format_args!("  {NOTICE}! {warning}{NOTICE:#}"));
        }
        for open in verified.not_established() {
            let open = open.message().in_language(self.language);
            line(out, format_args!("  {FAINT}· {open}{FAINT:#}"));
        }
    }

    /// Names and printable values of what the profile shows and the QR discloses.
    fn shown(
        self,
        verified: &VerifiedPresentation,
    ) -> impl Iterator<Item = (AttributeName, String)> {
        let attributes = verified.attributes();
        // Without a profile it is everything: the name first, as people call each other by it. The
        // photo's format stands beside the photo.
        let first = [AttributeName::FullName, AttributeName::Nik];
        let aside =
            |name: &AttributeName| first.contains(name) || *name == AttributeName::PhotoFormat;
        let all = || AttributeName::ALL.iter().copied().filter(|name| !aside(name));
        let names = match self.profile {
            Some(profile) => profile.shown().to_vec(),
            None => first.into_iter().chain(all()).collect(),
        };
        names.into_iter().filter_map(move |name| {
            Some((name, labels::value(attributes, name, self.full, self.language)?))
        })
    }

    fn seconds_left(self, verified: &VerifiedPresentation) -> String {
        format!("{} {}", verified.expires_in(), self.say("detik lagi", "more seconds"))
    }
}

/// Whether it says more than how the counter was set up, which no line needs to repeat.
fn is_unusual(open: &NotEstablished) -> bool {
    !matches!(open, NotEstablished::ReplayScope(_) | NotEstablished::NoChallenge)
}

/// Rows of a label and a value, the values below each other.
pub(crate) fn table(out: &mut String, rows: &[(String, String)]) {
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default();
    for (label, value) in rows {
        line(out, format_args!("  {FAINT}{label:width$}{FAINT:#}  {value}"));
    }
}

/// Adds a line.
pub(crate) fn line(out: &mut String, text: impl Display) {
    // Writing to a String does not fail.
    let _ = writeln!(out, "{text}");
}
