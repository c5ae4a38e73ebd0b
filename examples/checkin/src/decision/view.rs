//! The JSON form of a decision.

use ikd_verifier::Message;
use serde::Serialize;

use super::{Candidate, Decision, Why};
use crate::manifest::Passenger;
use crate::mask::Show;

/// A decision as JSON, with stable codes and texts in both languages.
#[derive(Serialize)]
pub struct View<'a> {
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    passenger: Option<PassengerView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<CandidateView<'a>>,
    why: Vec<WhyView>,
}

#[derive(Serialize)]
struct PassengerView<'a> {
    line: u64,
    booking: Option<&'a str>,
    name: String,
    service: Option<&'a str>,
    coach: Option<&'a str>,
    seat: Option<&'a str>,
}

#[derive(Serialize)]
struct CandidateView<'a> {
    passenger: PassengerView<'a>,
    name_match: &'static str,
    why: Vec<WhyView>,
}

#[derive(Serialize)]
struct WhyView {
    code: &'static str,
    message: Message,
}

impl Decision<'_> {
    /// What to serialise. Names are masked unless `show` says otherwise.
    #[must_use]
    pub fn view(&self, show: Show) -> View<'_> {
        let candidates: &[Candidate<'_>] = match self {
            Self::LookCloser { candidates, .. } => candidates,
            Self::Board { .. } | Self::Refuse { .. } => &[],
        };
        View {
            decision: self.code(),
            passenger: self.passenger().map(|passenger| PassengerView::new(passenger, show)),
            candidates: candidates.iter().map(|one| CandidateView::new(one, show)).collect(),
            why: whys(self.why()),
        }
    }
}

impl<'a> CandidateView<'a> {
    fn new(candidate: &'a Candidate<'_>, show: Show) -> Self {
        Self {
            passenger: PassengerView::new(candidate.passenger, show),
            name_match: candidate.name().outcome().code(),
            why: whys(candidate.why()),
        }
    }
}

impl<'a> PassengerView<'a> {
    fn new(passenger: &'a Passenger, show: Show) -> Self {
        Self {
            line: passenger.line(),
            booking: passenger.booking(),
            name: show.name(passenger.name_text()),
            service: passenger.service(),
            coach: passenger.coach(),
            seat: passenger.seat(),
        }
    }
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").field("decision", &self.decision).finish_non_exhaustive()
    }
}

fn whys(why: &[Why]) -> Vec<WhyView> {
    why.iter().map(|why| WhyView { code: why.code(), message: why.message() }).collect()
}
