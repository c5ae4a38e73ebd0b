//! `ikd sandbox`: a stand-in for the issuer and for the citizen's phone.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ikd_sandbox::phone_page::PhonePage;
use ikd_sandbox::{Background, Picture, PresentOptions, Profile, Sandbox, Trouble};
use ikd_verifier::{Language, Message, RootKeys, Trust, UnixTime};

use crate::commands::gateway::{self, GatewayArgs};
use crate::files;
use crate::outcome::{Exit, Failure};
use crate::render::{FAINT, table};
use crate::store::Store;
use crate::values::{hex, time, to_hex};

mod publish;

const EXAMPLES: &str = "\
Examples:
  ikd sandbox new coba                           roots, bundle and a store for `ikd verify`
  ikd sandbox qr --out qr.png                    a good QR, for a minute
  ikd sandbox qr --bad stolen-credential         a QR that must be refused, in the terminal
  ikd sandbox phone                              a phone whose QR changes every minute
  ikd sandbox publish                            trust list and status list, over HTTP
  ikd sandbox gateway coba                       a phone that can be asked for more, and its gateway
  ikd verify --store coba qr.png

Everyone here is fictional. All keys follow from a seed that is public: they protect nothing.";

/// The seed of everyone who gives none, so that QRs and stores of different runs fit together.
pub(crate) const SEED: [u8; 32] = *b"ikd sandbox: not a secret at all";

/// Flags of `ikd sandbox`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SandboxArgs {
    #[command(subcommand)]
    command: SandboxCommand,

    /// 32 bytes from which all keys follow [default: one for everybody]
    #[arg(long, value_name = "HEX", value_parser = hex::<32>, global = true)]
    seed: Option<[u8; 32]>,

    /// The time: seconds since 1970 or RFC 3339 [default: the system's clock]
    #[arg(long, value_name = "TIME", value_parser = time, global = true)]
    now: Option<UnixTime>,
}

#[derive(Debug, Subcommand)]
enum SandboxCommand {
    /// Write a folder: root keys, bundle, and a store for `ikd verify --store`
    New {
        /// The folder, which must not be there yet
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Write the bundle, and print the flags that go with it
    Bundle {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// List the persons
    Persons,
    /// List the kinds of bad QR, with the code that each must be refused with
    Troubles,
    /// Make a QR: in the terminal, as a picture or as text
    Qr(QrArgs),
    /// Serve a page with a phone whose QR changes every minute, to this computer only
    Phone {
        /// The port; 0 for any that is free
        #[arg(long, default_value_t = 8169)]
        port: u16,
    },
    /// Publish trust list and status list, to this computer only; phones can be reported lost
    Publish(publish::PublishArgs),
    /// Serve the consent gateway, with the phone on which the citizen decides
    Gateway(GatewayArgs),
}

#[derive(Debug, Args)]
struct QrArgs {
    /// Who shows it (see `ikd sandbox persons`)
    #[arg(long, default_value = "siti-contoh")]
    person: String,

    /// What it is for: travel, bank, age or bpjs
    #[arg(long, default_value = "travel")]
    profile: Profile,

    /// What is wrong with it (see `ikd sandbox troubles`)
    #[arg(long, value_name = "NAME", conflicts_with_all = ["rp", "challenge"])]
    bad: Option<Trouble>,

    /// Who it is for, in answer to a challenge
    #[arg(long, value_name = "ID")]
    rp: Option<String>,

    /// The challenge that it answers
    #[arg(long, value_name = "HEX", value_parser = hex::<16>, requires = "rp")]
    challenge: Option<[u8; 16]>,

    /// Picture to write: .png or .svg
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Print the text of the QR
    #[arg(long)]
    text: bool,

    /// The terminal has dark text on a light background
    #[arg(long)]
    light: bool,
}

/// Runs the command.
pub(crate) fn run(
    args: SandboxArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let now = args.now.unwrap_or_else(UnixTime::now);
    if !(0..1 << 40).contains(&now.secs()) {
        return Err("that time is beyond the calendar".to_owned().into());
    }
    let sandbox = Sandbox::new(args.seed.unwrap_or(SEED), now.secs());
    match args.command {
        SandboxCommand::New { folder } => new(&sandbox, &folder, language, out)?,
        SandboxCommand::Bundle { file } => {
            write(&file, &sandbox.bundle())?;
            writeln!(out, "{} --bundle {}", root_flags(&sandbox), file.display())?;
        }
        SandboxCommand::Persons => persons(&sandbox, language, out)?,
        SandboxCommand::Troubles => troubles(language, out)?,
        SandboxCommand::Qr(qr) => make_qr(&sandbox, &qr, now.secs(), out)?,
        SandboxCommand::Phone { port } => {
            let page = PhonePage::bind(("127.0.0.1", port))
                .map_err(|error| format!("port {port}: {error}"))?;
            writeln!(out, "http://{}/", page.address())?;
            out.flush()?;
            // A time that is given is the time now; it goes on from there.
            let ahead = now.since(UnixTime::now());
            page.serve(&sandbox, || UnixTime::now().plus(ahead).secs());
        }
        SandboxCommand::Publish(args) => publish::run(sandbox, &args, now, language, out)?,
        SandboxCommand::Gateway(args) => gateway::run(sandbox, &args, now, language, out)?,
    }
    Ok(Exit::Accepted)
}

/// Root keys and threshold of a sandbox, as the verifier takes them.
pub(crate) fn root_keys(sandbox: &Sandbox) -> Result<RootKeys, Failure> {
    let threshold = usize::try_from(sandbox.threshold()).unwrap_or(usize::MAX);
    let keys = RootKeys::new(&sandbox.roots(), threshold);
    keys.map_err(|error| error.to_string().into())
}

fn root_flags(sandbox: &Sandbox) -> String {
    let roots = sandbox.roots().into_iter().map(|root| format!("--root {} ", to_hex(&root)));
    format!("{}--threshold {}", roots.collect::<String>(), sandbox.threshold())
}

fn new(
    sandbox: &Sandbox,
    folder: &Path,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    fs::create_dir(folder).map_err(|error| Failure::file(folder, error))?;
    let bundle = sandbox.bundle();
    let roots = sandbox.roots().iter().map(|root| to_hex(root) + "\n").collect::<String>();
    files::write_new(&folder.join("roots.txt"), roots.as_bytes())?;
    files::write_new(&folder.join("bundle.ikd"), &bundle)?;
    let trust = Trust::from_bundle(root_keys(sandbox)?, &bundle);
    let (trust, _) = trust.map_err(|error| error.to_string())?;
    Store::locate(Some(folder))?.save(&trust)?;
    let next = Message::new("Lanjutkan dengan:", "Go on with:").in_language(language);
    let folder = folder.display();
    writeln!(out, "{next}")?;
    writeln!(out, "  ikd sandbox qr --out qr.png && ikd verify --store {folder} qr.png")?;
    writeln!(out, "{FAINT}  {} --bundle {folder}/bundle.ikd{FAINT:#}", root_flags(sandbox))?;
    Ok(())
}

fn persons(sandbox: &Sandbox, language: Language, out: &mut dyn Write) -> Result<(), Failure> {
    let width = sandbox.persons().iter().map(|person| person.slug().len()).max().unwrap_or(0);
    for person in sandbox.persons() {
        let note = match language {
            Language::Indonesian => person.note_id(),
            Language::English => person.note_en(),
        };
        let (slug, name) = (person.slug(), person.full_name());
        writeln!(out, "{slug:width$}  {name}  {FAINT}{note}{FAINT:#}")?;
    }
    Ok(())
}

fn troubles(language: Language, out: &mut dyn Write) -> Result<(), Failure> {
    let row = |trouble: Trouble| {
        let what = match language {
            Language::Indonesian => trouble.text_id(),
            Language::English => trouble.text_en(),
        };
        (trouble.to_string(), format!("{what}  {FAINT}{}{FAINT:#}", trouble.code(Profile::Travel)))
    };
    let mut text = String::new();
    table(&mut text, &Trouble::ALL.map(row));
    out.write_all(text.as_bytes())?;
    Ok(())
}

fn make_qr(sandbox: &Sandbox, args: &QrArgs, now: i64, out: &mut dyn Write) -> Result<(), Failure> {
    let person = sandbox.person(&args.person).map_err(|error| error.to_string())?;
    let text = match args.bad {
        Some(trouble) => trouble.make(sandbox, person, args.profile, now).text,
        None => {
            let mut options = PresentOptions::default();
            if let Some(rp) = &args.rp {
                options.audience.clone_from(rp);
            }
            options.challenge = args.challenge.map(Vec::from);
            sandbox.present_with(person, args.profile, now, &options).text()
        }
    };
    let picture = || Picture::of(&text).map_err(|error| Failure::from(error.to_string()));
    if let Some(file) = &args.out {
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("png") => write(file, &picture()?.png(6))?,
            Some("svg") => write(file, picture()?.svg().as_bytes())?,
            _ => return Err(Failure::file(file, "a picture is .png or .svg")),
        }
    }
    if args.text {
        writeln!(out, "{text}")?;
    } else if args.out.is_none() {
        let background = if args.light { Background::Light } else { Background::Dark };
        write!(out, "{}", picture()?.terminal(background))?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| Failure::file(path, error))
}
