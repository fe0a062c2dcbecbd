//! Who can be confirmed, and what follows once a user is confirmed or has replaced a forgotten password.

use poolhouse_api::shapes::UserStatusType;

use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{Metadata, PostConfirmation, PostConfirmationSource};
use crate::triggers::{self, About};

/// Checks that the user is one who can be confirmed.
///
/// # Errors
/// `NotAuthorizedException` `User cannot be confirmed. Current status is <status>`.
pub fn check_unconfirmed(user: &UserRecord) -> Result<(), ApiError> {
    match user.status {
        UserStatusType::Unconfirmed => Ok(()),
        status => Err(ApiError::not_authorized(format!(
            "User cannot be confirmed. Current status is {}",
            status.as_str()
        ))),
    }
}

/// Tells the pool's PostConfirmation function, after the commit. `client` is `None` for administrators' calls.
///
/// # Errors
/// What the function answers in place of "I have heard". What it was told of stays done.
pub async fn tell(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    client: Option<&ClientRecord>,
    source: PostConfirmationSource,
    metadata: Option<&Metadata>,
) -> Result<(), ApiError> {
    let about = About {
        pool,
        username: &user.username,
        user: Some(user),
        client,
    };
    let event = PostConfirmation { source, metadata };
    triggers::call(ctx, &about, &event).await?;
    Ok(())
}
