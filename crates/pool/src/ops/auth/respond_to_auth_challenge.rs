//! `RespondToAuthChallenge`: a client answers a challenge.

use poolhouse_api::shapes::{RespondToAuthChallengeRequest, RespondToAuthChallengeResponse};

use crate::auth::parameters::Parameters;
use crate::auth::respond::{Given, Response, respond};
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Goes on with a sign-in of the client named.
pub async fn run(
    ctx: &Ctx,
    input: RespondToAuthChallengeRequest,
) -> Result<RespondToAuthChallengeResponse, ApiError> {
    let response = Response::open(
        ctx,
        &input.client_id,
        input.challenge_name,
        Given {
            session: input.session,
            parameters: Parameters::new(input.challenge_responses),
            metadata: input.client_metadata.unwrap_or_default(),
        },
    );
    let beside = |pool_id: &str| response.rows(ctx, pool_id);
    let (client, pool) = ctx.client_and_pool_beside(&input.client_id, beside).await?;
    respond(ctx, &pool.value, &client, response).await.map(Into::into)
}
