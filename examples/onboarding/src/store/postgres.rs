//! Applications in PostgreSQL, shared by the instances of the backend.

use ikd_verifier::UnixTime;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use super::{Access, ApplicationStore, StoreError, Storing};
use crate::application::Application;

/// `overdue` is set while an application waits, `keep_until` afterwards.
const TABLES: [&str; 5] = [
    "CREATE TABLE IF NOT EXISTS onboarding_application (
        id text PRIMARY KEY,
        opened bigint NOT NULL,
        overdue bigint,
        keep_until bigint,
        application text NOT NULL
    )",
    "CREATE INDEX IF NOT EXISTS onboarding_opened ON onboarding_application (opened)",
    "CREATE INDEX IF NOT EXISTS onboarding_overdue ON onboarding_application (overdue)",
    "CREATE TABLE IF NOT EXISTS onboarding_access (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        application text NOT NULL REFERENCES onboarding_application (id) ON DELETE CASCADE,
        access text NOT NULL
    )",
    "CREATE INDEX IF NOT EXISTS onboarding_access_of ON onboarding_access (application)",
];
/// Of instances that start at once, one makes the tables.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1229671504)";
const INSERT: &str = "INSERT INTO onboarding_application
    (id, opened, overdue, keep_until, application) VALUES ($1, $2, $3, $4, $5)";
const FINISH: &str = "UPDATE onboarding_application
    SET overdue = NULL, keep_until = $2, application = $3 WHERE id = $1 AND overdue IS NOT NULL";
const GET: &str = "SELECT application FROM onboarding_application WHERE id = $1";
const RECENT: &str =
    "SELECT application FROM onboarding_application ORDER BY opened DESC, id LIMIT $1";
const OVERDUE: &str = "SELECT application FROM onboarding_application WHERE overdue < $1";
const COUNT: &str = "SELECT count(*) FROM onboarding_application WHERE overdue IS NOT NULL";
const NOTE: &str = "INSERT INTO onboarding_access (application, access) VALUES ($1, $2)";
const NOTES: &str = "SELECT access FROM onboarding_access WHERE application = $1 ORDER BY number";
const ERASE: &str = "DELETE FROM onboarding_application WHERE keep_until < $1";

/// Keeps applications in the tables `onboarding_…`.
#[derive(Debug, Clone)]
pub struct PostgresStore(PgPool);

impl PostgresStore {
    /// A store in this database; makes the tables where there are none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn open(pool: PgPool) -> Result<Self, StoreError> {
        let mut transaction = pool.begin().await?;
        sqlx::query(LOCK).execute(&mut *transaction).await?;
        for statement in TABLES {
            sqlx::query(statement).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(Self(pool))
    }
}

impl ApplicationStore for PostgresStore {
    fn insert(&self, application: Application) -> Storing<'_, ()> {
        Box::pin(async move {
            let insert = sqlx::query(INSERT).bind(&application.id).bind(application.opened.secs());
            let insert = insert.bind(application.overdue_at().map(UnixTime::secs));
            let insert = insert.bind(application.keep_until().map(UnixTime::secs));
            insert.bind(serde_json::to_string(&application)?).execute(&self.0).await?;
            Ok(())
        })
    }

    fn finish(&self, application: Application) -> Storing<'_, bool> {
        Box::pin(async move {
            let finish = sqlx::query(FINISH).bind(&application.id);
            let finish = finish.bind(application.keep_until().map(UnixTime::secs));
            let finish = finish.bind(serde_json::to_string(&application)?);
            Ok(finish.execute(&self.0).await?.rows_affected() == 1)
        })
    }

    fn get<'a>(&'a self, id: &'a str) -> Storing<'a, Option<Application>> {
        Box::pin(async move {
            let row = sqlx::query(GET).bind(id).fetch_optional(&self.0).await?;
            row.as_ref().map(read).transpose()
        })
    }

    fn recent(&self, limit: u32) -> Storing<'_, Vec<Application>> {
        Box::pin(async move {
            let rows = sqlx::query(RECENT).bind(i64::from(limit)).fetch_all(&self.0).await?;
            rows.iter().map(read).collect()
        })
    }

    fn overdue(&self, now: UnixTime) -> Storing<'_, Vec<Application>> {
        Box::pin(async move {
            let rows = sqlx::query(OVERDUE).bind(now.secs()).fetch_all(&self.0).await?;
            rows.iter().map(read).collect()
        })
    }

    fn count_waiting(&self) -> Storing<'_, u64> {
        Box::pin(async move {
            let count: i64 = sqlx::query(COUNT).fetch_one(&self.0).await?.try_get(0)?;
            Ok(count.unsigned_abs())
        })
    }

    fn note_access<'a>(&'a self, application: &'a str, access: Access) -> Storing<'a, ()> {
        Box::pin(async move {
            let note = sqlx::query(NOTE).bind(application).bind(serde_json::to_string(&access)?);
            note.execute(&self.0).await?;
            Ok(())
        })
    }

    fn accesses<'a>(&'a self, application: &'a str) -> Storing<'a, Vec<Access>> {
        Box::pin(async move {
            let rows = sqlx::query(NOTES).bind(application).fetch_all(&self.0).await?;
            rows.iter().map(read).collect()
        })
    }

    fn erase(&self, now: UnixTime) -> Storing<'_, u64> {
        Box::pin(async move {
            let erase = sqlx::query(ERASE).bind(now.secs()).execute(&self.0).await?;
            Ok(erase.rows_affected())
        })
    }
}

/// The JSON in a row's only column.
fn read<T: serde::de::DeserializeOwned>(row: &PgRow) -> Result<T, StoreError> {
    let json: String = row.try_get(0)?;
    Ok(serde_json::from_str(&json)?)
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::new(error)
    }
}
