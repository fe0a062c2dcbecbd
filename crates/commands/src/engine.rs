//! Which store a server has: the file in its data directory, or a PostgreSQL database.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use poolhouse_pool::base::tls;
use poolhouse_pool::records::key::COME_AND_GO;
use poolhouse_store::postgres::{Address, Options};
use poolhouse_store::{Postgres, Sqlite, Store};

use crate::error::CliError;

/// What lies in the data directory of a server whose database is elsewhere, so that no command makes another one there.
const ELSEWHERE: &str = "database-elsewhere";

/// An open store.
pub enum Engine {
    /// The file in the data directory.
    Sqlite(Arc<Sqlite>),
    /// A database on servers of its own.
    Postgres(Arc<Postgres>),
}

impl Engine {
    /// Opens the file, and creates it if there is none.
    pub(super) fn file(directory: &Path, database: &Path) -> Result<Engine, CliError> {
        Engine::check_here(directory)?;
        Engine::file_whatever(directory, database)
    }

    /// Refuses a directory whose database is elsewhere.
    pub(super) fn check_here(directory: &Path) -> Result<(), CliError> {
        let Ok(place) = fs::read_to_string(directory.join(ELSEWHERE)) else {
            return Ok(());
        };
        Err(CliError::new(format!(
            "the database of {} is elsewhere, at {}: name it with --store",
            directory.display(),
            place.trim()
        )))
    }

    /// Whether a database can be reached that takes writes. Nothing is made in it.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn reach(address: &Address) -> Result<(), CliError> {
        let reached = Postgres::reach(address, &tls::provider()).await;
        reached.map_err(|error| {
            CliError::new(format!("the database at {address} cannot be used")).caused_by(error)
        })
    }

    /// The same, wherever the directory's database was before.
    pub(super) fn file_whatever(directory: &Path, database: &Path) -> Result<Engine, CliError> {
        let store = Sqlite::open(database).map_err(|error| {
            CliError::new(format!("the database in {} cannot be used", directory.display())).caused_by(error)
        })?;
        Ok(Engine::Sqlite(Arc::new(store)))
    }

    /// Opens the database at an address, and makes its schema if there is none.
    pub(super) async fn postgres(address: &Address) -> Result<Engine, CliError> {
        let mut options = Options::new(tls::provider());
        options.brief = COME_AND_GO.to_vec();
        let store = Postgres::open(address, options).await.map_err(|error| {
            CliError::new(format!("the database at {address} cannot be used")).caused_by(error)
        })?;
        Ok(Engine::Postgres(Arc::new(store)))
    }

    /// Leaves a note in the data directory of where the database is.
    pub(super) fn note(directory: &Path, address: &Address) -> Result<(), CliError> {
        fs::write(directory.join(ELSEWHERE), format!("{address}\n")).map_err(|error| {
            CliError::new(format!(
                "the data directory {} cannot be written",
                directory.display()
            ))
            .caused_by(error)
        })
    }

    /// Takes such a note away: the database is in the directory again.
    pub(super) fn forget_note(directory: &Path) -> Result<(), CliError> {
        match fs::remove_file(directory.join(ELSEWHERE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(CliError::new(format!(
                "{} says that the database is elsewhere, and cannot be deleted",
                directory.join(ELSEWHERE).display()
            ))
            .caused_by(error)),
            _ => Ok(()),
        }
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        match self {
            Engine::Sqlite(store) => store.clone(),
            Engine::Postgres(store) => store.clone(),
        }
    }

    /// Whether several servers can share it.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Engine::Postgres(_))
    }

    /// Lets what is under way end, and closes the store.
    pub async fn close(&self) {
        match self {
            Engine::Sqlite(store) => store.close().await,
            Engine::Postgres(store) => store.close().await,
        }
    }
}

/// The address that an option or a key of the configuration names: itself, or a file that holds it.
pub(super) fn address(given: &str) -> Result<Address, CliError> {
    let read = match given.strip_prefix('@') {
        None => given.to_owned(),
        Some(file) => fs::read_to_string(file).map_err(|error| {
            CliError::new(format!("the file {file} of the store cannot be read")).caused_by(error)
        })?,
    };
    Address::parse(&read)
        .map_err(|error| CliError::new("the store's address cannot be used").caused_by(error))
}
