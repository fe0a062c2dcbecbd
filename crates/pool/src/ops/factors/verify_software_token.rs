//! `VerifySoftwareToken`

use poolhouse_api::shapes::{
    VerifySoftwareTokenRequest, VerifySoftwareTokenResponse, VerifySoftwareTokenResponseType,
};
use poolhouse_store::Batch;

use crate::auth::{access_token, recent, set_up};
use crate::base::error::ApiError;
use crate::records::{RecordBatch, SoftwareToken, Stored};
use crate::request::Ctx;
use crate::users::change::{self, Proof};
use crate::users::software_tokens::{self, Judged, Seed};

/// Verifies an authenticator app by a code of it, by an access token or the session of `MFA_SETUP`, and makes it the user's in
/// place of one before. By a token it is registered, and asked for once `SetUserMFAPreference` switches it on. The code is used
/// by that.
///
/// # Errors
/// `EnableSoftwareTokenMFAException` `Code mismatch and fail enable Software Token MFA`, after which another one can be given;
/// `SoftwareTokenMFANotFoundException` where the pool has no apps or no seed waits; `NotAuthorizedException` for a token or
/// session that is not good; `InvalidParameterException` for neither or both.
pub async fn run(
    ctx: &Ctx,
    input: VerifySoftwareTokenRequest,
) -> Result<VerifySoftwareTokenResponse, ApiError> {
    let name = input.friendly_device_name;
    let session = match (input.access_token, input.session) {
        (Some(token), None) => {
            by_token(ctx, &token, &input.user_code, name).await?;
            None
        }
        (None, Some(session)) => Some(set_up::verify(ctx, &session, &input.user_code, name).await?),
        _ => {
            return Err(ApiError::invalid_parameter(
                "Either AccessToken or Session must be given, and not both.",
            ));
        }
    };
    Ok(VerifySoftwareTokenResponse {
        status: Some(VerifySoftwareTokenResponseType::Success),
        session,
    })
}

async fn by_token(ctx: &Ctx, token: &str, typed: &str, name: Option<String>) -> Result<(), ApiError> {
    let signed_in = access_token::authorize(ctx, token).await?;
    let pool = &*signed_in.pool.value;
    software_tokens::check_pool(pool)?;
    recent::check_factors(ctx, &signed_in)?;
    let user = signed_in.user;
    let waiting = ctx
        .load(&SoftwareToken::unverified_key(pool.id(), &user.value.sub))
        .await?;
    let waiting = waiting.ok_or_else(software_tokens::not_found)?;
    let seed = Seed::open(ctx, &waiting)?;
    let Judged::Right(step) = seed.judge(None, typed, ctx.now) else {
        return Err(software_tokens::not_verified());
    };
    let also = software_tokens::verified(ctx, pool, &user.value.sub, &seed, name, step);
    let mut proof = Verified { waiting, also };
    let epoch = user.value.epoch;
    change::change_for(ctx, pool, user, &mut proof, |user| {
        access_token::check_unmoved(epoch, user)?;
        software_tokens::note(user, ctx.now);
        Ok(())
    })
    .await?;
    Ok(())
}

/// A seed that waited, with what takes its place.
struct Verified {
    waiting: Stored<SoftwareToken>,
    also: Batch,
}

impl Proof for Verified {
    fn batch(&self, _ctx: &Ctx) -> Batch {
        self.also.clone().remove(&self.waiting)
    }

    async fn lost_race(&mut self, _ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        match key == self.waiting.key {
            // Another code has verified it, or another seed has taken its place.
            true => Err(software_tokens::not_found()),
            false => Ok(false),
        }
    }
}
