//! Putting a list together, and checking it as verifiers will.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use ikd_verifier::authoring::{self, TrustListDraft, signed_by};
use ikd_verifier::{Bundle, RootKeys, Trust, UnixTime};

use super::detached::Detached;
use super::{digest_line, read_draft, refused, summary};
use crate::files;
use crate::outcome::{Exit, Failure};
use crate::render::{BAD, FAINT, GOOD, HEADING, NOTICE, View};
use crate::values::to_hex;

/// Flags of `ikd trust sign assemble`.
#[derive(Debug, Args)]
pub(super) struct AssembleArgs {
    /// The draft
    #[arg(value_name = "DRAFT")]
    draft: PathBuf,

    /// Signatures
    #[arg(value_name = "SIGNATURE", required = true)]
    signatures: Vec<PathBuf>,

    /// The list that is out, whose roots must have signed as well
    #[arg(long, value_name = "LIST")]
    previous: Option<PathBuf>,

    /// File for the signed list, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Flags of `ikd trust sign check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Signed list, or draft
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The list that is out
    #[arg(long, value_name = "LIST")]
    previous: Option<PathBuf>,
}

/// Puts draft and signatures together, if verifiers will take the list up.
pub(super) fn assemble(
    args: &AssembleArgs,
    now: UnixTime,
    view: View,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let payload = files::read_needed(&args.draft)?;
    let mut signatures = Vec::new();
    for path in &args.signatures {
        let signature = Detached::read(path)?.signature_of(&payload);
        signatures.push(signature.map_err(|error| Failure::file(path, error))?);
    }
    let list = match authoring::assemble(&payload, &signatures) {
        Ok(list) => list,
        Err(error) => return refused(&error),
    };
    let previous = args.previous.as_deref().map(files::read_needed).transpose()?;
    if !is_accepted(&list, previous.as_deref(), now, view, out)? {
        return Ok(Exit::Refused);
    }
    files::write_new(&args.out, &list)?;
    Ok(Exit::Accepted)
}

/// Checks a list or a draft before it goes out.
pub(super) fn check(
    args: &CheckArgs,
    now: UnixTime,
    view: View,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let bytes = files::read_needed(&args.file)?;
    let draft = read_draft(&args.file)?;
    let previous = args.previous.as_deref().map(files::read_needed).transpose()?;
    let before = args.previous.as_deref().map(read_draft).transpose()?;
    summary::write(out, view, &draft, before.as_ref())?;
    for odd in summary::oddities(&draft, before.as_ref(), now, view) {
        writeln!(out, "{NOTICE}! {odd}{NOTICE:#}")?;
    }
    if TrustListDraft::from_payload(&bytes).is_ok() {
        digest_line(out, &bytes)?;
        let unsigned = view.say("Rancangan: belum ditandatangani.", "A draft: not signed yet.");
        writeln!(out, "{NOTICE}! {unsigned}{NOTICE:#}")?;
        return Ok(Exit::Accepted);
    }
    let accepted = is_accepted(&bytes, previous.as_deref(), now, view, out)?;
    Ok(if accepted { Exit::Accepted } else { Exit::Refused })
}

/// Whether a verifier takes the list up that has the previous one in force, or trusts the list's own
/// roots where there is none; and who signed.
fn is_accepted(
    list: &[u8],
    previous: Option<&[u8]>,
    now: UnixTime,
    view: View,
    out: &mut dyn Write,
) -> Result<bool, Failure> {
    let own = roots_of(list)?;
    let mut groups = vec![(view.say("Akar daftar ini", "Roots of this list"), own.clone())];
    let trust = match previous {
        Some(previous) => {
            let before = roots_of(previous)?;
            groups.insert(0, (view.say("Akar sebelumnya", "Roots before"), before.clone()));
            let bundle = Bundle { trust_list: previous, status_lists: Vec::new() }.to_bytes();
            let in_force = Trust::from_bundle(before, &bundle);
            in_force.map_err(|error| format!("the previous list: {error}"))?.0
        }
        None => Trust::new(own),
    };
    for (name, roots) in groups {
        let signers = signed_by(list, &roots).map_err(|error| error.to_string())?;
        let (signed, needed) = (signers.len(), roots.threshold());
        let of = view.say("tanda tangan, diperlukan", "signatures, needed");
        writeln!(out, "{HEADING}{name}{HEADING:#}: {signed} {of} {needed}")?;
        for root in roots.keys() {
            let mark = if signers.contains(root) { "✔" } else { "·" };
            writeln!(out, "  {mark} {FAINT}{}{FAINT:#}", to_hex(root))?;
        }
    }
    match trust.update_list(list, now) {
        Ok(_) => {
            let good =
                view.say("Pemeriksa akan menerima daftar ini.", "Verifiers will take it up.");
            writeln!(out, "{GOOD}✔{GOOD:#} {good}")?;
            Ok(true)
        }
        Err(error) => {
            let bad = view.say("Pemeriksa akan menolak", "Verifiers will refuse it");
            writeln!(out, "{BAD}✘ {bad}: {} ({error}){BAD:#}", error.code())?;
            Ok(false)
        }
    }
}

fn roots_of(list: &[u8]) -> Result<RootKeys, Failure> {
    let draft = TrustListDraft::from_list(list).map_err(|error| error.to_string())?;
    RootKeys::new(&draft.roots, draft.threshold).map_err(|error| error.to_string().into())
}
