//! A drawing of what the scanner saw: finders, lattices, sampled modules, and reasons.
//!
//! For whoever asks why a frame was not read. The drawing shows the code itself, so it is as
//! private as the frame is.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "every pixel is written through `Picture::dot`, which checks; grids are those of the \
              lattice they belong to"
)]

use std::fmt;

use super::find::Finder;
use super::geometry::Point;
use super::lattice::Lattice;
use super::luma::Luma;

/// What one scan went through.
#[derive(Default)]
pub struct Trace {
    finders: Vec<Finder>,
    attempts: Vec<Attempt>,
}

/// One group of three finders, and what became of it.
pub(crate) struct Attempt {
    pub(crate) corners: [Point; 3],
    pub(crate) outcome: &'static str,
    /// The lattice and the soft modules read through it, if it came to that.
    pub(crate) grid: Option<(Lattice, Vec<f32>)>,
    /// Frame pixels per pixel of the copy that the lattice was fitted to.
    pub(crate) scale: f32,
}

/// An RGB picture, three bytes a pixel, rows without gaps.
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height * 3` bytes.
    pub rgb: Vec<u8>,
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("finders", &self.finders.len())
            .field("attempts", &self.attempts.len())
            .finish()
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

const FINDER: Colour = [255, 210, 0];
const INVERTED: Colour = [0, 210, 255];
const READ: Colour = [40, 220, 60];
const UNREAD: Colour = [255, 60, 40];
const INFERRED: Colour = [255, 0, 255];
const DARK: Colour = [60, 110, 255];
const LIGHT: Colour = [255, 160, 40];

type Colour = [u8; 3];

/// The outcome that stands for success.
pub(crate) const OUTCOME_READ: &str = "READ";

impl Trace {
    pub(crate) fn add_finders(&mut self, finders: &[Finder], scale: f32) {
        self.finders.extend(finders.iter().map(|finder| Finder {
            centre: finder.centre * scale,
            module: finder.module * scale,
            ..*finder
        }));
    }

    pub(crate) fn add_attempt(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
    }

    /// One line for each group of finders that was tried.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.attempts.iter().map(|attempt| {
            let [a, b, c] = attempt.corners.map(|p| format!("({:.0}, {:.0})", p.x, p.y));
            let lattice = attempt.grid.as_ref().map(|(lattice, _)| {
                let (seen, all) = lattice.found();
                format!(", version {}, {seen} of {all} alignment patterns", lattice.version)
            });
            format!("{a} {b} {c}{}: {}", lattice.unwrap_or_default(), attempt.outcome)
        })
    }

    /// Draws on a copy of the frame.
    ///
    /// Yellow squares are finders (blue ones light on dark); a triangle joins three that were tried
    /// together. Green crosses are alignment patterns that were seen, pink ones inferred. Each
    /// sampled module has a dot, blue for dark and orange for light, the brighter the surer.
    pub fn paint(&self, frame: Luma<'_>) -> Picture {
        let mut picture = Picture::grey(frame);
        for finder in &self.finders {
            let colour = if finder.inverted { INVERTED } else { FINDER };
            picture.square(finder.centre, 3.5 * finder.module, colour);
        }
        for attempt in &self.attempts {
            picture.attempt(attempt);
        }
        picture
    }
}

impl Picture {
    fn grey(frame: Luma<'_>) -> Self {
        let (width, height) = (frame.width(), frame.height());
        // Paler than the frame, so that colours stand out.
        let rgb =
            (0..height).flat_map(|y| frame.row(y)).flat_map(|&level| [level / 2 + 64; 3]).collect();
        Self { width, height, rgb }
    }

    fn attempt(&mut self, attempt: &Attempt) {
        let read = attempt.outcome == OUTCOME_READ;
        let colour = if read { READ } else { UNREAD };
        let [corner, right, below] = attempt.corners;
        self.label(corner, attempt.outcome, colour);
        let Some((lattice, soft)) = &attempt.grid else {
            self.line(right, corner, colour);
            self.line(corner, below, colour);
            return;
        };
        let (size, scale) = (lattice.size(), attempt.scale);
        lattice.for_each_module(|x, y, at| {
            let value = soft.get(y * size + x).copied().unwrap_or(0.0);
            let shade = value.abs().clamp(0.25, 1.0);
            let base = if value > 0.0 { DARK } else { LIGHT };
            self.dot(at * scale, base.map(|part| (f32::from(part) * shade) as u8));
        });
        let outline = lattice.outline().map(|p| p * scale);
        for k in 0..4 {
            self.line(outline[k], outline[(k + 1) % 4], colour);
        }
        for (at, found) in lattice.drawn() {
            let at = at * scale;
            let colour = if found { READ } else { INFERRED };
            let (dx, dy) = (Point::new(4.0, 0.0), Point::new(0.0, 4.0));
            self.line(at - dx, at + dx, colour);
            self.line(at - dy, at + dy, colour);
        }
    }

    fn dot(&mut self, at: Point, colour: Colour) {
        if at.x < 0.0 || at.y < 0.0 {
            return;
        }
        // Casts saturate; what lies outside is not drawn.
        let (x, y) = (at.x as usize, at.y as usize);
        if x < self.width && y < self.height {
            let start = (y * self.width + x) * 3;
            self.rgb[start..start + 3].copy_from_slice(&colour);
        }
    }

    fn line(&mut self, from: Point, to: Point, colour: Colour) {
        let steps = (to - from).length().clamp(1.0, 20_000.0) as usize;
        for k in 0..=steps {
            self.dot(from + (to - from) * (k as f32 / steps as f32), colour);
        }
    }

    fn square(&mut self, centre: Point, half: f32, colour: Colour) {
        let corner = |x: f32, y: f32| centre + Point::new(x * half, y * half);
        let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
        for k in 0..4 {
            let ((ax, ay), (bx, by)) = (corners[k], corners[(k + 1) % 4]);
            self.line(corner(ax, ay), corner(bx, by), colour);
        }
    }

    /// Writes capital letters of 3 x 5 dots, each dot 2 x 2 pixels.
    fn label(&mut self, at: Point, text: &str, colour: Colour) {
        for (place, letter) in text.bytes().enumerate() {
            let rows = glyph(letter);
            for bit in 0..15 {
                if rows >> (14 - bit) & 1 == 1 {
                    let x = (place * 4 + bit % 3) as f32 * 2.0;
                    let y = (bit / 3) as f32 * 2.0;
                    for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
                        self.dot(at + Point::new(x + dx, y + dy), colour);
                    }
                }
            }
        }
    }
}

/// Five rows of three dots, the top row in the highest bits.
fn glyph(letter: u8) -> u16 {
    match letter {
        b'A' => 0b010_101_111_101_101,
        b'B' => 0b110_101_110_101_110,
        b'C' => 0b011_100_100_100_011,
        b'D' => 0b110_101_101_101_110,
        b'E' => 0b111_100_110_100_111,
        b'F' => 0b111_100_110_100_100,
        b'G' => 0b011_100_101_101_011,
        b'I' => 0b111_010_010_010_111,
        b'K' => 0b101_101_110_101_101,
        b'L' => 0b100_100_100_100_111,
        b'M' => 0b101_111_111_101_101,
        b'N' => 0b110_101_101_101_101,
        b'O' => 0b010_101_101_101_010,
        b'P' => 0b110_101_110_100_100,
        b'R' => 0b110_101_110_101_101,
        b'S' => 0b011_100_010_001_110,
        b'T' => 0b111_010_010_010_010,
        b'U' => 0b101_101_101_101_111,
        b'Y' => 0b101_101_010_010_010,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawing_stays_inside_the_picture() {
        let data = vec![200; 40 * 30];
        let frame = Luma::new(&data, 40, 30, 40).unwrap();
        let mut trace = Trace::default();
        let far = Point::new(1e9, -1e9);
        trace.add_attempt(Attempt {
            corners: [Point::new(10.0, 10.0), far, Point::new(f32::NAN, 3.0)],
            outcome: "NO SYMBOL",
            grid: None,
            scale: 1.0,
        });
        let picture = trace.paint(frame);
        assert_eq!(picture.rgb.len(), 40 * 30 * 3);
        assert!(picture.rgb.chunks_exact(3).any(|pixel| pixel == UNREAD));
        assert_eq!(trace.lines().count(), 1);
    }
}
