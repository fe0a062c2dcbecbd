//! `poolhouse restore`: puts a database back, on a data directory that no server runs on.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use poolhouse_backup::{Opening, Reader, Summary, copy};
use poolhouse_crypto::OsEntropy;
use poolhouse_store::{Batch, Scan};
use serde_json::json;
use tokio::time::sleep;

use crate::args::{KeysArgs, Output};
use crate::backup;
use crate::data::{self, Data};
use crate::error::CliError;
use crate::key_file;
use crate::moment::date;
use crate::noted::noting_gap;
use crate::output::{once, print};
use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::keyring::access;
use poolhouse_pool::records::restored::comes_back;
use poolhouse_pool::records::{Restored, seal};
use poolhouse_pool::run::restoration::{self, Arriving};

/// Rows of a commit.
const PAGE: usize = 500;

#[derive(Args)]
pub struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE", required_unless_present = "in_place")]
    file: Option<PathBuf>,
    /// The private key of the recipient that it was sealed for
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
    key: Option<PathBuf>,
    /// The passphrase that it was sealed under; - reads it from standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The database was put back by its own tools: only end what must not come back with it
    #[arg(long, conflicts_with_all = ["file", "key", "passphrase_file"])]
    in_place: bool,
    #[command(flatten)]
    at: KeysArgs,
}

type Backup = Reader<BufReader<File>>;

/// What was done.
struct Done {
    summary: Option<Summary>,
    created: Option<Millis>,
    ended: u64,
    access_keys: usize,
}

pub(super) fn run(arguments: &RestoreArgs) -> Result<(), CliError> {
    once(restore(arguments))
}

async fn restore(arguments: &RestoreArgs) -> Result<(), CliError> {
    let (directory, output) = (&arguments.at.data, arguments.at.output);
    if !key_file::is_in(directory) {
        return Err(CliError::new(format!(
            "{0}/master.key is not there. Put back your copy of it first: the rows cannot be read without it, and no new key would open them",
            directory.display()
        )));
    }
    let _reserved = data::reserve(directory)?;
    let data = data::open_to_restore(directory, arguments.at.store.as_deref()).await?;
    let done = match &arguments.file {
        Some(file) => {
            let (key, words) = (arguments.key.as_deref(), arguments.passphrase_file.as_deref());
            match backup::opening(key, words) {
                Ok(opening) => from_file(&data, file, &opening).await,
                Err(error) => Err(error),
            }
        }
        None => in_place(&data).await,
    };
    data.engine.close().await;
    print(&said(&done?, output))
}

fn said(done: &Done, output: Output) -> String {
    let created = done.created.map(date);
    if output == Output::Json {
        return json!({
            "Rows": done.summary.map(|summary| summary.rows),
            "Digest": done.summary.map(|summary| summary.hex()),
            "Created": created,
            "Ended": done.ended,
            "AccessKeys": done.access_keys,
        })
        .to_string();
    }
    let mut text = match (done.summary, created) {
        (Some(summary), Some(created)) => {
            format!(
                "{} rows of {created} are back.",
                summary.rows.saturating_sub(done.ended)
            )
        }
        _ => "The database may be used.".to_owned(),
    };
    text.push_str(&format!(
        "\nEvery session, code, refresh token and remembered browser of before has ended ({} rows); everybody signs in again.",
        done.ended
    ));
    if done.access_keys > 0 {
        text.push_str(&format!(
            "\n{} access keys are good again, also those that were deleted since the backup: see poolhouse keys list.",
            done.access_keys
        ));
    }
    text
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CliError {
    CliError::new("the database was not restored").caused_by(error)
}

/// Writes the rows of a backup that come back into an empty database.
async fn from_file(data: &Data, file: &Path, opening: &Opening) -> Result<Done, CliError> {
    let platform = data.platform()?;
    check_empty(&platform).await?;
    // All of it is read once before anything is written.
    let summary = check(&platform, open(file, opening)?)?;
    restoration::begin(&platform, Arriving::Restore)
        .await
        .map_err(failed)?;
    restoration::clear(&platform).await.map_err(failed)?;
    let mut backup = open(file, opening)?;
    let created = Millis(backup.created());
    let (mut batch, mut held, mut ended) = (Batch::new(), 0, 0);
    while let Some(row) = backup.next_row().map_err(failed)? {
        if !comes_back(&row.key) {
            ended += 1;
            continue;
        }
        batch = copy::put(batch, row);
        held += 1;
        if held == PAGE {
            let full = std::mem::take(&mut batch);
            copy::commit(&*platform.store, full, &OsEntropy)
                .await
                .map_err(failed)?;
            held = 0;
        }
    }
    copy::commit(&*platform.store, batch, &OsEntropy)
        .await
        .map_err(failed)?;
    finish(data, &noting_gap(&platform, "restore", Some(created))).await?;
    Ok(Done {
        summary: Some(summary),
        created: Some(created),
        ended,
        access_keys: access_keys(&platform).await?,
    })
}

/// Ends what must not come back, in a database that its own tools have put back.
async fn in_place(data: &Data) -> Result<Done, CliError> {
    let platform = data.platform()?;
    match restoration::arriving(&platform).await.map_err(failed)? {
        None | Some(Arriving::InPlace) => {}
        Some(other) => {
            return Err(CliError::new(format!(
                "rows were arriving in the database, and not all of them are there. Run poolhouse {} again, or put a whole one back with the \
                 database's own tools",
                other.name()
            )));
        }
    }
    data::check_idle(&platform).await?;
    restoration::begin(&platform, Arriving::InPlace)
        .await
        .map_err(failed)?;
    // From here on none can begin; one may have until now.
    data::check_idle(&platform).await?;
    let foreign = restoration::first_without_key(&platform, comes_back).await;
    if let Some(row) = foreign.map_err(failed)? {
        return Err(data::lacks_key(&row));
    }
    let ended = restoration::purge(&platform).await.map_err(failed)?;
    finish(data, &noting_gap(&platform, Arriving::InPlace.name(), None)).await?;
    Ok(Done {
        summary: None,
        created: None,
        ended: u64::try_from(ended).unwrap_or(u64::MAX),
        access_keys: access_keys(&platform).await?,
    })
}

/// Ends the arrival, and returns when the second is over in which it began: what is signed in to from then on is after it.
async fn finish(data: &Data, platform: &Platform) -> Result<(), CliError> {
    let ended = restoration::end(platform, data.engine.is_shared()).await;
    ended.map_err(failed)?;
    let restored = restoration::last(platform).await.map_err(failed)?;
    let from = restored.map_or(platform.now(), |restored| restored.mark.from);
    let left = u64::try_from(from.0 - platform.now().0).unwrap_or_default();
    sleep(Duration::from_millis(left)).await;
    Ok(())
}

async fn access_keys(platform: &Platform) -> Result<usize, CliError> {
    let found = access::list(platform).await;
    found.map(|keys| keys.len()).map_err(failed)
}

fn open(file: &Path, opening: &Opening) -> Result<Backup, CliError> {
    let input = File::open(file).map_err(|error| {
        CliError::new(format!("the file {} cannot be read", file.display())).caused_by(error)
    })?;
    Reader::open(BufReader::new(input), opening).map_err(failed)
}

/// Reads a backup to its end, and looks whether it is one of these keys'.
fn check(platform: &Platform, mut backup: Backup) -> Result<Summary, CliError> {
    let (mut is_ours, mut foreign) = (false, None);
    while let Some(row) = backup.next_row().map_err(failed)? {
        if foreign.is_none() && comes_back(&row.key) && restoration::lacks_key_of(platform, &row) {
            foreign = Some(row.key.clone());
        }
        if row.key == seal::key().as_str() {
            is_ours = platform.open_row(row).is_ok();
        }
    }
    let summary = backup.end().map_err(failed)?;
    match (is_ours, foreign) {
        (true, None) => Ok(summary),
        (true, Some(row)) => Err(data::lacks_key(&row)),
        (false, _) => Err(CliError::new(
            "master.key is not the key that the rows of this backup were written with: put back the copy of that time. Nothing was changed",
        )),
    }
}

/// Refuses a database that holds something.
async fn check_empty(platform: &Platform) -> Result<(), CliError> {
    let own = [
        seal::key().as_str().to_owned(),
        Restored::key().as_str().to_owned(),
    ];
    let is_arriving = restoration::arriving(platform).await.map_err(failed)?;
    let rows = platform.store.scan(Scan::prefix("", own.len() + 1)).await;
    let rows = rows.map_err(failed)?;
    let is_empty = rows.iter().all(|row| own.contains(&row.key));
    match is_arriving {
        // The one before was interrupted.
        Some(Arriving::Restore) => Ok(()),
        None if is_empty => Ok(()),
        _ => Err(CliError::new(
            "the database is in use, and a backup is put back into an empty one alone. Move poolhouse.db and what begins with its name out of \
             the data directory, or name an empty database with --store",
        )),
    }
}
