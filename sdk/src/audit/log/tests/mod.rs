//! What a log promises, tried on real files.

mod erasure;
mod example;
mod tampering;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use tempfile::TempDir;

use super::*;
use crate::audit::id::{LogId, Salt};
use crate::audit::receipt::ConsentReceipt;
use crate::audit::receipt::tests::sample;
use crate::time::UnixTime;

const START: i64 = 1_790_000_000;

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(START).plus(seconds)
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

struct Fixture {
    _folder: TempDir,
    path: PathBuf,
    log: AuditLog,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        let log = AuditLog::create(&path, LogId::from_bytes([3; 16]), key(), at(0)).unwrap();
        Self { _folder: folder, path, log }
    }

    fn append(&self, count: u8) {
        for n in 0..count {
            self.log.append(&receipt(1_825), Salt::from_bytes([n; 16]), at(n.into())).unwrap();
        }
    }

    fn verify(&self, head: Option<SignedHead>) -> Result<AuditReport, AuditFault> {
        verify_file(&self.path, head)
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap()
    }
}

fn verify_file(path: &Path, head: Option<SignedHead>) -> Result<AuditReport, AuditFault> {
    let options = VerifyOptions { keys: vec![key().public_key()], head };
    match verify(path, &options) {
        Err(AuditError::Tampered(fault)) => Err(fault),
        other => Ok(other.unwrap()),
    }
}

fn receipt(retention_days: u32) -> ConsentReceipt {
    ConsentReceipt { retention_days, ..sample() }
}

#[test]
fn what_is_appended_is_read_back_in_order() {
    let fixture = Fixture::new();
    fixture.append(3);
    let head = fixture.log.sign_head(at(10)).unwrap();
    assert!(head.holds());
    let mut kinds = Vec::new();
    let report = read(&fixture.path, &VerifyOptions::default(), &mut |entry| {
        kinds.push(entry.kind());
        assert_eq!(entry.receipt()?.is_some(), entry.kind() == EntryKind::Receipt);
        Ok(())
    });
    let report = report.unwrap();
    use EntryKind::{Head, Open, Receipt};
    assert_eq!(kinds, [Open, Head, Receipt, Receipt, Receipt, Head]);
    assert_eq!((report.entries, report.receipts, report.unsigned), (6, 3, 0));
    assert_eq!(report.head, Some(head));
    assert_eq!(fixture.verify(Some(head)), Ok(report));
    assert!(matches!(
        AuditLog::create(&fixture.path, LogId::from_bytes([3; 16]), key(), at(0)),
        Err(AuditError::Exists { .. })
    ));
}

#[test]
fn heads_come_by_themselves() {
    let fixture = Fixture::new();
    let log = AuditLog::open(&fixture.path, key()).with_head_every(4);
    let receipt = receipt(1);
    let salts = (0..7).map(|n| (&receipt, Salt::from_bytes([n; 16])));
    let appended = log.append_all(salts, at(1)).unwrap();
    let heads: Vec<_> =
        appended.iter().filter_map(|a| a.head.clone().unwrap()).map(|head| head.seq).collect();
    assert_eq!(heads, [4, 8]);
    assert_eq!(fixture.verify(None).unwrap().unsigned, 2);
}

/// A key that cannot be reached.
struct NoKey;

impl HeadSigner for NoKey {
    fn public_key(&self) -> crate::audit::AuditKey {
        key().public_key()
    }

    fn sign(&self, _: &[u8]) -> Result<crate::audit::HeadSignature, HeadSignerError> {
        Err(HeadSignerError("the HSM does not answer".to_owned()))
    }
}

#[test]
fn a_signer_that_fails_keeps_no_receipt_out() {
    let fixture = Fixture::new();
    let log = AuditLog::open(&fixture.path, NoKey).with_head_every(3);
    let appended = log.append(&receipt(1), Salt::from_bytes([1; 16]), at(1)).unwrap();
    assert!(appended.head.is_err());
    assert!(matches!(log.sign_head(at(2)), Err(AuditError::Signer(_))));
    fixture.append(1);
    let head = fixture.log.sign_head(at(3)).unwrap();
    assert_eq!(fixture.verify(Some(head)).unwrap().receipts, 2);
}

#[test]
fn threads_and_handles_share_one_log() {
    let fixture = Fixture::new();
    let path = Arc::new(fixture.path.clone());
    let threads: Vec<_> = (0..4_u8)
        .map(|thread| {
            let path = Arc::clone(&path);
            std::thread::spawn(move || {
                for n in 0..25 {
                    let log = AuditLog::open(&*path, key()).with_head_every(7);
                    let salt = Salt::from_bytes([thread.wrapping_mul(25).wrapping_add(n); 16]);
                    log.append(&receipt(1), salt, at(n.into())).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(fixture.verify(None).unwrap().receipts, 100);
}

#[test]
fn a_torn_line_is_told_set_aside_and_recorded() {
    for cut in [1, 2, 40, 500] {
        let fixture = Fixture::new();
        fixture.append(2);
        let whole = fs::read(&fixture.path).unwrap();
        let length = whole.len() - cut;
        OpenOptions::new().write(true).open(&fixture.path).unwrap().set_len(length as u64).unwrap();
        assert_eq!(fixture.verify(None), Err(AuditFault { entry: 3, fault: Fault::Torn }));

        fixture.append(1);
        let report = fixture.verify(None).unwrap();
        assert_eq!((report.entries, report.receipts), (5, 2), "cut by {cut}");
        let aside = fs::read(fixture.path.with_file_name("audit.log.torn-3")).unwrap();
        let line = whole.strip_suffix(b"\n").unwrap().rsplit(|b| *b == b'\n').next().unwrap();
        assert_eq!(aside, line[..=line.len() - cut]);
        assert!(fixture.text().contains("\"kind\":\"recovery\""));
    }
}

#[test]
fn a_long_hole_is_set_aside_too() {
    let fixture = Fixture::new();
    fixture.append(1);
    let mut file = OpenOptions::new().append(true).open(&fixture.path).unwrap();
    file.write_all(&[0; 200_000]).unwrap();
    fixture.append(1);
    assert_eq!(fixture.verify(None).unwrap().receipts, 2);
    let aside = fs::read(fixture.path.with_file_name("audit.log.torn-3")).unwrap();
    assert_eq!(aside.len(), 200_000);
}

#[test]
fn nothing_follows_an_entry_that_was_changed() {
    let fixture = Fixture::new();
    fixture.append(1);
    fs::write(&fixture.path, fixture.text().replace("\"granted\"", "\"refused\"")).unwrap();
    let error = fixture.log.append(&receipt(1), Salt::from_bytes([1; 16]), at(5)).unwrap_err();
    assert!(matches!(error, AuditError::DamagedEnd { .. }), "{error}");
    fs::write(&fixture.path, "").unwrap();
    let error = fixture.log.sign_head(at(5)).unwrap_err();
    assert!(matches!(error, AuditError::Tampered(AuditFault { fault: Fault::Opening, .. })));
}

#[test]
fn heads_kept_elsewhere_show_what_is_gone() {
    let fixture = Fixture::new();
    fixture.append(2);
    let early = fixture.text();
    let head = fixture.log.sign_head(at(5)).unwrap();
    fs::write(&fixture.path, &early).unwrap();
    assert!(fixture.verify(None).is_ok());
    let truncated = AuditFault { entry: 4, fault: Fault::Truncated };
    assert_eq!(fixture.verify(Some(head)), Err(truncated));

    // The same key signs another history.
    fixture.append(1);
    fixture.log.sign_head(at(6)).unwrap();
    let other = AuditFault { entry: 4, fault: Fault::OtherHistory };
    assert_eq!(fixture.verify(Some(head)), Err(other));

    let forged = SignedHead { time: at(7), ..head };
    assert_eq!(fixture.verify(Some(forged)).unwrap_err().fault, Fault::Signature);
    let foreign = SignedHead { log: LogId::from_bytes([4; 16]), ..head };
    assert_eq!(fixture.verify(Some(foreign)).unwrap_err().fault, Fault::OtherHistory);
}

#[test]
fn a_new_history_needs_the_key() {
    let fixture = Fixture::new();
    let forged = fixture.path.with_file_name("forged.log");
    let other = SigningKey::from_bytes(&[8; 32]);
    AuditLog::create(&forged, LogId::from_bytes([3; 16]), other, at(0)).unwrap();
    assert!(verify(&forged, &VerifyOptions::default()).is_ok());
    assert_eq!(verify_file(&forged, None), Err(AuditFault { entry: 1, fault: Fault::Key }));
}
