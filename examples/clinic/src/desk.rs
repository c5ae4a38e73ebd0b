//! The part to copy: a scan, a question that only yes and no can answer, and a decision.

use std::error::Error;
use std::sync::Arc;

use ikd_verifier::audit::{ConsentClaim, ConsentOutcome, ConsentReceipt};
use ikd_verifier::consent::{ConsentClient, ConsentResult, PendingConsent, Purpose, Started};
use ikd_verifier::{Code, MemoryReplayStore, Message, Policy, Trust, UnixTime, Verifier};

use crate::members::{Member, Members};

/// A desk that checks whether a patient may be treated on a membership.
pub(crate) struct Desk {
    verifier: Verifier,
    client: ConsentClient,
    purpose: Purpose,
    members: Members,
}

/// What the desk tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The card is of the person who stands here, and it is paid.
    Eligible,
    /// Nobody has this card.
    UnknownCard,
    /// The QR is none to rely on.
    Refused(Code),
    /// The card is another person's.
    NotTheMember,
    /// The card is of the person who stands here, and not paid.
    NotPaid,
    /// No answer came, or half of one.
    NotAnswered(ConsentOutcome),
}

impl Desk {
    pub(crate) fn new(
        trust: Arc<Trust>,
        client: ConsentClient,
        purpose: Purpose,
        members: Members,
    ) -> Self {
        // Any genuine QR will do: it need not disclose anything.
        let replay = Arc::new(MemoryReplayStore::new());
        Self { verifier: Verifier::new(trust, replay, Policy::new()), client, purpose, members }
    }

    /// Checks the card that a patient names against the person whose QR this is. `show` gets the
    /// request, whose words stand on the phone too. The receipt is `None` where nobody was asked.
    ///
    /// # Errors
    ///
    /// What is wrong on the clinic's side: key, trust list, purpose.
    pub(crate) async fn check(
        &self,
        card: &str,
        qr: &str,
        now: UnixTime,
        show: impl FnOnce(&PendingConsent),
    ) -> Result<(Answer, Option<ConsentReceipt>), Box<dyn Error>> {
        let Some(member) = self.members.get(card) else { return Ok((Answer::UnknownCard, None)) };
        let scan = match self.verifier.verify_text(qr, now) {
            Ok(scan) => scan,
            Err(refusal) => return Ok((Answer::Refused(refusal.code()), None)),
        };
        let request = self.purpose.request().match_nik(&member.nik)?.match_name(&member.name)?;
        let finished = match self.client.start(&scan, request).await? {
            Started::Waiting(pending) => {
                show(&pending);
                self.client.finish(*pending).await?
            }
            Started::Ended(finished) => *finished,
        };
        Ok((decide(&finished.result, member, now), Some(finished.receipt)))
    }
}

/// Both must match: a NIK can be read off a card, and names are shared by many.
fn decide(result: &ConsentResult, member: &Member, now: UnixTime) -> Answer {
    let Some(granted) = result.granted() else { return Answer::NotAnswered(result.outcome()) };
    let matches = [ConsentClaim::NikMatch, ConsentClaim::NameMatch].map(|it| granted.matches(it));
    match matches {
        [Some(true), Some(true)] if member.is_paid(now) => Answer::Eligible,
        [Some(true), Some(true)] => Answer::NotPaid,
        [Some(false), _] | [_, Some(false)] => Answer::NotTheMember,
        _ => Answer::NotAnswered(result.outcome()),
    }
}

impl Answer {
    /// Whether the patient is treated on the membership.
    pub(crate) fn is_yes(self) -> bool {
        self == Self::Eligible
    }

    /// One line for the desk.
    pub(crate) fn message(self) -> Message {
        match self {
            Self::Eligible => {
                Message::new("peserta aktif, orangnya cocok", "active member, the person matches")
            }
            Self::UnknownCard => Message::new("kartu tidak dikenal", "no such card"),
            Self::Refused(code) => code.reason(),
            Self::NotTheMember => {
                Message::new("kartu ini milik orang lain", "this card is another person's")
            }
            Self::NotPaid => Message::new(
                "orangnya cocok, iurannya belum dibayar",
                "the person matches, the contribution is not paid",
            ),
            Self::NotAnswered(ConsentOutcome::Granted) => Message::new(
                "warga tidak mengizinkan keduanya dicocokkan",
                "the citizen did not let both be compared",
            ),
            Self::NotAnswered(outcome) => outcome.message(),
        }
    }
}
