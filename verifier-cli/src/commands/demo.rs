//! `ikd demo`: the whole story in one run.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use ikd_sandbox::{Background, Picture, Profile as Purpose, Sandbox, Trouble};
use ikd_verifier::{Language, MemoryReplayStore, Policy, Trust, UnixTime, Verifier};

use crate::answer::Answer;
use crate::commands::page;
use crate::commands::sandbox::root_keys;
use crate::files;
use crate::outcome::{Exit, Failure};
use crate::profile::Profile;
use crate::render::{BAD, FAINT, HEADING, View};
use crate::scanning::{self, Found};

/// Flags of `ikd demo`.
#[derive(Debug, Args)]
#[command(after_help = "Needs nothing and leaves nothing behind, unless --out is given.")]
pub(crate) struct DemoArgs {
    /// Folder in which to leave the pictures
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Do not draw the QR in the terminal
    #[arg(long)]
    no_qr: bool,

    /// Whether to go on with the verifier page and a phone, in two browser windows
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    page: When,
}

/// When the demo goes on with the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    /// If somebody is looking at a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Runs the command.
pub(crate) fn run(
    args: &DemoArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = args.out.clone().unwrap_or_else(|| temporary.path().to_owned());
    fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, error))?;
    let now = UnixTime::now();
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| format!("no random numbers: {error}"))?;
    let sandbox = Sandbox::new(seed, now.secs());
    let trust = Trust::from_bundle(root_keys(&sandbox)?, &sandbox.bundle());
    let (trust, _) = trust.map_err(|error| error.to_string())?;
    let profile = Profile::Travel;
    let policy = Policy::new().require(profile.required().iter().copied());
    let replay = Arc::new(MemoryReplayStore::new());
    let verifier = Verifier::new(Arc::new(trust), replay, policy);
    let view = View { language, profile: Some(profile), full: false };
    let mut story = Story { sandbox, verifier, view, folder, now, out, step: 0, as_told: true };
    story.tell(args.no_qr)?;
    if !story.as_told {
        return Ok(Exit::Refused);
    }
    let with_page = match args.page {
        When::Auto => std::io::stdout().is_terminal(),
        When::Always => true,
        When::Never => false,
    };
    if with_page {
        story.chapter(
            "Sekarang Anda: petugas di satu jendela peramban, ponsel warga di jendela lain.",
            "Now you: staff in one browser window, the citizen's phone in the other.",
        )?;
        return page::with_phone(page::PORT, language, story.out);
    }
    story.end()?;
    Ok(Exit::Accepted)
}

struct Story<'a> {
    sandbox: Sandbox,
    verifier: Verifier,
    view: View,
    folder: PathBuf,
    /// The demo's own clock.
    now: UnixTime,
    out: &'a mut dyn Write,
    step: u8,
    /// Whether everything came out as it was told.
    as_told: bool,
}

impl Story<'_> {
    fn tell(&mut self, no_qr: bool) -> Result<(), Failure> {
        let siti = self.sandbox.person("siti-contoh").map_err(|error| error.to_string())?;
        let text = self.sandbox.present(siti, Purpose::Travel, self.now.secs()).text();
        self.chapter(
            "Penerbit tiruan menandatangani identitas; ponsel warga menampilkan QR.",
            "A stand-in issuer signs an identity; the citizen's phone shows a QR.",
        )?;
        let picture = self.draw(&text, "qr.png")?;
        if !no_qr {
            write!(self.out, "{}", picture.terminal(Background::Dark))?;
        }
        self.chapter(
            "Petugas memindai gambar QR dan memeriksanya tanpa jaringan.",
            "Staff scan the picture of the QR, and verify it without a network.",
        )?;
        self.scan("qr.png", "accepted")?;
        self.chapter("QR yang sama dipindai sekali lagi.", "The same QR is scanned once more.")?;
        self.scan("qr.png", "replayed")?;
        self.chapter(
            "90 detik kemudian, gambar yang sama (jam demo dimajukan).",
            "90 seconds later, the same picture (the demo's clock is put forward).",
        )?;
        self.now = self.now.plus(90);
        self.scan("qr.png", "presentation_expired")?;
        self.trouble(Trouble::ChangedNik, "NIK diubah.", "The NIK was changed.")?;
        self.trouble(
            Trouble::StolenCredential,
            "Identitas disalin ke ponsel lain.",
            "The identity was copied to another phone.",
        )?;
        self.trouble(
            Trouble::Revoked,
            "Identitas dicabut Dukcapil.",
            "The identity was revoked by the issuer.",
        )
    }

    fn chapter(&mut self, id: &'static str, en: &'static str) -> Result<(), Failure> {
        self.step += 1;
        let text = self.view.say(id, en);
        writeln!(self.out, "\n{HEADING}{}. {text}{HEADING:#}", self.step)?;
        Ok(())
    }

    fn trouble(
        &mut self,
        trouble: Trouble,
        id: &'static str,
        en: &'static str,
    ) -> Result<(), Failure> {
        let budi = self.sandbox.person("budi-ujicoba").map_err(|error| error.to_string())?;
        let bad = trouble.make(&self.sandbox, budi, Purpose::Travel, self.now.secs());
        self.chapter(id, en)?;
        let file = format!("{trouble}.png");
        self.draw(&bad.text, &file)?;
        self.scan(&file, bad.code)
    }

    /// From the text on the phone to a picture.
    fn draw(&self, text: &str, file: &str) -> Result<Picture, Failure> {
        let path = self.folder.join(file);
        let picture = Picture::of(text).map_err(|error| error.to_string())?;
        fs::write(&path, picture.png(6)).map_err(|error| Failure::file(&path, error))?;
        Ok(picture)
    }

    /// From the picture to an answer.
    fn scan(&mut self, file: &str, expected: &str) -> Result<(), Failure> {
        let path = self.folder.join(file);
        writeln!(self.out, "{FAINT}  {}{FAINT:#}", path.display())?;
        let bytes = files::read_needed(&path)?;
        let answer = match scanning::texts(&bytes).map_err(|error| Failure::file(&path, error))? {
            Found::Texts(texts) => {
                let text = texts.first().map_or("", String::as_str);
                Answer::of(self.verifier.verify_text(text, self.now), text)
            }
            Found::Nothing(hint) => Answer::NoQr(hint),
        };
        self.out.write_all(self.view.block(&answer).as_bytes())?;
        if answer.code() != expected {
            self.as_told = false;
            writeln!(self.out, "{BAD}{} ≠ {expected}{BAD:#}", answer.code())?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        let next = self.view.say("Selanjutnya", "What to do next");
        let page = self.view.say(
            "halaman pemeriksa dan ponsel, di dua jendela peramban",
            "the verifier page and a phone, in two browser windows",
        );
        let phone = self.view.say(
            "ponsel tiruan di peramban, QR berganti tiap menit",
            "a stand-in phone in the browser, its QR changes every minute",
        );
        let store = self.view.say("coba sendiri dengan berkas", "try it with files of your own");
        let readme =
            self.view.say("cara memakainya di loket Anda", "how to use it at your counter");
        writeln!(self.out, "\n{HEADING}{next}{HEADING:#}")?;
        writeln!(self.out, "  ikd page --sandbox     {page}")?;
        writeln!(self.out, "  ikd sandbox phone      {phone}")?;
        writeln!(self.out, "  ikd sandbox new coba   {store}")?;
        writeln!(self.out, "  README.md              {readme}")?;
        Ok(())
    }
}
