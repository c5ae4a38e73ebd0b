//! Requests from their start to the one answer.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde_json::Value;

use super::asked::Item;
use super::error::{Code, OAuthError};
use super::request_object::AskedOf;

/// The PIN of every phone of the sandbox.
pub const PIN: &str = "123456";
/// After so many wrong PINs the request counts as denied.
const TRIES: u8 = 3;
/// Seconds added to the interval at each `slow_down`.
const SLOWER: i64 = 5;
/// Seconds for which an expired request still says that it has expired.
const REMEMBERED: i64 = 600;

/// What the citizen decides.
#[derive(Clone, PartialEq, Eq)]
pub enum Decision {
    /// Release these of the attributes asked for.
    Approve {
        /// Their names.
        claims: Vec<String>,
        /// What was entered as PIN.
        pin: String,
    },
    /// Release nothing.
    Deny,
}

impl Decision {
    /// Approval of these attributes with the right PIN.
    pub fn approve<T: Into<String>>(claims: impl IntoIterator<Item = T>) -> Self {
        Self::Approve { claims: claims.into_iter().map(Into::into).collect(), pin: PIN.to_owned() }
    }
}

impl std::fmt::Debug for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Approve { .. } => "Approve",
            Self::Deny => "Deny",
        })
    }
}

/// Why a decision was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    /// No request with this identifier waits.
    #[error("no such request is waiting")]
    NotWaiting,
    /// Something is to be released that was not asked for.
    #[error("that was not asked for")]
    NotAsked,
    /// The PIN is wrong; with no tries left, the request has been denied.
    #[error("wrong PIN, {left} tries left")]
    WrongPin {
        /// Tries that are left.
        left: u8,
    },
}

/// A request that waits for the citizen, as the phone shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pending {
    /// The identifier.
    pub auth_req_id: String,
    /// Who is asked, as in `siti-contoh`.
    pub person: String,
    /// Who asks.
    pub client_id: String,
    /// Who asks, for people.
    pub client_name: String,
    /// The words that stand on both screens.
    pub binding_message: String,
    /// What for: the authorization detail, as it was sent.
    pub purpose: Value,
    /// What is asked for.
    pub claims: Vec<PendingClaim>,
    /// Seconds that are left.
    pub expires_in: i64,
}

/// One thing that is asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PendingClaim {
    /// The name.
    pub name: String,
    /// The relying party cannot do without it.
    pub essential: bool,
    /// Only whether a value is right will be told.
    #[serde(rename = "match")]
    pub is_match: bool,
}

/// A request.
pub(crate) struct Request {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) of: AskedOf,
    pub(crate) expires: i64,
    pub(crate) interval: i64,
    /// Counts all requests.
    number: u64,
    last_poll: Option<i64>,
    wrong_pins: u8,
    progress: Progress,
}

enum Progress {
    Waiting,
    Approved(Approval),
    Denied,
}

/// A request that has now been answered.
pub(crate) struct Decided {
    pub(crate) client_id: String,
    pub(crate) notification_token: Option<String>,
    /// Too many wrong PINs denied it.
    pub(crate) locked: bool,
}

/// What the citizen allowed.
#[derive(Clone)]
pub(crate) struct Approval {
    pub(crate) claims: BTreeSet<String>,
    pub(crate) time: i64,
}

/// All requests.
#[derive(Default)]
pub(crate) struct Requests {
    by_id: HashMap<String, Request>,
    started: u64,
}

impl Request {
    pub(crate) fn new(
        id: String,
        client_id: &str,
        of: AskedOf,
        expires: i64,
        interval: i64,
    ) -> Self {
        let client_id = client_id.to_owned();
        let (last_poll, progress) = (None, Progress::Waiting);
        Self { id, client_id, of, expires, interval, number: 0, last_poll, wrong_pins: 0, progress }
    }

    pub(crate) fn is_waiting(&self, now: i64) -> bool {
        now < self.expires && matches!(self.progress, Progress::Waiting)
    }

    pub(crate) fn pending(&self, person: &str, client_name: &str, now: i64) -> Pending {
        let claims = self.of.asked.iter().map(|asked| PendingClaim {
            name: asked.item.name().to_owned(),
            essential: asked.essential,
            is_match: matches!(asked.item, Item::Match(_)),
        });
        Pending {
            auth_req_id: self.id.clone(),
            person: person.to_owned(),
            client_id: self.client_id.clone(),
            client_name: client_name.to_owned(),
            binding_message: self.of.binding_message.clone(),
            purpose: Value::Object(self.of.purpose.clone()),
            claims: claims.collect(),
            expires_in: self.expires - now,
        }
    }
}

impl Requests {
    pub(crate) fn insert(&mut self, mut request: Request, now: i64) {
        self.started += 1;
        request.number = self.started;
        self.by_id.retain(|_, request| now < request.expires + REMEMBERED);
        self.by_id.insert(request.id.clone(), request);
    }

    /// Those that wait for the citizen, the oldest first.
    pub(crate) fn waiting(&self, now: i64) -> Vec<&Request> {
        let waiting = self.by_id.values().filter(|request| request.is_waiting(now));
        let mut waiting: Vec<_> = waiting.collect();
        waiting.sort_unstable_by_key(|request| request.number);
        waiting
    }

    /// The answer to a poll. An approval is handed over once, and its request is forgotten.
    pub(crate) fn poll(
        &mut self,
        id: &str,
        client_id: &str,
        now: i64,
    ) -> Result<(Request, Approval), OAuthError> {
        let unknown = || Code::InvalidGrant.because("no such request of this client");
        let request = self.by_id.get_mut(id).filter(|request| request.client_id == client_id);
        let request = request.ok_or_else(unknown)?;
        if now >= request.expires {
            return Err(Code::ExpiredToken.because("the citizen did not answer in time"));
        }
        let approval = match &request.progress {
            Progress::Denied => return Err(Code::AccessDenied.because("the citizen said no")),
            Progress::Waiting => {
                let too_soon = request.last_poll.is_some_and(|at| now - at < request.interval);
                request.last_poll = Some(now);
                if too_soon {
                    request.interval += SLOWER;
                    return Err(Code::SlowDown.because("the interval grows by 5 seconds"));
                }
                return Err(Code::AuthorizationPending.because("the citizen has not answered yet"));
            }
            Progress::Approved(approval) => approval.clone(),
        };
        self.by_id.remove(id).map(|request| (request, approval)).ok_or_else(unknown)
    }

    /// Notes the citizen's decision.
    pub(crate) fn decide(
        &mut self,
        id: &str,
        decision: Decision,
        now: i64,
    ) -> Result<Decided, DecisionError> {
        let request = self.by_id.get_mut(id).filter(|request| request.is_waiting(now));
        let request = request.ok_or(DecisionError::NotWaiting)?;
        request.progress = match decision {
            Decision::Deny => Progress::Denied,
            Decision::Approve { pin, .. } if pin != PIN => {
                request.wrong_pins += 1;
                let left = TRIES.saturating_sub(request.wrong_pins);
                if left > 0 {
                    return Err(DecisionError::WrongPin { left });
                }
                Progress::Denied
            }
            Decision::Approve { claims, .. } => {
                let asked =
                    |name: &String| request.of.asked.iter().any(|asked| asked.item.name() == name);
                if !claims.iter().all(asked) {
                    return Err(DecisionError::NotAsked);
                }
                Progress::Approved(Approval { claims: claims.into_iter().collect(), time: now })
            }
        };
        Ok(Decided {
            client_id: request.client_id.clone(),
            notification_token: request.of.notification_token.clone(),
            locked: request.wrong_pins >= TRIES,
        })
    }
}
