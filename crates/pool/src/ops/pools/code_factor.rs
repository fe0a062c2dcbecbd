//! What an administrator beside the server does about the counters of confirm codes: sees who is locked, unlocks, forgets
//! browsers.

use poolhouse_confirm::{Person, Settings, Standing, forget_devices, standing, unlock};
use poolhouse_store::{Batch, CommitError, Expect, Scan};

use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::records::{LedgerRecord, PlacesRecord, PoolRecord, RecordBatch, UserRecord, load, user_index};
use crate::request::find_user;

/// How often a change begins again when the same user is counted at the same moment.
const MOST_ROUNDS: usize = 8;
/// Rows of a page.
const PAGE: usize = 500;

/// What became of a command about one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// There is no such pool.
    NoPool,
    /// There is no such user.
    NoUser,
    /// Nothing is counted of this user.
    Nothing {
        /// The user's name.
        username: String,
    },
    /// It is done.
    Changed {
        /// The user's name.
        username: String,
        /// How the user stood before.
        stood: Standing,
    },
}

/// Takes away every lock that wrong codes have made for a user, and the limits of mails that are reached.
///
/// # Errors
/// When the store fails, or the user is counted at every attempt.
pub async fn unlock_user(
    platform: &Platform,
    confirm: &Settings,
    pool_id: &str,
    name: &str,
) -> Result<Done, ApiError> {
    change(platform, confirm, pool_id, name, unlock).await
}

/// Forgets every browser of a user: what its place tokens separated and stood for.
///
/// # Errors
/// As [`unlock_user`].
pub async fn forget_browsers(
    platform: &Platform,
    confirm: &Settings,
    pool_id: &str,
    name: &str,
) -> Result<Done, ApiError> {
    let done = change(platform, confirm, pool_id, name, forget_devices).await?;
    let Some(pool) = load(platform, &PoolRecord::key(pool_id)).await? else {
        return Ok(done);
    };
    // What makes a token good goes after the ledger has forgotten it: a token that becomes good meanwhile is new.
    if let Some(user) = find_user(platform, &pool.value, name).await? {
        let places = PlacesRecord::key(pool_id, &user.value.sub);
        platform.commit(Batch::new().delete(places, Expect::Any)).await?;
    }
    Ok(done)
}

/// Everybody whose answers are not judged now, by user name; `None` if there is no such pool.
///
/// # Errors
/// When the store fails.
pub async fn locked_users(
    platform: &Platform,
    confirm: &Settings,
    pool_id: &str,
) -> Result<Option<Vec<(String, Standing)>>, ApiError> {
    let Some(pool) = load(platform, &PoolRecord::key(pool_id)).await? else {
        return Ok(None);
    };
    let now = platform.now();
    let prefix = user_index::name_prefix(&pool.value, "");
    let (mut locked, mut after) = (Vec::new(), None);
    loop {
        let request = Scan {
            prefix: prefix.clone(),
            after,
            limit: PAGE,
        };
        let page = platform.scan(request).await?;
        for row in &page {
            let sub = user_index::holder(row)?;
            let Some(ledger) = load(platform, &LedgerRecord::key(pool_id, &sub)).await? else {
                continue;
            };
            let Some(user) = load(platform, &UserRecord::key(pool_id, &sub)).await? else {
                continue;
            };
            let stands = standing(
                confirm,
                &person(pool_id, &user.value),
                &ledger.value.text,
                now.seconds(),
            );
            let stands = stands.filter(|standing| standing.closed || standing.locked_s > 0);
            locked.extend(stands.map(|standing| (user.value.username.clone(), standing)));
        }
        after = page.last().map(|row| row.key.clone());
        if page.len() < PAGE {
            return Ok(Some(locked));
        }
    }
}

async fn change(
    platform: &Platform,
    confirm: &Settings,
    pool_id: &str,
    name: &str,
    change: impl Fn(&Settings, &Person<'_>, &str, i64) -> Option<String>,
) -> Result<Done, ApiError> {
    let Some(pool) = load(platform, &PoolRecord::key(pool_id)).await? else {
        return Ok(Done::NoPool);
    };
    let mut lost = None;
    for _ in 0..MOST_ROUNDS {
        let Some(user) = find_user(platform, &pool.value, name).await? else {
            return Ok(Done::NoUser);
        };
        let user = user.value;
        let person = person(pool_id, &user);
        let now = platform.now();
        let stored = load(platform, &LedgerRecord::key(pool_id, &user.sub)).await?;
        let changed = stored.as_ref().and_then(|stored| {
            let text = &stored.value.text;
            let stood = standing(confirm, &person, text, now.seconds())?;
            Some((stood, change(confirm, &person, text, now.seconds())?))
        });
        let (Some(stored), Some((stood, text))) = (&stored, changed) else {
            return Ok(Done::Nothing {
                username: user.username,
            });
        };
        let rewritten = Batch::new().replace(stored, &LedgerRecord { text });
        match platform.commit(rewritten).await {
            Ok(_) => {
                return Ok(Done::Changed {
                    username: user.username,
                    stood,
                });
            }
            Err(error @ CommitError::Conflict { .. }) => lost = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(lost.map_or_else(ApiError::user_not_found, ApiError::lost_update))
}

fn person<'a>(pool_id: &'a str, user: &'a UserRecord) -> Person<'a> {
    Person {
        pool: pool_id,
        user_name: &user.username,
        sub: &user.sub,
    }
}
