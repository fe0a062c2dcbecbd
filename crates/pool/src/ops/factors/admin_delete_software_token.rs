//! `AdminDeleteSoftwareToken`

use poolhouse_api::shapes::{AdminDeleteSoftwareTokenRequest, AdminDeleteSoftwareTokenResponse};
use poolhouse_store::{Batch, Expect};

use crate::base::error::ApiError;
use crate::records::{Factor, SoftwareToken};
use crate::request::Ctx;
use crate::users::change;

/// Takes a user's authenticator app away, for one who has lost it. A user without an app is no error, as on the service.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: AdminDeleteSoftwareTokenRequest,
) -> Result<AdminDeleteSoftwareTokenResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = ctx.user(&pool, &input.username).await?;
    let sub = &user.value.sub;
    let seeds = [
        SoftwareToken::key(pool.id(), sub),
        SoftwareToken::unverified_key(pool.id(), sub),
    ];
    let seeds = seeds
        .into_iter()
        .fold(Batch::new(), |batch, key| batch.delete(key, Expect::Any));
    change::change_with(ctx, &pool, user, &seeds, |user| {
        user.factors.has_token = false;
        user.factors.disable(Factor::SoftwareToken);
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(AdminDeleteSoftwareTokenResponse::default())
}
