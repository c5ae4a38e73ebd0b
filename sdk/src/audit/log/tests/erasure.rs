//! Erasure takes bodies away, and nothing else.

use std::fs;

use super::*;

#[test]
fn erasure_leaves_a_log_that_can_be_checked() {
    let fixture = Fixture::new();
    for (days, n) in [(1, 1), (30, 2), (1, 3)] {
        fixture.log.append(&receipt(days), Salt::from_bytes([n; 16]), at(0)).unwrap();
    }
    let kept = fixture.log.sign_head(at(50)).unwrap();
    let options = VerifyOptions { keys: vec![key().public_key()], head: Some(kept) };

    // The retention is counted from the answer, 40 s after the start.
    let nothing = fixture.log.erase_expired(&options, at(86_439)).unwrap();
    assert_eq!(nothing, Erased { receipts: 0, head: None });
    let before = fixture.text();
    fs::write(fixture.path.with_file_name("audit.log.torn-9"), "x").unwrap();
    let erased = fixture.log.erase_expired(&options, at(86_440)).unwrap();
    assert_eq!(erased.receipts, 2);
    let report = fixture.verify(Some(kept)).unwrap();
    assert_eq!((report.receipts, report.erased, report.unsigned), (3, 2, 0));
    assert_eq!(report.head, erased.head);
    assert!(!fixture.path.with_file_name("audit.log.torn-9").exists());
    assert_eq!(fixture.text().matches("account_opening").count(), 1);

    // Later erasures and appends go on.
    fixture.append(1);
    assert_eq!(fixture.log.erase_expired(&options, at(40 * 86_400)).unwrap().receipts, 1);
    assert_eq!(fixture.verify(erased.head).unwrap().erased, 3);

    // A body that comes back, one more that goes, and a mark that says something else.
    let after = fixture.text();
    let line = |text: &str, n: usize| text.lines().nth(n).unwrap().to_owned();
    let mark = r#","erased":{"by":11,"time":1790086440,"reason":"retention"}}"#;
    let unrecorded = line(&after, 8).split(",\"salt\"").next().unwrap().to_owned() + mark;
    for (n, with) in [
        (2, line(&before, 2)),
        (3, line(&after, 3).replace("\"by\":9", "\"by\":6")),
        (2, line(&after, 2).replace(":1790086440,", ":1790086441,")),
        (2, line(&after, 2).replace("\"by\":6", "\"by\":2")),
        (8, unrecorded),
    ] {
        let changed = after.replacen(&line(&after, n), &with, 1);
        assert_ne!(changed, after, "{with}");
        fs::write(&fixture.path, changed).unwrap();
        assert_eq!(fixture.verify(None).unwrap_err().fault, Fault::Erasure, "{with}");
    }
}

#[test]
fn a_log_that_is_not_sound_is_not_erased_from() {
    let fixture = Fixture::new();
    fixture.append(3);
    let text = fixture.text().replacen("KCP-014", "KCP-015", 1);
    fs::write(&fixture.path, &text).unwrap();
    let options = VerifyOptions::default();
    let error = fixture.log.erase_expired(&options, at(1_826 * 86_400)).unwrap_err();
    assert!(matches!(error, AuditError::Tampered(AuditFault { entry: 2, fault: Fault::Body })));
    assert_eq!(fixture.text(), text);
    assert!(!fixture.path.with_file_name("audit.log.new").exists());
}
