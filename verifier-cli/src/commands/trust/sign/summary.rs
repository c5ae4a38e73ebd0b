//! What a draft says and what it changes, for those who sign it.

use std::io::Write;

use ikd_verifier::authoring::{IssuerDraft, KeyDraft, TrustListDraft};
use ikd_verifier::{KeyUse, UnixTime};

use super::description::key_text;
use crate::labels::printable;
use crate::outcome::Failure;
use crate::render::{BAD, FAINT, GOOD, HEADING, View};
use crate::values::to_hex;

const DAY: i64 = 86_400;

/// Writes every line of a draft. With a previous list, lines that are new begin with `+`, and those
/// that are gone come last with `-`.
pub(super) fn write(
    out: &mut dyn Write,
    view: View,
    draft: &TrustListDraft,
    previous: Option<&TrustListDraft>,
) -> Result<(), Failure> {
    let heading = view.say("Daftar kepercayaan", "Trust list");
    let days = draft.expires.since(draft.issued) / DAY;
    let (version, issued, expires) = (draft.version, draft.issued, draft.expires);
    let unit = view.say("hari", "days");
    writeln!(out, "{HEADING}{heading} {version}{HEADING:#}  {issued} – {expires}, {days} {unit}")?;
    let (now, before) = (lines(draft, view), previous.map(|list| lines(list, view)));
    for line in &now {
        match &before {
            Some(before) if !before.contains(line) => writeln!(out, "{GOOD}+ {line}{GOOD:#}")?,
            _ => writeln!(out, "  {line}")?,
        }
    }
    for line in before.iter().flatten().filter(|line| !now.contains(line)) {
        writeln!(out, "{BAD}- {line}{BAD:#}")?;
    }
    if previous.is_none() {
        let none = view.say("tanpa daftar pembanding", "not compared with an earlier list");
        writeln!(out, "{FAINT}  ({none}){FAINT:#}")?;
    }
    Ok(())
}

/// Each line stands for itself, so that two lists can be compared line by line.
fn lines(draft: &TrustListDraft, view: View) -> Vec<String> {
    let (root, of) = (view.say("akar", "root"), view.say("dari", "of"));
    let threshold = view.say("tanda tangan diperlukan", "signatures are needed");
    let mut lines = vec![format!("{} {of} {} {threshold}", draft.threshold, draft.roots.len())];
    lines.extend(draft.roots.iter().map(|key| format!("{root} {}", to_hex(key))));
    for issuer in &draft.issuers {
        lines.push(issuer_line(issuer));
        lines.extend(issuer.keys.iter().map(|key| key_line(issuer, key, view)));
    }
    lines
}

fn issuer_line(issuer: &IssuerDraft) -> String {
    let gateway = issuer.gateway.iter().map(|url| format!("  {}", printable(url)));
    let (id, name) = (printable(&issuer.id), printable(&issuer.name));
    format!("{id}  {name}{}", gateway.collect::<String>())
}

/// With the key itself: another key under a known id must not go unseen.
fn key_line(issuer: &IssuerDraft, key: &KeyDraft, view: View) -> String {
    let (id, key_use, kid) = (printable(&issuer.id), key.key_use.as_str(), to_hex(&key.kid));
    let (public, from, until) = (key_text(&key.key), key.from, key.until);
    let revoked = key.revoked.map(|at| format!("  {} {at}", view.say("DICABUT", "REVOKED")));
    let revoked = revoked.unwrap_or_default();
    format!("{id}  {key_use}  {kid}  {from} – {until}  {public}{revoked}")
}

/// What is allowed and still likely wrong.
pub(super) fn oddities(
    draft: &TrustListDraft,
    previous: Option<&TrustListDraft>,
    now: UnixTime,
    view: View,
) -> Vec<String> {
    let mut odd = Vec::new();
    let mut add = |id: &'static str, en: &'static str, of: &str| {
        odd.push(format!("{}{of}", view.say(id, en)));
    };
    if draft.issued > now {
        add(
            "Terbit di masa depan: jam pemeriksa akan dianggap mundur.",
            "Issued in the future: clocks of verifiers will count as turned back.",
            "",
        );
    }
    if draft.expires.since(draft.issued) > 90 * DAY {
        add(
            "Berlaku lebih dari 90 hari: kunci yang dicabut bisa lama dipercaya gerbang luring.",
            "Lives longer than 90 days: gates without network may long trust a revoked key.",
            "",
        );
    }
    if draft.threshold == 1 {
        add("Satu akar saja sudah cukup.", "A single root is enough.", "");
    }
    for issuer in &draft.issuers {
        let works = |key_use| {
            let mut keys = issuer.keys.iter().filter(|key| key.key_use == key_use);
            keys.any(|key| key.revoked.is_none() && key.from <= now && draft.expires <= key.until)
        };
        let of = format!(": {}", printable(&issuer.id));
        if !works(KeyUse::Credential) {
            add(
                "Tak ada kunci kredensial untuk seluruh masa daftar",
                "No credential key for the whole life of the list",
                &of,
            );
        }
        if !works(KeyUse::Status) {
            add(
                "Tak ada kunci status untuk seluruh masa daftar",
                "No status key for the whole life of the list",
                &of,
            );
        }
    }
    // A revoked key that is no longer named would be unknown, and its status lists would be dropped
    // with what they say against credentials.
    let revoked = previous.iter().flat_map(|list| &list.issuers).flat_map(|issuer| {
        issuer.keys.iter().filter(|key| key.revoked.is_some()).map(move |key| (&issuer.id, key))
    });
    for (id, key) in revoked {
        let mut entries = draft.issuers.iter().filter(|issuer| issuer.id == *id);
        if !entries.any(|issuer| issuer.keys.iter().any(|k| k.kid == key.kid)) {
            add(
                "Kunci yang dicabut tidak disebut lagi",
                "A revoked key is left out",
                &format!(": {}", to_hex(&key.kid)),
            );
        }
    }
    odd
}
