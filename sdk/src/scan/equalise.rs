//! From grey levels to soft modules: what is dark *here*, and how sure that is.
//!
//! [`Equaliser::levels`] follows light and shade over the symbol: the levels of dark and light are
//! means of two classes in a window around each module. That reads most frames.
//!
//! Blur mixes a module with its neighbours, as an echo does with the bits on a telephone line, and
//! the remedy is the same: [`Equaliser::train`] fits a small filter that turns what was seen into
//! what must have been sent, on the modules whose colour the standard fixes (finder, timing and
//! alignment patterns, version), and [`Equaliser::retrain`] fits a larger one on its own decisions.
//! Defocus, motion, bloom and sharpening need no model of their own: the filter comes out
//! accordingly.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "grids of size x size are resized before use, and windows are cut to them"
)]

use super::geometry::solve;

/// Taps of the small filter (3 x 3) and of the large one (5 x 5), without the constant.
const SMALL: usize = 9;
const LARGE: usize = 25;

/// Reused buffers of the step.
#[derive(Debug, Default)]
pub(crate) struct Equaliser {
    /// Summed-area tables: of all levels, of the lighter ones, and the count of those.
    sums: Vec<f32>,
    light_sums: Vec<f32>,
    light_counts: Vec<f32>,
    /// The normalised grid within a margin of two light modules.
    padded: Vec<f32>,
}

impl Equaliser {
    /// Turns grey levels into soft values: 1 dark, -1 light, 0 undecided, by levels in a window of
    /// `reach` modules either way.
    pub(crate) fn levels(&mut self, grey: &[f32], size: usize, reach: usize, soft: &mut Vec<f32>) {
        let wide = size + 1;
        for table in [&mut self.sums, &mut self.light_sums, &mut self.light_counts] {
            table.clear();
            table.resize(wide * wide, 0.0);
        }
        for y in 0..size {
            let mut sum = 0.0;
            for x in 0..size {
                sum += grey[y * size + x];
                self.sums[(y + 1) * wide + x + 1] = self.sums[y * wide + x + 1] + sum;
            }
        }
        for y in 0..size {
            let (mut sum, mut count) = (0.0, 0.0);
            for x in 0..size {
                let window = Window::around(x, y, size, reach);
                let level = grey[y * size + x];
                if level * window.area() > window.total(&self.sums, wide) {
                    sum += level;
                    count += 1.0;
                }
                let at = (y + 1) * wide + x + 1;
                self.light_sums[at] = self.light_sums[at - wide] + sum;
                self.light_counts[at] = self.light_counts[at - wide] + count;
            }
        }
        soft.clear();
        soft.reserve(size * size);
        for y in 0..size {
            for x in 0..size {
                let window = Window::around(x, y, size, reach);
                let total = window.total(&self.sums, wide);
                let light_sum = window.total(&self.light_sums, wide);
                let light_count = window.total(&self.light_counts, wide);
                let dark_count = window.area() - light_count;
                // One class alone is a plain patch: nothing tells which of the two it is.
                let value = if light_count < 1.0 || dark_count < 1.0 {
                    0.0
                } else {
                    let (light, dark) = (light_sum / light_count, (total - light_sum) / dark_count);
                    let half = ((light - dark) * 0.5).max(2.0);
                    ((light + dark) * 0.5 - grey[y * size + x]) / half
                };
                soft.push(value.clamp(-2.0, 2.0));
            }
        }
    }

    /// Fits a 3 x 3 filter to the modules that `template` knows and applies it to `soft`.
    ///
    /// `false` (and `soft` unchanged) when they do not determine one.
    pub(crate) fn train(
        &mut self,
        soft: &[f32],
        size: usize,
        template: &[i8],
        out: &mut Vec<f32>,
    ) -> bool {
        self.pad(soft, size);
        let target = |k: usize| f32::from(template[k]);
        self.fit_and_apply::<SMALL, 10, 11>(size, 1, 1, target, out)
    }

    /// Fits a 5 x 5 filter to `decided`, the outcome of an earlier step, and applies it to `soft`.
    pub(crate) fn retrain(
        &mut self,
        soft: &[f32],
        size: usize,
        template: &[i8],
        decided: &[f32],
        out: &mut Vec<f32>,
    ) -> bool {
        self.pad(soft, size);
        // What the standard fixes is certain; of the rest the clearer modules are believed.
        let target = |k: usize| match template[k] {
            0 if decided[k].abs() < 0.25 => 0.0,
            0 => decided[k].signum(),
            known => f32::from(known),
        };
        let stride = (size * size / 5000).max(1);
        self.fit_and_apply::<LARGE, 26, 27>(size, 2, stride, target, out)
    }

    fn pad(&mut self, soft: &[f32], size: usize) {
        let wide = size + 4;
        self.padded.clear();
        self.padded.resize(wide * wide, -1.0);
        for (y, row) in soft.chunks_exact(size).enumerate() {
            let start = (y + 2) * wide + 2;
            self.padded[start..start + size].copy_from_slice(row);
        }
    }

    /// Least squares for TAPS weights and a constant (N = TAPS + 1 unknowns, M = N + 1 columns).
    fn fit_and_apply<const TAPS: usize, const N: usize, const M: usize>(
        &self,
        size: usize,
        reach: usize,
        stride: usize,
        target: impl Fn(usize) -> f32,
        out: &mut Vec<f32>,
    ) -> bool {
        let wide = size + 4;
        let span = 2 * reach + 1;
        let around = |k: usize| {
            let (x, y) = (k % size, k / size);
            let mut taps = [1f32; N];
            for (j, row) in taps[..TAPS].chunks_exact_mut(span).enumerate() {
                let start = (y + 2 + j - reach) * wide + x + 2 - reach;
                row.copy_from_slice(&self.padded[start..start + span]);
            }
            taps
        };
        let mut sums = [[0f32; M]; N];
        let mut count = 0usize;
        for k in (0..size * size).step_by(stride) {
            let wanted = target(k);
            if wanted == 0.0 {
                continue;
            }
            count += 1;
            let taps = around(k);
            for (i, line) in sums.iter_mut().enumerate() {
                for (cell, tap) in line.iter_mut().zip(taps) {
                    *cell += taps[i] * tap;
                }
                line[N] += taps[i] * wanted;
            }
        }
        if count < 4 * N {
            return false;
        }
        let mut system = sums.map(|line| line.map(f64::from));
        for (k, line) in system.iter_mut().enumerate() {
            // Noise that was not in the training set: keep the weights small.
            line[k] += 0.01 * count as f64;
        }
        let Some(weights) = solve(&mut system) else {
            return false;
        };
        let weights = weights.map(|weight| weight as f32);
        let filtered = (0..size * size).map(|k| -> f32 {
            around(k).iter().zip(weights).map(|(tap, weight)| tap * weight).sum()
        });
        out.clear();
        out.extend(filtered);
        balance(out);
        true
    }
}

/// Moves soft modules so that about as many are dark as light.
///
/// Masking makes every symbol so. Bloom and glare swallow dark modules and leave a grid that is
/// too light, by more than any filter trained on the fixed patterns expects.
fn balance(soft: &mut [f32]) {
    const BINS: usize = 64;
    let bin = |value: f32| ((value + 2.0) * (BINS as f32 / 4.0)).clamp(0.0, 63.0) as usize;
    let mut histogram = [0usize; BINS];
    for &value in soft.iter() {
        histogram[bin(value)] += 1;
    }
    // The places between bins below which 49 and 51 of a hundred modules lie.
    let quantile = |share: usize| {
        let mut left = soft.len() * share / 100;
        let place = histogram.iter().position(|&count| {
            let here = left < count;
            left = left.saturating_sub(count);
            here
        });
        place.unwrap_or(BINS / 2) as f32 * (4.0 / BINS as f32) - 2.0
    };
    // Zero, if it parts them evenly enough; otherwise the nearer of the two.
    let (low, high) = (quantile(49), quantile(51) + 4.0 / BINS as f32);
    let middle = 0f32.min(high).max(low);
    for value in soft.iter_mut() {
        *value = (*value - middle).clamp(-2.0, 2.0);
    }
}

/// Correlation (about zero) of soft modules with known ones, over those that `counts` selects.
pub(crate) fn agreement(soft: &[f32], known: &[i8], counts: impl Fn(&i8) -> bool) -> f32 {
    let known = known.iter().map(|&module| (f32::from(module), counts(&module)));
    cosine(soft.iter().zip(known).filter(|(_, (_, count))| *count).map(|(&a, (b, _))| (a, b)))
}

/// The cosine of the angle between two series.
pub(crate) fn cosine(pairs: impl Iterator<Item = (f32, f32)>) -> f32 {
    let (mut ab, mut aa, mut bb) = (0f32, 0f32, 0f32);
    for (a, b) in pairs {
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}

/// A square of modules cut to the grid.
#[derive(Clone, Copy)]
struct Window {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

impl Window {
    #[inline]
    fn around(x: usize, y: usize, size: usize, reach: usize) -> Self {
        Self {
            left: x.saturating_sub(reach),
            right: (x + reach + 1).min(size),
            top: y.saturating_sub(reach),
            bottom: (y + reach + 1).min(size),
        }
    }

    #[inline]
    fn area(self) -> f32 {
        ((self.right - self.left) * (self.bottom - self.top)) as f32
    }

    /// The window's total from a summed-area table.
    #[inline]
    fn total(self, table: &[f32], wide: usize) -> f32 {
        table[self.bottom * wide + self.right] + table[self.top * wide + self.left]
            - table[self.top * wide + self.right]
            - table[self.bottom * wide + self.left]
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout;
    use super::super::testing::{next, symbol};
    use super::*;

    /// Grey levels of a symbol blurred by about 0.6 modules, under a ramp of light, with noise.
    fn grey(modules: &[bool], size: usize) -> Vec<f32> {
        let kernel = [0.22, 0.56, 0.22];
        let mut state = 9u32;
        let light = |x: i32, y: i32| {
            let inside = (0..size as i32).contains(&x) && (0..size as i32).contains(&y);
            if inside && modules[y as usize * size + x as usize] { 0.1 } else { 1.0 }
        };
        (0..size * size)
            .map(|k| {
                let (x, y) = ((k % size) as i32, (k / size) as i32);
                let mut sum = 0.0;
                for (j, wy) in kernel.iter().enumerate() {
                    for (i, wx) in kernel.iter().enumerate() {
                        sum += wx * wy * light(x + i as i32 - 1, y + j as i32 - 1);
                    }
                }
                state = next(state);
                let noise = (state >> 8) as f32 / (1 << 24) as f32 * 6.0 - 3.0;
                sum * (220.0 - 120.0 * x as f32 / size as f32) + noise
            })
            .collect()
    }

    #[test]
    fn each_step_leaves_fewer_wrong_modules() {
        let (modules, size) = symbol("EQUALISE ME, I AM BLURRED", 10);
        let grey = grey(&modules, size);
        let mut template = Vec::new();
        layout::template(10, &mut template);
        let wrong = |soft: &[f32]| {
            soft.iter().zip(&modules).filter(|&(&value, &dark)| (value > 0.0) != dark).count()
        };
        let mut equaliser = Equaliser::default();
        let (mut soft, mut better, mut best) = (Vec::new(), Vec::new(), Vec::new());
        equaliser.levels(&grey, size, 5, &mut soft);
        assert!(equaliser.train(&soft, size, &template, &mut better));
        assert!(equaliser.retrain(&soft, size, &template, &better, &mut best));
        let counts = [wrong(&soft), wrong(&better), wrong(&best)];
        assert!(counts[0] > 3 * counts[1] && counts[1] > counts[2], "{counts:?}");
        assert!(agreement(&best, &template, |&known| known != 0) > 0.8);
    }

    #[test]
    fn a_flooded_grid_is_balanced() {
        // A third of the modules are clearly light, the rest near the threshold, mostly above it.
        let mut soft: Vec<f32> = (0..900).map(|k| (k % 30) as f32 / 30.0 - 0.9).collect();
        balance(&mut soft);
        let dark = soft.iter().filter(|&&value| value > 0.0).count();
        assert!((400..500).contains(&dark), "{dark}");
    }

    #[test]
    fn a_grid_without_contrast_stays_undecided() {
        let mut soft = Vec::new();
        Equaliser::default().levels(&[128.0; 441], 21, 5, &mut soft);
        assert!(soft.iter().all(|value| value.abs() < 0.01));
    }
}
