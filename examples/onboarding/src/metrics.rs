//! Counts and durations for Prometheus. Labels come from closed lists; nothing tells a person.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::bank::Shared;
use crate::problem::Problem;

/// Upper bounds of the buckets, in seconds.
const BUCKETS: [f64; 9] = [0.005, 0.05, 0.5, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0];

/// What is counted.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    counts: BTreeMap<(Count, &'static str), u64>,
    durations: BTreeMap<Span, Histogram>,
}

/// Something that is counted by a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// QRs, by the result code of the offline check.
    Scans,
    /// Requests for consent that ended, by outcome.
    Requests,
    /// Applications, by decision.
    Decisions,
    /// Troubles of this side, by kind.
    Troubles,
}

/// Something that takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// The offline check of a QR.
    Check,
    /// From the request to the citizen's answer.
    Answer,
}

#[derive(Debug, Default)]
struct Histogram {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    /// Counts one.
    pub fn count(&self, what: Count, label: &'static str) {
        *self.lock().counts.entry((what, label)).or_default() += 1;
    }

    /// Notes how long something took.
    pub fn took(&self, span: Span, time: Duration) {
        let (counted, seconds) = (&mut *self.lock(), time.as_secs_f64());
        let histogram = counted.durations.entry(span).or_default();
        histogram.count += 1;
        histogram.seconds += seconds;
        for (bucket, bound) in histogram.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    /// The text format of Prometheus.
    pub fn text(&self, waiting: u64) -> String {
        let mut out = String::new();
        // A text takes whatever is written.
        self.write(&mut out, waiting).unwrap_or_default();
        out
    }

    fn write(&self, out: &mut String, waiting: u64) -> std::fmt::Result {
        let counted = self.lock();
        for what in [Count::Scans, Count::Requests, Count::Decisions, Count::Troubles] {
            let (name, help, label) = what.describe();
            writeln!(out, "# HELP {name} {help}\n# TYPE {name} counter")?;
            for ((_, value), count) in
                counted.counts.range((what, "")..).take_while(|(key, _)| key.0 == what)
            {
                writeln!(out, "{name}{{{label}=\"{value}\"}} {count}")?;
            }
        }
        for (span, histogram) in &counted.durations {
            let (name, help) = span.describe();
            writeln!(out, "# HELP {name} {help}\n# TYPE {name} histogram")?;
            for (count, bound) in histogram.buckets.iter().zip(BUCKETS) {
                writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {count}")?;
            }
            let Histogram { count, seconds, .. } = histogram;
            writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {count}")?;
            writeln!(out, "{name}_sum {seconds}\n{name}_count {count}")?;
        }
        let name = "ikd_onboarding_waiting";
        writeln!(out, "# HELP {name} Applications that wait for a citizen, in all instances.")?;
        writeln!(out, "# TYPE {name} gauge\n{name} {waiting}")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    /// Name, help text and label.
    const fn describe(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Scans => ("ikd_onboarding_scans_total", "QRs checked offline.", "code"),
            Self::Requests => {
                ("ikd_onboarding_requests_total", "Requests for consent that ended.", "outcome")
            }
            Self::Decisions => {
                ("ikd_onboarding_decisions_total", "Applications decided.", "verdict")
            }
            Self::Troubles => ("ikd_onboarding_troubles_total", "Troubles of this side.", "kind"),
        }
    }
}

impl Span {
    /// Name and help text.
    const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Check => ("ikd_onboarding_check_seconds", "Offline check of a QR."),
            Self::Answer => {
                ("ikd_onboarding_answer_seconds", "From the request to the citizen's answer.")
            }
        }
    }
}

/// `GET /metrics`.
pub async fn metrics(State(bank): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let waiting = bank.applications.count_waiting().await?;
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((content_type, bank.metrics.text(waiting)))
}
