//! How often a user may call an operation in an hour. The numbers are Cognito's.
//!
//! The hour begins with the first call. A call past the limit is refused and not counted, so that clients that send it
//! again by themselves do not make the wait longer.

use poolhouse_api::{ErrorCode, Operation};
use poolhouse_store::{Batch, CommitError, Expect};

use crate::base::error::ApiError;
use crate::records::{RecordBatch, Stored, Used, UserRecord, load};
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

const HOUR_SECONDS: i64 = 60 * 60;
/// How often a count is tried again when another call of the same user was counted at the same moment.
const RACES: usize = 64;

impl Quota {
    /// Counts a call of the user with this `sub`, durably.
    ///
    /// # Errors
    /// `LimitExceededException` `Attempt limit exceeded, please try after some time.`; `UserNotFoundException` if the user
    /// was deleted meanwhile.
    pub async fn count(self, ctx: &Ctx, pool_id: &str, sub: &str) -> Result<(), ApiError> {
        let key = Used::key(pool_id, sub, self.operation.name());
        let user = UserRecord::key(pool_id, sub);
        for _ in 0..RACES {
            let stored = load(ctx.platform(), &key).await?;
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
            let expect = stored.as_ref().map_or(Expect::Absent, Stored::unchanged);
            let batch =
                Batch::new()
                    .check(user.clone(), Expect::Present)
                    .record(key.clone(), expect, &counted);
            match ctx.platform().commit(batch).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict { key }) if key == user.as_str() => {
                    return Err(ApiError::user_not_found());
                }
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ApiError::too_many_requests())
    }
}
