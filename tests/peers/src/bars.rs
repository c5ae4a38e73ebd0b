//! The bars, and whether they are met.

use serde::Serialize;

use crate::frames::Frame;
use crate::measure::{Burst, Measured, Outcome, is_burst, is_empty, our_panics, quantile};
use crate::readers::{OURS, ZXING_CPP};

/// A bar.
#[derive(Serialize)]
pub struct Bar {
    pub name: String,
    pub measured: String,
    pub bar: String,
    pub pass: bool,
}

/// Compares a measured value with a bar.
fn bar(name: impl Into<String>, measured: String, bar: String, pass: bool) -> Bar {
    Bar { name: name.into(), measured, bar, pass }
}

/// All bars for which there are frames. A comparison needs both readers to have run.
pub fn all(frames: &[Frame], measured: &Measured, bursts: &[Burst]) -> Vec<Bar> {
    let mut bars = Vec::new();
    let ours = measured.reader(OURS);
    if let (Some(ours), Some(peer)) = (ours, measured.reader(ZXING_CPP)) {
        bars.extend(screen(frames, measured, ours, peer));
        bars.extend(photos(frames, measured, ours, peer));
    }
    if let Some(ours) = ours {
        let wrong: usize = measured.outcomes.iter().map(|of| of[ours].wrong().count()).sum();
        let wrong = wrong + bursts.iter().map(|burst| burst.wrong).sum::<usize>();
        bars.push(bar("wrong texts", wrong.to_string(), "0".into(), wrong == 0));
        let panics = our_panics(measured);
        bars.push(bar("panics", panics.to_string(), "0".into(), panics == 0));
    }
    if ours.is_some() && !bursts.is_empty() {
        bars.extend(tracker(bursts));
    }
    bars
}

fn screen(frames: &[Frame], measured: &Measured, ours: usize, peer: usize) -> Vec<Bar> {
    let select = |test: &dyn Fn(&Frame) -> bool| -> Vec<&Vec<Outcome>> {
        let screens = frames.iter().zip(&measured.outcomes);
        screens
            .filter(|(frame, _)| !frame.photo && !is_burst(frame) && test(frame))
            .map(|(_, outcomes)| outcomes)
            .collect()
    };
    let mut bars = Vec::new();
    let coded = select(&|frame| !is_empty(frame));
    if !coded.is_empty() {
        let total = coded.len();
        let percent = |count: usize| 100.0 * count as f64 / total as f64;
        let read = percent(coded.iter().filter(|of| of[ours].read()).count());
        let peer_read = percent(coded.iter().filter(|of| of[peer].read()).count());
        let missed = percent(coded.iter().filter(|of| of[peer].read() && !of[ours].read()).count());
        bars.push(bar(
            "screen frames read",
            format!("{read:.1} % ({ZXING_CPP} {peer_read:.1} %)"),
            ">= 97 %".into(),
            read >= 97.0,
        ));
        bars.push(bar(
            format!("read by {ZXING_CPP} and missed"),
            format!("{missed:.1} %"),
            "<= 1 %".into(),
            missed <= 1.0,
        ));
        for (name, share) in [("median", 0.5), ("p95", 0.95)] {
            bars.push(time_bar(&format!("screen frames, {name}"), &coded, ours, peer, share, 1.0));
        }
    }
    let empty = select(&is_empty);
    if !empty.is_empty() {
        bars.push(time_bar("no code, median", &empty, ours, peer, 0.5, 0.8));
    }
    bars
}

fn time_bar(
    name: &str,
    of: &[&Vec<Outcome>],
    ours: usize,
    peer: usize,
    share: f64,
    most: f64,
) -> Bar {
    let [ours, peer] = [ours, peer].map(|reader| {
        quantile(&mut of.iter().map(|outcomes| outcomes[reader].ms).collect::<Vec<_>>(), share)
    });
    let ratio = ours / peer;
    bar(
        name,
        format!("{ours:.2} ms, {ratio:.2} x {ZXING_CPP}"),
        format!("<= {most:.1} x"),
        ratio <= most,
    )
}

fn photos(frames: &[Frame], measured: &Measured, ours: usize, peer: usize) -> Vec<Bar> {
    let mut sets: Vec<&str> = Vec::new();
    for frame in frames.iter().filter(|frame| frame.photo) {
        if !sets.contains(&frame.group.as_str()) {
            sets.push(&frame.group);
        }
    }
    let count = |set: &str, reader: usize| {
        let of_set = frames.iter().zip(&measured.outcomes);
        of_set.filter(|(frame, of)| frame.photo && frame.group == set && of[reader].read()).count()
    };
    sets.into_iter()
        .map(|set| {
            let (ours, peer) = (count(set, ours), count(set, peer));
            bar(format!("photos read: {set}"), ours.to_string(), format!(">= {peer}"), ours >= peer)
        })
        .collect()
}

fn tracker(bursts: &[Burst]) -> Vec<Bar> {
    let readable = bursts.iter().filter(|burst| burst.readable_at.is_some()).count();
    let early = |from: &dyn Fn(&Burst) -> usize| {
        let read = bursts.iter().filter(|burst| {
            burst.readable_at.is_some() && burst.read_at.is_some_and(|at| at < from(burst) + 3)
        });
        (read.count(), readable)
    };
    let share = |(count, of): (usize, usize)| 100.0 * count as f64 / of.max(1) as f64;
    let by_three = early(&|_| 1);
    let since_readable = early(&|burst| burst.readable_at.unwrap_or(1));
    let alone =
        bursts.iter().filter(|burst| burst.readable_at.is_none() && burst.read_at.is_some());
    let hard = bursts.len() - readable;
    let repeated: usize = bursts.iter().map(|burst| burst.repeated).sum();
    let mut bars = vec![
        bar(
            "bursts read by frame 3",
            format!("{} of {} readable ones", by_three.0, by_three.1),
            ">= 95 %".into(),
            share(by_three) >= 95.0,
        ),
        bar(
            "bursts read by the 3rd frame from the first readable one",
            format!("{} of {}", since_readable.0, since_readable.1),
            ">= 95 %".into(),
            share(since_readable) >= 95.0,
        ),
        bar("texts given twice", repeated.to_string(), "0".into(), repeated == 0),
    ];
    if hard > 0 {
        let read = alone.count();
        bars.push(bar(
            "bursts read of which no reader reads a frame",
            format!("{read} of {hard}"),
            ">= 1".into(),
            read > 0,
        ));
    }
    bars
}
