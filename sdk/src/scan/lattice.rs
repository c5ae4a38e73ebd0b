//! The lattice of alignment patterns, and the map from modules to pixels that runs through it.
//!
//! One perspective map does not follow a lens, a curved screen or a moving rolling shutter. The
//! alignment patterns are therefore looked for one by one, from the corners inwards, each where its
//! neighbours suggest; what they deviate from the best perspective map is then interpolated over
//! the symbol with local polynomials (through up to four nodes an axis).

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "node indices are below MAX_NODES, modules below 177"
)]

use super::align::seek;
use super::geometry::{Homography, Point};
use super::layout::{self, MAX_NODES, is_finder_corner};
use super::locate::Corners;
use super::luma::Luma;
use super::surface::Surface;

/// A pattern that correlates less with what is seen was not found.
const FOUND: f32 = 0.5;
/// The one that fixes the perspective has to be clearer.
const ANCHOR_FOUND: f32 = 0.55;

/// A surface is bent when a pattern is more modules off the perspective map than noise explains.
const BENT: f32 = 0.45;

/// What is assumed of a symbol's surface until the lattice shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A plane seen in perspective, as the corners' sizes suggest.
    Perspective,
    /// A surface bent by lens or paper, as the corners' own axes suggest.
    Bent,
}

/// A place in the lattice.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Node {
    /// How far the pattern is from where the perspective map puts it, in pixels.
    pub(crate) shift: Point,
    /// Seen, not inferred.
    pub(crate) found: bool,
}

/// The map from module coordinates to pixels.
#[derive(Clone, Debug)]
pub(crate) struct Lattice {
    pub(crate) version: u8,
    pub(crate) base: Homography,
    count: usize,
    /// The nodes stand for no patterns.
    bare: bool,
    /// Module coordinates of the nodes along an axis.
    along: [f32; MAX_NODES],
    nodes: [[Node; MAX_NODES]; MAX_NODES],
}

impl Lattice {
    /// Fits the lattice of a symbol of `version` to the frame.
    pub(crate) fn fit(frame: Luma<'_>, corners: &Corners, version: u8, shape: Shape) -> Self {
        let (centres, count) = layout::alignment(version);
        let mut lattice = Self {
            version,
            base: corners.prior(layout::size_of(version)),
            count,
            bare: false,
            along: centres.map(|centre| f32::from(centre) + 0.5),
            nodes: [[Node::default(); MAX_NODES]; MAX_NODES],
        };
        let bent = matches!(shape, Shape::Bent);
        if bent && count < 3 {
            lattice.bend_by_corners(frame, corners);
            return lattice;
        }
        if count >= 2 && !bent {
            lattice.anchor(frame, corners);
        }
        if count >= 3 {
            if bent {
                lattice.search_bent(frame, corners);
            } else {
                lattice.search(frame, corners.inverted);
                lattice.drop_outliers();
            }
            lattice.refit(corners);
            lattice.fill();
        }
        lattice
    }

    /// Modules along a side.
    pub(crate) fn size(&self) -> usize {
        layout::size_of(self.version)
    }

    /// Nodes seen, and nodes there are.
    pub(crate) fn found(&self) -> (usize, usize) {
        let seen = self.places().filter(|&(i, j)| self.nodes[j][i].found).count();
        (seen, self.places().count())
    }

    /// Where the patterns were seen (or inferred), for drawing.
    pub(crate) fn drawn(&self) -> impl Iterator<Item = (Point, bool)> + '_ {
        self.places().map(|(i, j)| {
            let node = self.nodes[j][i];
            (self.base.map(self.module(i, j)) + node.shift, node.found)
        })
    }

    fn places(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let count = if self.bare { 0 } else { self.count };
        (0..count * count)
            .map(move |k| (k % count, k / count))
            .filter(move |&(i, j)| !is_finder_corner(i, j, count))
    }

    fn module(&self, i: usize, j: usize) -> Point {
        Point::new(self.along[i], self.along[j])
    }

    /// Finds the pattern nearest the corner that has no finder: it fixes the perspective.
    fn anchor(&mut self, frame: Luma<'_>, corners: &Corners) {
        let last = self.count - 1;
        let module = self.module(last, last);
        let reach = if self.size() > 60 { 5 } else { 3 };
        let (u, v) = self.base.axes(module);
        let (at, score) = seek(frame, self.base.map(module), (u, v), reach, corners.inverted);
        if score < ANCHOR_FOUND {
            return;
        }
        let mut pairs = [(module, at); 4];
        for (pair, (from, corner)) in
            pairs.iter_mut().zip(Corners::modules(self.size()).into_iter().zip(&corners.at))
        {
            *pair = (from, corner.centre);
        }
        if let Some(base) = Homography::fit(&pairs) {
            self.base = base;
            self.nodes[last][last].found = true;
        }
    }

    /// The places of the lattice, those near a corner that is known first.
    fn inwards(&self) -> ([(usize, usize); MAX_NODES * MAX_NODES], usize) {
        let last = self.count - 1;
        let depth = |&(i, j): &(usize, usize)| {
            let corner = |ci: usize, cj: usize| i.abs_diff(ci).max(j.abs_diff(cj));
            let finders = corner(0, 0).min(corner(last, 0)).min(corner(0, last));
            if self.nodes[last][last].found { finders.min(corner(last, last)) } else { finders }
        };
        let mut order = [(0, 0); MAX_NODES * MAX_NODES];
        let mut length = 0;
        for (slot, place) in order.iter_mut().zip(self.places()) {
            *slot = place;
            length += 1;
        }
        order[..length].sort_by_key(depth);
        (order, length)
    }

    /// Finds the other patterns from the corners inwards.
    fn search(&mut self, frame: Luma<'_>, inverted: bool) {
        let (order, length) = self.inwards();
        for &(i, j) in &order[..length] {
            if self.nodes[j][i].found {
                continue;
            }
            let (shift, near) = self.expected_shift(i, j);
            let module = self.module(i, j);
            let base = self.base.map(module);
            let reach = if near { 1 } else { 2 };
            let (at, score) = seek(frame, base + shift, self.base.axes(module), reach, inverted);
            if score >= FOUND {
                self.nodes[j][i] = Node { shift: at - base, found: true };
            }
        }
    }

    /// Finds the patterns of a symbol that no perspective map fits, each where a quadratic surface
    /// through everything known so far expects it.
    ///
    /// The corners tell where they are and, by their own axes, where the surface goes from there.
    fn search_bent(&mut self, frame: Luma<'_>, corners: &Corners) {
        let mut surface = self.surface_at_corners(corners, 9.0);
        let (order, length) = self.inwards();
        for &(i, j) in &order[..length] {
            let module = self.module(i, j);
            let (at, score) = self.seek_on(&surface, module, frame, corners.inverted);
            if score >= ANCHOR_FOUND {
                let shift = at - self.base.map(module);
                self.nodes[j][i] = Node { shift, found: true };
                surface.add(&self.terms(module), shift);
            }
        }
    }

    /// The surface that the corners suggest: where they are, and where their axes lead from there.
    fn surface_at_corners(&self, corners: &Corners, reach: f32) -> Surface {
        let mut surface = Surface::default();
        for (module, corner) in Corners::modules(self.size()).into_iter().zip(&corners.at) {
            let (u, v) = corner.axes;
            for (x, y) in [(0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
                let (dx, dy) = (x * reach, y * reach);
                let there = module + Point::new(dx, dy);
                let shift = corner.centre + u * dx + v * dy - self.base.map(there);
                surface.add(&self.terms(there), shift);
            }
        }
        surface
    }

    /// Looks for the pattern around `module` where the surface expects it.
    fn seek_on(
        &self,
        surface: &Surface,
        module: Point,
        frame: Luma<'_>,
        inverted: bool,
    ) -> (Point, f32) {
        let shape = surface.solved();
        let warp = |p: Point| self.base.map(p) + shape.at(&self.terms(p));
        let (right, down) = (Point::new(1.0, 0.0), Point::new(0.0, 1.0));
        let axes = (warp(module + right) - warp(module), warp(module + down) - warp(module));
        seek(frame, warp(module), axes, 3, inverted)
    }

    /// Bends the map of a symbol too small for a lattice: three by three nodes that stand for no
    /// pattern carry the surface that the corners suggest.
    fn bend_by_corners(&mut self, frame: Luma<'_>, corners: &Corners) {
        let mut surface = self.surface_at_corners(corners, 3.5);
        if self.count == 2 {
            let module = self.module(1, 1);
            let (at, score) = self.seek_on(&surface, module, frame, corners.inverted);
            if score >= ANCHOR_FOUND {
                surface.add(&self.terms(module), at - self.base.map(module));
            }
        }
        let size = self.size() as f32;
        (self.count, self.bare) = (3, true);
        self.along[..3].copy_from_slice(&[3.5, 0.5 * size, size - 3.5]);
        let shape = surface.solved();
        for j in 0..3 {
            for i in 0..3 {
                self.nodes[j][i].shift = shape.at(&self.terms(self.module(i, j)));
            }
        }
    }

    /// The mean shift of the known neighbours; finder patterns are known and have none.
    fn expected_shift(&self, i: usize, j: usize) -> (Point, bool) {
        let (mut sum, mut weight) = (Point::default(), 0f32);
        for y in j.saturating_sub(1)..(j + 2).min(self.count) {
            for x in i.saturating_sub(1)..(i + 2).min(self.count) {
                let node = self.nodes[y][x];
                let corner = is_finder_corner(x, y, self.count);
                if (x, y) != (i, j) && (node.found || corner) {
                    sum = sum + node.shift;
                    weight += 1.0;
                }
            }
        }
        if weight > 0.0 { (sum * (1.0 / weight), true) } else { (sum, false) }
    }

    /// Forgets nodes that stand apart from their neighbours: something else was taken for them.
    fn drop_outliers(&mut self) {
        let before = self.clone();
        for (i, j) in before.places() {
            let (u, v) = self.base.axes(self.module(i, j));
            let (expected, near) = before.expected_shift(i, j);
            let limit = 0.9 * u.length().max(v.length());
            if near && (before.nodes[j][i].shift - expected).length() > limit {
                self.nodes[j][i].found = false;
            }
        }
    }

    /// Fits the perspective map to all that was found, and expresses the shifts against it.
    fn refit(&mut self, corners: &Corners) {
        let mut pairs = [(Point::default(), Point::default()); MAX_NODES * MAX_NODES + 3];
        let mut length = 0;
        for (from, corner) in Corners::modules(self.size()).into_iter().zip(&corners.at) {
            pairs[length] = (from, corner.centre);
            length += 1;
        }
        for (i, j) in self.places() {
            if self.nodes[j][i].found {
                let module = self.module(i, j);
                pairs[length] = (module, self.base.map(module) + self.nodes[j][i].shift);
                length += 1;
            }
        }
        let known = &pairs[..length];
        if length >= 6
            && let Some(base) = Homography::fit(known)
        {
            for (i, j) in self.places() {
                let module = self.module(i, j);
                let at = self.base.map(module) + self.nodes[j][i].shift;
                self.nodes[j][i].shift = at - base.map(module);
            }
            self.base = base;
        }
        // Where the lattice has no pattern for there is a finder, the finder stands in. Its centre
        // is 3 modules off the node; on a bent surface its own axes lead there.
        let bent = self.bend() > BENT;
        let last = self.count - 1;
        let places = [(0, 0, 3.0, 3.0), (last, 0, -3.0, 3.0), (0, last, 3.0, -3.0)];
        for ((i, j, dx, dy), (from, corner)) in
            places.into_iter().zip(Corners::modules(self.size()).into_iter().zip(&corners.at))
        {
            let (u, v) = corner.axes;
            let shift = if bent {
                corner.centre + u * dx + v * dy - self.base.map(self.module(i, j))
            } else {
                corner.centre - self.base.map(from)
            };
            self.nodes[j][i] = Node { shift, found: true };
        }
    }

    /// How far the patterns are from where the perspective map puts them, at most, in modules.
    fn bend(&self) -> f32 {
        let middle = Point::new(self.size() as f32 * 0.5, self.size() as f32 * 0.5);
        let module = self.base.axes(middle).0.length().max(1e-3);
        let shifts = self.places().map(|(i, j)| self.nodes[j][i]);
        let seen = shifts.filter(|node| node.found);
        seen.map(|node| node.shift.length() / module).fold(0.0, f32::max)
    }

    /// Gives the nodes that were not found the shift of a smooth surface through the others.
    fn fill(&mut self) {
        let missing = self.places().any(|(i, j)| !self.nodes[j][i].found);
        if !missing {
            return;
        }
        let mut surface = Surface::default();
        for j in 0..self.count {
            for i in 0..self.count {
                if self.nodes[j][i].found {
                    surface.add(&self.terms(self.module(i, j)), self.nodes[j][i].shift);
                }
            }
        }
        let surface = surface.solved();
        for (i, j) in self.places() {
            if !self.nodes[j][i].found {
                self.nodes[j][i].shift = surface.at(&self.terms(self.module(i, j)));
            }
        }
    }

    /// The terms of a quadratic in a place of the symbol, scaled to about 1.
    fn terms(&self, module: Point) -> [f64; 6] {
        let half = self.size() as f64 * 0.5;
        let x = f64::from(module.x) / half - 1.0;
        let y = f64::from(module.y) / half - 1.0;
        [1.0, x, y, x * x, x * y, y * y]
    }

    /// Pixels of all points (x + dx, y + dy) of the module grid, row by row.
    pub(crate) fn for_each_module(&self, mut visit: impl FnMut(usize, usize, Point)) {
        let size = self.size();
        let mut weights = [Blend::default(); 177];
        for (k, blend) in weights.iter_mut().enumerate().take(size) {
            *blend = self.blend(k as f32 + 0.5);
        }
        for y in 0..size {
            let down = weights[y];
            // Blend the node rows once per module row.
            let mut row = [Point::default(); MAX_NODES];
            for (i, shift) in row.iter_mut().enumerate().take(self.count) {
                for (k, weight) in down.weights.iter().enumerate().take(down.len) {
                    *shift = *shift + self.nodes[down.first + k][i].shift * *weight;
                }
            }
            for (x, across) in weights.iter().enumerate().take(size) {
                let mut at = self.base.map(Point::new(x as f32 + 0.5, y as f32 + 0.5));
                for (k, weight) in across.weights.iter().enumerate().take(across.len) {
                    at = at + row[across.first + k] * *weight;
                }
                visit(x, y, at);
            }
        }
    }

    /// The pixel of any point given in modules.
    pub(crate) fn map(&self, module: Point) -> Point {
        let (across, down) = (self.blend(module.x), self.blend(module.y));
        let mut at = self.base.map(module);
        for (j, wy) in down.weights.iter().enumerate().take(down.len) {
            for (i, wx) in across.weights.iter().enumerate().take(across.len) {
                at = at + self.nodes[down.first + j][across.first + i].shift * (wx * wy);
            }
        }
        at
    }

    /// Outer corners of the symbol: top left, top right, bottom right, bottom left.
    pub(crate) fn outline(&self) -> [Point; 4] {
        let far = self.size() as f32;
        [(0.0, 0.0), (far, 0.0), (far, far), (0.0, far)].map(|(x, y)| self.map(Point::new(x, y)))
    }

    /// Lagrange weights of the up to four nodes nearest `t`; none where there is no lattice.
    fn blend(&self, t: f32) -> Blend {
        if self.count < 3 {
            return Blend::default();
        }
        let len = self.count.min(4);
        let after = self.along[..self.count].iter().take_while(|&&node| node <= t).count();
        let first = after.saturating_sub(2).min(self.count - len);
        let mut blend = Blend { first, len, weights: [0.0; 4] };
        // Beyond the outermost nodes polynomials run away: hold on to the last slope's vicinity.
        let t = t.min(self.along[self.count - 1] + 3.0).max(self.along[0] - 3.0);
        let nodes = &self.along[first..first + len];
        for (k, weight) in blend.weights.iter_mut().enumerate().take(len) {
            *weight = nodes
                .iter()
                .enumerate()
                .filter(|&(other, _)| other != k)
                .map(|(_, &node)| (t - node) / (nodes[k] - node))
                .product();
        }
        blend
    }
}

/// Interpolation weights of a run of nodes.
#[derive(Clone, Copy, Debug, Default)]
struct Blend {
    first: usize,
    len: usize,
    weights: [f32; 4],
}

#[cfg(test)]
mod tests {
    use super::super::find::Finder;
    use super::super::testing::{Scene, symbol};
    use super::super::triple::triples;
    use super::*;

    #[test]
    fn modules_of_a_bent_symbol_are_where_the_lattice_puts_them() {
        let (modules, size) = symbol("BENT", 14);
        let middle = Point::new(200.0, 190.0);
        // Pixels to modules: a bulge of a module and a half along x.
        let lens = |p: Point| {
            let off = (p - middle) * (1.0 / 4.5);
            let bulge = 1.5 * (1.0 - (off.y / 36.5).powi(2));
            Point::new(off.x + bulge + 36.5, off.y + 36.5)
        };
        let back = |m: Point| {
            let y = m.y - 36.5;
            let bulge = 1.5 * (1.0 - (y / 36.5).powi(2));
            middle + Point::new(m.x - 36.5 - bulge, y) * 4.5
        };
        let shot = Scene {
            modules: &modules,
            size,
            width: 400,
            height: 380,
            lens: &lens,
            dark: 40.0,
            light: 210.0,
            blur: 1,
            noise: 5.0,
            seed: 2,
        }
        .shoot();
        let frame = Luma::new(&shot.data, 400, 380, 400).unwrap();
        let mut finders = Corners::modules(size).map(|m| Finder {
            centre: back(m),
            module: 4.5,
            hits: 9,
            inverted: false,
        });
        let mut found = Vec::new();
        triples(&mut finders, 3, &mut found);
        let corners = Corners::measure(frame, &found[0]).unwrap();
        for shape in [Shape::Perspective, Shape::Bent] {
            let lattice = Lattice::fit(frame, &corners, 14, shape);
            let (seen, all) = lattice.found();
            assert_eq!((seen, all), (13, 13), "{shape:?}");
            let mut worst = 0f32;
            lattice.for_each_module(|x, y, at| {
                let truth = back(Point::new(x as f32 + 0.5, y as f32 + 0.5));
                worst = worst.max((at - truth).length() / 4.5);
                let same = lattice.map(Point::new(x as f32 + 0.5, y as f32 + 0.5));
                assert!((same - at).length() < 0.02);
            });
            assert!(worst < 0.35, "{worst} modules off, {shape:?}");
        }
    }
}
