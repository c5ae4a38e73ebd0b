//! Video: where the code was, it will be; what one frame could not tell, several may.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "frame coordinates are clamped to the frame before they become indices; the rest is \
              floating-point arithmetic"
)]

use std::hash::{DefaultHasher, Hash, Hasher};

use super::budget::Budget;
use super::decode::Decoded;
use super::equalise::{agreement, cosine};
use super::geometry::Point;
use super::luma::Luma;
use super::reader::{Reader, Unread};
use super::report::{ScanReport, ScannedCode, Sighting, TrackReport};
use super::scanner::Scanner;

/// Contents that are remembered as given already.
const MEMORY: usize = 256;
/// The region that is searched first: the code's last box, and this share of its sides around it.
const MARGIN: f32 = 0.25;
/// After so many frames in which the code had left its region, the region is left alone for a while.
const STRAYS: u32 = 3;
/// After so many frames that showed only what was given already, the whole frame is searched for
/// others: a poster's code must not keep the phone beside it from being seen.
const LOOK_AROUND: u32 = 4;
/// Codes that such a search may find.
const NEIGHBOURS: usize = 4;
/// Frames without any sign of the code after which what was seen of it is dropped.
const PATIENCE: u32 = 8;

/// Reads codes from a video.
///
/// Looks first where the code was in the frame before; adds up what blurred frames show of the
/// same code until it can be read; gives each content once.
#[derive(Debug, Default)]
pub struct Tracker {
    scanner: Scanner,
    stack: Stack,
    last: Option<[Point; 4]>,
    missed: u32,
    /// Frames in which the code was not where it had been; luck resets it.
    strayed: u32,
    /// Frames in a row that gave nothing new.
    known: u32,
    /// Digests of contents given: enough to know them again, useless to anybody else.
    given: Vec<[u64; 2]>,
}

impl Tracker {
    /// Makes a tracker that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the codes given so far: they will be given again.
    pub fn forget(&mut self) {
        self.given.clear();
        self.stack.clear();
        self.last = None;
    }

    /// Takes the next frame.
    pub fn push(&mut self, frame: Luma<'_>, budget: &Budget) -> TrackReport {
        self.take(frame, budget, &mut || false)
    }

    /// Takes the next frame, and works on it until `stop` says `true`.
    pub fn push_until(
        &mut self,
        frame: Luma<'_>,
        budget: &Budget,
        stop: &mut dyn FnMut() -> bool,
    ) -> TrackReport {
        self.take(frame, budget, stop)
    }

    fn take(
        &mut self,
        frame: Luma<'_>,
        budget: &Budget,
        stop: &mut dyn FnMut() -> bool,
    ) -> TrackReport {
        let mut report = TrackReport::default();
        let around = self.known >= LOOK_AROUND;
        // More than one code: there is no one place to look at first.
        let one = budget.max_codes == 1 && !around;
        let region = self.last.filter(|_| one && self.strayed < STRAYS);
        if let Some((part, offset)) = region.and_then(|quad| neighbourhood(frame, &quad)) {
            let scan = self.scanner.glance(part, budget, stop);
            self.digest(scan, offset, &mut report);
            self.strayed = if report.visible.is_empty() { self.strayed + 1 } else { 0 };
        } else {
            // A hand that was moving may have come to rest.
            self.strayed = self.strayed.saturating_sub(1);
        }
        let spent = report.work;
        if report.visible.is_empty() && spent < budget.work {
            let max_codes =
                if around { budget.max_codes.max(NEIGHBOURS) } else { budget.max_codes };
            let rest = Budget { work: budget.work - spent, max_codes, ..budget.clone() };
            let scan = self.scanner.scan_until(frame, &rest, stop);
            self.digest(scan, Point::default(), &mut report);
        }
        let only_known = report.codes.is_empty() && report.visible.iter().any(|code| code.read);
        self.known = if only_known && !around { self.known + 1 } else { 0 };
        self.missed = if report.visible.is_empty() { self.missed.saturating_add(1) } else { 0 };
        if self.missed > PATIENCE {
            self.stack.clear();
            self.last = None;
        }
        report
    }

    /// Takes over what a scan of the frame, or of the part of it at `offset`, has found.
    fn digest(&mut self, scan: ScanReport, offset: Point, report: &mut TrackReport) {
        report.work += scan.work;
        report.hint = scan.hint;
        for mut code in scan.codes {
            code.shift(offset);
            self.see(code, report);
        }
        if !report.visible.is_empty() {
            self.stack.clear();
            return;
        }
        let Some(unread) = self.scanner.unread() else {
            return;
        };
        let outline = unread.outline.map(|p| p + offset);
        let inverted = unread.inverted;
        self.stack.add(unread);
        match self.stack.read(self.scanner.reader()) {
            Some(decoded) => {
                self.stack.clear();
                report.hint = None;
                self.see(ScannedCode::new(decoded, outline, inverted), report);
            }
            None => {
                self.last = Some(outline);
                let corners = outline.map(|p| [p.x, p.y]);
                report.visible.push(Sighting { corners, read: false });
            }
        }
    }

    /// Notes a code that was read, and gives it if its content is new.
    fn see(&mut self, code: ScannedCode, report: &mut TrackReport) {
        self.last = Some(code.corners.map(|[x, y]| Point::new(x, y)));
        report.visible.push(Sighting { corners: code.corners, read: true });
        let digest = digest(&code.bytes);
        if !self.given.contains(&digest) {
            if self.given.len() == MEMORY {
                self.given.remove(0);
            }
            self.given.push(digest);
            report.codes.push(code);
        }
    }
}

/// Two independent 64-bit hashes of a content.
fn digest(bytes: &[u8]) -> [u64; 2] {
    [0u8, 1].map(|salt| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        bytes.hash(&mut hasher);
        hasher.finish()
    })
}

/// The part of the frame around a code's last place, and where it begins.
fn neighbourhood<'a>(frame: Luma<'a>, quad: &[Point; 4]) -> Option<(Luma<'a>, Point)> {
    let fold = |pick: fn(&Point) -> f32| {
        let values = quad.iter().map(pick);
        let low = values.clone().fold(f32::MAX, f32::min);
        (low, values.fold(f32::MIN, f32::max))
    };
    let ((left, right), (top, bottom)) = (fold(|p| p.x), fold(|p| p.y));
    let margin = MARGIN * (right - left).max(bottom - top);
    // Casts saturate: what lies left of or above the frame becomes its edge.
    let (x, y) = ((left - margin) as usize, (top - margin) as usize);
    let width = ((right + margin) as usize).checked_sub(x)?;
    let height = ((bottom + margin) as usize).checked_sub(y)?;
    Some((frame.crop(x, y, width, height)?, Point::new(x as f32, y as f32)))
}

/// The sum of what several frames showed of one symbol.
#[derive(Debug, Default)]
struct Stack {
    version: u8,
    inverted: bool,
    frames: u32,
    /// Frames in a row that do not go with the sum.
    doubts: u32,
    weight: f32,
    sum: Vec<f32>,
    mean: Vec<f32>,
    trust: f32,
    /// Where the version has modules of known colour.
    known: Vec<i8>,
}

impl Stack {
    fn clear(&mut self) {
        self.frames = 0;
    }

    /// Adds a frame, or starts anew with it if it shows something else.
    fn add(&mut self, unread: &Unread) {
        let same_kind = self.version == unread.version && self.inverted == unread.inverted;
        if self.frames > 0 && !(same_kind && self.goes_with(unread)) {
            // A bad look at the same code, or another code? The second such frame in a row, or one
            // that is clearer than all before, tells.
            self.doubts += 1;
            if self.doubts < 2 && unread.trust < self.trust {
                return;
            }
            self.frames = 0;
        }
        self.doubts = 0;
        if self.frames == 0 {
            self.start(unread);
        }
        // A module that is right with chance (1 + t) / 2 deserves about this weight.
        let trust = unread.trust.min(0.98);
        let weight = trust / (1.0 - trust * trust);
        for (sum, value) in self.sum.iter_mut().zip(&unread.soft) {
            *sum += value * weight;
        }
        self.weight += weight;
        self.frames += 1;
    }

    fn start(&mut self, unread: &Unread) {
        self.version = unread.version;
        self.inverted = unread.inverted;
        self.frames = 0;
        self.weight = 0.0;
        self.trust = unread.trust;
        self.sum.clear();
        self.sum.resize(unread.soft.len(), 0.0);
    }

    /// Whether the frame shows the same content.
    ///
    /// Two noisy copies of the same modules correlate by the product of their trusts; copies of
    /// different contents have only the mask's and the encoder's habits in common.
    fn goes_with(&self, unread: &Unread) -> bool {
        let data = self.sum.iter().zip(&unread.soft).zip(&self.known);
        let data = data.filter(|(_, known)| **known == 0).map(|((&a, &b), _)| (a, b));
        cosine(data) > 0.35 * self.trust * unread.trust
    }

    /// Tries to read the sum of two frames or more.
    fn read(&mut self, reader: &mut Reader) -> Option<Decoded> {
        self.known.clear();
        self.known.extend_from_slice(reader.template(self.version));
        self.trust = agreement(&self.sum, &self.known, |&known| known != 0);
        if self.frames < 2 {
            return None;
        }
        let scale = 1.0 / self.weight.max(1e-3);
        self.mean.clear();
        self.mean.extend(self.sum.iter().map(|sum| sum * scale));
        reader.read_grid(self.version, &self.mean)
    }
}
