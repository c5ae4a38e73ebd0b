//! A refresher that runs in the background until it is stopped.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::driver::Refresher;
use super::report::RefreshEvent;
use crate::time::UnixTime;
use crate::trust::Trust;

/// A device that slept, or whose clock was set, notices within this time.
const LONGEST_SLEEP: i64 = 30;

/// A [`Refresher`] at work in the background. It ends when this is dropped.
#[derive(Debug)]
pub struct RefreshTask {
    stop: Option<oneshot::Sender<()>>,
    work: JoinHandle<()>,
}

impl Refresher {
    /// Refreshes whatever is due until `stop` is ready, and tells of everything that happens.
    /// `clock` gives the time.
    pub async fn run(
        mut self,
        clock: impl Fn() -> UnixTime,
        mut tell: impl FnMut(RefreshEvent),
        stop: impl Future<Output = ()>,
    ) {
        let trust: Arc<Trust> = Arc::clone(self.trust());
        let mut stop = pin!(stop);
        loop {
            let events = tokio::select! {
                events = self.refresh_due(clock()) => Some(events),
                () = &mut stop => None,
            };
            let Some(events) = events else {
                // What came before the stop is in force already.
                return self.finish(clock()).await.into_iter().for_each(tell);
            };
            events.into_iter().for_each(&mut tell);
            let now = clock();
            let pause = self.next_due(now).since(now).clamp(1, LONGEST_SLEEP);
            let pause = Duration::from_secs(u64::try_from(pause).unwrap_or(1));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = trust.refresh.wait() => {}
                () = &mut stop => return,
            }
        }
    }

    /// [`run`](Self::run) as a task of its own, by the system's clock.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn spawn(self, tell: impl FnMut(RefreshEvent) + Send + 'static) -> RefreshTask {
        let (stop, stopped) = oneshot::channel();
        let stopped = async { stopped.await.unwrap_or_default() };
        let work = tokio::spawn(self.run(UnixTime::now, tell, stopped));
        RefreshTask { stop: Some(stop), work }
    }
}

impl RefreshTask {
    /// Stops it, and returns once it has ended. What was fetched by then is kept.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        // An error would say that it had ended already.
        let _ = (&mut self.work).await;
    }
}

impl Drop for RefreshTask {
    fn drop(&mut self) {
        self.work.abort();
    }
}
