//! Reading the audit log: by time, or one user's history.

use poolhouse_store::Scan;

use super::audit::{AuditEntry, EntryId, Feedback, OfUser};
use super::document::{decode, load};
use super::key::Directory;
use super::pool::PoolRecord;
use super::refused::Refused;
use crate::base::clock::Millis;
use crate::base::load::LoadError;
use crate::base::platform::Platform;

/// An entry, and which it is.
pub type Entry = (EntryId, AuditEntry);

/// An entry of a user's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which it is.
    pub id: EntryId,
    /// What it says.
    pub entry: AuditEntry,
    /// What was said of it later.
    pub feedback: Option<Feedback>,
}

/// The first entries of a pool, or of no pool, behind a key of [`AuditEntry::prefix`].
///
/// # Errors
/// When the store fails, or a row is none of the log's.
pub async fn entries(
    platform: &Platform,
    pool_id: Option<&str>,
    after: &str,
    most: usize,
) -> Result<Vec<Entry>, LoadError> {
    let scan = Scan::prefix(AuditEntry::prefix(pool_id), most).after(after);
    let rows = platform.scan(scan).await?.into_iter();
    rows.map(|row| {
        let id = EntryId::of_key(&row.key).ok_or_else(|| LoadError::corrupt(&row.key))?;
        Ok((id, decode::<AuditEntry>(row)?.value))
    })
    .collect()
}

/// What was refused, a minute and server each, behind a key of [`Refused::prefix`]; with its key, and the minute's beginning.
///
/// # Errors
/// As [`entries`].
pub async fn refused(
    platform: &Platform,
    pool_id: Option<&str>,
    after: &str,
    most: usize,
) -> Result<Vec<(String, Millis, Refused)>, LoadError> {
    let scan = Scan::prefix(Refused::prefix(pool_id), most).after(after);
    let rows = platform.scan(scan).await?.into_iter();
    rows.map(|row| {
        let id = EntryId::of_key(&row.key).ok_or_else(|| LoadError::corrupt(&row.key))?;
        let key = row.key.clone();
        Ok((key, id.at, decode::<Refused>(row)?.value))
    })
    .collect()
}

/// A page of a user's history, the newest first, behind a key of it; the key of the last that was looked at, if there may be
/// more.
///
/// # Errors
/// As [`entries`].
pub async fn history(
    platform: &Platform,
    pool_id: &str,
    sub: &str,
    after: Option<String>,
    most: usize,
) -> Result<(Vec<Event>, Option<String>), LoadError> {
    let scan = Scan {
        prefix: OfUser::prefix(pool_id, sub),
        after,
        limit: most,
    };
    let named = platform.scan(scan).await?;
    let last = named
        .last()
        .map(|row| row.key.clone())
        .filter(|_| named.len() == most);
    let mut marks = Vec::with_capacity(named.len());
    for row in named {
        let id = OfUser::entry(&row.key).ok_or_else(|| LoadError::corrupt(&row.key))?;
        marks.push((id, decode::<OfUser>(row)?.value.feedback));
    }
    let key = |(id, _): &(EntryId, _)| String::from(AuditEntry::key(Some(pool_id), id));
    let keys: Vec<String> = marks.iter().map(key).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let rows = platform.get_many(&keys).await?;
    let mut found = Vec::with_capacity(marks.len());
    for ((id, feedback), row) in marks.into_iter().zip(rows) {
        // It may have been swept in between.
        if let Some(row) = row {
            let entry = decode::<AuditEntry>(row)?.value;
            found.push(Event { id, entry, feedback });
        }
    }
    Ok((found, last))
}

/// One entry of a user's, looked for among the newest `most`.
///
/// # Errors
/// As [`entries`].
pub async fn find(
    platform: &Platform,
    pool_id: &str,
    sub: &str,
    request_id: &str,
    most: usize,
) -> Result<Option<EntryId>, LoadError> {
    let mut after = None;
    let mut left = most;
    while left > 0 {
        let scan = Scan {
            prefix: OfUser::prefix(pool_id, sub),
            after,
            limit: left.min(PAGE),
        };
        let rows = platform.store.scan(scan).await?;
        let ids = rows.iter().filter_map(|row| OfUser::entry(&row.key));
        if let Some(found) = ids.into_iter().find(|id| id.request_id == request_id) {
            return Ok(Some(found));
        }
        let Some(last) = rows.last().filter(|_| rows.len() == left.min(PAGE)) else {
            return Ok(None);
        };
        after = Some(last.key.clone());
        left -= rows.len();
    }
    Ok(None)
}

/// Rows that are looked at a time.
const PAGE: usize = 500;

/// The ids of the pools.
///
/// # Errors
/// When the store fails.
pub async fn pools(platform: &Platform) -> Result<Vec<String>, LoadError> {
    let prefix = Directory::Pool.prefix();
    let mut ids = Vec::new();
    let mut scan = Scan::prefix(prefix, PAGE);
    loop {
        let rows = platform.store.scan(scan).await?;
        ids.extend(
            rows.iter()
                .filter_map(|row| row.key.strip_prefix(prefix))
                .map(str::to_owned),
        );
        match rows.last() {
            Some(last) if rows.len() == PAGE => scan = Scan::prefix(prefix, PAGE).after(last.key.clone()),
            _ => return Ok(ids),
        }
    }
}

/// The pool of this id.
///
/// # Errors
/// As [`entries`].
pub async fn pool(platform: &Platform, id: &str) -> Result<Option<PoolRecord>, LoadError> {
    let found = load(platform, &PoolRecord::key(id)).await?;
    Ok(found.map(|stored| stored.value))
}
