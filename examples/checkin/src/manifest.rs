//! The passenger list of a flight or train, from CSV.
//!
//! Columns are found by their headings, in Indonesian or English, in any order: booking code
//! (`PNR`), name, NIK or its last digits, seat, flight or train, coach, date of birth. Only the
//! name is needed. Separator (`,` `;` tab `|`), byte order mark and line ends are recognised.
//!
//! A manifest with a faulty row is not used at all: a passenger left out in silence would be
//! refused at the gate. Errors name line and column and never what stands there.

mod date;
mod error;
mod file;
mod header;
mod index;
mod passenger;
mod ticket_nik;

use std::fmt;
use std::io::Read;

pub use error::{Column, ManifestError, Notice, Problem, ProblemKind};
use index::Index;
pub use passenger::Passenger;
pub use ticket_nik::TicketNik;

use crate::name::{DEFAULT_LIMIT, IdentityName};

/// Most bytes of a manifest file.
pub const MAX_BYTES: usize = 32 << 20;
/// Most passengers: a day of a large station.
pub const MAX_PASSENGERS: usize = 100_000;
/// Most bytes of one field.
pub const MAX_FIELD: usize = 256;

/// A passenger list, indexed for scanning.
pub struct Manifest {
    passengers: Vec<Passenger>,
    notices: Vec<Notice>,
    index: Index,
}

impl Manifest {
    /// Reads a manifest whose names may be cut at [`DEFAULT_LIMIT`].
    ///
    /// # Errors
    /// If it cannot be read, is too large, lacks a column or has rows that cannot be used.
    pub fn read(reader: impl Read) -> Result<Self, ManifestError> {
        Self::read_cut_at(reader, &[DEFAULT_LIMIT])
    }

    /// Reads a manifest of a system that cuts names at lengths of its own, or at none.
    ///
    /// # Errors
    /// As [`Manifest::read`].
    pub fn read_cut_at(reader: impl Read, name_limits: &[usize]) -> Result<Self, ManifestError> {
        let file::Rows { passengers, notices } = file::read(reader, name_limits)?;
        let index = Index::build(&passengers);
        Ok(Self { passengers, notices, index })
    }

    /// All passengers, in the order of the file.
    #[must_use]
    pub fn passengers(&self) -> &[Passenger] {
        &self.passengers
    }

    /// What is odd in the file without keeping it from being used.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Every passenger whose NIK agrees or whose name could, with their places in the list.
    pub(crate) fn candidates(
        &self,
        nik: Option<&str>,
        name: &IdentityName,
    ) -> impl Iterator<Item = (usize, &Passenger)> {
        self.index
            .find(nik, name)
            .into_iter()
            .filter_map(|place| Some((place, self.passengers.get(place)?)))
    }
}

impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manifest")
            .field("passengers", &self.passengers.len())
            .field("notices", &self.notices)
            .finish_non_exhaustive()
    }
}
