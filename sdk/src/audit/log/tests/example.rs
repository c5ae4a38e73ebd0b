//! The worked example of `format/audit-log.md` is a log that this code writes.

use std::fs;

use super::*;

#[test]
fn the_worked_example_is_what_is_written() {
    let fixture = Fixture::new();
    for (days, n) in [(1, 1), (1_825, 2)] {
        fixture.log.append(&receipt(days), Salt::from_bytes([n; 16]), at(40)).unwrap();
    }
    fixture.log.erase_expired(&VerifyOptions::default(), at(86_440)).unwrap();
    let document = include_str!("../../../../format/audit-log.md");
    let example = document.rsplit("```").nth(1).unwrap();
    let example = example.strip_prefix("json\n").unwrap().replace("\n  ", "");
    assert_eq!(example, fs::read_to_string(&fixture.path).unwrap());
}
