//! What is printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::bars::Bar;
use crate::frames::{Frame, Verdict};
use crate::measure::{Burst, Measured, Outcome, is_empty, quantile};
use crate::readers::{OURS, ZXING_CPP};

/// Writing to a string cannot fail.
macro_rules! part {
    ($out:expr, $($arguments:tt)*) => {
        write!($out, $($arguments)*).unwrap_or_default()
    };
}

macro_rules! line {
    ($out:expr $(, $($arguments:tt)*)?) => {
        writeln!($out $(, $($arguments)*)?).unwrap_or_default()
    };
}

/// One line of a table: a reader on a selection of frames.
struct Line {
    read: usize,
    total: usize,
    wrong: usize,
    panics: usize,
    median: f64,
    p95: f64,
}

fn line(outcomes: &[&Vec<Outcome>], reader: usize) -> Line {
    let of = || outcomes.iter().map(|of_frame| &of_frame[reader]);
    let mut times: Vec<f64> = of().map(|outcome| outcome.ms).collect();
    Line {
        read: of().filter(|outcome| outcome.read()).count(),
        total: outcomes.len(),
        wrong: of().map(|outcome| outcome.wrong().count()).sum(),
        panics: of().filter(|outcome| outcome.panicked).count(),
        median: quantile(&mut times, 0.5),
        p95: quantile(&mut times, 0.95),
    }
}

fn select<'a>(
    frames: &[Frame],
    measured: &'a Measured,
    test: impl Fn(&Frame) -> bool,
) -> Vec<&'a Vec<Outcome>> {
    let all = frames.iter().zip(&measured.outcomes);
    all.filter(|(frame, _)| test(frame)).map(|(_, outcomes)| outcomes).collect()
}

/// The whole report, for people.
pub fn text(
    out: &mut String,
    frames: &[Frame],
    measured: &Measured,
    bursts: &[Burst],
    bars: &[Bar],
) {
    table(out, "frames with a code", measured, &select(frames, measured, |f| !is_empty(f)));
    table(out, "frames without a code", measured, &select(frames, measured, is_empty));
    groups(out, frames, measured);
    differences(out, frames, measured);
    exceptions(out, frames, measured);
    burst_lines(out, bursts);
    bar_lines(out, bars);
}

fn table(out: &mut String, title: &str, measured: &Measured, outcomes: &[&Vec<Outcome>]) {
    if outcomes.is_empty() {
        return;
    }
    line!(out, "\n{title}: {}", outcomes.len());
    line!(
        out,
        "  {:<12}{:>12}{:>8}{:>8}{:>12}{:>10}{:>14}",
        "reader",
        "read",
        "wrong",
        "panics",
        "median ms",
        "p95 ms",
        "x zxing-cpp"
    );
    let peer = measured.reader(ZXING_CPP).map(|peer| line(outcomes, peer));
    for (reader, name) in measured.readers.iter().enumerate() {
        let Line { read, total, wrong, panics, median, p95 } = line(outcomes, reader);
        let ratio = peer.as_ref().map_or(String::new(), |p| format!("{:.2}", median / p.median));
        line!(
            out,
            "  {name:<12}{:>12}{wrong:>8}{panics:>8}{median:>12.2}{p95:>10.2}{ratio:>14}",
            format!("{read} / {total}")
        );
    }
}

fn groups(out: &mut String, frames: &[Frame], measured: &Measured) {
    let mut names: Vec<&str> = Vec::new();
    for frame in frames.iter().filter(|frame| !is_empty(frame)) {
        if !names.contains(&frame.group.as_str()) {
            names.push(&frame.group);
        }
    }
    if names.len() < 2 {
        return;
    }
    line!(out, "\nread, by scenario or set");
    part!(out, "  {:<14}{:>8}", "", "frames");
    measured.readers.iter().for_each(|name| part!(out, "{name:>12}"));
    line!(out);
    for group in names {
        let of = select(frames, measured, |frame| frame.group == group && !is_empty(frame));
        part!(out, "  {group:<14}{:>8}", of.len());
        for reader in 0..measured.readers.len() {
            part!(out, "{:>12}", of.iter().filter(|outcomes| outcomes[reader].read()).count());
        }
        line!(out);
    }
}

fn differences(out: &mut String, frames: &[Frame], measured: &Measured) {
    let (Some(ours), Some(peer)) = (measured.reader(OURS), measured.reader(ZXING_CPP)) else {
        return;
    };
    for (title, this, other) in [
        (format!("{ZXING_CPP} reads, {OURS} misses"), peer, ours),
        (format!("{OURS} reads, {ZXING_CPP} misses"), ours, peer),
    ] {
        let list: Vec<String> = frames
            .iter()
            .zip(&measured.outcomes)
            .filter(|(_, of)| of[this].read() && !of[other].read())
            .map(|(frame, _)| format!("{} ({})", frame.file, frame.group))
            .collect();
        line!(out, "\n{title}: {}", list.len());
        for row in list.chunks(4) {
            line!(out, "  {}", row.join("  "));
        }
    }
}

/// Readings that are not plainly the bytes of the manifest: by reader and reason.
fn exceptions(out: &mut String, frames: &[Frame], measured: &Measured) {
    let mut files: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for (frame, outcomes) in frames.iter().zip(&measured.outcomes) {
        for (name, outcome) in measured.readers.iter().zip(outcomes) {
            for code in &outcome.codes {
                let reason = match code.verdict {
                    Verdict::Right => continue,
                    Verdict::RightIn(how) => format!("the text of the manifest, {how}"),
                    Verdict::Listed(reason) => reason.to_owned(),
                    Verdict::Unchecked => "the manifest gives no text".to_owned(),
                    Verdict::Wrong if code.disputed => {
                        "not in the manifest, but the same from two unrelated readers".to_owned()
                    }
                    Verdict::Wrong => "WRONG".to_owned(),
                };
                files.entry((name, reason)).or_default().push(&frame.file);
            }
        }
    }
    if !files.is_empty() {
        line!(out, "\nnot the bytes of the manifest");
    }
    for ((name, reason), files) in files {
        line!(out, "  {name}: {reason}: {}", files.len());
        for row in files.chunks(4).filter(|_| name == OURS || reason == "WRONG") {
            line!(out, "    {}", row.join("  "));
        }
    }
}

fn burst_lines(out: &mut String, bursts: &[Burst]) {
    if bursts.is_empty() {
        return;
    }
    line!(out, "\nbursts, by the tracker");
    line!(out, "  {:<10}{:>10}{:>22}{:>12}", "", "read at", "first readable at", "median ms");
    let number = |n: Option<usize>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    for Burst { name, read_at, readable_at, median_ms, .. } in bursts {
        line!(
            out,
            "  {name:<10}{:>10}{:>22}{median_ms:>12.2}",
            number(*read_at),
            number(*readable_at)
        );
    }
}

/// The bars, one a line.
pub fn bar_lines(out: &mut String, bars: &[Bar]) {
    line!(out, "\nbars");
    for Bar { name, measured, bar, pass } in bars {
        let verdict = if *pass { "PASS" } else { "FAIL" };
        line!(out, "  {verdict}  {name}: {measured} (bar {bar})");
    }
}

/// The whole report, for programs.
pub fn json(frames: &[Frame], measured: &Measured, bursts: &[Burst], bars: &[Bar]) -> Value {
    let summary = |outcomes: Vec<&Vec<Outcome>>| -> Value {
        let readers = measured.readers.iter().enumerate().map(|(reader, name)| {
            let Line { read, total, wrong, panics, median, p95 } = line(&outcomes, reader);
            let value = json!({
                "read": read, "total": total, "wrong": wrong, "panics": panics,
                "median_ms": median, "p95_ms": p95,
            });
            ((*name).to_owned(), value)
        });
        Value::Object(readers.collect())
    };
    let each = frames.iter().zip(&measured.outcomes).map(|(frame, outcomes)| {
        let readers = measured.readers.iter().zip(outcomes).map(|(name, outcome)| {
            let value = json!({
                "read": outcome.read(), "wrong": outcome.wrong().count(), "ms": outcome.ms,
            });
            ((*name).to_owned(), value)
        });
        let readers = Value::Object(readers.collect());
        json!({ "file": frame.file, "group": frame.group, "readers": readers })
    });
    let each: Vec<Value> = each.collect();
    let bursts = bursts.iter().map(|burst| {
        json!({ "name": burst.name, "read_at": burst.read_at, "readable_at": burst.readable_at,
                "wrong": burst.wrong, "median_ms": burst.median_ms })
    });
    json!({
        "with_code": summary(select(frames, measured, |frame| !is_empty(frame))),
        "without_code": summary(select(frames, measured, is_empty)),
        "frames": each,
        "bursts": bursts.collect::<Vec<Value>>(),
        "bars": bars,
    })
}
