//! Grey to black and white, locally: one threshold per block of 8 x 8 pixels.
//!
//! The threshold of a block looks at a window of blocks around it, so that ramps, glare and
//! flicker bands are followed while a block in the middle of one dark module still sees white. The
//! black-and-white view serves only to *find* things; modules are read from grey levels later.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "pixel kernel over buffers resized to the frame; sums are of at most 40 bytes a column \
              and 25 blocks a window"
)]

use super::luma::Luma;

/// Side of a block in pixels; a power of two.
const BLOCK: usize = 8;
/// Every second row of a block is measured: neighbours tell the same story at half the cost.
const ROW_STEP: usize = 2;
/// A window whose (vertically smoothed) levels differ less than this shows noise, not a code; in
/// a noisy frame the limit rises with the noise.
const MIN_RANGE: u32 = 12;

/// How a threshold is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// A window of 5 x 5 blocks, between its mean and its mid level.
    Wide,
    /// A window of 3 x 3 blocks and its mean: thin dark lines survive between flooded whites
    /// (bloom, heavy blur), at the price of noise in plain areas.
    Tight,
}

/// The thresholds of one frame; buffers are reused from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct ThresholdMap {
    cols: usize,
    rows: usize,
    thresholds: Vec<u8>,
    columns: Vec<u16>,
    blocks: Stats,
    window: Stats,
    means: Vec<u16>,
    ranges: Vec<Range>,
}

/// The darkest and the lightest level of a window.
#[derive(Clone, Copy, Debug)]
struct Range {
    low: u8,
    high: u8,
}

/// Sum and extremes of the column sums of blocks: three planes, so that joining them vectorises.
#[derive(Debug, Default)]
struct Stats {
    sum: Vec<u32>,
    low: Vec<u16>,
    high: Vec<u16>,
}

impl Stats {
    fn reset(&mut self, len: usize) {
        self.sum.clear();
        self.sum.resize(len, 0);
        self.low.clear();
        self.low.resize(len, u16::MAX);
        self.high.clear();
        self.high.resize(len, 0);
    }
}

impl ThresholdMap {
    /// Measures `frame`.
    pub(crate) fn build(&mut self, frame: Luma<'_>, style: Style) {
        self.cols = frame.width().div_ceil(BLOCK);
        self.rows = frame.height().div_ceil(BLOCK);
        self.measure_blocks(frame);
        self.choose(style);
    }

    fn measure_blocks(&mut self, frame: Luma<'_>) {
        let width = frame.width();
        let (cols, rows) = (self.cols, self.rows);
        self.blocks.reset(cols * rows);
        self.columns.resize(cols * BLOCK, 0);
        for by in 0..rows {
            self.columns.fill(0);
            for y in (by * BLOCK..(by + 1) * BLOCK).step_by(ROW_STEP) {
                // `row` repeats the last row below the frame.
                for (sum, &pixel) in self.columns.iter_mut().zip(frame.row(y)) {
                    *sum += u16::from(pixel);
                }
            }
            let last = self.columns[width - 1];
            self.columns[width..].fill(last);
            let line = by * cols..(by + 1) * cols;
            let sums = self.blocks.sum[line.clone()].iter_mut();
            let lows = self.blocks.low[line.clone()].iter_mut();
            let highs = self.blocks.high[line].iter_mut();
            let targets = sums.zip(lows.zip(highs));
            for (block, (sum, (low, high))) in self.columns.chunks_exact(BLOCK).zip(targets) {
                for &column in block {
                    *sum += u32::from(column);
                    *low = column.min(*low);
                    *high = column.max(*high);
                }
            }
        }
    }

    /// Joins blocks to windows, along columns and then along rows, and sets the thresholds.
    fn choose(&mut self, style: Style) {
        let reach = match style {
            Style::Wide => 2,
            Style::Tight => 1,
        };
        self.join_windows(reach);
        let min_range = self.noise_floor();
        let levels = self.ranges.iter().zip(&self.means).map(|(range, &mean)| {
            let (low, high, mean) = (u32::from(range.low), u32::from(range.high), u32::from(mean));
            let level = match style {
                // Nothing is dark here.
                _ if high - low < min_range => low.saturating_sub(min_range / 2),
                Style::Wide => (4 * mean + low + high) / 6,
                Style::Tight => mean,
            };
            level as u8
        });
        self.thresholds.clear();
        self.thresholds.extend(levels);
    }

    fn join_windows(&mut self, reach: usize) {
        let (cols, samples) = (self.cols, (BLOCK / ROW_STEP) as u32);
        self.means.clear();
        self.ranges.clear();
        for y in 0..self.rows {
            let (first, end) = (y.saturating_sub(reach), (y + reach + 1).min(self.rows));
            // `reach` empty blocks at either end spare the inner loop its border cases.
            self.window.reset(cols + 2 * reach);
            for line in first..end {
                let line = line * cols..(line + 1) * cols;
                let sums = self.window.sum[reach..].iter_mut().zip(&self.blocks.sum[line.clone()]);
                sums.for_each(|(all, &one)| *all += one);
                let lows = self.window.low[reach..].iter_mut().zip(&self.blocks.low[line.clone()]);
                lows.for_each(|(all, &one)| *all = one.min(*all));
                let highs = self.window.high[reach..].iter_mut().zip(&self.blocks.high[line]);
                highs.for_each(|(all, &one)| *all = one.max(*all));
            }
            for x in 0..cols {
                let span = x..x + 2 * reach + 1;
                let sum: u32 = self.window.sum[span.clone()].iter().sum();
                let low = self.window.low[span.clone()].iter().fold(u16::MAX, |a, &b| a.min(b));
                let high = self.window.high[span].iter().fold(0, |a, &b| a.max(b));
                let wide = (x + reach + 1).min(cols) - x.saturating_sub(reach);
                let count = (wide * (end - first) * BLOCK) as u32 * samples;
                self.means.push((sum / count) as u16);
                let level = |sum: u16| (u32::from(sum) / samples) as u8;
                self.ranges.push(Range { low: level(low), high: level(high) });
            }
        }
    }

    /// The range below which a window of this frame shows noise.
    ///
    /// The plainest tenth of the frame has nothing but noise; a frame that a code fills has no
    /// plain tenth, hence the cap by what the liveliest windows have.
    fn noise_floor(&self) -> u32 {
        let mut histogram = [0usize; 256];
        for range in &self.ranges {
            histogram[usize::from(range.high - range.low)] += 1;
        }
        let quantile = |share: usize| {
            let mut left = self.ranges.len() * share / 100;
            let place = histogram.iter().position(|&count| {
                let here = left < count;
                left = left.saturating_sub(count);
                here
            });
            place.unwrap_or(255) as u32
        };
        let (plain, lively) = (quantile(10), quantile(95));
        (plain * 3 / 2).min(lively * 9 / 20).max(MIN_RANGE)
    }

    /// The threshold that applies to pixel (x, y): the pixel is dark when it is not above it.
    #[inline]
    pub(crate) fn at(&self, x: usize, y: usize) -> u8 {
        self.thresholds[(y / BLOCK).min(self.rows - 1) * self.cols + (x / BLOCK).min(self.cols - 1)]
    }

    /// Writes the thresholds of row `y`, one per pixel.
    pub(crate) fn expand_row(&self, y: usize, out: &mut Vec<u8>) {
        out.clear();
        let start = (y / BLOCK).min(self.rows - 1) * self.cols;
        for &level in &self.thresholds[start..start + self.cols] {
            out.extend_from_slice(&[level; BLOCK]);
        }
    }

    /// Whether rows `a` and `b` share their thresholds.
    pub(crate) fn same_row(a: usize, b: usize) -> bool {
        a / BLOCK == b / BLOCK
    }
}

/// Raises the contrast of detail of a few pixels (unsharp mask over 5 x 5), so that the rings of a
/// defocused finder pattern come apart again: the pixel plus three times its difference from the
/// mean around it.
pub(crate) fn sharpen(frame: Luma<'_>, sums: &mut Vec<u16>, out: &mut Vec<u8>) {
    let (width, height) = (frame.width(), frame.height());
    out.clear();
    sums.clear();
    sums.resize(width + 4, 0);
    // Column sums of five rows, moved down row by row; the border rows are repeated.
    let row = |y: usize| frame.row(y.saturating_sub(2));
    for y in 0..5 {
        let pairs = sums[2..].iter_mut().zip(row(y));
        pairs.for_each(|(sum, &pixel)| *sum += u16::from(pixel));
    }
    for y in 0..height {
        let (first, last) = (sums[2], sums[width + 1]);
        sums[..2].fill(first);
        sums[width + 2..].fill(last);
        let lines = sums.iter().zip(&sums[1..]).zip(&sums[2..]).zip(&sums[3..]).zip(&sums[4..]);
        out.extend(frame.row(y).iter().zip(lines).map(|(&pixel, ((((a, b), c), d), e))| {
            // 3/25 of the window's sum, in 16 bits: 0.12 = 7864 / 65536.
            let blurred = ((u32::from(a + b + c + d + e) * 7864) >> 16) as i16;
            (4 * i16::from(pixel) - blurred).clamp(0, 255) as u8
        }));
        let step = sums[2..].iter_mut().zip(row(y + 5).iter().zip(row(y)));
        step.for_each(|(sum, (&next, &past))| *sum = *sum + u16::from(next) - u16::from(past));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dark_share(data: &[u8], width: usize, height: usize, style: Style) -> Vec<bool> {
        let mut map = ThresholdMap::default();
        map.build(Luma::new(data, width, height, width).unwrap(), style);
        (0..width * height).map(|k| data[k] <= map.at(k % width, k / width)).collect()
    }

    #[test]
    fn a_chequer_survives_a_ramp() {
        // Squares of 5 pixels; light falls from 255 to 115 along the row, dark is a third of light.
        let (width, height) = (160, 48);
        let data: Vec<u8> = (0..width * height)
            .map(|k| {
                let (x, y) = (k % width, k / width);
                let light = 255 - x * 140 / width;
                let level = if (x / 5 + y / 5) % 2 == 0 { light / 3 } else { light };
                level as u8
            })
            .collect();
        for style in [Style::Wide, Style::Tight] {
            for (k, dark) in dark_share(&data, width, height, style).into_iter().enumerate() {
                assert_eq!(dark, (k % width / 5 + k / width / 5) % 2 == 0, "{style:?} {k}");
            }
        }
    }

    #[test]
    fn a_plain_noisy_wall_has_nothing_dark() {
        let data: Vec<u8> = (0..100 * 70).map(|k: u32| 90 + (k * 7919 % 13 % 5) as u8).collect();
        assert!(!dark_share(&data, 100, 70, Style::Wide).contains(&true));
    }

    #[test]
    fn sharpening_keeps_plains_and_deepens_lines() {
        let mut data = vec![150u8; 20 * 12];
        for row in data.chunks_exact_mut(20) {
            row[9] = 120;
        }
        let mut out = Vec::new();
        sharpen(Luma::new(&data, 20, 12, 20).unwrap(), &mut Vec::new(), &mut out);
        for row in out.chunks_exact(20) {
            assert!(row[0].abs_diff(150) <= 1 && row[19].abs_diff(150) <= 1, "{row:?}");
            assert!(row[9] < 60 && row[8] > 150, "{row:?}");
        }
    }

    #[test]
    fn tiny_frames_are_no_trouble() {
        for (width, height) in [(1, 1), (7, 1), (1, 9), (9, 9)] {
            let data = vec![0; width * height];
            dark_share(&data, width, height, Style::Wide);
            let frame = Luma::new(&data, width, height, width).unwrap();
            sharpen(frame, &mut Vec::new(), &mut Vec::new());
        }
    }
}
