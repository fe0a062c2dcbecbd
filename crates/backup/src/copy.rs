//! From one store to another.
//!
//! Both are walked in the order of keys, and where they differ the rows of the first are written to the second, and what the first does
//! not have is deleted there. So a copy that was interrupted goes on where it differs, whatever was written meanwhile; nothing but the rows
//! says how far it came.

use std::collections::BTreeMap;

use poolhouse_crypto::Entropy;
use poolhouse_store::{Batch, Expect, Row, Scan, Snapshot, Store, Version, commit_and_settle};

use crate::{BackupError, Digest, Summary};

/// Rows of a page, and of a commit.
const PAGE: usize = 500;

/// What a copy came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// All rows, as both stores have them.
    pub summary: Summary,
    /// How many of them had to be written.
    pub written: u64,
    /// How many rows were deleted, which the first store does not have.
    pub deleted: u64,
}

/// Makes `to` have the rows of `from`, but for those at keys that `is_kept` names, and checks that it has. `progress` hears
/// how many rows have been looked at.
///
/// # Errors
/// When a store fails, or both differ afterwards, because somebody else writes to one of them.
pub async fn copy(
    from: &dyn Store,
    to: &dyn Store,
    is_kept: impl Fn(&str) -> bool,
    entropy: &dyn Entropy,
    mut progress: impl FnMut(u64),
) -> Result<Copied, BackupError> {
    let mut source = from.snapshot().await?;
    let mut digest = Digest::new();
    let (mut written, mut deleted) = (0, 0);
    let mut after = None;
    loop {
        let page = source.next(PAGE).await?;
        let is_last = page.is_empty();
        let last = page.last().map(|row| row.key.clone());
        let mut wanted: BTreeMap<String, Row> = BTreeMap::new();
        for row in page.into_iter().filter(|row| !is_kept(&row.key)) {
            digest.add(&row);
            wanted.insert(row.key.clone(), row);
        }
        let mut batch = Batch::new();
        for found in between(to, after, last.as_deref()).await? {
            if is_kept(&found.key) {
                continue;
            }
            match wanted.get(&found.key) {
                Some(row) if row.expires == found.expires && row.body == found.body => {
                    wanted.remove(&found.key);
                }
                Some(_) => {}
                None => {
                    deleted += 1;
                    batch = batch.delete(found.key, Expect::Any);
                    batch = commit_full(to, batch, entropy).await?;
                }
            }
        }
        for row in wanted.into_values() {
            written += 1;
            batch = put(batch, row);
        }
        commit(to, batch, entropy).await?;
        progress(digest.summary().rows);
        if is_last {
            break;
        }
        after = last;
    }
    let summary = digest.summary();
    match summarize(to, &is_kept).await? {
        found if found == summary => Ok(Copied {
            summary,
            written,
            deleted,
        }),
        _ => Err(BackupError::Different),
    }
}

/// The rows of a store after a key and up to another, or to the end.
async fn between(
    store: &dyn Store,
    after: Option<String>,
    upto: Option<&str>,
) -> Result<Vec<Row>, BackupError> {
    let mut rows = Vec::new();
    let mut scan = Scan {
        prefix: String::new(),
        after,
        limit: PAGE,
    };
    loop {
        let page = store.scan(scan.clone()).await?;
        let is_last = page.len() < PAGE;
        for row in page {
            if upto.is_some_and(|upto| row.key.as_str() > upto) {
                return Ok(rows);
            }
            scan.after = Some(row.key.clone());
            rows.push(row);
        }
        if is_last {
            return Ok(rows);
        }
    }
}

/// Adds a row to a batch, over whatever is there.
pub fn put(batch: Batch, row: Row) -> Batch {
    match row.expires {
        Some(expires) => batch.put_until(row.key, Expect::Any, row.body, expires),
        None => batch.put(row.key, Expect::Any, row.body),
    }
}

/// Commits a batch that has as many rows as one commit is to have.
async fn commit_full(to: &dyn Store, batch: Batch, entropy: &dyn Entropy) -> Result<Batch, BackupError> {
    if batch.keys().count() < PAGE {
        return Ok(batch);
    }
    commit(to, batch, entropy).await?;
    Ok(Batch::new())
}

/// Commits a batch, and asks for it if its answer is lost.
///
/// # Errors
/// When the store fails.
pub async fn commit(to: &dyn Store, batch: Batch, entropy: &dyn Entropy) -> Result<(), BackupError> {
    if batch.is_empty() {
        return Ok(());
    }
    let version = Version::random(&mut |bytes: &mut [u8]| entropy.fill(bytes));
    Ok(commit_and_settle(to, batch, version).await?)
}

/// What a store's rows come to, but for those that `is_kept` names.
///
/// # Errors
/// When the store fails.
pub async fn summarize(store: &dyn Store, is_kept: impl Fn(&str) -> bool) -> Result<Summary, BackupError> {
    let mut snapshot: Box<dyn Snapshot> = store.snapshot().await?;
    let mut digest = Digest::new();
    loop {
        let page = snapshot.next(PAGE).await?;
        if page.is_empty() {
            return Ok(digest.summary());
        }
        for row in page.iter().filter(|row| !is_kept(&row.key)) {
            digest.add(row);
        }
    }
}
