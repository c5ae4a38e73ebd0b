//! `ikd trust update --url` and `ikd trust watch`: lists over the network.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ikd_verifier::{
    HttpOptions, Language, RefreshEvent, RefreshOptions, RefreshOutcome, Refresher, Trust, UnixTime,
};
use tokio::runtime::{Builder, Runtime};

use crate::files;
use crate::outcome::{Exit, Failure};
use crate::render::{BAD, FAINT, GOOD, NOTICE};
use crate::store::Store;
use crate::values;

/// Between two looks at what counters have missed.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How servers are reached.
#[derive(Debug, Args)]
pub(super) struct NetworkArgs {
    /// Status list to fetch besides those that are held; may be given several times
    #[arg(long, value_name = "URL", help_heading = "Network")]
    status_list: Vec<String>,

    /// Root certificate to trust besides the system's, in PEM
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    root_certificate: Vec<PathBuf>,

    /// SHA-256 of the server's public key (SubjectPublicKeyInfo); of several, any will do
    #[arg(long, value_name = "HEX", value_parser = values::hex::<32>, help_heading = "Network")]
    pin: Vec<[u8; 32]>,

    /// Time for a whole answer
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = values::seconds)]
    #[arg(help_heading = "Network")]
    timeout: i64,

    /// For demonstrations: reach an https origin at a loopback address, without TLS
    #[arg(long, value_name = "FROM=TO", hide = true)]
    danger_route: Vec<String>,

    /// One JSON object for each list, and for all else that is told
    #[arg(long)]
    json: bool,
}

const WATCH_EXAMPLE: &str = "\
As a service of systemd:
  [Service]
  ExecStart=/usr/local/bin/ikd trust watch --store /var/lib/ikd --url https://…/trust
  Restart=always

Counters that run `ikd verify -` with the same store take up what it fetches, within seconds.
It ends with exit status 0 on SIGTERM and Ctrl-C, and survives being killed.";

/// Flags of `ikd trust watch`.
#[derive(Debug, Args)]
#[command(after_help = WATCH_EXAMPLE)]
pub(super) struct WatchArgs {
    /// Where the trust list is published
    #[arg(long, value_name = "URL", required = true)]
    url: String,

    #[command(flatten)]
    network: NetworkArgs,

    /// Tell also of what is as it was the last time
    #[arg(long)]
    verbose: bool,
}

/// Fetches every list once.
pub(super) fn update(
    url: &str,
    args: &NetworkArgs,
    store: &Store,
    trust: &Arc<Trust>,
    now: UnixTime,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let mut refresher = args.refresher(url, store, trust)?;
    let events = runtime()?.block_on(refresher.refresh_once(now));
    for event in &events {
        args.tell(event, false, language, out)?;
    }
    Ok(exit(&events))
}

/// Fetches what is due until the process is told to end.
pub(super) fn watch(
    args: &WatchArgs,
    store: &Store,
    trust: &Arc<Trust>,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let refresher = args.network.refresher(&args.url, store, trust)?;
    let wanted = ask_for_missing(store, trust);
    let mut told = Ok(());
    let tell = |event: RefreshEvent| {
        if told.is_ok() && (event.news || args.verbose) {
            told = args.network.tell(&event, true, language, out);
        }
    };
    let work = async {
        tokio::select! {
            () = refresher.run(UnixTime::now, tell, told_to_end()) => {}
            () = wanted => {}
        }
    };
    runtime()?.block_on(work);
    told.map(|()| Exit::Accepted)
}

/// Again and again, what the counters of this store have missed.
async fn ask_for_missing(store: &Store, trust: &Trust) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        store.missing().iter().for_each(|uri| trust.want_status_list(uri));
    }
}

impl NetworkArgs {
    fn refresher(
        &self,
        url: &str,
        store: &Store,
        trust: &Arc<Trust>,
    ) -> Result<Refresher, Failure> {
        let options = RefreshOptions::new(url)
            .status_lists(&self.status_list)
            .http(self.http()?)
            .store(Arc::new(store.refresh_store()));
        store.missing().iter().for_each(|uri| trust.want_status_list(uri));
        let refresher = Refresher::new(Arc::clone(trust), options);
        refresher.map_err(|error| format!("{url}: {error}").into())
    }

    fn http(&self) -> Result<HttpOptions, Failure> {
        let seconds = u64::try_from(self.timeout.max(1)).unwrap_or(1);
        let mut http = HttpOptions::new().timeout(Duration::from_secs(seconds));
        for path in &self.root_certificate {
            let pem = files::read_needed(path)?;
            http = http.root_certificate(&pem).map_err(|error| Failure::file(path, error))?;
        }
        for pin in &self.pin {
            http = http.pin(*pin);
        }
        for route in &self.danger_route {
            let (from, to) =
                route.split_once('=').ok_or_else(|| "--danger-route takes FROM=TO".to_owned())?;
            http = http.danger_route(from, to).map_err(|error| format!("{route}: {error}"))?;
        }
        Ok(http)
    }

    fn tell(
        &self,
        event: &RefreshEvent,
        dated: bool,
        language: Language,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        if self.json {
            writeln!(out, "{}", serde_json::to_string(event)?)?;
        } else {
            let (sign, style) = match event.outcome {
                RefreshOutcome::Updated { .. } | RefreshOutcome::Unchanged => ("✔", GOOD),
                RefreshOutcome::Failed(_) | RefreshOutcome::ClockOffset(_) => ("!", NOTICE),
                _ => ("✘", BAD),
            };
            let at = if dated { format!("{FAINT}{}{FAINT:#} ", event.at) } else { String::new() };
            writeln!(out, "{at}{style}{sign}{style:#} {}", event.text(language))?;
        }
        Ok(out.flush()?)
    }
}

/// 1 where something signed wrongly or too old was offered, 2 where something could not be had.
fn exit(events: &[RefreshEvent]) -> Exit {
    let any = |test: fn(&RefreshOutcome) -> bool| events.iter().any(|event| test(&event.outcome));
    let refused = any(|outcome| {
        matches!(
            outcome,
            RefreshOutcome::TrustListRefused(_) | RefreshOutcome::StatusListRefused(_)
        )
    });
    if refused {
        Exit::Refused
    } else if any(|o| matches!(o, RefreshOutcome::Failed(_) | RefreshOutcome::NotStored(_))) {
        Exit::CouldNotRun
    } else {
        Exit::Accepted
    }
}

fn runtime() -> Result<Runtime, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| format!("no runtime: {error}").into())
}

/// Ctrl-C, or what a service manager sends.
async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without signals it ends when it is killed, which it survives as well.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
