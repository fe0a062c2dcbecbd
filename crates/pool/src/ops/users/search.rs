//! Pages of users, found by the rows of an index.

use poolhouse_store::{Row, Scan};

use crate::base::error::ApiError;
use crate::records::document::decode;
use crate::records::{Key, UserRecord, user_index};
use crate::request::Ctx;

/// A page of users.
pub struct Found {
    /// Those of the page.
    pub users: Vec<UserRecord>,
    /// The key of the last one's index row, if there are more behind it.
    pub last: Option<String>,
}

/// Walks along the index, up to as many users as `rows` has for its limit. Nearly every row is a match, so a page costs as
/// much in a pool of a million users as in one of ten.
///
/// # Errors
/// When the store fails.
pub async fn search(
    ctx: &Ctx,
    pool_id: &str,
    rows: Scan,
    admits: impl Fn(&UserRecord) -> bool,
) -> Result<Found, ApiError> {
    let Scan {
        prefix,
        mut after,
        limit,
    } = rows;
    let mut users = Vec::new();
    loop {
        // One more than was asked for is looked for, so that the last page has no token.
        let wanted = limit + 1 - users.len();
        let scan = Scan {
            prefix: prefix.clone(),
            after: after.clone(),
            limit: wanted,
        };
        let page = ctx.platform().scan(scan).await?;
        let is_last = page.len() < wanted;
        for (key, user) in holders(ctx, pool_id, page).await? {
            if admits(&user) {
                if users.len() == limit {
                    return Ok(Found { users, last: after });
                }
                users.push(user);
            }
            after = Some(key);
        }
        if is_last {
            return Ok(Found { users, last: None });
        }
    }
}

/// The users that index rows mean, in one read. One who was deleted a moment ago is left out.
async fn holders(ctx: &Ctx, pool_id: &str, page: Vec<Row>) -> Result<Vec<(String, UserRecord)>, ApiError> {
    let mut keys = Vec::with_capacity(page.len());
    for row in &page {
        keys.push(UserRecord::key(pool_id, &user_index::holder(row)?));
    }
    let keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
    let rows = ctx.platform().get_many(&keys).await?;
    let mut found = Vec::with_capacity(page.len());
    for (index, profile) in page.into_iter().zip(rows) {
        if let Some(profile) = profile {
            found.push((index.key, decode::<UserRecord>(profile)?.value));
        }
    }
    Ok(found)
}
