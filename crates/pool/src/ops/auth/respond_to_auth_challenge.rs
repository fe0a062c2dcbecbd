//! `RespondToAuthChallenge`: a client answers a challenge.

use poolhouse_api::shapes::{RespondToAuthChallengeRequest, RespondToAuthChallengeResponse};

use crate::auth::parameters::Parameters;
use crate::auth::respond::{Response, respond};
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Goes on with a sign-in of the client named.
pub async fn run(
    ctx: &Ctx,
    input: RespondToAuthChallengeRequest,
) -> Result<RespondToAuthChallengeResponse, ApiError> {
    let (client, pool) = ctx.client_and_pool(&input.client_id).await?;
    let response = Response {
        challenge: input.challenge_name,
        session: input.session,
        parameters: Parameters::new(input.challenge_responses),
        metadata: input.client_metadata.unwrap_or_default(),
    };
    respond(ctx, &pool.value, &client, response).await.map(Into::into)
}
