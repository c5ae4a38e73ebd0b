//! Grey levels of a symbol's modules, read through the lattice.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "the grid is resized to the symbol before it is written; pixels are read through \
              accessors that clamp"
)]

use super::geometry::Point;
use super::lattice::Lattice;
use super::luma::Luma;

/// Reads one level a module into `out`, row by row. Dark is low; inverted symbols are turned over.
pub(crate) fn sample(frame: Luma<'_>, lattice: &Lattice, inverted: bool, out: &mut Vec<f32>) {
    let size = lattice.size();
    out.clear();
    out.resize(size * size, 0.0);
    let middle = Point::new(size as f32 * 0.5, size as f32 * 0.5);
    let (u, v) = lattice.base.axes(middle);
    let pitch = u.length().min(v.length());
    // A large module is worth several looks: they average noise, and stay inside the module.
    let spread = if pitch > 2.6 { 0.2 } else { 0.0 };
    let (du, dv) = (u * spread, v * spread);
    lattice.for_each_module(|x, y, at| {
        let level = if spread > 0.0 {
            let diagonal = frame.grey(at + du + dv)
                + frame.grey(at - du - dv)
                + frame.grey(at + du - dv)
                + frame.grey(at - du + dv);
            (frame.grey(at) * 2.0 + diagonal) * (1.0 / 6.0)
        } else {
            frame.grey(at)
        };
        out[y * size + x] = if inverted { 255.0 - level } else { level };
    });
}

#[cfg(test)]
mod tests {
    use super::super::lattice::Shape;
    use super::super::locate::{Corner, Corners};
    use super::super::testing::{Scene, symbol, turned};
    use super::*;

    #[test]
    fn every_module_is_read_at_its_place() {
        let (modules, size) = symbol("SAMPLE", 1);
        let middle = Point::new(60.0, 60.0);
        for (dark, light) in [(20.0, 200.0), (200.0, 20.0)] {
            let lens = turned(size, middle, 4.0, 0.0);
            let scene = Scene {
                modules: &modules,
                size,
                width: 120,
                height: 120,
                lens: &lens,
                dark,
                light,
                blur: 0,
                noise: 0.0,
                seed: 1,
            };
            let shot = scene.shoot();
            let frame = Luma::new(&shot.data, 120, 120, 120).unwrap();
            let axes = (Point::new(4.0, 0.0), Point::new(0.0, 4.0));
            let inverted = dark > light;
            let at = Corners::modules(size).map(|m| Corner {
                centre: middle + (m - Point::new(10.5, 10.5)) * 4.0,
                pitch: (4.0, 4.0),
                axes,
            });
            let corners = Corners { at, estimate: 21.0, inverted, outlines: None };
            let lattice = Lattice::fit(frame, &corners, 1, Shape::Perspective);
            let mut grey = Vec::new();
            sample(frame, &lattice, inverted, &mut grey);
            let read: Vec<bool> = grey.iter().map(|&level| level < 128.0).collect();
            assert!(read == modules, "inverted: {inverted}");
        }
    }
}
