//! One symbol: from three finder patterns to its content.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "work estimates from symbol sizes of at most 177"
)]

use super::budget::Meter;
use super::decode::{self, DecodeScratch, Decoded, GridError, SoftGrid};
use super::equalise::{Equaliser, agreement, cosine};
use super::geometry::Point;
use super::lattice::{Lattice, Shape};
use super::layout;
use super::locate::Corners;
use super::luma::Luma;
use super::sample::sample;
use super::triple::Triple;

/// Below this score three patterns are not the corners of one symbol.
const PLAUSIBLE: f32 = 0.35;
/// From this score on it is worth a lot of work to read the symbol.
const CERTAIN: f32 = 0.9;

/// Fixed patterns other than the finders agree at least so much with what is a symbol.
const EVIDENT: f32 = 0.2;
/// Modules either way that the levels of dark and light are taken from.
const LEVEL_REACH: usize = 5;
/// Times the larger filter is fitted to its own decisions.
const RETRAININGS: usize = 3;
/// Modules that agree less than this with the fixed patterns tell nothing.
const TRUSTED: f32 = 0.3;

/// Reads symbols; owns the buffers for it.
#[derive(Debug)]
pub(crate) struct Reader {
    equaliser: Equaliser,
    scratch: DecodeScratch,
    template: Vec<i8>,
    template_version: u8,
    grey: Vec<f32>,
    soft: Vec<f32>,
    better: Vec<f32>,
    best: Vec<f32>,
    light: Vec<f32>,
    linear: Vec<f32>,
    unread: Unread,
    /// The lattice tried last, for the debug drawing.
    lattice: Option<Lattice>,
}

/// A symbol that is there and could not be read: what was seen of it, for the next frame to add to.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    pub(crate) version: u8,
    pub(crate) inverted: bool,
    pub(crate) outline: [Point; 4],
    /// Equalised soft modules.
    pub(crate) soft: Vec<f32>,
    /// How well they agree with the modules that the standard fixes: 0 not at all, 1 fully.
    pub(crate) trust: f32,
}

impl Unread {
    /// Pixels per module, on the average.
    pub(crate) fn pitch(&self) -> f32 {
        let [a, b, c, d] = self.outline;
        let around = (b - a).length() + (c - b).length() + (d - c).length() + (a - d).length();
        around / (4 * layout::size_of(self.version)) as f32
    }
}

/// A symbol that was read.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) decoded: Decoded,
    pub(crate) lattice: Lattice,
}

/// A symbol that was not.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// The patterns do not belong together.
    NoSymbol,
    /// There is a symbol, and it could not be read.
    Unread,
    /// The budget ended.
    Spent,
}

impl Failure {
    /// A word or two for the debug drawing.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::NoSymbol => "NO SYMBOL",
            Self::Unread => "UNREAD",
            Self::Spent => "SPENT",
        }
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            equaliser: Equaliser::default(),
            scratch: DecodeScratch::new(),
            template: Vec::new(),
            template_version: 0,
            grey: Vec::new(),
            soft: Vec::new(),
            better: Vec::new(),
            best: Vec::new(),
            light: Vec::new(),
            linear: Vec::new(),
            unread: Unread::default(),
            lattice: None,
        }
    }
}

impl Reader {
    /// Tries the versions that may fit, each the cheap way first; a `deep` look also assumes what
    /// is rare: patterns so skewed that only their outlines tell the pose, small symbols on bent
    /// paper.
    pub(crate) fn read(
        &mut self,
        frame: Luma<'_>,
        triple: &Triple,
        deep: bool,
        meter: &mut Meter<'_>,
    ) -> Result<Reading, Failure> {
        self.lattice = None;
        meter.spend(2_000).ok_or(Failure::Spent)?;
        let by_rings = Corners::measure(frame, triple);
        let got = self.read_from(frame, by_rings, false, meter);
        if !deep || matches!(got, Ok(_) | Err(Failure::Spent)) {
            return got;
        }
        meter.spend(5_000).ok_or(Failure::Spent)?;
        let by_outlines = Corners::by_outlines(frame, triple);
        match self.read_from(frame, by_outlines, true, meter) {
            Err(Failure::NoSymbol) => got,
            other => other,
        }
    }

    fn read_from(
        &mut self,
        frame: Luma<'_>,
        corners: Option<Corners>,
        deep: bool,
        meter: &mut Meter<'_>,
    ) -> Result<Reading, Failure> {
        let corners = corners.ok_or(Failure::NoSymbol)?;
        let candidates = corners.versions(frame);
        let score = candidates.best_score();
        if score < PLAUSIBLE {
            return Err(Failure::NoSymbol);
        }
        for version in candidates.iter() {
            let mut lattice = Lattice::fit(frame, &corners, version, Shape::Perspective);
            let (seen, all) = lattice.found();
            if 6 * seen < 5 * all && all > 1 {
                let bent = Lattice::fit(frame, &corners, version, Shape::Bent);
                if bent.found().0 > seen {
                    lattice = bent;
                }
            }
            meter.spend(lattice_work(version)).ok_or(Failure::Spent)?;
            if let Some(decoded) = self.try_lattice(frame, &lattice, corners.inverted, score, meter)
            {
                return Ok(Reading { decoded, lattice });
            }
            // With one alignment pattern or none, that the surface is bent shows in nothing but
            // the outcome.
            if deep && all <= 1 {
                meter.spend(lattice_work(version)).ok_or(Failure::Spent)?;
                let lattice = Lattice::fit(frame, &corners, version, Shape::Bent);
                let decoded = self.try_lattice(frame, &lattice, corners.inverted, score, meter);
                if let Some(decoded) = decoded {
                    return Ok(Reading { decoded, lattice });
                }
            }
        }
        Err(if meter.is_empty() { Failure::Spent } else { Failure::Unread })
    }

    fn try_lattice(
        &mut self,
        frame: Luma<'_>,
        lattice: &Lattice,
        inverted: bool,
        score: f32,
        meter: &mut Meter<'_>,
    ) -> Option<Decoded> {
        let size = lattice.size();
        let modules = (size * size) as u64;
        meter.spend(modules * 4)?;
        sample(frame, lattice, inverted, &mut self.grey);
        self.lattice = Some(lattice.clone());
        self.equaliser.levels(&self.grey, size, LEVEL_REACH, &mut self.soft);
        self.load_template(lattice.version);
        if lattice.version > 1 && evidence(&self.soft, size, &self.template) < EVIDENT {
            return None;
        }
        match decode_grid(&self.soft, size, meter, &mut self.scratch)? {
            Ok(decoded) => return Some(decoded),
            Err(GridError::Version { .. } | GridError::Format) if score < CERTAIN => return None,
            Err(_) => {}
        }
        meter.spend(modules * 4)?;
        if !self.equaliser.train(&self.soft, size, &self.template, &mut self.better) {
            return None;
        }
        if let Ok(decoded) = decode_grid(&self.better, size, meter, &mut self.scratch)? {
            return Some(decoded);
        }
        self.remember(lattice, inverted);
        // Blur adds light, and grey levels are not proportional to light: for the larger filter
        // they are turned back into it.
        self.light.clear();
        self.light.extend(self.grey.iter().map(|&level| light(level, inverted)));
        self.equaliser.levels(&self.light, size, LEVEL_REACH, &mut self.linear);
        for _ in 0..RETRAININGS {
            meter.spend(modules * 20)?;
            let Self { equaliser, better, best, template, linear, .. } = self;
            if !equaliser.retrain(linear, size, template, better, best) {
                return None;
            }
            std::mem::swap(better, best);
            if let Ok(decoded) = decode_grid(better, size, meter, &mut self.scratch)? {
                return Some(decoded);
            }
        }
        None
    }

    /// Keeps what the first filter made of a symbol, if it is the best so far in this frame.
    fn remember(&mut self, lattice: &Lattice, inverted: bool) {
        let trust = agreement(&self.better, &self.template, |&known| known != 0);
        if trust > self.unread.trust.max(TRUSTED) {
            let Unread { soft, .. } = &mut self.unread;
            soft.clear();
            soft.extend_from_slice(&self.better);
            self.unread.version = lattice.version;
            self.unread.inverted = inverted;
            self.unread.outline = lattice.outline();
            self.unread.trust = trust;
        }
    }

    /// The lattice tried last and the soft modules read through it.
    pub(crate) fn last_grid(&self) -> Option<(Lattice, Vec<f32>)> {
        self.lattice.clone().map(|lattice| (lattice, self.soft.clone()))
    }

    pub(crate) fn unread(&self) -> Option<&Unread> {
        (self.unread.trust > 0.0).then_some(&self.unread)
    }

    pub(crate) fn forget_unread(&mut self) {
        self.unread.trust = 0.0;
    }

    /// Reads a grid that was put together from several frames.
    pub(crate) fn read_grid(&mut self, version: u8, soft: &[f32]) -> Option<Decoded> {
        let size = layout::size_of(version);
        if let Ok(decoded) = decode::decode(SoftGrid { size, values: soft }, &mut self.scratch) {
            return Some(decoded);
        }
        self.load_template(version);
        let Self { equaliser, better, template, .. } = self;
        if !equaliser.retrain(soft, size, template, soft, better) {
            return None;
        }
        decode::decode(SoftGrid { size, values: better }, &mut self.scratch).ok()
    }

    /// The known modules of a version.
    pub(crate) fn template(&mut self, version: u8) -> &[i8] {
        self.load_template(version);
        &self.template
    }

    fn load_template(&mut self, version: u8) {
        if self.template_version != version {
            layout::template(version, &mut self.template);
            self.template_version = version;
        }
    }
}

/// How well timing, alignment and version patterns agree with what was seen. The finders do not
/// count: three of them were found, or the symbol would not have been tried.
fn evidence(soft: &[f32], size: usize, template: &[i8]) -> f32 {
    let finder = |k: usize| {
        let (x, y) = (k % size, k / size);
        (x < 8 && (y < 8 || y + 8 >= size)) || (y < 8 && x + 8 >= size)
    };
    let pairs = template.iter().zip(soft).enumerate();
    let known = pairs.filter(|&(k, (&known, _))| known != 0 && !finder(k));
    cosine(known.map(|(_, (&known, &value))| (f32::from(known), value)))
}

/// Cameras store about the 2.2th root of light, and blur adds light.
fn light(level: f32, inverted: bool) -> f32 {
    let share = if inverted { 255.0 - level } else { level } * (1.0 / 255.0);
    let light = 255.0 * share * share * (0.8 + 0.2 * share);
    if inverted { 255.0 - light } else { light }
}

fn decode_grid(
    values: &[f32],
    size: usize,
    meter: &mut Meter<'_>,
    scratch: &mut DecodeScratch,
) -> Option<Result<Decoded, GridError>> {
    meter.spend((size * size * 8) as u64)?;
    Some(decode::decode(SoftGrid { size, values }, scratch))
}

fn lattice_work(version: u8) -> u64 {
    let (_, count) = layout::alignment(version);
    (count * count * 400 + 1000) as u64
}
