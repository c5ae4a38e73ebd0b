//! Answers on staff's screen: text in their language, or JSON lines.

use std::io::{self, Write};

use ikd_checkin::decision::{Decision, View, Why};
use ikd_checkin::manifest::Passenger;
use ikd_checkin::mask::Show;
use ikd_verifier::{Language, Message, NotEstablished, Refusal, VerifiedPresentation};
use serde::Serialize;

/// What came of one QR.
pub(crate) enum Answer<'m> {
    /// The picture holds no QR that can be read.
    NoQr,
    /// The QR is not accepted; nothing of it is known.
    NotAccepted(Refusal),
    /// The QR is accepted, and the gate has decided.
    Decided { person: Box<VerifiedPresentation>, decision: Decision<'m> },
}

/// What came of all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    AllBoarded,
    SomebodyDidNot,
}

/// Writes answers, each at once, and keeps count.
pub(crate) struct Screen<W> {
    out: W,
    language: Language,
    json: bool,
    show: Show,
    verdict: Verdict,
}

#[derive(Serialize)]
struct Json<'a> {
    verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<IdentityJson>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    view: Option<View<'a>>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    refused: Option<RefusedJson>,
}

#[derive(Serialize)]
struct IdentityJson {
    nik: Option<String>,
    full_name: Option<String>,
    not_established: Vec<&'static str>,
}

#[derive(Serialize)]
struct RefusedJson {
    decision: &'static str,
    code: &'static str,
    message: Message,
    hint: Message,
}

const REFUSE: Message = Message::new("TOLAK", "REFUSE");
const NO_QR: Message = Message::new("Tidak ada QR yang terbaca.", "No QR could be read.");
const CLOSER: Message = Message::new(
    "Dekatkan layar ponsel, tanpa pantulan, lalu pindai lagi.",
    "Bring the phone's screen closer, without glare, and scan again.",
);

impl<W: Write> Screen<W> {
    pub(crate) fn new(out: W, language: Language, json: bool, show: Show) -> Self {
        Self { out, language, json, show, verdict: Verdict::AllBoarded }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// A line between answers; JSON has none.
    pub(crate) fn say(&mut self, message: Message) -> io::Result<()> {
        if self.json { Ok(()) } else { writeln!(self.out, "{}", self.word(message)) }
    }

    pub(crate) fn show(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        if !matches!(answer, Answer::Decided { decision: Decision::Board { .. }, .. }) {
            self.verdict = Verdict::SomebodyDidNot;
        }
        if self.json {
            let line = serde_json::to_string(&self.json(answer)).map_err(io::Error::other)?;
            writeln!(self.out, "{line}")?;
        } else {
            match answer {
                Answer::NoQr => self.refused(NO_QR, "no_qr", CLOSER)?,
                Answer::NotAccepted(refusal) => {
                    let code = refusal.code();
                    self.refused(code.reason(), code.as_str(), code.hint())?;
                }
                Answer::Decided { person, decision } => self.decided(person, decision)?,
            }
        }
        self.out.flush()
    }

    fn word(&self, message: Message) -> &'static str {
        message.in_language(self.language)
    }

    fn refused(&mut self, reason: Message, code: &str, hint: Message) -> io::Result<()> {
        let (word, reason, hint) = (self.word(REFUSE), self.word(reason), self.word(hint));
        writeln!(self.out, "{word}\n  - {reason} [{code}]\n  > {hint}")
    }

    fn decided(
        &mut self,
        person: &VerifiedPresentation,
        decision: &Decision<'_>,
    ) -> io::Result<()> {
        let word = self.word(decision.message());
        match decision.passenger() {
            Some(passenger) => writeln!(self.out, "{word}  {}", self.ticket(passenger))?,
            None => writeln!(self.out, "{word}")?,
        }
        let shared = person.attributes();
        let name = shared.full_name().map(|name| self.show.name(name)).unwrap_or_default();
        let nik = shared.nik().map(|nik| self.show.nik(nik)).unwrap_or_default();
        writeln!(self.out, "  IKD: {name}, NIK {nik}")?;
        self.reasons("  - ", decision.why())?;
        if let Decision::LookCloser { candidates, .. } = decision {
            for candidate in candidates {
                writeln!(self.out, "  ? {}", self.ticket(candidate.passenger()))?;
                // Of one candidate the reasons are those of the decision.
                if candidates.len() > 1 {
                    self.reasons("    - ", candidate.why())?;
                }
            }
        }
        // The others hold for every QR that is shown without a challenge.
        for open in person.not_established() {
            if !matches!(open, NotEstablished::ReplayScope(_) | NotEstablished::NoChallenge) {
                writeln!(self.out, "  ! {}", self.word(open.message()))?;
            }
        }
        Ok(())
    }

    fn reasons(&mut self, head: &str, why: &[Why]) -> io::Result<()> {
        for why in why {
            writeln!(self.out, "{head}{} [{}]", self.word(why.message()), why.code())?;
        }
        Ok(())
    }

    fn ticket(&self, passenger: &Passenger) -> String {
        let name = self.show.name(passenger.name_text());
        let parts = [passenger.coach(), passenger.seat(), passenger.booking(), Some(&*name)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
    }

    fn json<'a>(&self, answer: &'a Answer<'_>) -> Json<'a> {
        let refused = |code, message, hint| Json {
            verified: false,
            identity: None,
            view: None,
            refused: Some(RefusedJson { decision: "refuse", code, message, hint }),
        };
        match answer {
            Answer::NoQr => refused("no_qr", NO_QR, CLOSER),
            Answer::NotAccepted(refusal) => {
                let code = refusal.code();
                refused(code.as_str(), code.reason(), code.hint())
            }
            Answer::Decided { person, decision } => Json {
                verified: true,
                identity: Some(IdentityJson {
                    nik: person.attributes().nik().map(|nik| self.show.nik(nik)),
                    full_name: person.attributes().full_name().map(|name| self.show.name(name)),
                    not_established: person.not_established().iter().map(|n| n.as_str()).collect(),
                }),
                view: Some(decision.view(self.show)),
                refused: None,
            },
        }
    }
}
