//! How often a user may call an operation in an hour. The numbers are Cognito's.
//!
//! The hour begins with the first call. A call past the limit is refused and not counted, so that clients that send it
//! again by themselves do not make the wait longer.

use poolhouse_api::Operation;
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
pub const CHANGE_PASSWORD: Quota = Quota::of(Operation::ChangePassword, 5);
/// The limit of `UpdateUserAttributes`, where it has a code mailed: a number of ours, for the service names none, and an account
/// is no reason to mail whomever one likes.
pub const UPDATE_USER_ATTRIBUTES: Quota = Quota::of(Operation::UpdateUserAttributes, 20);
/// The limit of `GetUserAttributeVerificationCode`.
pub const GET_USER_ATTRIBUTE_VERIFICATION_CODE: Quota =
    Quota::of(Operation::GetUserAttributeVerificationCode, 5);
/// The limit of `VerifyUserAttribute`.
pub const VERIFY_USER_ATTRIBUTE: Quota = Quota::of(Operation::VerifyUserAttribute, 15);
/// The limit of `ConfirmSignUp`.
pub const CONFIRM_SIGN_UP: Quota = Quota::of(Operation::ConfirmSignUp, 15);
/// The limit of `ForgotPassword`, which `AdminResetUserPassword` counts towards. On the service it is five to twenty, by the
/// risk that it sees.
pub const FORGOT_PASSWORD: Quota = Quota::of(Operation::ForgotPassword, 5);
/// The limit of `ConfirmForgotPassword`.
pub const CONFIRM_FORGOT_PASSWORD: Quota = Quota::of(Operation::ConfirmForgotPassword, 20);
/// The limit of `ResendConfirmationCode`.
pub const RESEND_CONFIRMATION_CODE: Quota = Quota::of(Operation::ResendConfirmationCode, 5);

const HOUR_SECONDS: i64 = 60 * 60;
/// How often a count is tried again when another call of the same user was counted at the same moment.
const RACES: usize = 64;

impl Quota {
    const fn of(operation: Operation, calls: i64) -> Quota {
        Quota { operation, calls }
    }

    /// Counts a call of the user with this `sub`, durably.
    ///
    /// # Errors
    /// `LimitExceededException` `Attempt limit exceeded, please try after some time.`; `UserNotFoundException` if the user
    /// was deleted meanwhile.
    pub async fn count(self, ctx: &Ctx, pool_id: &str, sub: &str) -> Result<(), ApiError> {
        self.count_where(ctx, pool_id, sub, Expect::Present).await
    }

    /// The same for a name that nobody has, by the id that was made up for it: the limit must not tell which names exist.
    ///
    /// # Errors
    /// As [`count`](Self::count), if somebody has this id by now.
    pub async fn count_nobody(self, ctx: &Ctx, pool_id: &str, id: &str) -> Result<(), ApiError> {
        self.count_where(ctx, pool_id, id, Expect::Absent).await
    }

    async fn count_where(
        self,
        ctx: &Ctx,
        pool_id: &str,
        sub: &str,
        its_user: Expect,
    ) -> Result<(), ApiError> {
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
                return Err(ApiError::limit_exceeded());
            }
            let counted = Used {
                calls: used.calls + 1,
                ..used
            };
            let expect = stored.as_ref().map_or(Expect::Absent, Stored::unchanged);
            let batch = Batch::new()
                .check(user.clone(), its_user)
                .record(key.clone(), expect, &counted);
            // The count alone is nothing that the audit log tells: what is counted has not been done yet.
            match ctx.app.platform.commit(batch).await {
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
