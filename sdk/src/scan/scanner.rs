//! The order of things: which way of looking comes first, and when to stop.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "sides are at most MAX_SIDE, so pixel counts fit; levels are at most 16"
)]

use super::binarise::{Style, ThresholdMap, sharpen};
use super::budget::{Budget, Meter};
use super::debug::{Attempt, OUTCOME_READ, Trace};
use super::find::{FinderSearch, View};
use super::geometry::Point;
use super::hint::diagnose;
use super::luma::Luma;
use super::plain;
use super::pyramid::Pyramid;
use super::reader::{Failure, Reader, Unread};
use super::report::{Hint, ScanReport, ScannedCode};
use super::triple::{self, Triple};

/// A frame of more pixels than this is first looked at in a smaller copy.
const COMFORTABLE: usize = 3_500_000;
/// The least a camera delivers to be scanned, in pixels; smaller pictures cost little either way.
const CAMERA_FRAME: usize = 900_000;
/// Modules of more pixels than this are read in a smaller copy, where noise is averaged out.
const LARGE_PITCH: f32 = 9.0;
/// Symbols of one triple of finders that come close to being read, and are not, per frame: the
/// rest is not worth trying.
const MAX_UNREAD: usize = 12;

/// Finds and reads QR codes in single frames.
///
/// Keeps its buffers from frame to frame: make one and use it for the whole video.
#[derive(Debug, Default)]
pub struct Scanner {
    pyramid: Pyramid,
    map: ThresholdMap,
    search: FinderSearch,
    triples: Vec<Triple>,
    reader: Reader,
    trace: Option<Trace>,
    column_sums: Vec<u16>,
    sharp: Vec<u8>,
}

/// One way of looking for finder patterns.
#[derive(Clone, Copy, Debug)]
struct Pass {
    /// Times the frame is halved.
    level: usize,
    style: Style,
    /// Every which row is looked at.
    step: usize,
    /// Whether the image is sharpened first.
    sharp: bool,
}

impl Pass {
    const fn new(level: usize, style: Style, step: usize) -> Self {
        Self { level, style, step, sharp: false }
    }

    const fn sharpened(self) -> Self {
        Self { sharp: true, ..self }
    }
}

/// The ways of looking, the cheap and likely ones first.
///
/// The half-size copy is free of noise and fine texture. Sharpening brings back finder patterns
/// whose rings defocus has melted together; at full size also those of tiny modules, which costs as
/// much as all the ways before it and so is for stills.
fn passes(base: usize, thorough: bool) -> impl Iterator<Item = Pass> {
    let quick = [
        Pass::new(base, Style::Wide, 3),
        Pass::new(base + 1, Style::Wide, 2),
        Pass::new(base + 1, Style::Wide, 2).sharpened(),
    ];
    let slow = [
        Pass::new(base, Style::Wide, 3).sharpened(),
        Pass::new(base, Style::Tight, 1),
        Pass::new(base + 2, Style::Wide, 1),
        Pass::new(base + 1, Style::Tight, 1),
    ];
    let finer = (0..base).rev().map(|level| Pass::new(level, Style::Wide, 3));
    quick.into_iter().chain(slow.into_iter().chain(finer).filter(move |_| thorough))
}

/// What a scan has come to so far.
struct Run<'a, 'm> {
    frame: Luma<'a>,
    budget: &'m Budget,
    meter: Meter<'m>,
    codes: Vec<ScannedCode>,
    outlines: Vec<[Point; 4]>,
    unread: usize,
}

impl Run<'_, '_> {
    fn is_over(&self) -> bool {
        self.meter.is_empty()
            || self.codes.len() >= self.budget.max_codes
            || self.unread >= MAX_UNREAD
    }
}

impl Scanner {
    /// Makes a scanner with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks for codes in `frame`.
    pub fn scan(&mut self, frame: Luma<'_>, budget: &Budget) -> ScanReport {
        self.run(frame, budget, Meter::new(budget.work, None), usize::MAX)
    }

    /// Looks for codes in a picture that there is only one of: the quick ways first, then every way
    /// where that may help. A frame of a camera's size in which nothing looks like a corner of a
    /// code is done after the quick ways.
    pub fn scan_still(&mut self, frame: Luma<'_>) -> ScanReport {
        let thorough = Budget::thorough();
        let pixels = frame.width() * frame.height();
        if pixels <= COMFORTABLE {
            let quick = Budget { max_codes: thorough.max_codes, ..Budget::realtime() };
            let report = self.scan(frame, &quick);
            let nothing = report.hint == Some(Hint::NoFinder) && pixels >= CAMERA_FRAME;
            if !report.codes.is_empty() || nothing {
                return report;
            }
        }
        self.scan(frame, &thorough)
    }

    /// Looks for codes until `stop` says `true`; it is asked at least every few milliseconds.
    pub fn scan_until(
        &mut self,
        frame: Luma<'_>,
        budget: &Budget,
        stop: &mut dyn FnMut() -> bool,
    ) -> ScanReport {
        self.run(frame, budget, Meter::new(budget.work, Some(stop)), usize::MAX)
    }

    /// Looks for codes in `frame`, and records on the way what there is to draw.
    pub fn scan_traced(&mut self, frame: Luma<'_>, budget: &Budget) -> (ScanReport, Trace) {
        self.trace = Some(Trace::default());
        let report = self.scan(frame, budget);
        (report, self.trace.take().unwrap_or_default())
    }

    /// Looks for a code the cheapest way only: where it was in the frame before, it is found so or
    /// it is elsewhere.
    pub(crate) fn glance(
        &mut self,
        frame: Luma<'_>,
        budget: &Budget,
        stop: &mut dyn FnMut() -> bool,
    ) -> ScanReport {
        self.run(frame, budget, Meter::new(budget.work, Some(stop)), 1)
    }

    /// The symbol that was located best and not read, if there was one in the last frame.
    pub(crate) fn unread(&self) -> Option<&Unread> {
        self.reader.unread()
    }

    pub(crate) fn reader(&mut self) -> &mut Reader {
        &mut self.reader
    }

    fn run<'m>(
        &mut self,
        frame: Luma<'_>,
        budget: &'m Budget,
        meter: Meter<'m>,
        most_passes: usize,
    ) -> ScanReport {
        self.pyramid.forget();
        self.reader.forget_unread();
        let mut run =
            Run { frame, budget, meter, codes: Vec::new(), outlines: Vec::new(), unread: 0 };
        let base = base_level(frame);
        for (count, pass) in passes(base, budget.thorough).take(most_passes).enumerate() {
            // The second look may find codes that the first one missed beside others; after that
            // a frame that gave any is done.
            if run.is_over() || (count >= 2 && !run.codes.is_empty()) {
                break;
            }
            // What a later way of looking finds again need not be looked at so closely again.
            let deep = count == 0 && budget.thorough;
            self.pass(pass, deep, &mut run);
            if count == 0 && budget.thorough && run.codes.is_empty() {
                run.codes.extend(plain::read(frame, &mut self.reader));
            }
        }
        let mut report = ScanReport { codes: run.codes, hint: None, work: run.meter.spent() };
        if report.codes.is_empty() {
            let spent = run.meter.is_empty();
            report.hint = Some(diagnose(frame, self.reader.unread(), spent));
        }
        report
    }

    /// Looks one way; `None` when the frame is too small for it or the budget ends.
    fn pass(&mut self, pass: Pass, deep: bool, run: &mut Run<'_, '_>) -> Option<()> {
        self.pyramid.build(run.frame, pass.level)?;
        let mut view = self.pyramid.level(run.frame, pass.level);
        let pixels = (view.width() * view.height()) as u64;
        run.meter.spend(pixels / if pass.sharp { 2 } else { 4 })?;
        if pass.sharp {
            sharpen(view, &mut self.column_sums, &mut self.sharp);
            view = Luma::new(&self.sharp, view.width(), view.height(), view.width()).ok()?;
        }
        self.map.build(view, pass.style);
        self.search.run(View { frame: view, map: &self.map }, pass.step);
        let scale = (1u32 << pass.level.min(16)) as f32;
        if let Some(trace) = &mut self.trace {
            trace.add_finders(&self.search.found, scale);
        }
        triple::triples(&mut self.search.found, pass.step, &mut self.triples);
        let mut tried = 0;
        for triple in &self.triples {
            let triple = triple.scaled(scale);
            if run.outlines.iter().any(|outline| triple.touches(outline)) {
                continue;
            }
            tried += 1;
            if tried > run.budget.max_triples || run.is_over() {
                break;
            }
            let level = self.pyramid.level_where(|level| {
                triple.pitch() / (1u32 << level.min(16)) as f32 >= LARGE_PITCH
            });
            let shrink = 1.0 / (1u32 << level.min(16)) as f32;
            let image = self.pyramid.level(run.frame, level);
            let got = self.reader.read(image, &triple.scaled(shrink), deep, &mut run.meter);
            if let Some(trace) = &mut self.trace {
                trace.add_attempt(Attempt {
                    corners: triple.centres(),
                    outcome: got.as_ref().err().map_or(OUTCOME_READ, Failure::name),
                    grid: self.reader.last_grid(),
                    scale: 1.0 / shrink,
                });
            }
            match got {
                Ok(reading) => {
                    let outline = reading.lattice.outline().map(|p| p * (1.0 / shrink));
                    run.outlines.push(outline);
                    let inverted = triple.inverted();
                    run.codes.push(ScannedCode::new(reading.decoded, outline, inverted));
                }
                Err(Failure::Unread) => run.unread += 1,
                Err(Failure::NoSymbol) => {}
                Err(Failure::Spent) => return None,
            }
        }
        Some(())
    }
}

/// How often the frame is halved before it is of a comfortable size.
fn base_level(frame: Luma<'_>) -> usize {
    let mut pixels = frame.width() * frame.height();
    let mut level = 0;
    while pixels > COMFORTABLE {
        pixels /= 4;
        level += 1;
    }
    level
}
