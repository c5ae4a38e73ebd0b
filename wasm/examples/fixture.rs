//! Everything the browser tests need from an issuer, as JSON: roots, bundles and QR texts, all of
//! the second this program runs.

#![expect(
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    reason = "a program for tests, with times and texts of its own"
)]

use ikd_sandbox::{PresentOptions, Profile, Sandbox, Trouble};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let now = i64::try_from(now)?;
    let args: Vec<String> = std::env::args().skip(1).collect();
    let fixture = match args.as_slice() {
        [] => setup(now),
        [person, profile, more @ ..] => qr(now, person, profile, more)?,
        _ => return Err("usage: fixture [PERSON PROFILE [TROUBLE | RP NONCE]]".into()),
    };
    println!("{fixture}");
    Ok(())
}

/// Seconds: a while old, so that the tests can bring both an older and a newer list.
const OPENED_BEFORE: i64 = 3_600;

fn sandbox(now: i64) -> Sandbox {
    Sandbox::new([42; 32], now - now.rem_euclid(OPENED_BEFORE) - OPENED_BEFORE)
}

fn setup(now: i64) -> serde_json::Value {
    let sandbox = sandbox(now);
    let other = Sandbox::new([43; 32], now);
    let bundle = |version| {
        let list = sandbox.trust_list_version(version, sandbox.opened() + i64::from(version));
        hex(&sandbox.bundle_of(list, sandbox.opened() + i64::from(version)))
    };
    serde_json::json!({
        "roots": sandbox.roots().iter().map(|root| hex(root)).collect::<Vec<_>>(),
        "threshold": sandbox.threshold(),
        "bundles": [bundle(1), bundle(2), bundle(3)],
        "foreignBundle": hex(&other.bundle()),
    })
}

fn qr(
    now: i64,
    person: &str,
    profile: &str,
    more: &[String],
) -> Result<serde_json::Value, Box<dyn std::error::Error>> {
    let sandbox = sandbox(now);
    let person = sandbox.person(person)?;
    let profile: Profile = profile.parse()?;
    // One QR a nanosecond, so that no two tests share one.
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_nanos();
    let options = PresentOptions { serial: u64::try_from(nanos)?, ..Default::default() };
    let present = |options| sandbox.present_with(person, profile, now, &options).text();
    let text = match more {
        [] => present(options),
        [trouble] => trouble.parse::<Trouble>()?.make(&sandbox, person, profile, now).text,
        [audience, nonce] => present(PresentOptions {
            audience: audience.clone(),
            challenge: Some(unhex(nonce)),
            ..options
        }),
        _ => return Err("too many arguments".into()),
    };
    let picture = ikd_sandbox::Picture::of(&text)?.png(4);
    Ok(serde_json::json!({
        "text": text,
        "png": hex(&picture),
        "person": { "name": person.full_name(), "nik": person.nik() },
    }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(text.get(at..at + 2).unwrap_or("0"), 16).unwrap_or(0);
    (0..text.len()).step_by(2).map(byte).collect()
}
