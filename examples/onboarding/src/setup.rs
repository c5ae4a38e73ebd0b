//! Opening what a configuration names.

use std::error::Error;
use std::fs;
use std::sync::Arc;

use ikd_verifier::audit::{AuditLog, LogId, PseudonymKey, read_signing_key};
use ikd_verifier::consent::{
    ConsentClient, ConsentStore, DirectoryConsentStore, FileKey, PostgresConsentStore,
};
use ikd_verifier::{
    AttributeName, DirectoryReplayStore, FileTrustStore, HttpOptions, Policy, UnixTime, Verifier,
};
use sqlx::PgPool;
use tokio::sync::watch;

use crate::bank::Bank;
use crate::config::Config;
use crate::decision::CDD;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::store::{ApplicationStore, EmbeddedStore, PostgresStore};

pub(crate) async fn open(config: &Config, log: Log) -> Result<Bank, Box<dyn Error + Send + Sync>> {
    // Better at the start than at the first citizen.
    config.purpose.request().require(CDD)?;
    fs::create_dir_all(&config.data)?;
    let trust = FileTrustStore::new(&config.trust).load()?;
    let trust = trust.ok_or_else(|| format!("{}: no trust state", config.trust.display()))?;
    let trust = Arc::new(trust);
    let replay = Arc::new(DirectoryReplayStore::open(config.data.join("used-qrs"))?);
    // What the QR and the answer both say must agree, so the QR has to say who stands there.
    let policy = Policy::new().require([AttributeName::Nik, AttributeName::FullName]);
    let verifier = Verifier::new(trust.clone(), replay, policy);

    let mut http = HttpOptions::new();
    if let Some(route) = &config.danger_route {
        http = http.danger_route(&route.from, &route.to)?;
    }
    let key = Arc::new(FileKey::open(&config.key)?);
    let client = ConsentClient::builder(config.relying_party.clone(), key, trust)
        .http(http)
        .pseudonyms(PseudonymKey::read(&config.pseudonym_key)?)
        .receipts(Arc::new(audit_log(config)?))
        .build()?;
    let (consents, applications) = stores(config).await?;
    let mut hosts = config.hosts.clone();
    hosts.extend([config.listen.to_string(), format!("localhost:{}", config.listen.port())]);
    Ok(Bank {
        verifier,
        trust_file: config.trust.clone(),
        client,
        purpose: config.purpose.clone(),
        answer_within: config.answer_within,
        consents,
        applications,
        hosts,
        log,
        metrics: Metrics::default(),
        changed: watch::Sender::default(),
        stopping: watch::Sender::default(),
    })
}

/// The audit log of this instance, made at the first start.
fn audit_log(config: &Config) -> Result<AuditLog, Box<dyn Error + Send + Sync>> {
    let (path, key) = (config.data.join("audit.log"), read_signing_key(&config.key)?);
    if path.exists() {
        return Ok(AuditLog::open(path, key));
    }
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| format!("no random numbers: {error}"))?;
    Ok(AuditLog::create(path, LogId::from_bytes(id), key, UnixTime::now())?)
}

type Stores = (Arc<dyn ConsentStore>, Arc<dyn ApplicationStore>);

async fn stores(config: &Config) -> Result<Stores, Box<dyn Error + Send + Sync>> {
    Ok(match &config.database {
        Some(url) => {
            let pool = PgPool::connect(&url.0).await?;
            let consents = PostgresConsentStore::open(pool.clone()).await?;
            (Arc::new(consents), Arc::new(PostgresStore::open(pool).await?))
        }
        None => {
            let consents = DirectoryConsentStore::open(config.data.join("waiting"))?;
            let applications = EmbeddedStore::open(&config.data.join("applications.redb"))?;
            (Arc::new(consents), Arc::new(applications))
        }
    })
}
