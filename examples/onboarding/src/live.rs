//! The state of an application as it changes, for the teller's page: server-sent events without
//! attribute values. Any instance may change it, so the store is asked each second; what happens in
//! this instance is told at once.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{Stream, unfold};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::bank::Shared;
use crate::problem::Problem;
use crate::view::View;

/// How often the store is asked.
const LOOK: Duration = Duration::from_secs(1);

/// One page that looks at one application.
struct Watcher {
    bank: Shared,
    id: String,
    changed: watch::Receiver<()>,
    /// What was told last.
    told: Option<String>,
    over: bool,
}

/// `GET /applications/{id}/live`.
pub(crate) async fn live(
    State(bank): State<Shared>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    if bank.applications.get(&id).await?.is_none() {
        return Err(Problem::NotFound);
    }
    let changed = bank.changed.subscribe();
    let watcher = Watcher { bank, id, changed, told: None, over: false };
    Ok(Sse::new(unfold(watcher, next)).keep_alive(KeepAlive::default()))
}

/// The next event. The stream ends with the application's last state, or with the instance.
async fn next(mut watcher: Watcher) -> Option<(Result<Event, Infallible>, Watcher)> {
    while !watcher.over {
        // A store that fails now may answer in a second.
        if let Ok(Some(application)) = watcher.bank.applications.get(&watcher.id).await {
            let view = View::of(&application).without_data();
            let now = serde_json::to_string(&view).unwrap_or_default();
            watcher.over = application.overdue_at().is_none();
            if watcher.told.as_ref() != Some(&now) {
                let event = Event::default().data(&now);
                watcher.told = Some(now);
                return Some((Ok(event), watcher));
            }
        }
        tokio::select! {
            () = watcher.bank.stopped() => return None,
            _ = watcher.changed.changed() => {}
            () = sleep(LOOK) => {}
        }
    }
    None
}
