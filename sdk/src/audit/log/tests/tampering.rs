//! Whatever is done to a signed log is found.

use std::fs;
use std::io::{Seek as _, SeekFrom};
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

/// A signed log with every kind of entry.
fn every_kind() -> (Fixture, SignedHead) {
    let fixture = Fixture::new();
    fixture.log.append(&receipt(1), Salt::from_bytes([1; 16]), at(0)).unwrap();
    fixture.append(2);
    OpenOptions::new().append(true).open(&fixture.path).unwrap().write_all(b"{\"seq\":").unwrap();
    fixture.append(1);
    let options = VerifyOptions::default();
    assert_eq!(fixture.log.erase_expired(&options, at(90_000)).unwrap().receipts, 1);
    fixture.append(1);
    let head = fixture.log.sign_head(at(90_001)).unwrap();
    assert!(fixture.verify(Some(head)).is_ok());
    (fixture, head)
}

#[test]
fn every_changed_byte_is_found() {
    let (fixture, _) = every_kind();
    let sound = fs::read(&fixture.path).unwrap();
    let mut file = OpenOptions::new().write(true).open(&fixture.path).unwrap();
    for (at, byte) in sound.iter().enumerate() {
        let mut put = |byte: u8| {
            file.seek(SeekFrom::Start(at as u64)).unwrap();
            file.write_all(&[byte]).unwrap();
        };
        put(byte ^ (1 << (at % 8)));
        // The log ends with a head of its own, so none from elsewhere is needed.
        assert!(fixture.verify(None).is_err(), "byte {at}");
        put(*byte);
    }
    assert!(fixture.verify(None).is_ok());
}

#[test]
fn every_removed_doubled_or_swapped_line_is_found() {
    let (fixture, head) = every_kind();
    let text = fixture.text();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let changed = fixture.path.with_file_name("changed.log");
    let refuse = |lines: &[&str], what: &str| {
        fs::write(&changed, lines.concat()).unwrap();
        assert!(verify_file(&changed, Some(head)).is_err(), "{what}");
    };
    for i in 0..lines.len() {
        let mut without = lines.clone();
        without.remove(i);
        refuse(&without, &format!("line {i} removed"));
        refuse(&lines[..i], &format!("cut before line {i}"));
        for j in 0..lines.len() {
            let mut doubled = lines.clone();
            doubled.insert(j, lines[i]);
            refuse(&doubled, &format!("line {i} again at {j}"));
            let mut swapped = lines.clone();
            swapped.swap(i, j);
            if i != j {
                refuse(&swapped, &format!("lines {i} and {j} swapped"));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn no_file_is_taken_for_the_log(
        cut in any::<prop::sample::Index>(),
        length in 0_usize..200,
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        static LOG: LazyLock<(Fixture, SignedHead)> = LazyLock::new(every_kind);
        let (fixture, head) = &*LOG;
        let sound = fs::read(&fixture.path).unwrap();
        let from = cut.index(sound.len());
        let to = sound.len().min(from + length);
        let changed = [&sound[..from], &bytes, &sound[to..]].concat();
        let file = fixture.path.with_file_name("changed.log");
        fs::write(&file, &changed).unwrap();
        prop_assert_eq!(verify_file(&file, Some(*head)).is_ok(), changed == sound);
    }
}
