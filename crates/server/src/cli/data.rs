//! The data directory: the database, the key beside it, and whether they belong together.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use poolhouse_crypto::OsEntropy;
use poolhouse_store::{Batch, Expect, Sqlite};
use serde_json::Value;
use zeroize::Zeroizing;

use super::CliError;
use crate::key_file;
use poolhouse_pool::base::clock::SystemClock;
use poolhouse_pool::base::cpu::CpuPool;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::records::keys;
use poolhouse_pool::run::start;

/// The database's file name.
const DATABASE: &str = "poolhouse.db";
/// What the row at [`keys::SEAL`] holds, sealed.
const KNOWN: &[u8] = b"poolhouse";

/// An opened data directory.
pub(super) struct Data {
    /// The database.
    pub store: Arc<Sqlite>,
    /// The key to it.
    pub master_key: Zeroizing<[u8; 32]>,
}

/// Opens the directory, and makes it with a database and a key if it is not there.
pub(super) async fn open(directory: &Path) -> Result<Data, CliError> {
    let cannot = |what: &str| CliError::new(format!("{what} {} cannot be used", directory.display()));
    let database = directory.join(DATABASE);
    key_file::prepare_directory(directory).map_err(|error| cannot("the data directory").caused_by(error))?;
    let master_key = key_file::load_or_create(directory, &database, &OsEntropy)
        .map_err(|error| cannot("the data directory").caused_by(error))?;
    let store = Sqlite::open(&database).map_err(|error| cannot("the database in").caused_by(error))?;
    let data = Data {
        store: Arc::new(store),
        master_key,
    };
    data.check_seal(directory).await?;
    Ok(data)
}

impl Data {
    /// The platform over this directory, for commands that do one thing and end.
    pub fn platform(&self) -> Platform {
        Platform {
            store: self.store.clone(),
            sealer: Arc::new(start::sealer(&self.master_key)),
            entropy: Arc::new(OsEntropy),
            clock: Arc::new(SystemClock),
            cpu: CpuPool::new(1),
        }
    }

    /// Refuses a database that another key sealed, before anything new is sealed with this one.
    async fn check_seal(&self, directory: &Path) -> Result<(), CliError> {
        let failed = |error| CliError::new("the database cannot be read").caused_by(error);
        let platform = self.platform();
        let Some(row) = platform.get(keys::SEAL).await.map_err(failed)? else {
            let sealed = platform.seal(keys::SEAL, KNOWN);
            let batch = Batch::new().put(keys::SEAL, Expect::Any, Value::from(sealed).to_string());
            let written = platform.commit(batch).await;
            return written
                .map(drop)
                .map_err(|error| CliError::new("the database cannot be written").caused_by(error));
        };
        let opens = match serde_json::from_str(&row.body) {
            Ok(Value::String(sealed)) => platform
                .open(keys::SEAL, &sealed)
                .is_ok_and(|plain| *plain == *KNOWN),
            _ => false,
        };
        if opens {
            return Ok(());
        }
        let directory: PathBuf = directory.to_owned();
        Err(CliError::new(format!(
            "{0}/master.key is not the key that {0}/{DATABASE} was written with. Put the right one back from your backup",
            directory.display()
        )))
    }
}
