//! Putting a database back: what may come back from a backup, and the mark that ends everything else.
//!
//! Rows arrive from a backup, or lie there already because the database's own tools have put them back. Either way the mark is written
//! first, and that rows are arriving, so that no server starts before the end.

use poolhouse_crypto::{LOWER_ALPHANUMERIC, random_text};
use poolhouse_store::{Batch, Expect, Row, Scan};

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::base::restore::Mark;
use crate::records::restored::comes_back;
use crate::records::{KeysInUse, RecordBatch, Reference, Restored, load};
use crate::run::servers;

/// Characters of a mark.
const MARK: usize = 32;
/// Rows that one page looks at.
const PAGE: usize = 500;

/// Why nothing may be done with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arriving {
    /// Rows arrive from a backup.
    Restore,
    /// The database's own tools have put rows back, and those that must not come back go.
    InPlace,
    /// Rows arrive from another database.
    Copy,
}

impl Arriving {
    /// Its name in the row, which is that of the command.
    pub fn name(self) -> &'static str {
        match self {
            Arriving::Restore => "restore",
            Arriving::InPlace => "restore --in-place",
            Arriving::Copy => "copy",
        }
    }

    fn of(name: &str) -> Arriving {
        let known = [Arriving::InPlace, Arriving::Copy];
        let found = known.into_iter().find(|known| known.name() == name);
        found.unwrap_or(Arriving::Restore)
    }
}

/// Whether rows are arriving; what the row says otherwise counts as a restore.
///
/// # Errors
/// When the store fails.
pub async fn arriving(platform: &Platform) -> Result<Option<Arriving>, ApiError> {
    let found = load(platform, &Restored::arriving_key()).await?;
    Ok(found.map(|found| Arriving::of(&found.value.0)))
}

/// The last restore, if there was one.
///
/// # Errors
/// When the store fails.
pub async fn last(platform: &Platform) -> Result<Option<Restored>, ApiError> {
    Ok(load(platform, &Restored::key()).await?.map(|found| found.value))
}

/// Notes that rows arrive; with a restore, everything short-lived that was made before this moment ends.
///
/// # Errors
/// When the store fails.
pub async fn begin(platform: &Platform, what: Arriving) -> Result<(), ApiError> {
    let note = Reference(what.name().to_owned());
    let mut batch = Batch::new().record(Restored::arriving_key(), Expect::Any, &note);
    if what != Arriving::Copy {
        let before = last(platform).await?.map_or(0, |restored| restored.times);
        let restored = Restored {
            times: before + 1,
            mark: Mark {
                text: random_text(LOWER_ALPHANUMERIC, MARK, &*platform.entropy),
                from: Millis((platform.now().seconds() + 1) * 1000),
            },
        };
        batch = batch.record(Restored::key(), Expect::Any, &restored);
    }
    platform.commit(batch).await?;
    Ok(())
}

/// Notes that all rows are there, and, where several servers can share the database, that none may work on it without the keys that are here.
///
/// # Errors
/// When the store fails.
pub async fn end(platform: &Platform, is_shared: bool) -> Result<(), ApiError> {
    let batch = Batch::new().delete(Restored::arriving_key(), Expect::Any);
    let batch = match is_shared {
        true => {
            let keys = KeysInUse(servers::after_promotion(platform.keys().ring()));
            batch.record(KeysInUse::key(), Expect::Any, &keys)
        }
        false => batch.delete(KeysInUse::key(), Expect::Any),
    };
    platform.commit(batch).await?;
    Ok(())
}

/// Whether a row says that it was written with a key that is not here. While keys are rotated a database has rows of two keys, so that one
/// row opens says nothing of the others.
pub fn lacks_key_of(platform: &Platform, row: &Row) -> bool {
    platform.keys().envelope().lacks_key_of(&row.body)
}

/// Where the first row lies that was written with a key that is not here, among those that are meant.
///
/// # Errors
/// When the store fails.
pub async fn first_without_key(
    platform: &Platform,
    is_meant: impl Fn(&str) -> bool,
) -> Result<Option<String>, ApiError> {
    let mut rows = platform.store.snapshot().await?;
    loop {
        let page = rows.next(PAGE).await?;
        if page.is_empty() {
            return Ok(None);
        }
        if let Some(found) = page
            .into_iter()
            .find(|row| is_meant(&row.key) && lacks_key_of(platform, row))
        {
            return Ok(Some(found.key));
        }
    }
}

/// Deletes the rows that do not come back, for a database that its own tools have put back, and returns how many there were.
///
/// # Errors
/// When the store fails; what was deleted stays deleted.
pub async fn purge(platform: &Platform) -> Result<usize, ApiError> {
    delete(platform, |key| !comes_back(key)).await
}

/// Deletes what an interrupted restore has brought: the backup that it came from may have been another one.
///
/// # Errors
/// As [`purge`].
pub async fn clear(platform: &Platform) -> Result<usize, ApiError> {
    delete(platform, |_| true).await
}

async fn delete(platform: &Platform, is_meant: impl Fn(&str) -> bool) -> Result<usize, ApiError> {
    let mut scan = Scan::prefix("", PAGE);
    let mut deleted = 0;
    loop {
        let rows = platform.store.scan(scan.clone()).await?;
        let ours = |key: &str| key == Restored::key().as_str() || key == Restored::arriving_key().as_str();
        let gone = rows.iter().filter(|row| is_meant(&row.key) && !ours(&row.key));
        let batch = gone.fold(Batch::new(), |batch, row| {
            deleted += 1;
            batch.delete(row.key.clone(), Expect::Any)
        });
        if !batch.is_empty() {
            platform.commit(batch).await?;
        }
        match rows.last() {
            Some(last) if rows.len() == PAGE => scan = scan.after(last.key.clone()),
            _ => return Ok(deleted),
        }
    }
}
