//! The stages together, on rendered frames.

use super::geometry::{Homography, Point};
use super::testing::{Scene, Shot, long_text, next, symbol, turned};
use super::{Budget, Hint, Luma, Scanner, Tracker};

fn frame(shot: &Shot) -> Luma<'_> {
    Luma::new(&shot.data, shot.width, shot.height, shot.width).unwrap()
}

fn scene<'a>(modules: &'a [bool], size: usize, lens: &'a dyn Fn(Point) -> Point) -> Scene<'a> {
    Scene {
        modules,
        size,
        width: 420,
        height: 400,
        lens,
        dark: 30.0,
        light: 220.0,
        blur: 0,
        noise: 6.0,
        seed: 1,
    }
}

const MIDDLE: Point = Point::new(210.0, 200.0);

#[test]
fn a_code_is_read_at_any_angle_with_its_corners() {
    let text = long_text(7);
    let (modules, size) = symbol(&text, 7);
    let mut scanner = Scanner::new();
    for turn in 0..8 {
        let angle = turn as f32 * 0.8;
        let lens = turned(size, MIDDLE, 5.0, angle);
        let report =
            scanner.scan(frame(&scene(&modules, size, &lens).shoot()), &Budget::realtime());
        assert_eq!(report.codes.len(), 1, "turn {turn}: {report:?}");
        assert_eq!(report.codes[0].text.as_deref(), Some(text.as_str()));
        assert_eq!(report.codes[0].version, 7);
        let (sin, cos) = angle.sin_cos();
        let half = size as f32 * 2.5;
        let corner = [MIDDLE.x - half * (cos - sin), MIDDLE.y - half * (sin + cos)];
        for (found, truth) in report.codes[0].corners[0].iter().zip(corner) {
            assert!((found - truth).abs() < 1.5, "turn {turn}: {found} for {truth}");
        }
    }
}

#[test]
fn a_still_is_read_however_skewed_it_is() {
    for version in [1, 3] {
        let text = long_text(version);
        let (modules, size) = symbol(&text, version);
        // Pixels to modules: the near corner has modules far longer than the others.
        let span = size as f32;
        let map = Homography::fit(&[
            (Point::new(125.0, 100.0), Point::new(0.0, 0.0)),
            (Point::new(390.0, 12.0), Point::new(span, 0.0)),
            (Point::new(260.0, 225.0), Point::new(span, span)),
            (Point::new(12.0, 390.0), Point::new(0.0, span)),
        ])
        .unwrap();
        let lens = |p: Point| map.map(p);
        let shot = scene(&modules, size, &lens).shoot();
        let report = Scanner::new().scan(frame(&shot), &Budget::thorough());
        let texts: Vec<_> = report.codes.iter().map(|code| code.text.as_deref()).collect();
        assert_eq!(texts, [Some(text.as_str())], "version {version}");
    }
}

#[test]
fn a_still_of_a_small_code_is_read_off_bent_paper() {
    let text = long_text(1);
    let (modules, size) = symbol(&text, 1);
    // Rows bow by more than a module, and columns lean.
    let lens = |p: Point| {
        let off = (p - MIDDLE) * (1.0 / 13.0);
        let bow = 1.2 * (off.x / 10.5).powi(2);
        Point::new(off.x + 10.5 + 0.1 * off.y, off.y + 9.9 + bow)
    };
    let shot = scene(&modules, size, &lens).shoot();
    let report = Scanner::new().scan(frame(&shot), &Budget::thorough());
    let texts: Vec<_> = report.codes.iter().map(|code| code.text.as_deref()).collect();
    assert_eq!(texts, [Some(text.as_str())]);
}

#[test]
fn inverted_and_mirrored_codes_are_read_and_told() {
    let (modules, size) = symbol("INVERTED 42", 2);
    let lens = turned(size, MIDDLE, 8.0, 0.3);
    let mut scanner = Scanner::new();
    let inverted = Scene { dark: 220.0, light: 30.0, ..scene(&modules, size, &lens) };
    let report = scanner.scan(frame(&inverted.shoot()), &Budget::realtime());
    assert!(report.codes.len() == 1 && report.codes[0].inverted && !report.codes[0].mirrored);

    let mirror = |p: Point| lens(Point::new(2.0 * MIDDLE.x - p.x, p.y));
    let report = scanner.scan(frame(&scene(&modules, size, &mirror).shoot()), &Budget::realtime());
    assert!(report.codes.len() == 1 && report.codes[0].mirrored && !report.codes[0].inverted);
    assert_eq!(report.codes[0].bytes, b"INVERTED 42");
}

#[test]
fn lens_and_perspective_are_followed() {
    let text = long_text(10);
    let (modules, size) = symbol(&text, 10);
    let lens = |p: Point| {
        // Pincushion and a bulge, a module and more between the alignment patterns, then a tilt.
        let off = (p - MIDDLE) * (1.0 / 200.0);
        let pull = 1.0 - 0.08 * off.dot(off);
        let q = Point::new(off.x * pull + 0.03 * off.y * off.y, off.y * pull);
        let depth = 1.0 / (1.0 + 0.12 * q.x - 0.08 * q.y);
        Point::new(q.x * depth * 42.0 + 28.5, q.y * depth * 42.0 + 28.5)
    };
    let shot = scene(&modules, size, &lens).shoot();
    let (report, trace) = Scanner::new().scan_traced(frame(&shot), &Budget::realtime());
    let tried: Vec<_> = trace.lines().collect();
    let text_read = report.codes.first().and_then(|code| code.text.as_deref());
    assert_eq!(text_read, Some(text.as_str()), "{tried:#?}");
}

#[test]
fn defocus_and_tiny_modules_are_read() {
    let text = long_text(7);
    let (modules, size) = symbol(&text, 7);
    let mut scanner = Scanner::new();
    for (pitch, blur) in [(2.0, 0), (4.0, 2), (6.0, 3)] {
        let lens = turned(size, MIDDLE, pitch, 0.1);
        let shot = Scene { blur, noise: 2.0, ..scene(&modules, size, &lens) }.shoot();
        let report = scanner.scan(frame(&shot), &Budget::realtime());
        assert_eq!(report.codes.len(), 1, "pitch {pitch}, blur {blur}: {:?}", report.hint);
    }
}

#[test]
fn several_codes_in_a_frame_are_all_read() {
    let (a, size) = symbol("ONE", 1);
    let (b, _) = symbol("TWO", 1);
    let left = turned(size, Point::new(100.0, 200.0), 6.0, 0.0);
    let right = turned(size, Point::new(300.0, 190.0), 6.0, 0.5);
    // Two symbols side by side make one wide plane of modules.
    let modules: Vec<bool> = a.iter().chain(&b).copied().collect();
    let both = |p: Point| {
        let q = left(p);
        let outside = Point::new(-1.0, -1.0);
        let within = |q: Point| (0.0..21.0).contains(&q.x) && (0.0..21.0).contains(&q.y);
        let r = right(p);
        match (within(q), within(r)) {
            (true, _) => q,
            (_, true) => Point::new(r.x, r.y + 21.0),
            _ => outside,
        }
    };
    let mut data = vec![230u8; 420 * 400];
    for (k, level) in data.iter_mut().enumerate() {
        let q = both(Point::new((k % 420) as f32 + 0.5, (k / 420) as f32 + 0.5));
        if q.x >= 0.0 && modules[q.y as usize * 21 + q.x as usize] {
            *level = 20;
        }
    }
    let report = Scanner::new().scan(Luma::new(&data, 420, 400, 420).unwrap(), &Budget::thorough());
    let mut texts: Vec<_> = report.codes.iter().filter_map(|code| code.text.clone()).collect();
    texts.sort();
    assert_eq!(texts, ["ONE", "TWO"]);
}

#[test]
fn one_pixel_a_module_is_read_when_there_is_time() {
    let (modules, size) = symbol("ONE PIXEL", 3);
    let data: Vec<u8> = modules.iter().map(|&dark| if dark { 0 } else { 255 }).collect();
    let picture = Luma::new(&data, size, size, size).unwrap();
    let report = Scanner::new().scan(picture, &Budget::thorough());
    assert_eq!(report.codes.first().and_then(|code| code.text.as_deref()), Some("ONE PIXEL"));
}

#[test]
fn an_empty_budget_and_a_stop_end_the_scan() {
    let (modules, size) = symbol("BUDGET", 1);
    let lens = turned(size, MIDDLE, 8.0, 0.0);
    let shot = scene(&modules, size, &lens).shoot();
    let none = Budget { work: 0, ..Budget::realtime() };
    let mut scanner = Scanner::new();
    assert_eq!(scanner.scan(frame(&shot), &none).hint, Some(Hint::BudgetSpent));
    let report = scanner.scan_until(frame(&shot), &Budget::realtime(), &mut || true);
    assert_eq!(report.hint, Some(Hint::BudgetSpent));
    let again = scanner.scan(frame(&shot), &Budget::realtime());
    assert_eq!(again.codes.len(), 1, "a stopped scan leaves nothing behind");
}

#[test]
fn noise_of_any_shape_is_no_trouble() {
    let mut state = 3u32;
    let mut scanner = Scanner::new();
    for (width, height) in [(1, 1), (2, 300), (300, 2), (23, 23), (130, 97), (64, 64)] {
        for contrast in [1u32, 30, 255] {
            let data: Vec<u8> = (0..width * height)
                .map(|_| {
                    state = next(state);
                    ((state >> 16) % (contrast + 1)) as u8
                })
                .collect();
            let noise = Luma::new(&data, width, height, width).unwrap();
            let report = scanner.scan(noise, &Budget::thorough());
            assert!(report.codes.is_empty() && report.hint.is_some());
        }
    }
}

#[test]
fn a_tracker_gives_each_text_once_and_notices_another() {
    let mut tracker = Tracker::new();
    let mut given = Vec::new();
    for (k, text) in ["FIRST", "FIRST", "SECOND", "FIRST"].into_iter().enumerate() {
        let (modules, size) = symbol(text, 1);
        let lens = turned(size, Point::new(200.0 + 3.0 * k as f32, 200.0), 7.0, 0.1);
        let shot = scene(&modules, size, &lens).shoot();
        let report = tracker.push(frame(&shot), &Budget::realtime());
        assert!(report.visible.len() == 1 && report.visible[0].read);
        given.extend(report.codes.into_iter().filter_map(|code| code.text));
    }
    assert_eq!(given, ["FIRST", "SECOND"]);
}

#[test]
fn a_poster_in_view_does_not_hide_the_phone_beside_it() {
    let shoot = |text: &str| {
        let (modules, size) = symbol(text, 3);
        let lens = turned(size, MIDDLE, 6.0, 0.1);
        scene(&modules, size, &lens).shoot()
    };
    let (poster, phone) = (shoot("POSTER"), shoot("PHONE"));
    let rows = poster.data.chunks(poster.width).zip(phone.data.chunks(phone.width));
    let both: Vec<u8> = rows.flat_map(|(a, b)| [a, b].concat()).collect();
    let (width, height) = (poster.width + phone.width, poster.height);
    let mut tracker = Tracker::new();
    let mut given = Vec::new();
    for _ in 0..8 {
        let frame = Luma::new(&both, width, height, width).unwrap();
        let codes = tracker.push(frame, &Budget::realtime()).codes;
        given.extend(codes.into_iter().filter_map(|code| code.text));
    }
    given.sort();
    assert_eq!(given, ["PHONE", "POSTER"]);
}

#[test]
fn frames_too_noisy_alone_are_read_together() {
    let text = long_text(10);
    let (modules, size) = symbol(&text, 10);
    let mut tracker = Tracker::new();
    let mut scanner = Scanner::new();
    let (mut alone, mut together) = (0, 0);
    for seed in 0..8 {
        let at = Point::new(208.3 + 0.6 * seed as f32, 200.7 - 0.4 * seed as f32);
        let lens = turned(size, at, 3.0, 0.02 * seed as f32);
        let noisy =
            Scene { dark: 80.0, light: 150.0, noise: NOISE, seed, ..scene(&modules, size, &lens) };
        let shot = noisy.shoot();
        alone += scanner.scan(frame(&shot), &Budget::realtime()).codes.len();
        together += tracker.push(frame(&shot), &Budget::realtime()).codes.len();
    }
    assert_eq!((alone, together), (0, 1));
}

/// Enough to spoil every single frame of the test above.
const NOISE: f32 = 60.0;

#[test]
fn debug_output_shows_no_content() {
    let (modules, size) = symbol("SECRET", 1);
    let lens = turned(size, MIDDLE, 8.0, 0.0);
    let shot = scene(&modules, size, &lens).shoot();
    let (report, trace) = Scanner::new().scan_traced(frame(&shot), &Budget::realtime());
    assert_eq!(report.codes[0].text.as_deref(), Some("SECRET"));
    let track = Tracker::new().push(frame(&shot), &Budget::realtime());
    let printed = format!("{report:?} {trace:?} {track:?} {:?}", frame(&shot));
    assert!(!printed.contains("SECRET") && !printed.contains("83, 69"), "{printed}");
    assert!(trace.lines().any(|line| line.ends_with("READ")));
    assert_eq!(trace.paint(frame(&shot)).rgb.len(), shot.data.len() * 3);
}
