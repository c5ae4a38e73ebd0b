//! `ikd trust show`: what is trusted, in plain words.

use std::io::Write;

use clap::Args;
use ikd_verifier::{
    Issuer, IssuerKey, KeyUse, Language, StatusList, Trust, TrustList, TrustState, UnixTime,
};
use serde_json::{Value, json};

use crate::labels::printable;
use crate::outcome::{Exit, Failure};
use crate::render::{BAD, FAINT, GOOD, HEADING, NOTICE, View, line};
use crate::store::Store;
use crate::values::to_hex;

const DAY: i64 = 86_400;

/// Operators hear of what ends within two weeks: long enough for a visit by memory stick.
const EARLY: i64 = 14 * DAY;

/// Flags of `ikd trust show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(
    args: &ShowArgs,
    store: &Store,
    trust: &Trust,
    now: UnixTime,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let state = trust.snapshot();
    if args.json {
        let mut object = as_json(&state, now);
        object["store"] = json!(store.folder().to_string_lossy());
        object["clock_floor"] = json!(trust.clock_floor());
        object["clock_offset"] = json!(trust.clock_offset());
        writeln!(out, "{object}")?;
    } else {
        let view = View { language, profile: None, full: false };
        let page = Page { view, now, text: String::new() };
        out.write_all(page.of(store, trust, &state).as_bytes())?;
    }
    Ok(Exit::Accepted)
}

fn as_json(state: &TrustState, now: UnixTime) -> Value {
    let roots: Vec<_> = state.roots().keys().map(|key| to_hex(key)).collect();
    json!({
        "roots": { "threshold": state.roots().threshold(), "keys": roots },
        "list": state.list().map(|list| json!({
            "version": list.version(),
            "issued": list.issued(),
            "expires": list.expires(),
            "age": now.since(list.issued()),
            "expires_in": list.expires().since(now),
        })),
        "issuers": state.list().map_or(&[][..], TrustList::issuers).iter().map(|issuer| json!({
            "iss": issuer.id(),
            "name": issuer.name(),
            "gateway": issuer.gateway(),
            "keys": issuer.keys().iter().map(|key| json!({
                "kid": to_hex(key.kid()),
                "use": key.key_use().as_str(),
                "from": key.from(),
                "until": key.until(),
                "revoked": key.revoked(),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "status_lists": state.status_lists().map(|list| json!({
            "uri": list.uri(),
            "issuer": list.issuer(),
            "entries": list.len(),
            "issued": list.issued(),
            "expires": list.expires(),
            "age": now.since(list.issued()),
            "fresh_until": fresh_until(list),
            "withdrawn": list.is_withdrawn(),
        })).collect::<Vec<_>>(),
        "next_to_end": next_to_end(state, now).map(|ending| ending.as_json(now)),
        "runs_out": runs_out(state, now).map(|ending| ending.as_json(now)).collect::<Vec<_>>(),
    })
}

/// Something that ends.
struct Ending {
    what: &'static str,
    name: String,
    at: UnixTime,
    /// Seconds before that from which on it is told.
    early: i64,
}

impl Ending {
    fn as_json(&self, now: UnixTime) -> Value {
        json!({ "what": self.what, "name": self.name, "at": self.at, "in": self.at.since(now) })
    }
}

/// When QRs stop being known as not revoked, with the default `--max-status-age`.
fn fresh_until(list: &StatusList) -> UnixTime {
    let by_age = list.issued().plus(DAY);
    list.expires().map_or(by_age, |expires| expires.min(by_age))
}

/// What keeps QRs from being accepted, or known as not revoked, unless it is renewed.
fn endings(state: &TrustState) -> Vec<Ending> {
    let mut endings = Vec::new();
    let mut add = |what, name: &str, at, early| {
        endings.push(Ending { what, name: name.to_owned(), at, early });
    };
    if let Some(list) = state.list() {
        add("trust_list", &list.version().to_string(), list.expires(), EARLY);
    }
    for issuer in state.list().map_or(&[][..], TrustList::issuers) {
        for key_use in [KeyUse::Credential, KeyUse::Status, KeyUse::Gateway] {
            // A retired key beside its successor is in order: only the last one to end counts.
            let keys = issuer.keys().iter().filter(|key| key.key_use() == key_use);
            let last = keys.filter(|key| key.revoked().is_none()).map(IssuerKey::until).max();
            if let Some(until) = last {
                add(key_use.as_str(), issuer.id(), until, EARLY);
            }
        }
    }
    // Status lists live for hours by design: one is told of when it is over.
    for list in state.status_lists().filter(|list| !list.is_withdrawn()) {
        add("status_list", list.uri(), fresh_until(list), 0);
    }
    endings
}

/// What has ended, and what ends soon.
fn runs_out(state: &TrustState, now: UnixTime) -> impl Iterator<Item = Ending> {
    endings(state).into_iter().filter(move |ending| ending.at.since(now) <= ending.early)
}

/// What ends next of all that must be brought here; status lists come and go all day.
fn next_to_end(state: &TrustState, now: UnixTime) -> Option<Ending> {
    let lasting = endings(state).into_iter().filter(|ending| ending.early > 0 && ending.at > now);
    lasting.min_by_key(|ending| ending.at)
}

struct Page {
    view: View,
    now: UnixTime,
    text: String,
}

impl Page {
    fn of(mut self, store: &Store, trust: &Trust, state: &TrustState) -> String {
        let say = |id, en| self.view.say(id, en);
        let (roots, of) = (say("Kunci akar", "Root keys"), say("dari", "of"));
        let signatures = say("tanda tangan diperlukan", "signatures are needed");
        let clock = say("Waktu tertinggi yang pernah dilihat", "Highest time ever seen");
        let none = say("Belum ada daftar kepercayaan.", "There is no trust list yet.");
        self.row(format_args!("{HEADING}{}{HEADING:#}", store.folder().display()));
        let (threshold, count) = (state.roots().threshold(), state.roots().keys().count());
        self.row(format_args!("{roots}: {threshold} {of} {count} {signatures}"));
        if let Some(floor) = trust.clock_floor() {
            self.row(format_args!("{clock}: {floor}"));
        }
        if let Some(offset) = trust.clock_offset() {
            let when = self.view.say("diukur", "measured");
            let text = offset.text(self.view.language);
            self.row(format_args!("{text} ({when} {})", offset.measured));
        }
        match state.list() {
            None => self.row(format_args!("{BAD}✘ {none}{BAD:#}")),
            Some(list) => self.list(list),
        }
        for list in state.status_lists() {
            self.status_list(list);
        }
        self.outlook(state);
        self.text
    }

    /// What an operator has to do, at the end, where it is read.
    fn outlook(&mut self, state: &TrustState) {
        let mut in_order = state.list().is_some();
        for ending in runs_out(state, self.now) {
            self.ending(&ending);
            in_order = false;
        }
        if let Some(next) = next_to_end(state, self.now).filter(|_| in_order) {
            let good = self
                .view
                .say("Semua berlaku. Yang berakhir lebih dulu", "All is in order. Next to end");
            let (what, left) = (self.what(&next), self.left(next.at));
            self.row(format_args!(
                "{GOOD}✔{GOOD:#} {good}: {what} {}: {left}",
                printable(&next.name)
            ));
        }
    }

    fn row(&mut self, text: impl std::fmt::Display) {
        line(&mut self.text, text);
    }

    fn list(&mut self, list: &TrustList) {
        let heading = self.view.say("Daftar kepercayaan", "Trust list");
        let (version, issued) = (list.version(), list.issued());
        self.row(format_args!("{HEADING}{heading} {version}{HEADING:#}  {issued}"));
        let left = self.left(list.expires());
        self.row(format_args!("  {} ({left})", list.expires()));
        for issuer in list.issuers() {
            self.issuer(issuer);
        }
    }

    fn issuer(&mut self, issuer: &Issuer) {
        let (name, id) = (printable(issuer.name()), printable(issuer.id()));
        self.row(format_args!("{HEADING}{name}{HEADING:#}  {id}"));
        for key in issuer.keys() {
            let state = match key.revoked() {
                Some(at) => format!("{BAD}{} {at}{BAD:#}", self.view.say("dicabut", "revoked")),
                None if self.now < key.from() => {
                    self.view.say("belum berlaku", "not valid yet").to_owned()
                }
                None => self.left(key.until()),
            };
            let (kid, key_use) = (to_hex(key.kid()), key.key_use().as_str());
            let (from, until) = (key.from(), key.until());
            let span = format!("{FAINT}{from} – {until}{FAINT:#}");
            self.row(format_args!("  {key_use:10}  {kid}  {span}  {state}"));
        }
    }

    fn status_list(&mut self, list: &StatusList) {
        let heading = self.view.say("Daftar status", "Status list");
        let entries = self.view.say("entri, umur", "entries, age");
        let (uri, count) = (printable(list.uri()), list.len());
        let age = self.span(self.now.since(list.issued()));
        self.row(format_args!("{HEADING}{heading}{HEADING:#}  {uri}: {count} {entries} {age}"));
        if list.is_withdrawn() {
            let only = self.view.say(
                "kuncinya dicabut: hanya penolakannya yang masih dipakai, sampai ada daftar baru",
                "its key was revoked: only what it says against QRs counts, until a new list comes",
            );
            self.row(format_args!("  {NOTICE}! {only}{NOTICE:#}"));
        }
    }

    fn ending(&mut self, ending: &Ending) {
        let over = ending.at <= self.now;
        let style = if over { BAD } else { NOTICE };
        let (what, name) = (self.what(ending), printable(&ending.name));
        let left = match ending.what {
            "status_list" => self
                .view
                .say(
                    "sudah lama; pencabutan sejak itu tidak diketahui",
                    "stale; what was revoked since is not known",
                )
                .to_owned(),
            _ => self.left(ending.at),
        };
        self.row(format_args!("{style}! {what} {name}: {left}{style:#}"));
    }

    fn what(&self, ending: &Ending) -> &'static str {
        match ending.what {
            "trust_list" => self.view.say("Daftar kepercayaan", "Trust list"),
            "status_list" => self.view.say("Daftar status", "Status list"),
            "credential" => self.view.say("Kunci kredensial", "Credential key"),
            "status" => self.view.say("Kunci status", "Status key"),
            _ => self.view.say("Kunci gerbang", "Gateway key"),
        }
    }

    fn left(&self, until: UnixTime) -> String {
        let left = until.since(self.now);
        if left <= 0 {
            return self.view.say("sudah habis", "has ended").to_owned();
        }
        format!("{} {}", self.view.say("berakhir dalam", "ends in"), self.span(left))
    }

    fn span(&self, seconds: i64) -> String {
        let (count, unit) = match seconds.max(0) {
            s if s >= 2 * DAY => (s / DAY, self.view.say("hari", "days")),
            s if s >= 7_200 => (s / 3_600, self.view.say("jam", "hours")),
            s => (s / 60, self.view.say("menit", "minutes")),
        };
        format!("{count} {unit}")
    }
}
