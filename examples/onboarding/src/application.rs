//! An application for an account, from the scan to the decision.

use std::fmt;

use chrono::{DateTime, NaiveDate};
use ikd_verifier::audit::{ConsentReceipt, Label};
use ikd_verifier::consent::{ConsentResult, FinishedConsent, PendingConsent, Recorded};
use ikd_verifier::{StatusReport, UnixTime, VerifiedPresentation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::decision::Decision;
use crate::text::Text;

/// An application goes this long without a decision before it is given up, in seconds after the
/// request has expired.
const GRACE: i64 = 60;
/// An application that was given up is kept for 30 days.
const KEEP_INTERRUPTED: i64 = 30 * 86_400;
/// Western Indonesian Time, whose calendar decides how old people are.
const WIB: i64 = 7 * 3_600;

/// An application. It goes by the id of its request for consent, which the receipt has too.
///
/// `Debug` shows no personal data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The counter that scanned.
    pub terminal: Label,
    /// When the QR was scanned.
    pub opened: UnixTime,
    /// What the offline check established.
    pub scan: Scan,
    /// How far it is.
    pub state: State,
}

/// What the offline check of the QR established, and what it did not. No attribute is kept of it:
/// those of the decision are the ones that the citizen released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// The issuer's name in the trust list.
    pub issuer: String,
    /// Whether the credential was known not to be revoked.
    pub not_revoked: bool,
    /// What was not established, for the teller.
    pub not_established: Vec<Text>,
}

/// How far an application is. Only a waiting one ever changes, and it does so once.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum State {
    /// The citizen's phone shows the request.
    Waiting {
        /// The words on both screens.
        binding_message: String,
        /// When the gateway forgets the request.
        expires: UnixTime,
    },
    /// The citizen approved, and the rules have decided.
    Decided(Box<Decided>),
    /// No data came: denied, expired, unreachable, refused or a protocol error.
    Ended(Box<Ended>),
    /// The request was lost on this side, such as by a store that was restored from a backup.
    Interrupted,
}

/// An application that was decided.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The decision, rule by rule.
    pub decision: Decision,
    /// What the citizen released, by name.
    pub identity: Map<String, Value>,
    /// The signed answer.
    pub evidence: Evidence,
    /// The receipt of the request.
    pub receipt: ConsentReceipt,
    /// Its number in the audit log; `None` when the log failed, and the receipt is here only.
    pub entry: Option<u64>,
}

/// The signed answer, as it came: it proves to an auditor what the citizen released to whom. It holds
/// attribute values, so reading it is noted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The signed userinfo, a compact JWS.
    pub userinfo: String,
    /// The signed `id_token`, a compact JWS.
    pub id_token: String,
}

/// An application that got no data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// The stable code behind the outcome, where there is one.
    pub code: Option<String>,
    /// What the teller should do now.
    pub hint: Text,
    /// The receipt of the request.
    pub receipt: ConsentReceipt,
    /// Its number in the audit log.
    pub entry: Option<u64>,
}

impl Application {
    /// An application whose request the phone shows.
    pub fn waiting(pending: &PendingConsent, terminal: Label, scan: &VerifiedPresentation) -> Self {
        let binding_message = pending.binding_message().to_owned();
        let state = State::Waiting { binding_message, expires: pending.expires_at() };
        Self { id: pending.id(), terminal, opened: scan.verified_at(), scan: scan.into(), state }
    }

    /// An application whose request ended at once.
    pub fn ended_at_once(
        finished: &FinishedConsent,
        terminal: Label,
        scan: &VerifiedPresentation,
    ) -> Self {
        let (id, opened) = (id_of(finished), scan.verified_at());
        let state = State::Interrupted;
        Self { id, terminal, opened, scan: scan.into(), state }.finished(finished)
    }

    /// The application with its answer: decided, or ended without data.
    #[must_use]
    pub fn finished(mut self, finished: &FinishedConsent) -> Self {
        let receipt = finished.receipt.clone();
        let entry = match finished.recorded {
            Recorded::Entry(number) => Some(number),
            Recorded::NoLog | Recorded::Failed(_) => None,
        };
        self.state = match &finished.result {
            ConsentResult::Granted(granted) => {
                let today = date_in_jakarta(receipt.times.answered);
                let decision = Decision::of(granted, self.scan.not_revoked, today);
                let identity = match serde_json::to_value(&granted.attributes) {
                    Ok(Value::Object(identity)) => identity,
                    // Attributes are an object of texts and numbers.
                    _ => Map::new(),
                };
                let evidence = Evidence {
                    userinfo: granted.evidence.userinfo().to_owned(),
                    id_token: granted.evidence.id_token().to_owned(),
                };
                State::Decided(Box::new(Decided { decision, identity, evidence, receipt, entry }))
            }
            other => {
                let code = other.code().map(str::to_owned);
                let hint = other.hint().into();
                State::Ended(Box::new(Ended { code, hint, receipt, entry }))
            }
        };
        self
    }

    /// The application without an answer that could still come.
    #[must_use]
    pub fn interrupted(mut self) -> Self {
        self.state = State::Interrupted;
        self
    }

    /// When a waiting application counts as lost; `None` once it does not wait.
    pub fn overdue_at(&self) -> Option<UnixTime> {
        match self.state {
            State::Waiting { expires, .. } => Some(expires.plus(GRACE)),
            _ => None,
        }
    }

    /// When it must be erased: its retention, as the citizen was told; `None` while it waits.
    pub fn keep_until(&self) -> Option<UnixTime> {
        match &self.state {
            State::Waiting { .. } => None,
            State::Interrupted => Some(self.opened.plus(KEEP_INTERRUPTED)),
            _ => self.receipt().map(ConsentReceipt::retention_ends),
        }
    }

    /// The receipt, once the request has ended.
    pub fn receipt(&self) -> Option<&ConsentReceipt> {
        match &self.state {
            State::Decided(decided) => Some(&decided.receipt),
            State::Ended(ended) => Some(&ended.receipt),
            State::Waiting { .. } | State::Interrupted => None,
        }
    }

    /// The signed answer, where one came.
    pub fn evidence(&self) -> Option<&Evidence> {
        match &self.state {
            State::Decided(decided) => Some(&decided.evidence),
            _ => None,
        }
    }
}

impl State {
    /// A stable name, as in JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Decided(_) => "decided",
            Self::Ended(_) => "ended",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<&VerifiedPresentation> for Scan {
    fn from(scan: &VerifiedPresentation) -> Self {
        Self {
            issuer: scan.issuer_name().to_owned(),
            not_revoked: matches!(scan.status(), StatusReport::Valid { .. }),
            not_established: scan.not_established().iter().map(|it| it.message().into()).collect(),
        }
    }
}

/// The id of the request that ended, in the digits of [`PendingConsent::id`].
pub fn id_of(finished: &FinishedConsent) -> String {
    let bytes = finished.receipt.receipt_id.as_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The day in western Indonesia.
fn date_in_jakarta(now: UnixTime) -> NaiveDate {
    let local = DateTime::from_timestamp(now.plus(WIB).secs(), 0);
    // Beyond the calendar everyone is of age; clocks do not get there.
    local.map_or(NaiveDate::MAX, |local| local.date_naive())
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decided").field("decision", &self.decision).finish_non_exhaustive()
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Evidence(…)")
    }
}
