//! The register of members: a CSV file, as a fund hands it to its clinics.

use std::error::Error;
use std::path::Path;

use ikd_verifier::UnixTime;
use serde::Deserialize;

/// Seconds that western Indonesia is ahead of UTC.
const WIB: i64 = 7 * 3_600;

/// Everyone in the register.
pub(crate) struct Members(Vec<Member>);

/// A member.
#[derive(Deserialize)]
pub(crate) struct Member {
    card: String,
    pub(crate) nik: String,
    pub(crate) name: String,
    /// The last day that is paid, `YYYY-MM-DD`.
    paid_until: String,
}

impl Members {
    pub(crate) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        Self::parse(&std::fs::read(path)?)
    }

    pub(crate) fn parse(csv: &[u8]) -> Result<Self, Box<dyn Error>> {
        let members: Result<Vec<Member>, _> = csv::Reader::from_reader(csv).deserialize().collect();
        // The error of a line would show what is in it.
        let members = members.map_err(|error| match error.position() {
            Some(at) => format!("line {} of the register is none", at.line()),
            None => "the register cannot be read".to_owned(),
        })?;
        Ok(Self(members))
    }

    pub(crate) fn get(&self, card: &str) -> Option<&Member> {
        self.0.iter().find(|member| member.card == card)
    }
}

impl Member {
    /// Whether the contribution is paid on this day, by the calendar of western Indonesia.
    pub(crate) fn is_paid(&self, now: UnixTime) -> bool {
        let local = now.plus(WIB).to_string();
        local.get(..10).is_some_and(|today| today <= self.paid_until.as_str())
    }
}
