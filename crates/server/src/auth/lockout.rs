//! Wrong passwords in a row: after five, an account locks for one second, then twice as long with each further failure,
//! to a ceiling of fifteen minutes. Attempts during a lock fail and do not prolong it; a success, or fifteen quiet
//! minutes, starts the count again. The numbers are Cognito's.
//!
//! The row is raised before a password is judged and deleted after it proved right, so a crash between the two costs a
//! guess and never grants one. (A power cut may take the last counts with it: nobody waits for the disk to guess
//! again.) Names without a user are counted alike, or the lock would tell which names exist.

use poolhouse_store::{Batch, CommitError, Expect};
use serde_json::{Value, json};

use crate::clock::Millis;
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::document::{Document, load};
use crate::records::keys;

/// Failures that carry no penalty yet.
const FREE_FAILURES: i64 = 5;
/// The longest lock, and the quiet time after which failures are forgotten.
const CEILING_SECONDS: i64 = 15 * 60;

/// The failures of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    count: i64,
    last: Millis,
}

impl Failures {
    /// The next failure, one more than `before` unless that is long ago.
    fn after(before: Option<Failures>, now: Millis) -> Failures {
        match before {
            Some(before) if !before.forgotten(now) => Failures {
                count: before.count.saturating_add(1),
                last: now,
            },
            _ => Failures { count: 1, last: now },
        }
    }

    /// Until when no attempt is judged.
    fn locked_until(self) -> Option<Millis> {
        let doublings = self.count - FREE_FAILURES;
        if doublings < 0 {
            return None;
        }
        let seconds = if doublings >= 10 {
            CEILING_SECONDS
        } else {
            (1 << doublings).min(CEILING_SECONDS)
        };
        Some(self.last.plus_seconds(seconds))
    }

    /// Whether the quiet time has passed.
    pub fn forgotten(self, now: Millis) -> bool {
        now >= self.last.plus_seconds(CEILING_SECONDS)
    }
}

impl Document for Failures {
    fn to_document(&self) -> Value {
        json!({ "count": self.count, "last": self.last.0 })
    }

    fn from_document(document: &Value) -> Option<Failures> {
        Some(Failures {
            count: document.get("count")?.as_i64()?,
            last: Millis(document.get("last")?.as_i64()?),
        })
    }
}

/// How often a count is tried again when another attempt on the same account was counted at the same moment.
const RACES: usize = 64;

/// Counts an attempt on the account `who` (a `sub`, or a digest of a name that nobody has), at once, together with
/// `also`, which holds what else must happen exactly once (consuming a session). Returns the batch that starts the
/// count again; it belongs into the commit of a success.
///
/// # Errors
/// `NotAuthorizedException` `Password attempts exceeded` while the account is locked; `lost` if `also` did not hold.
pub async fn count(
    ctx: &Ctx,
    pool_id: &str,
    who: &str,
    also: &Batch,
    lost: impl Fn() -> ApiError,
) -> Result<Batch, ApiError> {
    let key = keys::lockout(pool_id, who);
    for _ in 0..RACES {
        let stored = load::<Failures>(&*ctx.app.store, &key).await?;
        let before = stored.as_ref().map(|stored| stored.value);
        if before
            .and_then(Failures::locked_until)
            .is_some_and(|until| ctx.now < until)
        {
            return Err(ApiError::not_authorized("Password attempts exceeded"));
        }
        let expect = stored.map_or(Expect::Absent, |stored| Expect::Version(stored.version));
        let counted = Failures::after(before, ctx.now);
        let batch = Batch::new()
            .put(key.clone(), expect, counted.to_body())
            .merge(also.clone())
            .deferred();
        match ctx.app.store.commit(batch).await {
            Ok(_) => return Ok(Batch::new().delete(key, Expect::Any)),
            Err(CommitError::Conflict { key: conflict }) if conflict == key => {}
            Err(CommitError::Conflict { .. }) => return Err(lost()),
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock_after(failures: i64) -> Option<i64> {
        let mut counted = None;
        for _ in 0..failures {
            counted = Some(Failures::after(counted, Millis(0)));
        }
        counted.and_then(Failures::locked_until).map(Millis::seconds)
    }

    #[test]
    fn the_lock_doubles_from_one_second_at_the_fifth_failure_to_fifteen_minutes() {
        let expected = [
            (4, None),
            (5, Some(1)),
            (6, Some(2)),
            (7, Some(4)),
            (8, Some(8)),
            (9, Some(16)),
            (10, Some(32)),
            (11, Some(64)),
            (12, Some(128)),
            (13, Some(256)),
            (14, Some(512)),
            (15, Some(900)),
            (100, Some(900)),
        ];
        for (failures, seconds) in expected {
            assert_eq!(lock_after(failures), seconds, "after {failures} failures");
        }
    }

    #[test]
    fn fifteen_quiet_minutes_start_the_count_again() {
        let failed = Failures {
            count: 9,
            last: Millis(0),
        };
        assert_eq!(Failures::after(Some(failed), Millis(899_999)).count, 10);
        assert_eq!(Failures::after(Some(failed), Millis(900_000)).count, 1);
    }
}
