//! An application as the teller's page gets it: with texts in both languages.

use ikd_verifier::audit::ConsentReceipt;
use ikd_verifier::{Message, UnixTime};
use serde::Serialize;

use crate::application::{Application, Scan, State};
use crate::decision::{Check, Decision, Verdict};
use crate::reading::{Line, lines};
use crate::text::Text;

/// What can be told of an application.
#[derive(Clone, PartialEq, Serialize)]
pub(crate) struct View<'a> {
    id: &'a str,
    terminal: &'a str,
    opened: UnixTime,
    state: &'static str,
    scan: &'a Scan,
    /// While it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Waiting<'a>>,
    /// How the request ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome<'a>>,
    /// What became of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Told<'a>>,
    /// What the citizen released.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Vec<Line>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<&'a ConsentReceipt>,
    /// The number of the receipt in the audit log.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_entry: Option<u64>,
}

#[derive(Clone, PartialEq, Serialize)]
struct Waiting<'a> {
    binding_message: &'a str,
    expires: UnixTime,
}

#[derive(Clone, PartialEq, Serialize)]
struct Outcome<'a> {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    text: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<Text>,
}

#[derive(Clone, PartialEq, Serialize)]
struct Told<'a> {
    verdict: Verdict,
    text: Message,
    checks: Vec<ToldCheck<'a>>,
}

#[derive(Clone, PartialEq, Serialize)]
struct ToldCheck<'a> {
    #[serde(flatten)]
    check: &'a Check,
    text: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<Message>,
}

const INTERRUPTED: Message =
    Message::new("Permintaan terputus di sisi bank.", "The request was lost on the bank's side.");
const SCAN_AGAIN: Message = Message::new(
    "Minta warga membuka QR baru, lalu pindai lagi.",
    "Ask the citizen for a new QR, and scan again.",
);

impl<'a> View<'a> {
    /// Everything but the evidence.
    pub(crate) fn of(application: &'a Application) -> Self {
        let Application { id, terminal, opened, scan, state } = application;
        let mut view = Self {
            id,
            terminal: terminal.as_str(),
            opened: *opened,
            state: state.as_str(),
            scan,
            waiting: None,
            outcome: None,
            decision: None,
            identity: None,
            receipt: application.receipt(),
            receipt_entry: None,
        };
        view.outcome = view.receipt.map(Outcome::of);
        match state {
            State::Waiting { binding_message, expires } => {
                view.waiting = Some(Waiting { binding_message, expires: *expires });
            }
            State::Decided(decided) => {
                view.decision = Some(Told::of(&decided.decision));
                view.identity = Some(lines(&decided.identity));
                view.receipt_entry = decided.entry;
            }
            State::Ended(ended) => {
                if let Some(outcome) = &mut view.outcome {
                    outcome.code = ended.code.as_deref();
                    outcome.hint = Some(ended.hint.clone());
                }
                view.receipt_entry = ended.entry;
            }
            State::Interrupted => {
                let (name, hint) = (state.as_str(), Some(SCAN_AGAIN.into()));
                view.outcome = Some(Outcome { name, code: None, text: INTERRUPTED, hint });
            }
        }
        view
    }

    /// Without what the citizen released: for lists and for the live stream.
    #[must_use]
    pub(crate) fn without_data(self) -> Self {
        Self { identity: None, ..self }
    }
}

impl Outcome<'_> {
    fn of(receipt: &ConsentReceipt) -> Self {
        let outcome = receipt.outcome;
        Self { name: outcome.as_str(), code: None, text: outcome.message(), hint: None }
    }
}

impl<'a> Told<'a> {
    fn of(decision: &'a Decision) -> Self {
        let told = |check: &'a Check| ToldCheck {
            check,
            text: check.rule.message(),
            hint: (!check.passed).then(|| check.rule.hint()),
        };
        let checks = decision.checks.iter().map(told).collect();
        Self { verdict: decision.verdict, text: decision.verdict.message(), checks }
    }
}
