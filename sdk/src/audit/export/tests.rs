//! Exports of a small log.

use std::path::PathBuf;

use ed25519_dalek::SigningKey;

use super::*;
use crate::audit::id::{LogId, ReceiptId, Salt};
use crate::audit::label::Label;
use crate::audit::log::{AuditLog, Fault, VerifyOptions};
use crate::audit::names::ConsentOutcome;
use crate::audit::receipt::tests::sample;

fn log() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let start = sample().times.answered;
    let key = SigningKey::from_bytes(&[7; 32]);
    let log = AuditLog::create(&path, LogId::from_bytes([3; 16]), key, start).unwrap();
    let mut receipts = vec![sample(); 4];
    receipts[1].outcome = ConsentOutcome::Denied;
    receipts[1].subject = vec![Pseudonym::from_bytes([8; 32])];
    receipts[1].times.answered = start.plus(86_400);
    receipts[2].retention_days = 1;
    receipts[3].purpose.text = Label::new("=1+1").unwrap();
    receipts[3].times.answered = start.plus(2 * 86_400);
    for (n, receipt) in (0..).zip(&mut receipts) {
        receipt.receipt_id = ReceiptId::from_bytes([n; 16]);
        log.append(receipt, Salt::from_bytes([n; 16]), receipt.times.answered).unwrap();
    }
    log.erase_expired(&VerifyOptions::default(), start.plus(3 * 86_400)).unwrap();
    (folder, path)
}

fn entries(path: &std::path::Path, selection: &Selection, format: ExportFormat) -> Vec<String> {
    let mut out = Vec::new();
    write_entries(path, &VerifyOptions::default(), selection, format, &mut out).unwrap();
    String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn the_register_sums_up_what_was_asked() {
    let (_folder, path) = log();
    let of =
        |selection| ProcessingRegister::of(&path, &VerifyOptions::default(), &selection).unwrap().0;
    let register = of(Selection::default());
    let counts: Vec<_> = register
        .records()
        .map(|record| (record.requests(), record.ended(ConsentOutcome::Granted)))
        .collect();
    assert_eq!((counts, register.erased()), (vec![(1, 1), (2, 1)], 1));

    let mut csv = Vec::new();
    register.write(ExportFormat::Csv, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(
        csv.ends_with(
            "\"bank-contoh\",\"Bank Contoh\",\"account_opening\",\"Pembukaan rekening tabungan\",\
         \"consent\",\"nik mother_name\",\"email name_match\",\"https://gateway.ikd.example\",\
         \"1825\",\"2026-09-21T14:14:00Z\",\"2026-09-22T14:14:00Z\",\"2\",\
         \"1\",\"1\",\"0\",\"0\",\"0\",\"0\"\r\n"
        ),
        "{csv}"
    );
    assert!(csv.contains("\"'=1+1\""), "{csv}");

    let mut json = Vec::new();
    register.write(ExportFormat::Json, &mut json).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["records"][1]["outcomes"], serde_json::json!({ "granted": 1, "denied": 1 }));
    assert_eq!(
        (&json["erased"], &json["records"][1]["legal_basis"]),
        (&1.into(), &"consent".into())
    );

    let from = sample().times.answered.plus(1);
    let later =
        Selection { from: Some(from), until: Some(from.plus(86_400)), ..Default::default() };
    assert_eq!(of(later).records().map(|record| record.requests()).sum::<u64>(), 1);
}

#[test]
fn entries_are_listed_as_they_stand() {
    let (_folder, path) = log();
    let csv = entries(&path, &Selection::default(), ExportFormat::Csv);
    let columns = |line: &str| line.split("\",\"").count();
    assert_eq!(csv.iter().map(|line| columns(line)).collect::<Vec<_>>(), [24; 5]);
    assert!(csv[3].starts_with("\"4\",\"2026-09-21T14:14:00Z\",\"\","), "{}", csv[3]);
    assert!(csv[3].ends_with(",\"2026-09-24T14:14:00Z\""), "{}", csv[3]);

    let json = entries(&path, &Selection::default(), ExportFormat::Json);
    let first: serde_json::Value = serde_json::from_str(&json[0]).unwrap();
    assert_eq!(
        first["receipt"],
        serde_json::to_value(ConsentReceipt {
            receipt_id: ReceiptId::from_bytes([0; 16]),
            ..sample()
        })
        .unwrap()
    );
    assert_eq!(json.len(), 4);
}

#[test]
fn a_citizen_gets_the_own_entries_only() {
    let (_folder, path) = log();
    let about = |byte| Selection {
        subjects: vec![Pseudonym::from_bytes([byte; 32])],
        ..Selection::default()
    };
    assert_eq!(entries(&path, &about(8), ExportFormat::Json).len(), 1);
    assert_eq!(entries(&path, &about(9), ExportFormat::Json).len(), 2);
    assert_eq!(entries(&path, &about(7), ExportFormat::Json).len(), 0);
}

#[test]
fn an_export_of_a_log_that_was_changed_fails() {
    let (_folder, path) = log();
    let text = std::fs::read_to_string(&path).unwrap().replacen("\"denied\"", "\"granted\"", 1);
    std::fs::write(&path, text).unwrap();
    let result = ProcessingRegister::of(&path, &VerifyOptions::default(), &Selection::default());
    let Err(AuditError::Tampered(fault)) = result else { panic!("it was not found") };
    assert_eq!((fault.entry, fault.fault), (3, Fault::Body));
}
