//! Finding passengers without walking the whole list.

use std::collections::{BTreeSet, HashMap};

use super::passenger::Passenger;
use super::ticket_nik;
use crate::name::IdentityName;

/// Places in the list, by what a scan knows. It may find too many, never too few: each find is
/// compared in full.
#[derive(Default)]
pub(super) struct Index {
    by_nik_tail: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// Passengers whose name may be cut: no key of theirs is sure.
    cut: Vec<usize>,
}

impl Index {
    pub(super) fn build(passengers: &[Passenger]) -> Self {
        let mut index = Self::default();
        for (place, passenger) in passengers.iter().enumerate() {
            if let Some(tail) = passenger.nik().and_then(ticket_nik::TicketNik::tail) {
                index.by_nik_tail.entry(tail).or_default().push(place);
            }
            for key in passenger.name().keys() {
                index.by_name.entry(key).or_default().push(place);
            }
            if passenger.name().may_be_cut() {
                index.cut.push(place);
            }
        }
        index
    }

    /// In the order of the file, each once.
    pub(super) fn find(&self, nik: Option<&str>, name: &IdentityName) -> BTreeSet<usize> {
        let by_nik = nik.and_then(ticket_nik::tail_of).and_then(|tail| self.by_nik_tail.get(tail));
        let by_name = name.keys().into_iter().filter_map(|key| self.by_name.get(&key));
        by_name.chain(by_nik).chain([&self.cut]).flatten().copied().collect()
    }
}
