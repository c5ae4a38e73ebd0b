//! Waiting requests in PostgreSQL, shared by the instances of a backend.
//!
//! An instance takes rows that no other is just taking (`FOR UPDATE SKIP LOCKED`) and leaves its name
//! and the end of its lease in them, by the clock of the database. A row ends by a `DELETE` that names
//! the holder, which removes it once.

use std::time::{Duration, SystemTime};

use sqlx::{PgPool, Row};

use super::{Claim, ConsentStore, ConsentStoreError, Storing};
use crate::consent::pending::PendingConsent;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS ikd_waiting_consent (
    id text PRIMARY KEY,
    request text NOT NULL,
    due bigint NOT NULL,
    holder text,
    held_until timestamptz
)";
const INDEX: &str =
    "CREATE INDEX IF NOT EXISTS ikd_waiting_consent_due ON ikd_waiting_consent (due)";
const INSERT: &str = "INSERT INTO ikd_waiting_consent (id, request, due) VALUES ($1, $2, $3)";
/// A claimed row stays due, for whoever takes it over.
const CLAIM: &str = "UPDATE ikd_waiting_consent
    SET holder = $1, held_until = now() + $2 * interval '1 millisecond', due = 1
    WHERE id IN (
        SELECT id FROM ikd_waiting_consent
        WHERE due <= $3 AND (held_until IS NULL OR held_until < now())
        ORDER BY due LIMIT $4 FOR UPDATE SKIP LOCKED)
    RETURNING id, request";
const RENEW: &str = "UPDATE ikd_waiting_consent
    SET held_until = now() + $3 * interval '1 millisecond' WHERE id = $1 AND holder = $2";
/// A notification that came meanwhile (`due` 0) is not forgotten.
const RELEASE: &str = "UPDATE ikd_waiting_consent
    SET request = $3, due = CASE WHEN due = 0 THEN 0 ELSE $4 END, holder = NULL, held_until = NULL
    WHERE id = $1 AND holder = $2";
const COMPLETE: &str = "DELETE FROM ikd_waiting_consent WHERE id = $1 AND holder = $2";
const FIND: &str = "SELECT request FROM ikd_waiting_consent WHERE id = $1";
const WAKE: &str = "UPDATE ikd_waiting_consent SET due = 0 WHERE id = $1";
const DROP: &str = "DELETE FROM ikd_waiting_consent WHERE id = $1";

/// Keeps waiting requests in the table `ikd_waiting_consent`.
#[derive(Debug, Clone)]
pub struct PostgresConsentStore {
    pool: PgPool,
}

/// What one claim goes by.
struct Holder(String);

impl PostgresConsentStore {
    /// A store in this database; makes the table where there is none.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn open(pool: PgPool) -> Result<Self, ConsentStoreError> {
        for statement in [TABLE, INDEX] {
            sqlx::query(statement).execute(&pool).await?;
        }
        Ok(Self { pool })
    }

    async fn take(
        &self,
        now: SystemTime,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claim>, ConsentStoreError> {
        let holder = holder()?;
        let rows = sqlx::query(CLAIM)
            .bind(&holder)
            .bind(millis(lease))
            .bind(millis(now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        let mut claims = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, request): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            match serde_json::from_str(&request) {
                Ok(pending) => claims.push(Claim::new(pending, Holder(holder.clone()))),
                Err(_) => {
                    // The others are taken over when this lease has run out.
                    sqlx::query(DROP).bind(&id).execute(&self.pool).await?;
                    return Err(ConsentStoreError::Damaged { id });
                }
            }
        }
        Ok(claims)
    }

    async fn read(&self, id: &str) -> Result<Option<PendingConsent>, ConsentStoreError> {
        let row = sqlx::query(FIND).bind(id).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let request: String = row.try_get(0)?;
        let damaged = |_| ConsentStoreError::Damaged { id: id.to_owned() };
        serde_json::from_str(&request).map(Some).map_err(damaged)
    }
}

impl ConsentStore for PostgresConsentStore {
    fn insert<'a>(&'a self, pending: &'a PendingConsent) -> Storing<'a, ()> {
        Box::pin(async move {
            let insert = sqlx::query(INSERT).bind(pending.id()).bind(json(pending)?);
            insert.bind(due(pending)).execute(&self.pool).await?;
            Ok(())
        })
    }

    fn claim(&self, now: SystemTime, lease: Duration, limit: usize) -> Storing<'_, Vec<Claim>> {
        Box::pin(self.take(now, lease, limit))
    }

    fn renew<'a>(&'a self, claim: &'a Claim, lease: Duration) -> Storing<'a, bool> {
        Box::pin(async move {
            let Some(Holder(holder)) = claim.lease() else { return Ok(false) };
            let renew = sqlx::query(RENEW).bind(claim.pending.id()).bind(holder);
            let done = renew.bind(millis(lease)).execute(&self.pool).await?;
            Ok(done.rows_affected() == 1)
        })
    }

    fn release(&self, claim: Claim) -> Storing<'_, bool> {
        Box::pin(async move {
            let Some(Holder(holder)) = claim.lease() else { return Ok(false) };
            let release = sqlx::query(RELEASE).bind(claim.pending.id()).bind(holder);
            let release = release.bind(json(&claim.pending)?).bind(due(&claim.pending));
            Ok(release.execute(&self.pool).await?.rows_affected() == 1)
        })
    }

    fn complete(&self, claim: Claim) -> Storing<'_, bool> {
        Box::pin(async move {
            let Some(Holder(holder)) = claim.lease() else { return Ok(false) };
            let complete = sqlx::query(COMPLETE).bind(claim.pending.id()).bind(holder);
            Ok(complete.execute(&self.pool).await?.rows_affected() == 1)
        })
    }

    fn find<'a>(&'a self, id: &'a str) -> Storing<'a, Option<PendingConsent>> {
        Box::pin(self.read(id))
    }

    fn wake<'a>(&'a self, id: &'a str) -> Storing<'a, ()> {
        Box::pin(async move {
            sqlx::query(WAKE).bind(id).execute(&self.pool).await?;
            Ok(())
        })
    }
}

impl From<sqlx::Error> for ConsentStoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::storage(error)
    }
}

fn json(pending: &PendingConsent) -> Result<String, ConsentStoreError> {
    serde_json::to_string(pending).map_err(ConsentStoreError::storage)
}

fn due(pending: &PendingConsent) -> i64 {
    pending.schedule.next().millis()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A name that no other claim has.
fn holder() -> Result<String, ConsentStoreError> {
    let mut name = [0; 16];
    getrandom::fill(&mut name).map_err(ConsentStoreError::storage)?;
    Ok(name.iter().map(|byte| format!("{byte:02x}")).collect())
}
