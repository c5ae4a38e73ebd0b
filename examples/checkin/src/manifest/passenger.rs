//! One passenger of a manifest.

use std::fmt;

use super::ticket_nik::TicketNik;
use crate::name::TicketName;

/// A row of the manifest.
pub struct Passenger {
    pub(super) line: u64,
    pub(super) booking: Option<String>,
    pub(super) name_text: String,
    pub(super) name: TicketName,
    pub(super) nik: Option<TicketNik>,
    pub(super) seat: Option<String>,
    pub(super) service: Option<String>,
    pub(super) coach: Option<String>,
    pub(super) birth_date: Option<String>,
}

impl Passenger {
    /// Line in the file: what logs may say of a passenger.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Booking code.
    #[must_use]
    pub fn booking(&self) -> Option<&str> {
        self.booking.as_deref()
    }

    /// The name as the ticket has it. Personal data: for the screen of staff only.
    #[must_use]
    pub fn name_text(&self) -> &str {
        &self.name_text
    }

    /// The name, ready for comparing.
    #[must_use]
    pub fn name(&self) -> &TicketName {
        &self.name
    }

    /// What the ticket knows of the NIK.
    #[must_use]
    pub fn nik(&self) -> Option<&TicketNik> {
        self.nik.as_ref()
    }

    /// Seat.
    #[must_use]
    pub fn seat(&self) -> Option<&str> {
        self.seat.as_deref()
    }

    /// Flight or train.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    /// Coach of a train.
    #[must_use]
    pub fn coach(&self) -> Option<&str> {
        self.coach.as_deref()
    }

    /// Date of birth, `YYYYMMDD`.
    #[must_use]
    pub fn birth_date(&self) -> Option<&str> {
        self.birth_date.as_deref()
    }
}

impl fmt::Debug for Passenger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passenger")
            .field("line", &self.line)
            .field("seat", &self.seat)
            .finish_non_exhaustive()
    }
}
