//! The command from end to end: passenger lists of `data`, QRs of the sandbox, transcripts of
//! `tests/cmd`.
//!
//! A transcript begins with the command. `{trust}` is what sets the verifier up. Each line with `<`
//! puts the QR of a person on standard input: as it should be, or with a trouble behind a colon; a
//! `+` shows it a second later. What follows is the output, and the exit status at the end.
//! With `UPDATE_TRANSCRIPTS=1` the output is written into the files in place of being compared.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ikd_sandbox::{Picture, Profile, Sandbox, Trouble};

const NOW: i64 = 1_790_000_000;

/// What the command needs to verify, in a folder that is gone afterwards.
struct Bench {
    sandbox: Sandbox,
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        let sandbox = Sandbox::new([9; 32], NOW);
        fs::write(folder.join("trust.bundle"), sandbox.bundle()).unwrap();
        Self { sandbox, folder }
    }

    fn trust(&self) -> Vec<String> {
        let mut args = vec!["--bundle".to_owned(), self.path("trust.bundle")];
        for root in self.sandbox.roots() {
            let hex: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
            args.extend(["--root".to_owned(), hex]);
        }
        args.extend(["--threshold".to_owned(), self.sandbox.threshold().to_string()]);
        args
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// `siti-contoh`, `+siti-contoh` or `siti-contoh:expired`.
    fn qr(&self, what: &str) -> String {
        let (what, now) = match what.strip_prefix('+') {
            Some(what) => (what, NOW + 1),
            None => (what, NOW),
        };
        let (slug, trouble) = what.split_once(':').unwrap_or((what, ""));
        let person = self.sandbox.person(slug).unwrap();
        match trouble {
            "" => self.sandbox.present(person, Profile::Travel, now).text(),
            trouble => {
                let trouble: Trouble = trouble.parse().unwrap();
                trouble.make(&self.sandbox, person, Profile::Travel, now).text
            }
        }
    }

    /// Output and exit status.
    fn run(&self, command: &str, stdin: &str) -> (String, String, i32) {
        let mut args = Vec::new();
        for word in command.split_whitespace() {
            match word {
                "{trust}" => args.extend(self.trust()),
                _ => args.push(word.replace("{folder}", self.folder.to_str().unwrap())),
            }
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_ikd-checkin"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing may be gone by now.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr), output.status.code().unwrap())
    }
}

#[test]
fn transcripts() {
    let bench = Bench::new("transcripts");
    let mut failures = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let transcript = fs::read_to_string(&file).unwrap();
        let is_head = |line: &&str| line.starts_with("$ ") || line.starts_with("< ");
        let head: Vec<_> = transcript.lines().take_while(is_head).collect();
        let command = head[0].strip_prefix("$ ikd-checkin ").unwrap();
        let stdin: String = head[1..].iter().map(|line| bench.qr(&line[2..]) + "\r\n").collect();
        let (stdout, stderr, status) = bench.run(command, &stdin);
        let found = format!("{}\n{stdout}{stderr}exit {status}\n", head.join("\n"));
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            fs::write(&file, found).unwrap();
        } else if found != transcript {
            failures.push(format!("{}:\n{found}", file.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn pictures_and_texts() {
    let bench = Bench::new("pictures");
    let command = format!("--manifest data/air.csv {{trust}} --lang en --now {NOW}");
    let picture = Picture::of(&bench.qr("siti-contoh")).unwrap().png(4);
    fs::write(bench.path("siti.png"), picture).unwrap();
    let (stdout, _, status) = bench.run(&format!("{command} {{folder}}/siti.png"), "");
    assert!(stdout.starts_with("BOARD  12A"), "{stdout}");
    assert_eq!(status, 0);

    let (stdout, _, status) = bench.run(&format!("{command} --text https://example.test"), "");
    assert!(stdout.contains("[not_ikd]") && !stdout.contains("example"), "{stdout}");
    assert_eq!(status, 1);

    fs::write(bench.path("no.png"), "no picture").unwrap();
    let (_, stderr, status) = bench.run(&format!("{command} {{folder}}/no.png"), "");
    assert!(stderr.contains("not a PNG"), "{stderr}");
    assert_eq!(status, 2);
}

#[test]
fn a_line_of_any_length_is_answered() {
    let bench = Bench::new("lines");
    let stdin = format!("\n{}\n{}\n", "IKD1:".repeat(100_000), bench.qr("siti-contoh"));
    let command = format!("--manifest data/air.csv {{trust}} --lang en --now {NOW} -");
    let (stdout, _, status) = bench.run(&command, &stdin);
    let answers: Vec<_> = stdout.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(answers, ["REFUSE", "BOARD  12A  DEMO01  C***/S*** M***"]);
    assert!(stdout.contains("[too_large]"), "{stdout}");
    assert_eq!(status, 1);
}

#[test]
fn nothing_personal_without_full() {
    let bench = Bench::new("masked");
    let slugs = ["siti-contoh", "moch-uji", "budi-ujicoba", "muh-sampel", "kembar-a"];
    let stdin: String = slugs.map(|slug| bench.qr(slug) + "\n").concat();
    for json in ["", "--json"] {
        let command = format!("--manifest data/air.csv {{trust}} --now {NOW} {json} -");
        let (stdout, stderr, _) = bench.run(&command, &stdin);
        for slug in slugs {
            let person = bench.sandbox.person(slug).unwrap();
            let words = person.full_name().split_whitespace().filter(|word| word.len() > 3);
            for personal in words.chain([person.nik(), &person.birth_date()]) {
                assert!(!stdout.contains(personal) && !stderr.contains(personal), "{stdout}");
            }
        }
    }
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ikd-checkin"))
        .args(["--demo", "--now", &NOW.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(matches!(output.status.code(), Some(0 | 2)));
}
