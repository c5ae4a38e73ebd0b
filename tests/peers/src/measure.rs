//! Runs every reader on every frame, in one thread, frame by frame.

use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crate::frames::{Expected, Frame, Verdict};
use crate::readers::{OURS, Reader};

/// What one reader made of one frame.
pub struct Outcome {
    /// The least of the repeats, which the rest of the machine disturbs least.
    pub ms: f64,
    pub codes: Vec<Code>,
    pub panicked: bool,
}

/// A code that was read.
pub struct Code {
    pub bytes: Vec<u8>,
    pub verdict: Verdict,
    /// Wrong by the manifest, and yet a reader that shares no code with this one says the same.
    pub disputed: bool,
}

impl Outcome {
    /// Whether the frame counts as read.
    pub fn read(&self) -> bool {
        self.codes.iter().any(|code| code.verdict.counts_as_read() || code.disputed)
    }

    /// Texts that are not in the frame.
    pub fn wrong(&self) -> impl Iterator<Item = &Code> {
        self.codes.iter().filter(|code| code.verdict == Verdict::Wrong && !code.disputed)
    }
}

/// Outcomes by frame, then by reader.
pub struct Measured {
    pub readers: Vec<&'static str>,
    pub outcomes: Vec<Vec<Outcome>>,
}

impl Measured {
    pub fn reader(&self, name: &str) -> Option<usize> {
        self.readers.iter().position(|reader| *reader == name)
    }
}

/// Measures. Each frame meets all readers before the next frame, and each reader begins in turn, so
/// that a busy moment of the machine and a warm cache fall on all of them alike.
pub fn run(frames: &[Frame], readers: &mut [Box<dyn Reader>], repeats: usize) -> Measured {
    let names = readers.iter().map(|reader| reader.name()).collect();
    // Panics are counted in the tables; their messages would tear them.
    panic::set_hook(Box::new(|_| {}));
    let mut outcomes = Vec::new();
    for (number, frame) in frames.iter().enumerate() {
        let mut best: Vec<Option<Outcome>> = readers.iter().map(|_| None).collect();
        for repeat in 0..repeats.max(1) {
            for k in 0..readers.len() {
                let k = (k + number + repeat) % readers.len();
                let outcome = read(frame, readers[k].as_mut());
                match &mut best[k] {
                    Some(before) => before.ms = before.ms.min(outcome.ms),
                    none => *none = Some(outcome),
                }
            }
        }
        let mut of_frame: Vec<Outcome> = best.into_iter().flatten().collect();
        mark_disputed(&names, &mut of_frame);
        outcomes.push(of_frame);
    }
    drop(panic::take_hook());
    Measured { readers: names, outcomes }
}

fn read(frame: &Frame, reader: &mut dyn Reader) -> Outcome {
    let start = Instant::now();
    // Some peers can assert. For ours the table says so.
    let codes = catch_unwind(AssertUnwindSafe(|| reader.read(frame)));
    let ms = start.elapsed().as_secs_f64() * 1e3;
    let panicked = codes.is_err();
    let judge = |bytes: Vec<u8>| Code { verdict: frame.compare(&bytes), disputed: false, bytes };
    Outcome { ms, codes: codes.unwrap_or_default().into_iter().map(judge).collect(), panicked }
}

fn mark_disputed(names: &Vec<&'static str>, outcomes: &mut [Outcome]) {
    // rxing is a port of ZXing as zxing-cpp is: they are one witness.
    let lineage = |reader: usize| {
        if names[reader].contains("xing") { "zxing" } else { names[reader] }
    };
    let mut witnesses: HashMap<Vec<u8>, Vec<&str>> = HashMap::new();
    for (reader, outcome) in outcomes.iter().enumerate() {
        for code in &outcome.codes {
            witnesses.entry(code.bytes.clone()).or_default().push(lineage(reader));
        }
    }
    for (reader, outcome) in outcomes.iter_mut().enumerate() {
        for code in outcome.codes.iter_mut().filter(|code| code.verdict == Verdict::Wrong) {
            code.disputed = witnesses[&code.bytes].iter().any(|&other| other != lineage(reader));
        }
    }
}

/// How the tracker did on a burst: frames with the scenario `seqNN`, in the order of the manifest.
pub struct Burst {
    pub name: String,
    /// Counted from one.
    pub read_at: Option<usize>,
    /// The first frame that any reader reads alone.
    pub readable_at: Option<usize>,
    pub wrong: usize,
    /// Texts given again after they had been given.
    pub repeated: usize,
    pub median_ms: f64,
}

/// Runs the tracker over every burst among the frames.
pub fn bursts(frames: &[Frame], measured: &Measured) -> Vec<Burst> {
    let mut groups: Vec<(&str, Vec<usize>)> = Vec::new();
    for (index, frame) in frames.iter().enumerate().filter(|(_, frame)| is_burst(frame)) {
        match groups.last_mut() {
            Some((name, members)) if *name == frame.group => members.push(index),
            _ => groups.push((&frame.group, vec![index])),
        }
    }
    groups.into_iter().map(|(name, members)| burst(name, &members, frames, measured)).collect()
}

/// Whether a frame is one of a burst.
pub fn is_burst(frame: &Frame) -> bool {
    frame.group.strip_prefix("seq").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

fn burst(name: &str, members: &[usize], frames: &[Frame], measured: &Measured) -> Burst {
    let mut tracker = crate::ours::OurTracker::new();
    let mut result = Burst {
        name: name.to_owned(),
        read_at: None,
        readable_at: None,
        wrong: 0,
        repeated: 0,
        median_ms: 0.0,
    };
    let mut times = Vec::new();
    for (number, &index) in (1..).zip(members) {
        let frame = &frames[index];
        let start = Instant::now();
        let codes = tracker.push(frame);
        times.push(start.elapsed().as_secs_f64() * 1e3);
        for bytes in codes {
            if frame.compare(&bytes) == Verdict::Wrong {
                result.wrong += 1;
            } else if result.read_at.is_some() {
                result.repeated += 1;
            } else {
                result.read_at = Some(number);
            }
        }
        if measured.outcomes[index].iter().any(Outcome::read) {
            result.readable_at = result.readable_at.or(Some(number));
        }
    }
    result.median_ms = quantile(&mut times, 0.5);
    result
}

/// The value below which a share of the values lies.
pub fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1) as f64;
    values.get((last * share).round() as usize).copied().unwrap_or(f64::NAN)
}

/// Whether there is nothing in a frame.
pub fn is_empty(frame: &Frame) -> bool {
    matches!(frame.expected, Expected::Nothing)
}

/// Whether ours panicked anywhere.
pub fn our_panics(measured: &Measured) -> usize {
    measured.reader(OURS).map_or(0, |ours| {
        measured.outcomes.iter().filter(|of_frame| of_frame[ours].panicked).count()
    })
}
