//! Polls what waits, in as many instances as there are: each request ends exactly once.
//!
//! An answer is stored with its application first and leaves the queue after that. Killed in between,
//! the request is claimed again, by this instance or another; the application that has its answer
//! already does not take a second one.

use std::time::{Duration, SystemTime};

use ikd_verifier::FileTrustStore;
use ikd_verifier::consent::{Claim, ConsentError, FinishedConsent};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::application::{Application, id_of};
use crate::bank::{Bank, Shared};

/// How often the queue is asked for what is due.
const ROUND: Duration = Duration::from_millis(250);
/// How often what has to be done now and then is done.
const HOUSEKEEPING: Duration = Duration::from_secs(60);
/// How long an instance may be silent before another takes its requests over.
const LEASE: Duration = Duration::from_secs(15);
/// How often an instance says that it is alive.
const RENEWAL: Duration = Duration::from_secs(5);
/// How long a store that fails is left alone.
const PAUSE: Duration = Duration::from_secs(1);
/// Requests that one instance polls at once.
const AT_ONCE: usize = 64;

/// Works until the instance stops, and brings to an end what it is polling then.
pub async fn run(bank: Shared) {
    let (mut rounds, mut housekeeping) = (interval(ROUND), interval(HOUSEKEEPING));
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut polls = JoinSet::new();
    loop {
        tokio::select! {
            () = bank.stopped() => break,
            Some(polled) = polls.join_next() => {
                if let Err(error) = polled {
                    bank.trouble("poll_broke_off", &error);
                }
                continue;
            }
            _ = housekeeping.tick() => {
                keep_house(&bank).await;
                continue;
            }
            _ = rounds.tick() => {}
        }
        let room = AT_ONCE.saturating_sub(polls.len());
        if room == 0 {
            continue;
        }
        match bank.consents.claim(SystemTime::now(), LEASE, room).await {
            Ok(claims) => {
                for claim in claims {
                    let bank = bank.clone();
                    polls.spawn(async move { poll(&bank, claim).await });
                }
            }
            Err(error) => {
                bank.trouble("waiting_store", &error);
                sleep(PAUSE).await;
            }
        }
    }
    while polls.join_next().await.is_some() {}
}

/// Polls one request, and gives it back or ends it.
async fn poll(bank: &Bank, mut claim: Claim) {
    let mut pending = claim.pending.clone();
    let polled = renewing(bank, &claim, bank.client.poll_once(&mut pending)).await;
    let id = pending.id();
    claim.pending = pending;
    let ended = match polled {
        Ok(None) => None,
        Ok(Some(finished)) => {
            // The answer is given out once: it is kept, however long the store takes.
            renewing(bank, &claim, keep(bank, &finished)).await;
            Some(())
        }
        Err(error) => {
            bank.trouble(error.code(), &error);
            // A request of another relying party, as after a wrong configuration, never ends here: it
            // stays for whoever it belongs to until nobody can answer it any more.
            let over = claim.pending.expires_at() < bank.now();
            let lost = over && matches!(error, ConsentError::Foreign);
            if lost { give_up(bank, &id).await.ok() } else { None }
        }
    };
    let left = match ended {
        Some(()) => bank.consents.complete(claim).await,
        None => bank.consents.release(claim).await,
    };
    if let Err(error) = left {
        // The lease runs out by itself, and whoever comes next finds what is done.
        bank.trouble("waiting_store", &error);
    }
}

/// Says that the request is being worked on, as long as that takes.
async fn renewing<T>(bank: &Bank, claim: &Claim, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = sleep(RENEWAL) => {
                // A lease that is lost changes nothing: one of two answers is taken.
                let _ = bank.consents.renew(claim, LEASE).await;
            }
        }
    }
}

/// Keeps an answer with its application, trying until it is kept.
async fn keep(bank: &Bank, finished: &FinishedConsent) {
    let id = id_of(finished);
    loop {
        match try_keep(bank, &id, finished).await {
            Ok(()) => return,
            Err(error) => bank.trouble("application_store", &error),
        }
        sleep(PAUSE).await;
    }
}

async fn try_keep(
    bank: &Bank,
    id: &str,
    finished: &FinishedConsent,
) -> Result<(), crate::store::StoreError> {
    let kept = match bank.applications.get(id).await? {
        Some(application) => bank.finish(application.finished(finished)).await?,
        None => false,
    };
    if !kept {
        bank.log.event("answered_already", &[("id", &id)]);
    }
    Ok(())
}

/// What is done now and then: lost applications, ended retention, a newer trust state.
async fn keep_house(bank: &Bank) {
    match bank.applications.overdue(bank.now()).await {
        Ok(overdue) => {
            for application in overdue {
                if let Err(error) = give_up(bank, &application.id).await {
                    bank.trouble("application_store", &error);
                }
            }
        }
        Err(error) => bank.trouble("application_store", &error),
    }
    match bank.applications.erase(bank.now()).await {
        Ok(0) => {}
        Ok(erased) => bank.log.event("erased", &[("applications", &erased)]),
        Err(error) => bank.trouble("application_store", &error),
    }
    // Other programs write it, such as `ikd trust update`.
    match FileTrustStore::new(&bank.trust_file).load() {
        Ok(Some(newer)) => bank.verifier.trust().merge(&newer),
        Ok(None) => bank.trouble("trust_file", &"it is gone"),
        Err(error) => bank.trouble("trust_file", &error),
    }
}

async fn give_up(bank: &Bank, id: &str) -> Result<(), crate::store::StoreError> {
    if let Some(application) = bank.applications.get(id).await? {
        bank.finish(Application::interrupted(application)).await?;
    }
    Ok(())
}
