//! A scene at the gate, with the sandbox in place of issuer and phones. Everybody is fictional.

use std::error::Error;
use std::io::Write;

use ikd_checkin::decision::{Gate, Rules};
use ikd_checkin::manifest::Manifest;
use ikd_sandbox::{Profile, Sandbox, Trouble};
use ikd_verifier::{Message, RootKeys, Trust, UnixTime};

use crate::Counter;
use crate::answer::Screen;

/// The keys of the sandbox follow from this; they protect nothing.
const SEED: [u8; 32] = [7; 32];

/// Who steps up, and what is special. The name finds the person in the sandbox.
type Scene = (&'static str, Message);

const EXPIRED: Message = Message::new(
    "Penumpang menunjukkan tangkapan layar QR lama.",
    "The passenger shows an old screenshot of a QR.",
);
const AGAIN: Message = Message::new(
    "QR baru dari orang yang sudah naik.",
    "A new QR of somebody who has boarded already.",
);

const AIR: [Scene; 8] = [
    ("siti-contoh", Message::new("Tiket dan NIK lengkap.", "A ticket with the whole NIK.")),
    (
        "dewi-sampel",
        Message::new("Sapaan menyambung dengan nama.", "A salutation glued to the name."),
    ),
    ("dr-contoh", Message::new("Gelar tidak ada di tiket.", "Titles that the ticket lacks.")),
    ("moch-uji", Message::new("Tiket tanpa NIK.", "A ticket without a NIK.")),
    ("budi-ujicoba", Message::new("Tiket hanya dengan inisial.", "A ticket with only an initial.")),
    ("contoh-satu", Message::new("Tiket atas nama orang lain.", "Another passenger's ticket.")),
    ("ujiwati", EXPIRED),
    ("siti-contoh", AGAIN),
];

const RAIL: [Scene; 8] = [
    ("siti-contoh", Message::new("Nama dan NIK sama.", "Name and NIK are the ticket's.")),
    (
        "moch-uji",
        Message::new(
            "MOCH. di identitas, MUHAMMAD di tiket.",
            "MOCH. there, MUHAMMAD on the ticket.",
        ),
    ),
    ("dewi-sampel", Message::new("Hanya empat angka NIK.", "Four digits of the NIK only.")),
    ("budi-ujicoba", Message::new("Sebagian nama tidak ada.", "A part of the name is missing.")),
    ("lansia", Message::new("NIK orang lain di tiket.", "Another person's NIK on the ticket.")),
    ("contoh-satu", Message::new("Tiket atas nama orang lain.", "Another passenger's ticket.")),
    ("ujiwati", EXPIRED),
    ("siti-contoh", AGAIN),
];

const HEAD: Message = Message::new(
    "Peragaan: semua orang, tiket dan QR di sini fiktif.",
    "Demonstration: every person, ticket and QR here is fictional.",
);

pub(crate) fn run(
    screen: &mut Screen<impl Write>,
    rules: Rules,
    now: UnixTime,
) -> Result<(), Box<dyn Error>> {
    let (manifest, scenes) = match rules {
        Rules::Air { .. } => (include_str!("../data/air.csv"), &AIR),
        Rules::Rail => (include_str!("../data/rail.csv"), &RAIL),
    };
    let opened = now.secs();
    let sandbox = Sandbox::new(SEED, opened);
    let roots = RootKeys::new(&sandbox.roots(), usize::try_from(sandbox.threshold())?)?;
    let (trust, _) = Trust::from_bundle(roots, &sandbox.bundle())?;
    let gate = Gate::new(Manifest::read(manifest.as_bytes())?, rules);
    let counter = Counter::new(trust, None, gate);

    screen.say(HEAD)?;
    for ((slug, note), second) in scenes.iter().zip(0_i64..) {
        // A second for everybody, so that nobody's QR is made twice.
        let now = opened.saturating_add(second);
        let person = sandbox.person(slug)?;
        let qr = match *note {
            EXPIRED => Trouble::Screenshot(10).make(&sandbox, person, Profile::Travel, now).text,
            _ => sandbox.present(person, Profile::Travel, now).text(),
        };
        screen.say(Message::new("", ""))?;
        screen.say(*note)?;
        screen.show(&counter.check(&qr, UnixTime::from_secs(now)))?;
    }
    Ok(())
}
