//! The table of name cases: `names.csv`, one case a line, every name made up.

use ikd_checkin::name::{IdentityName, TicketName, compare};

#[test]
fn every_case_of_the_table() {
    let mut failures = Vec::new();
    for (number, line) in include_str!("names.csv").lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        let [identity, ticket, outcome, reasons] = line.split(';').collect::<Vec<_>>()[..] else {
            panic!("line {}: not four fields", number + 1);
        };
        let found = compare(&IdentityName::parse(identity), &TicketName::parse(ticket));
        let mut expected: Vec<_> = reasons.split_whitespace().collect();
        let mut actual: Vec<_> = found.reasons().iter().map(|reason| reason.code()).collect();
        expected.sort_unstable();
        actual.sort_unstable();
        if found.outcome().code() != outcome || actual != expected {
            failures.push(format!(
                "line {}: {identity} | {ticket}: {outcome} {expected:?}, not {} {actual:?}",
                number + 1,
                found.outcome().code(),
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
