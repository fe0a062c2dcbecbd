//! `AssociateSoftwareToken`

use poolhouse_api::shapes::{AssociateSoftwareTokenRequest, AssociateSoftwareTokenResponse};
use poolhouse_store::{Batch, CommitError, Expect};

use crate::auth::{access_token, recent, set_up};
use crate::base::error::ApiError;
use crate::records::{RecordBatch, SoftwareToken, UserRecord};
use crate::request::Ctx;
use crate::users::software_tokens::{self, Seed};

/// Shares the seed of an authenticator app with a user, by an access token or the session of `MFA_SETUP`. A seed that was not
/// verified is replaced; an app that was stays good until a code of the new one is given.
///
/// # Errors
/// `SoftwareTokenMFANotFoundException` `Software Token MFA has not been enabled by the userPool`; `NotAuthorizedException` for
/// a token or session that is not good; `InvalidParameterException` for neither or both.
pub async fn run(
    ctx: &Ctx,
    input: AssociateSoftwareTokenRequest,
) -> Result<AssociateSoftwareTokenResponse, ApiError> {
    match (input.access_token, input.session) {
        (Some(token), None) => by_token(ctx, &token).await,
        (None, Some(session)) => {
            let (seed, session) = set_up::associate(ctx, &session).await?;
            Ok(AssociateSoftwareTokenResponse {
                secret_code: Some(seed.text()),
                session: Some(session),
            })
        }
        _ => Err(ApiError::invalid_parameter(
            "Either AccessToken or Session must be given, and not both.",
        )),
    }
}

async fn by_token(ctx: &Ctx, token: &str) -> Result<AssociateSoftwareTokenResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, token).await?;
    let pool = &*signed_in.pool.value;
    software_tokens::check_pool(pool)?;
    recent::check_factors(ctx, &signed_in)?;
    let sub = &signed_in.user.value.sub;
    let seed = Seed::draw(&*ctx.platform().entropy);
    let key = SoftwareToken::unverified_key(pool.id(), sub);
    let token = SoftwareToken {
        sealed: seed.seal(ctx, &key),
        name: None,
        last_step: None,
    };
    let batch = Batch::new()
        .record(key, Expect::Any, &token)
        .check(UserRecord::key(pool.id(), sub), Expect::Present);
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(AssociateSoftwareTokenResponse {
            secret_code: Some(seed.text()),
            session: None,
        }),
        Err(CommitError::Conflict { .. }) => Err(ApiError::user_not_found()),
        Err(error) => Err(error.into()),
    }
}
