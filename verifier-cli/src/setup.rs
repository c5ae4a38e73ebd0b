//! From flags to a verifier: trust, policy, replay store, clock.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use ikd_verifier::{
    AttributeName, Challenge, ClockOffset, DirectoryReplayStore, MemoryReplayStore, Policy,
    Refusal, ReplayStore, RootKey, RootKeys, StatusPolicy, Trust, UnixTime, VerifiedPresentation,
    Verifier,
};

use crate::files;
use crate::outcome::{Failure, warn};
use crate::profile::Profile;
use crate::store::Store;
use crate::values;

/// Whom to trust.
#[derive(Debug, Args)]
pub(crate) struct TrustFlags {
    /// Public key of a root; give one for each root
    #[arg(long = "root", value_name = "HEX", value_parser = values::hex::<32>)]
    #[arg(help_heading = "Trust", conflicts_with = "store")]
    roots: Vec<RootKey>,

    /// How many roots must have signed the trust list [default: all of them]
    #[arg(long, value_name = "N", requires = "roots", help_heading = "Trust")]
    threshold: Option<usize>,

    /// Offline bundle: trust list and status lists in one file
    #[arg(long, value_name = "FILE", requires = "roots", help_heading = "Trust")]
    bundle: Option<PathBuf>,

    /// Folder made by `ikd trust init` [default: $IKD_STORE, or the platform's data folder]
    #[arg(long, value_name = "DIR", help_heading = "Trust")]
    store: Option<PathBuf>,

    /// MiB of memory for status lists; those beyond it are read from files [default: 64]
    #[arg(long, value_name = "MIB", help_heading = "Trust", conflicts_with = "roots")]
    status_memory: Option<u16>,
}

/// Whom to trust, what to demand, what to remember.
#[derive(Debug, Args)]
pub(crate) struct SetupArgs {
    #[command(flatten)]
    trust: TrustFlags,

    /// Seconds, or 24h or 7d, for which an expired trust list is still used
    #[arg(long, value_name = "TIME", default_value = "0", help_heading = "Trust")]
    #[arg(value_parser = values::seconds)]
    trust_grace: i64,

    /// Attributes that must be disclosed, such as nik,full_name
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = values::attribute())]
    #[arg(help_heading = "Policy", hide_possible_values = true)]
    require: Vec<AttributeName>,

    /// How revocation status is treated
    #[arg(long, value_enum, default_value = "prefer", help_heading = "Policy")]
    status: StatusArg,

    /// How old a status list may be: seconds, or 24h or 7d
    #[arg(long, value_name = "TIME", default_value = "24h", help_heading = "Policy")]
    #[arg(value_parser = values::seconds)]
    max_status_age: i64,

    /// Seconds by which clocks may differ, at most 30
    #[arg(long, value_name = "SECONDS", default_value_t = 5, help_heading = "Policy")]
    skew: i64,

    /// Id of this relying party
    #[arg(long, value_name = "ID", help_heading = "Policy")]
    rp: Option<String>,

    /// Challenge of 16 bytes that the QR must answer
    #[arg(long, value_name = "HEX", value_parser = values::hex::<16>, requires = "rp")]
    #[arg(help_heading = "Policy")]
    challenge: Option<[u8; 16]>,

    /// Where used QRs are remembered: a folder, or `memory`
    /// [default: in the store; memory with --root]
    #[arg(long, value_name = "DIR", help_heading = "Policy")]
    replay: Option<PathBuf>,

    /// The time: seconds since 1970 or RFC 3339 [default: the system's clock]
    #[arg(long, value_name = "TIME", value_parser = values::time, help_heading = "Policy")]
    now: Option<UnixTime>,
}

/// The `--status` flag.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum StatusArg {
    /// Refuse where it is not known, or not known freshly
    Require,
    /// Use it where it is known, and tell where it is not
    Prefer,
    /// Do not look at it
    Ignore,
}

/// Seconds between two writes of the clock floor.
const CLOCK_EVERY: i64 = 60;

/// A verifier with all that it needs, as one counter has it.
#[derive(Debug)]
pub(crate) struct Station {
    verifier: Verifier,
    challenge: Option<Challenge>,
    fixed_now: Option<UnixTime>,
    store: Option<Store>,
    clock_saved: UnixTime,
}

impl Station {
    /// Sets up what the flags say.
    pub(crate) fn open(args: SetupArgs, profile: Option<Profile>) -> Result<Self, Failure> {
        let (trust, store) = args.trust.open()?;
        let replay = open_replay(args.replay.as_deref(), store.as_ref())?;
        let policy = policy(&args, profile)?;
        let verifier = Verifier::new(Arc::new(trust), replay, policy);
        let challenge = args.challenge.zip(args.rp).map(|(nonce, rp)| Challenge::new(rp, nonce));
        let clock_saved = UnixTime::from_secs(0);
        Ok(Self { verifier, challenge, fixed_now: args.now, store, clock_saved })
    }

    /// The trust under which it verifies.
    pub(crate) fn trust(&self) -> &Arc<Trust> {
        self.verifier.trust()
    }

    /// Verifies the text of one QR, at this moment.
    pub(crate) fn verify(&self, text: &str) -> Result<VerifiedPresentation, Refusal> {
        let now = self.fixed_now.unwrap_or_else(UnixTime::now);
        match &self.challenge {
            Some(challenge) => self.verifier.verify_answer(text, challenge, now),
            None => self.verifier.verify_text(text, now),
        }
    }

    /// How far this device's clock was off when a server was last met.
    pub(crate) fn clock_offset(&self) -> Option<ClockOffset> {
        self.verifier.trust().clock_offset()
    }

    /// For a station that stays open: takes up what `ikd trust watch` or `update` stores meanwhile.
    pub(crate) fn follow_store(&self) {
        if let Some(store) = &self.store {
            store.follow(self.verifier.trust());
        }
    }

    /// Notes which status lists were missing, for the next update over the network.
    pub(crate) fn remember_missing(&self) {
        if let Some(store) = &self.store {
            store.note_missing(self.verifier.trust());
        }
    }

    /// Keeps the highest time ever seen. A time that was given by hand was not seen.
    pub(crate) fn remember_clock(&mut self) {
        let (Some(store), None) = (&self.store, self.fixed_now) else { return };
        let now = UnixTime::now();
        if now.since(self.clock_saved) >= CLOCK_EVERY {
            store.save_clock(self.verifier.trust());
            self.clock_saved = now;
        }
    }
}

impl TrustFlags {
    /// Whether no flag was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.roots.is_empty() && self.store.is_none()
    }

    /// The trust that the flags name, and the store if it comes from there.
    pub(crate) fn open(&self) -> Result<(Trust, Option<Store>), Failure> {
        if self.roots.is_empty() {
            let memory = self.status_memory.map(|mib| usize::from(mib) << 20);
            let store = Store::locate(self.store.as_deref())?.with_memory_limit(memory);
            let trust = store.load()?.ok_or_else(|| {
                format!(
                    "no trust is set up: run `ikd trust init`, or give --root and --bundle \
                     (no store in {})",
                    store.folder().display()
                )
            })?;
            return Ok((trust, Some(store)));
        }
        let roots = root_keys(&self.roots, self.threshold)?;
        let Some(path) = &self.bundle else { return Ok((Trust::new(roots), None)) };
        let bundle = files::read_needed(path)?;
        let (trust, report) = Trust::from_bundle(roots, &bundle)
            .map_err(|error| Failure::file(path, format_args!("{} ({error})", error.code())))?;
        for (uri, error) in report.refused {
            warn(format_args!("status list {uri} is not used: {} ({error})", error.code()));
        }
        Ok((trust, None))
    }
}

/// Roots and threshold as the operator gave them.
pub(crate) fn root_keys(roots: &[RootKey], threshold: Option<usize>) -> Result<RootKeys, Failure> {
    let keys = RootKeys::new(roots, threshold.unwrap_or(roots.len()));
    keys.map_err(|error| error.to_string().into())
}

fn open_replay(
    place: Option<&std::path::Path>,
    store: Option<&Store>,
) -> Result<Arc<dyn ReplayStore>, Failure> {
    let folder = match place {
        Some(place) if place.as_os_str() == "memory" => None,
        Some(place) => Some(place.to_owned()),
        None => store.map(Store::replay_folder),
    };
    let Some(folder) = folder else { return Ok(Arc::new(MemoryReplayStore::new())) };
    match DirectoryReplayStore::open(&folder) {
        Ok(store) => Ok(Arc::new(store)),
        Err(error) => Err(Failure::file(&folder, error)),
    }
}

fn policy(args: &SetupArgs, profile: Option<Profile>) -> Result<Policy, Failure> {
    let status = match args.status {
        StatusArg::Require => StatusPolicy::Require,
        StatusArg::Prefer => StatusPolicy::Prefer,
        StatusArg::Ignore => StatusPolicy::Ignore,
    };
    let mut policy = Policy::new()
        .require(profile.map_or(&[][..], Profile::required).iter().copied())
        .require(args.require.iter().copied())
        .status(status)
        .max_status_age(args.max_status_age)
        .trust_grace(args.trust_grace)
        .skew(args.skew)
        .map_err(|error| error.to_string())?;
    if let Some(any) = profile.map(Profile::required_any).filter(|any| !any.is_empty()) {
        policy = policy.require_any(any.iter().copied());
    }
    if let Some(rp) = &args.rp {
        policy = policy.relying_party(rp);
    }
    Ok(policy)
}
