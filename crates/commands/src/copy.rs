//! `poolhouse copy`: from one database to another, on a data directory that no server runs on.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use poolhouse_backup::copy::{Copied, copy};
use poolhouse_crypto::OsEntropy;
use poolhouse_store::postgres::Address;
use poolhouse_store::{Scan, Store};
use serde_json::json;

use crate::args::Output;
use crate::data::{self, DATABASE};
use crate::engine::{self, Engine};
use crate::error::CliError;
use crate::key_file;
use crate::output::{once, print};
use poolhouse_pool::base::clock::SystemClock;
use poolhouse_pool::base::key_ring::KeyRing;
use poolhouse_pool::base::keys::Keys;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::records::restored::is_of_its_place;
use poolhouse_pool::records::seal;
use poolhouse_pool::run::restoration::{self, Arriving};

#[derive(Args)]
pub struct CopyArgs {
    /// The database to copy: a data directory, a URL of PostgreSQL, or @FILE that holds one
    #[arg(value_name = "FROM")]
    from: String,
    /// Where to: an empty database, or one that a copy before did not come to the end of
    #[arg(value_name = "TO")]
    to: String,
    /// The directory of master.key [default: the data directory among the two]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

/// One end of a copy.
enum Side {
    Directory(PathBuf),
    Elsewhere(Address),
}

impl Side {
    fn of(text: &str) -> Result<Side, CliError> {
        match text.starts_with('@') || text.contains("://") {
            true => engine::address(text).map(Side::Elsewhere),
            false => Ok(Side::Directory(PathBuf::from(text))),
        }
    }

    fn directory(&self) -> Option<&Path> {
        match self {
            Side::Directory(directory) => Some(directory),
            Side::Elsewhere(_) => None,
        }
    }

    async fn open(&self, is_source: bool) -> Result<Engine, CliError> {
        match self {
            Side::Elsewhere(address) => Engine::postgres(address).await,
            Side::Directory(directory) => {
                let database = directory.join(DATABASE);
                if !is_source {
                    return Engine::file_whatever(directory, &database);
                }
                if !database.is_file() {
                    return Err(CliError::new(format!("there is no {}", database.display())));
                }
                Engine::file(directory, &database)
            }
        }
    }
}

pub(super) fn run(arguments: &CopyArgs) -> Result<(), CliError> {
    once(run_copy(arguments))
}

async fn run_copy(arguments: &CopyArgs) -> Result<(), CliError> {
    let (from, to) = (Side::of(&arguments.from)?, Side::of(&arguments.to)?);
    let directory = arguments.data.as_deref().or(from.directory()).or(to.directory());
    let directory = directory.ok_or_else(|| CliError::new("name the directory of master.key with --data"))?;
    for needed in [Some(directory), to.directory()].into_iter().flatten() {
        if !key_file::is_in(needed) {
            return Err(CliError::new(format!(
                "{}/master.key is not there. Copy it there first: the rows cannot be read without it",
                needed.display()
            )));
        }
    }
    let mut reserved = vec![data::reserve(directory)?];
    for other in [from.directory(), to.directory()].into_iter().flatten() {
        if other != directory {
            reserved.push(data::reserve(other)?);
        }
    }
    if let Some(entered) = to.directory() {
        check_same_keys(directory, entered)?;
    }
    let source = from.open(true).await?;
    let target = match to.open(false).await {
        Ok(target) => target,
        Err(error) => {
            source.close().await;
            return Err(error);
        }
    };
    let copied = copied(directory, &source, &target, arguments.output).await;
    source.close().await;
    target.close().await;
    let copied = copied?;
    match (&from, &to) {
        (Side::Directory(left), Side::Elsewhere(address)) => Engine::note(left, address)?,
        (_, Side::Directory(entered)) => Engine::forget_note(entered)?,
        _ => {}
    }
    print(&said(arguments, &copied))
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CliError {
    CliError::new("the database was not copied").caused_by(error)
}

async fn copied(
    directory: &Path,
    source: &Engine,
    target: &Engine,
    output: Output,
) -> Result<Copied, CliError> {
    let (from, to) = (over(directory, source)?, over(directory, target)?);
    check_source(&from).await?;
    check_target(&to).await?;
    restoration::begin(&to, Arriving::Copy).await.map_err(failed)?;
    let progress = |rows| {
        if output == Output::Text {
            // With stderr gone nobody looks.
            let _ = write!(std::io::stderr(), "\r{rows} rows");
        }
    };
    let done = copy(&*from.store, &*to.store, is_of_its_place, &OsEntropy, progress).await;
    if output == Output::Text {
        let _ = writeln!(std::io::stderr());
    }
    let done = done.map_err(failed)?;
    let ended = restoration::end(&to, target.is_shared()).await;
    ended.map_err(failed)?;
    Ok(done)
}

fn ring(directory: &Path) -> Result<KeyRing, CliError> {
    key_file::load_or_create(directory, &directory.join(DATABASE), &OsEntropy).map_err(failed)
}

/// Refuses a directory that has another key than the rows that it is to have.
fn check_same_keys(directory: &Path, entered: &Path) -> Result<(), CliError> {
    if ring(directory)? == ring(entered)? {
        return Ok(());
    }
    Err(CliError::new(format!(
        "{0}/master.key is not {1}/master.key, which the rows are written with. Copy that file there first",
        entered.display(),
        directory.display()
    )))
}

fn over(directory: &Path, engine: &Engine) -> Result<Platform, CliError> {
    let store: Arc<dyn Store> = engine.store();
    let ring = ring(directory)?;
    let keys = Keys::derive(ring).map_err(failed)?;
    Ok(Platform::new(
        store,
        keys,
        Arc::new(OsEntropy),
        Arc::new(SystemClock),
        1,
    ))
}

/// Refuses a database that is no server's, is not whole, or has another key.
async fn check_source(from: &Platform) -> Result<(), CliError> {
    if restoration::arriving(from).await.map_err(failed)?.is_some() {
        return Err(CliError::new(
            "rows are arriving in the database that is to be copied. Let that restore or copy end first",
        ));
    }
    let row = from.store.get(seal::key().as_str()).await.map_err(failed)?;
    let row =
        row.ok_or_else(|| CliError::new("there is nothing to copy: no server has used that database"))?;
    from.open_row(row).map(drop).map_err(|_| {
        CliError::new("master.key is not the key that the database was written with. Name the right directory with --data")
    })?;
    data::check_idle(from).await?;
    let foreign = restoration::first_without_key(from, |key| !is_of_its_place(key)).await;
    match foreign.map_err(failed)? {
        Some(row) => Err(data::lacks_key(&row)),
        None => Ok(()),
    }
}

/// Refuses a database that holds something else than a copy that was interrupted.
async fn check_target(to: &Platform) -> Result<(), CliError> {
    let rows = to.store.scan(Scan::prefix("", 1)).await.map_err(failed)?;
    if rows.is_empty() || restoration::arriving(to).await.map_err(failed)? == Some(Arriving::Copy) {
        return Ok(());
    }
    Err(CliError::new(
        "the database that is to be copied to is in use. Name an empty one",
    ))
}

fn said(arguments: &CopyArgs, copied: &Copied) -> String {
    let Copied {
        summary,
        written,
        deleted,
    } = copied;
    match arguments.output {
        Output::Json => json!({
            "Rows": summary.rows,
            "Digest": summary.hex(),
            "Written": written,
            "Deleted": deleted,
        })
        .to_string(),
        Output::Text => format!(
            "{} rows are the same in both databases; {written} were written and {deleted} deleted.\nNever start a server on the old one again: \
             sessions and tokens live in both now.",
            summary.rows
        ),
    }
}
