//! The index rows that an earlier version did not write.
//!
//! Which rows a user has is decided by `records::user_index`, and its version stands in the database. A pool that starts on
//! a database of an older one writes what is missing before it answers anybody. Doing it again, after a crash or beside
//! another node, changes nothing.

use poolhouse_store::{Batch, CommitError, Expect, Row, Scan};

use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::records::document::decode;
use crate::records::key::Directory;
use crate::records::user_index::{self, IndexVersion};
use crate::records::{Key, PoolRecord, RecordBatch, UserRecord, load};

/// Users per commit.
const PAGE: usize = 200;

/// Writes missing index rows, if the database was last written by a version with fewer. `progress` is told how many users
/// were looked at so far. Answers how many that were in the end.
///
/// # Errors
/// When the store fails; the next start goes on.
pub async fn reindex(platform: &Platform, mut progress: impl FnMut(usize)) -> Result<usize, ApiError> {
    let known = load(platform, &IndexVersion::key()).await?;
    if known.is_some_and(|known| known.value >= IndexVersion::CURRENT) {
        return Ok(0);
    }
    let mut users = 0;
    let mut after = None;
    loop {
        let pools = Scan {
            prefix: Directory::Pool.prefix().to_owned(),
            after: after.take(),
            limit: PAGE,
        };
        let page = platform.scan(pools).await?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|row| row.key.clone());
        for row in page {
            let pool = decode::<PoolRecord>(row)?.value;
            users = of_pool(platform, &pool, users, &mut progress).await?;
        }
        if is_last {
            break;
        }
    }
    let version = Batch::new().record(IndexVersion::key(), Expect::Any, &IndexVersion::CURRENT);
    platform.commit(version).await?;
    Ok(users)
}

async fn of_pool(
    platform: &Platform,
    pool: &PoolRecord,
    mut users: usize,
    progress: &mut impl FnMut(usize),
) -> Result<usize, ApiError> {
    let mut scan = Scan::prefix(user_index::name_prefix(pool, ""), PAGE);
    loop {
        let names = platform.scan(scan.clone()).await?;
        let mut keys = Vec::with_capacity(names.len());
        for row in &names {
            keys.push(UserRecord::key(pool.id(), &user_index::holder(row)?));
        }
        let keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
        for row in platform.get_many(&keys).await?.into_iter().flatten() {
            of_user(platform, pool, row).await?;
        }
        users += names.len();
        progress(users);
        match names.last() {
            Some(last) if names.len() == PAGE => scan = scan.after(last.key.clone()),
            _ => return Ok(users),
        }
    }
}

/// Writes the rows of one user, as long as it is the user that was read: who changes it writes its rows anyway.
async fn of_user(platform: &Platform, pool: &PoolRecord, row: Row) -> Result<(), ApiError> {
    let user = decode::<UserRecord>(row)?;
    let rows = user_index::rows(pool, &user.value).listed;
    let keys: Vec<&str> = rows.iter().map(String::as_str).collect();
    let present = platform.store.get_many(&keys).await?;
    let missing = keys.iter().zip(present).filter(|(_, row)| row.is_none());
    let batch = missing.fold(Batch::new(), |batch, (key, _)| user_index::list(batch, key));
    if batch.is_empty() {
        return Ok(());
    }
    match platform
        .commit(batch.check(user.key.clone(), user.unchanged()))
        .await
    {
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::TestPool;

    #[tokio::test]
    async fn users_of_an_older_database_are_found_after_a_start() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let platform = &server.app().platform;
        let rows = platform.store.scan(Scan::prefix(format!("p/{pool}/by/"), 100));
        let rows = rows.await.unwrap();
        assert!(rows.len() > 3);
        let older = rows
            .into_iter()
            .fold(Batch::new(), |batch, row| batch.delete(row.key, Expect::Present));
        platform.commit(older).await.unwrap();
        let by_address = json!({ "UserPoolId": pool, "Filter": "email = \"mara@example.com\"" });
        let found = async || {
            let listed = server.call("ListUsers", by_address.clone()).await.ok();
            listed["Users"].as_array().map(Vec::len)
        };
        assert_eq!(found().await, Some(0));

        let mut told = Vec::new();
        assert_eq!(reindex(platform, |users| told.push(users)).await.unwrap(), 1);
        assert_eq!((told, found().await), (vec![1], Some(1)));
        assert_eq!(
            reindex(platform, |_| panic!("there is nothing to do"))
                .await
                .unwrap(),
            0
        );
    }
}
