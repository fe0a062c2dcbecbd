//! `AdminRespondToAuthChallenge`: a server answers a challenge on somebody's behalf.

use poolhouse_api::shapes::{AdminRespondToAuthChallengeRequest, AdminRespondToAuthChallengeResponse};

use crate::auth::parameters::Parameters;
use crate::auth::respond::{Response, respond};
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Goes on with a sign-in of the pool and client named.
pub async fn run(
    ctx: &Ctx,
    input: AdminRespondToAuthChallengeRequest,
) -> Result<AdminRespondToAuthChallengeResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let client = ctx.client(pool.value.id(), &input.client_id).await?;
    let response = Response {
        challenge: input.challenge_name,
        session: input.session,
        parameters: Parameters::new(input.challenge_responses),
        metadata: input.client_metadata.unwrap_or_default(),
    };
    respond(ctx, &pool.value, &client, response).await.map(Into::into)
}
