//! How often a user may call an operation in an hour. The numbers are Cognito's.
//!
//! The hour begins with the first call. A call past the limit is refused and not counted, so that clients that send it
//! again by themselves do not make the wait longer.

use poolhouse_api::{ErrorCode, Operation};
use poolhouse_store::{Batch, CommitError, Expect};
use serde_json::{Value, json};

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::document::{Document, load};
use crate::records::keys;
use crate::request::Ctx;

/// An operation with an hourly limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    operation: Operation,
    calls: i64,
}

/// The limit of `ChangePassword`.
pub const CHANGE_PASSWORD: Quota = Quota {
    operation: Operation::ChangePassword,
    calls: 5,
};

/// Every limit that there is.
pub const ALL: [Quota; 1] = [CHANGE_PASSWORD];

const HOUR_SECONDS: i64 = 60 * 60;
/// How often a count is tried again when another call of the same user was counted at the same moment.
const RACES: usize = 64;

/// The calls of one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    calls: i64,
    until: Millis,
}

impl Used {
    /// Whether the hour is over.
    pub fn renewed(self, now: Millis) -> bool {
        now >= self.until
    }
}

impl Document for Used {
    fn to_document(&self) -> Value {
        json!({ "calls": self.calls, "until": self.until.0 })
    }

    fn from_document(document: &Value) -> Option<Used> {
        Some(Used {
            calls: document.get("calls")?.as_i64()?,
            until: Millis(document.get("until")?.as_i64()?),
        })
    }
}

impl Quota {
    /// Counts a call of the user with this `sub`, durably.
    ///
    /// # Errors
    /// `LimitExceededException` `Attempt limit exceeded, please try after some time.`
    pub async fn count(self, ctx: &Ctx, pool_id: &str, sub: &str) -> Result<(), ApiError> {
        let key = self.key(pool_id, sub);
        for _ in 0..RACES {
            let stored = load::<Used>(&*ctx.platform().store, &key).await?;
            let used = match &stored {
                Some(stored) if !stored.value.renewed(ctx.now) => stored.value,
                _ => Used {
                    calls: 0,
                    until: ctx.now.plus_seconds(HOUR_SECONDS),
                },
            };
            if used.calls >= self.calls {
                return Err(ApiError::new(
                    ErrorCode::LimitExceededException,
                    "Attempt limit exceeded, please try after some time.",
                ));
            }
            let counted = Used {
                calls: used.calls + 1,
                ..used
            };
            let expect = stored.map_or(Expect::Absent, |stored| Expect::Version(stored.version));
            let batch = Batch::new().put(key.clone(), expect, counted.to_body());
            match ctx.platform().commit(batch).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ApiError::too_many_requests())
    }

    /// Where the calls of the user with this `sub` are counted.
    pub fn key(self, pool_id: &str, sub: &str) -> String {
        keys::quota(pool_id, sub, self.operation.name())
    }
}
