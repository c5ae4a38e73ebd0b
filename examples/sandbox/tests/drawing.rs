//! What the sandbox draws, seen by a scanner.

use std::io::Cursor;

use ikd_sandbox::{Background, Picture, Profile, Sandbox, Trouble};

const NOW: i64 = 1_790_000_000;

/// The one QR of a picture.
fn scan(side: usize, shade: impl FnMut(usize, usize) -> u8) -> String {
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, shade);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    grids[0].decode().expect("a readable QR").1
}

#[test]
fn a_png_is_scanned() {
    let sandbox = Sandbox::new([7; 32], NOW);
    let siti = sandbox.person("siti-contoh").expect("there");
    let url = Trouble::Url.make(&sandbox, siti, Profile::Travel, NOW).text;
    let texts = Profile::ALL.map(|profile| sandbox.present(siti, profile, NOW).text());
    for text in texts.into_iter().chain([url]) {
        let file = Picture::of(&text).expect("it fits").png(3);
        let mut reader = png::Decoder::new(Cursor::new(&file)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a frame");
        assert_eq!((info.color_type, info.width), (png::ColorType::Grayscale, info.height));
        let side = info.width as usize;
        assert_eq!(scan(side, |x, y| pixels[y * side + x]), text);
    }
}

#[test]
fn a_terminal_is_scanned() {
    let sandbox = Sandbox::new([7; 32], NOW);
    let siti = sandbox.person("siti-contoh").expect("there");
    let text = sandbox.present(siti, Profile::Travel, NOW).text();
    let picture = Picture::of(&text).expect("it fits");
    for background in [Background::Dark, Background::Light] {
        let terminal = picture.terminal(background);
        let lines: Vec<Vec<char>> = terminal.lines().map(|line| line.chars().collect()).collect();
        let side = lines[0].len();
        let shade = |x: usize, y: usize| {
            let (x, y) = (x / 3, y / 3);
            let ink = match lines[y / 2][x] {
                '█' => true,
                '▀' => y % 2 == 0,
                '▄' => y % 2 == 1,
                _ => false,
            };
            if ink == (background == Background::Dark) { 255 } else { 0 }
        };
        assert_eq!(scan(side * 3, shade), text);
    }
}
