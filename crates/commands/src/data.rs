//! The data directory: the database, the key beside it, and whether they belong together.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use poolhouse_crypto::OsEntropy;
use poolhouse_store::Batch;
use poolhouse_store::postgres::Address;

use crate::engine::{self, Engine};
use crate::error::CliError;
use crate::key_file::{self, KeyFileError};
use crate::moment::date;
use poolhouse_pool::base::clock::SystemClock;
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::base::key_ring::KeyRing;
use poolhouse_pool::base::keys::Keys;
use poolhouse_pool::base::load::LoadError;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::base::purpose::Purpose;
use poolhouse_pool::base::restore::Restores;
use poolhouse_pool::records::{GENERATION, RecordBatch, Reference, Stored, load, seal};
use poolhouse_pool::run::restoration::{self, Arriving};
use poolhouse_pool::run::{generation, servers};

/// The database's file name.
pub(super) const DATABASE: &str = "poolhouse.db";
/// The file that a server holds locked. It is empty and stays: the lock ends with its process, however that ends.
const LOCK: &str = "server.lock";
/// What the row at [`seal::key`] holds, sealed.
const KNOWN: &[u8] = b"poolhouse";

/// An opened data directory.
pub struct Data {
    /// The database.
    pub engine: Engine,
    /// The keys to it.
    pub keys: KeyRing,
    /// What is known of restores of the database.
    pub restores: Restores,
    /// Keeps the keys as they are while a command works with them.
    _held: Option<File>,
}

/// Opens the directory for a command, and makes it with a key, and a database unless that is elsewhere, if it is not there.
async fn open(directory: &Path, elsewhere: Option<&Address>) -> Result<Data, CliError> {
    let mut data = open_with(directory, elsewhere, hold).await?;
    data.look_back(directory).await?;
    Ok(data)
}

fn hold(directory: &Path) -> Result<Option<File>, KeyFileError> {
    key_file::hold(directory).map(Some)
}

/// The same for a command that puts the database back, and may find one that another has begun to.
pub(super) async fn open_to_restore(directory: &Path, store: Option<&str>) -> Result<Data, CliError> {
    let elsewhere = store.map(engine::address).transpose()?;
    open_with(directory, elsewhere.as_ref(), hold).await
}

/// The same for a server, which changes the keys while it works with them.
pub async fn open_to_serve(directory: &Path, elsewhere: Option<&Address>) -> Result<Data, CliError> {
    let mut data = open_with(directory, elsewhere, |_| Ok(None)).await?;
    data.look_back(directory).await?;
    Ok(data)
}

async fn open_with(
    directory: &Path,
    elsewhere: Option<&Address>,
    hold: impl FnOnce(&Path) -> Result<Option<File>, KeyFileError>,
) -> Result<Data, CliError> {
    let cannot = |error: KeyFileError| {
        CliError::new(format!(
            "the data directory {} cannot be used",
            directory.display()
        ))
        .caused_by(error)
    };
    let database = directory.join(DATABASE);
    refuse_empty(directory, &database)?;
    key_file::prepare_directory(directory).map_err(cannot)?;
    let shared = match elsewhere {
        Some(address) => Some(open_shared(directory, address).await?),
        None => None,
    };
    let held = hold(directory).map_err(cannot)?;
    let keys = key_file::load_or_create(directory, &database, &OsEntropy).map_err(cannot)?;
    let engine = match shared {
        Some(engine) => engine,
        None => Engine::file(directory, &database)?,
    };
    let data = Data {
        engine,
        keys,
        restores: Restores::default(),
        _held: held,
    };
    data.check_seal(directory).await?;
    Ok(data)
}

/// Opens a database elsewhere. One that holds something belongs to a key, and no new one is made for it.
async fn open_shared(directory: &Path, address: &Address) -> Result<Engine, CliError> {
    let engine = Engine::postgres(address).await?;
    let sealed = engine.store().get(seal::key().as_str()).await;
    let sealed = sealed.map_err(|error| CliError::new("the database cannot be read").caused_by(error))?;
    if sealed.is_some() && !key_file::is_in(directory) {
        return Err(CliError::new(format!(
            "the database at {address} is in use, and its key is not in {0}. Copy master.key from another server's data directory, or \
             from your backup, to {0}",
            directory.display()
        )));
    }
    Engine::note(directory, address)?;
    Ok(engine)
}

/// Reserves the directory for one server, and makes it if it is not there. The reservation ends with the returned file.
/// Commands beside the server need none: what they do is one commit.
pub fn reserve(directory: &Path) -> Result<File, CliError> {
    let cannot = || {
        CliError::new(format!(
            "the data directory {} cannot be used",
            directory.display()
        ))
    };
    key_file::prepare_directory(directory).map_err(|error| cannot().caused_by(error))?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options
        .open(directory.join(LOCK))
        .map_err(|error| cannot().caused_by(error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(CliError::new(format!(
            "another server runs on the data directory {}. Stop it, or give this one a directory of its own with --data",
            directory.display()
        ))),
        Err(TryLockError::Error(error)) => Err(cannot().caused_by(error)),
    }
}

/// Whether the directory and the key in it can be used, and no more: nothing is opened or made.
///
/// # Errors
/// When a server would not start with them.
pub fn check(directory: &Path, elsewhere: Option<&Address>) -> Result<(), CliError> {
    let database = directory.join(DATABASE);
    refuse_empty(directory, &database)?;
    let checked = key_file::check(directory, &database);
    checked.map_err(|error| {
        let path = directory.display();
        CliError::new(format!("the data directory {path} cannot be used")).caused_by(error)
    })?;
    match elsewhere {
        Some(_) => Ok(()),
        None => Engine::check_here(directory),
    }
}

/// Whether a server has the directory reserved. Only to be asked where one cannot start anyway: it would find the directory reserved by
/// this question.
pub fn is_reserved(directory: &Path) -> bool {
    let lock = File::open(directory.join(LOCK));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Refuses a database without a byte beside a key: somebody's data is gone, and a new, empty pool would hide that.
fn refuse_empty(directory: &Path, database: &Path) -> Result<(), CliError> {
    let is_empty = fs::metadata(database).is_ok_and(|file| file.len() == 0);
    if !is_empty || !key_file::is_in(directory) {
        return Ok(());
    }
    Err(CliError::new(format!(
        "the database {0} is empty, and the key beside it belongs to one that was not. Put the database back from your backup, or \
         delete {0} to begin with an empty one",
        database.display()
    )))
}

/// Opens what a command names.
pub(super) async fn named(directory: &Path, store: Option<&str>) -> Result<Data, CliError> {
    let elsewhere = store.map(engine::address).transpose()?;
    open(directory, elsewhere.as_ref()).await
}

/// Opens a directory that must be there: a mistyped name is not to make a new one.
pub(super) async fn existing(directory: &Path, store: Option<&str>) -> Result<Data, CliError> {
    check_existing(directory)?;
    named(directory, store).await
}

/// The same for a command that is asked again and again how far a rotation is, and must not stand in its way.
pub(super) async fn existing_to_watch(directory: &Path, store: Option<&str>) -> Result<Data, CliError> {
    check_existing(directory)?;
    let elsewhere = store.map(engine::address).transpose()?;
    open_to_serve(directory, elsewhere.as_ref()).await
}

fn check_existing(directory: &Path) -> Result<(), CliError> {
    if directory.is_dir() {
        return Ok(());
    }
    let path = directory.display();
    Err(CliError::new(format!(
        "there is no directory {path}. Name the server's with --data"
    )))
}

impl Data {
    /// The platform over this directory, for commands that do one thing and end.
    ///
    /// # Errors
    /// When a key is not random.
    pub fn platform(&self) -> Result<Platform, CliError> {
        let keys = Keys::derive(self.keys.clone())
            .map_err(|error| CliError::new("the key file is not usable").caused_by(error))?;
        let (entropy, clock) = (Arc::new(OsEntropy), Arc::new(SystemClock));
        let platform = Platform::new(self.engine.store(), keys, entropy, clock, 1);
        Ok(platform.with_restores(self.restores.clone()))
    }

    /// Learns what ended with the last restore, and refuses a database that is not whole.
    async fn look_back(&mut self, directory: &Path) -> Result<(), CliError> {
        let failed = |error: ApiError| CliError::new("the database cannot be read").caused_by(error);
        let platform = self.platform()?;
        if let Some(arriving) = restoration::arriving(&platform).await.map_err(failed)? {
            return Err(CliError::new(format!(
                "a {} into the database of {} has not come to its end. Run poolhouse {} again",
                match arriving {
                    Arriving::Restore | Arriving::InPlace => "restore",
                    Arriving::Copy => "copy",
                },
                directory.display(),
                arriving.name()
            )));
        }
        let noted = generation::noted(&platform).await;
        let (noted, _) = noted.map_err(|error| failed(error.into()))?;
        generation::check(noted, GENERATION).map_err(|error| {
            let path = directory.display();
            CliError::new(format!("the database of {path} is not for this version")).caused_by(error)
        })?;
        let last = restoration::last(&platform).await.map_err(failed)?;
        self.restores = Restores::new(last.map(|restored| restored.mark));
        Ok(())
    }

    /// Refuses a database that another key sealed, before anything new is sealed with this one.
    async fn check_seal(&self, directory: &Path) -> Result<(), CliError> {
        let platform = self.platform()?;
        let key = seal::key();
        // Under another key the row is not ours at all.
        let opens = match load(&platform, &key).await {
            Ok(Some(Stored { value, .. })) => platform
                .open(Purpose::Check, key.as_str(), &value.0)
                .is_ok_and(|plain| *plain == *KNOWN),
            Ok(None) => return write_seal(&platform).await,
            Err(LoadError::Corrupt(_)) => false,
            Err(error) => return Err(CliError::new("the database cannot be read").caused_by(error)),
        };
        if opens {
            return Ok(());
        }
        let directory: PathBuf = directory.to_owned();
        let from = match self.engine {
            Engine::Sqlite(_) => "Put the right one back from your backup",
            Engine::Postgres(_) => "Copy it from another server's data directory, or from your backup",
        };
        Err(CliError::new(format!(
            "{0}/master.key is not the key that the database was written with. {from}",
            directory.display()
        )))
    }
}

/// Refuses a database that a server says it runs on: on one that several can share, a server elsewhere reserves nothing here.
pub(super) async fn check_idle(platform: &Platform) -> Result<(), CliError> {
    let until = servers::runs_until(platform).await;
    let until = until.map_err(|error| CliError::new("the database cannot be read").caused_by(error))?;
    match until {
        None => Ok(()),
        Some(until) => Err(CliError::new(format!(
            "a server runs on the database. Stop every one of them. One that was killed, or ran when a copy of the database was made, counts \
             until {}",
            date(until)
        ))),
    }
}

/// What is said of a row that was written with a key that is not here.
pub(super) fn lacks_key(row: &str) -> CliError {
    CliError::new(format!(
        "the row {row} and perhaps others were written with a key that is not in master.key: the keys were rotated before or after that copy \
         of it was made. Put back the copy of the same time"
    ))
}

/// Seals the known text into a new database.
async fn write_seal(platform: &Platform) -> Result<(), CliError> {
    let key = seal::key();
    let sealed = Reference(platform.seal(Purpose::Check, key.as_str(), KNOWN));
    let written = platform.commit(Batch::new().create(key, &sealed)).await;
    written
        .map(drop)
        .map_err(|error| CliError::new("the database cannot be written").caused_by(error))
}
