//! A running instance: what listens, what works, and how both stop.

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::bank::Bank;
use crate::config::Config;
use crate::log::Log;
use crate::{routes, worker};

/// How long requests and polls may go on after a stop.
const LAST: Duration = Duration::from_secs(10);

/// An instance that is about to run.
#[derive(Debug)]
pub struct Server {
    bank: Bank,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Opens what the configuration names, and the port.
    ///
    /// # Errors
    ///
    /// What cannot be opened, in words for operators.
    pub async fn open(mut config: Config, log: Log) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        config.listen = address;
        Ok(Self { bank: Bank::open(&config, log).await?, listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Runs until `stop` is ready. Requests and polls that are under way are brought to an end,
    /// within 10 seconds; what still waits is stored and goes on with the next start.
    ///
    /// # Errors
    ///
    /// What the network says.
    pub async fn run(
        self,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Self { bank, listener, address } = self;
        let bank = Arc::new(bank);
        bank.log.event("started", &[("address", &address)]);
        let worker = tokio::spawn(worker::run(bank.clone()));
        let stopped = {
            let bank = bank.clone();
            async move { bank.stopped().await }
        };
        let router = routes::router(bank.clone());
        let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
        let serving = tokio::spawn(serving.into_future());
        stop.await;
        bank.log.event("stopping", &[]);
        bank.stopping.send_replace(true);
        let last = async {
            worker.await?;
            serving.await??;
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        };
        match timeout(LAST, last).await {
            Ok(done) => done?,
            Err(_) => bank.trouble("slow_stop", &"something was still under way"),
        }
        bank.log.event("stopped", &[]);
        Ok(())
    }
}
