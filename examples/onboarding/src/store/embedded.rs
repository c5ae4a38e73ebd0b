//! Applications in a file of this instance: an embedded database, with a transaction for each step.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use ikd_verifier::UnixTime;
use redb::{Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition};

use super::{Access, ApplicationStore, StoreError, Storing};
use crate::application::Application;

type Stored<T> = Result<T, StoreError>;

/// Applications in JSON, by id.
const APPLICATIONS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("applications");
/// By the time of the scan.
const OPENED: TableDefinition<'_, (i64, &str), ()> = TableDefinition::new("opened");
/// Those that wait, by the time at which they are overdue.
const WAITING: TableDefinition<'_, (i64, &str), ()> = TableDefinition::new("waiting");
/// Those that do not, by the time at which their retention ends.
const ENDING: TableDefinition<'_, (i64, &str), ()> = TableDefinition::new("ending");
/// Who read them, by id and number.
const ACCESSES: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("accesses");

/// Keeps applications in one file, which one process can open at a time.
#[derive(Clone)]
pub struct EmbeddedStore(Arc<Database>);

impl EmbeddedStore {
    /// Opens or creates the file.
    ///
    /// # Errors
    ///
    /// [`StoreError`], also when another process has it open.
    pub fn open(path: &Path) -> Stored<Self> {
        let database = Database::create(path)?;
        let write = database.begin_write()?;
        write.open_table(APPLICATIONS)?;
        for index in [OPENED, WAITING, ENDING] {
            write.open_table(index)?;
        }
        write.open_table(ACCESSES)?;
        write.commit()?;
        Ok(Self(Arc::new(database)))
    }

    /// Runs what waits for the disk where it holds up nobody.
    fn blocking<'a, T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Stored<T> + Send + 'static,
    ) -> Storing<'a, T> {
        let database = self.0.clone();
        Box::pin(async move {
            match tokio::task::spawn_blocking(move || work(&database)).await {
                Ok(done) => done,
                Err(error) => Err(StoreError::new(error)),
            }
        })
    }
}

impl ApplicationStore for EmbeddedStore {
    fn insert(&self, application: Application) -> Storing<'_, ()> {
        self.blocking(move |database| {
            let write = database.begin_write()?;
            {
                let id = application.id.as_str();
                let json = serde_json::to_vec(&application)?;
                write.open_table(APPLICATIONS)?.insert(id, &*json)?;
                write.open_table(OPENED)?.insert((application.opened.secs(), id), ())?;
                if let Some(at) = application.overdue_at() {
                    write.open_table(WAITING)?.insert((at.secs(), id), ())?;
                }
                if let Some(until) = application.keep_until() {
                    write.open_table(ENDING)?.insert((until.secs(), id), ())?;
                }
            }
            Ok(write.commit()?)
        })
    }

    fn finish(&self, application: Application) -> Storing<'_, bool> {
        self.blocking(move |database| {
            let write = database.begin_write()?;
            {
                let id = application.id.as_str();
                let mut applications = write.open_table(APPLICATIONS)?;
                let Some(stored) =
                    applications.get(id)?.map(|json| read(json.value())).transpose()?
                else {
                    return Ok(false);
                };
                let Some(overdue_at) = stored.overdue_at() else { return Ok(false) };
                applications.insert(id, &*serde_json::to_vec(&application)?)?;
                write.open_table(WAITING)?.remove((overdue_at.secs(), id))?;
                if let Some(until) = application.keep_until() {
                    write.open_table(ENDING)?.insert((until.secs(), id), ())?;
                }
            }
            write.commit()?;
            Ok(true)
        })
    }

    fn get<'a>(&'a self, id: &'a str) -> Storing<'a, Option<Application>> {
        let id = id.to_owned();
        self.blocking(move |database| {
            let applications = database.begin_read()?.open_table(APPLICATIONS)?;
            applications.get(&*id)?.map(|json| read(json.value())).transpose()
        })
    }

    fn recent(&self, limit: u32) -> Storing<'_, Vec<Application>> {
        self.blocking(move |database| {
            let read = database.begin_read()?;
            let opened = read.open_table(OPENED)?;
            let ids = opened.iter()?.rev().take(limit as usize);
            look_up(&read, ids)
        })
    }

    fn overdue(&self, now: UnixTime) -> Storing<'_, Vec<Application>> {
        self.blocking(move |database| {
            let read = database.begin_read()?;
            let waiting = read.open_table(WAITING)?;
            look_up(&read, waiting.range(..(now.secs(), ""))?)
        })
    }

    fn count_waiting(&self) -> Storing<'_, u64> {
        self.blocking(|database| Ok(database.begin_read()?.open_table(WAITING)?.len()?))
    }

    fn note_access<'a>(&'a self, application: &'a str, access: Access) -> Storing<'a, ()> {
        let id = application.to_owned();
        self.blocking(move |database| {
            let write = database.begin_write()?;
            {
                let mut accesses = write.open_table(ACCESSES)?;
                let number = accesses.range((&*id, 0)..=(&*id, u64::MAX))?.count() as u64;
                accesses.insert((&*id, number), &*serde_json::to_vec(&access)?)?;
            }
            Ok(write.commit()?)
        })
    }

    fn accesses<'a>(&'a self, application: &'a str) -> Storing<'a, Vec<Access>> {
        let id = application.to_owned();
        self.blocking(move |database| {
            let accesses = database.begin_read()?.open_table(ACCESSES)?;
            let noted = accesses.range((&*id, 0)..=(&*id, u64::MAX))?;
            noted.map(|entry| Ok(serde_json::from_slice(entry?.1.value())?)).collect()
        })
    }

    fn erase(&self, now: UnixTime) -> Storing<'_, u64> {
        self.blocking(move |database| {
            let write = database.begin_write()?;
            let mut erased = 0;
            {
                let mut applications = write.open_table(APPLICATIONS)?;
                let mut opened = write.open_table(OPENED)?;
                let mut accesses = write.open_table(ACCESSES)?;
                let mut ending = write.open_table(ENDING)?;
                for entry in ending.extract_from_if(..(now.secs(), ""), |_, ()| true)? {
                    let (key, _) = entry?;
                    let (_, id) = key.value();
                    if let Some(json) = applications.remove(id)? {
                        opened.remove((read(json.value())?.opened.secs(), id))?;
                    }
                    accesses.retain_in((id, 0)..=(id, u64::MAX), |_, _| false)?;
                    erased += 1;
                }
            }
            write.commit()?;
            Ok(erased)
        })
    }
}

/// An entry of an index.
type Indexed<'a> = Result<
    (redb::AccessGuard<'a, (i64, &'static str)>, redb::AccessGuard<'a, ()>),
    redb::StorageError,
>;

fn look_up<'a>(
    transaction: &redb::ReadTransaction,
    entries: impl Iterator<Item = Indexed<'a>>,
) -> Stored<Vec<Application>> {
    let applications = transaction.open_table(APPLICATIONS)?;
    let mut found = Vec::new();
    for entry in entries {
        let (key, _) = entry?;
        if let Some(json) = applications.get(key.value().1)? {
            found.push(read(json.value())?);
        }
    }
    Ok(found)
}

fn read(json: &[u8]) -> Stored<Application> {
    Ok(serde_json::from_slice(json)?)
}

/// The embedded database has an error type for each kind of step.
macro_rules! errors {
    ($($error:ident)*) => {$(
        impl From<redb::$error> for StoreError {
            fn from(error: redb::$error) -> Self {
                Self::new(error)
            }
        }
    )*};
}

errors! { CommitError DatabaseError StorageError TableError TransactionError }

impl fmt::Debug for EmbeddedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmbeddedStore")
    }
}
