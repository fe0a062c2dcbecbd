//! `AdminRespondToAuthChallenge`: a server answers a challenge on somebody's behalf.

use poolhouse_api::shapes::{AdminRespondToAuthChallengeRequest, AdminRespondToAuthChallengeResponse};

use super::context;
use crate::auth::parameters::Parameters;
use crate::auth::respond::{Given, Response, respond};
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Goes on with a sign-in of the pool and client named.
pub async fn run(
    ctx: &Ctx,
    input: AdminRespondToAuthChallengeRequest,
) -> Result<AdminRespondToAuthChallengeResponse, ApiError> {
    let ctx = &context::on_behalf(ctx, input.context_data.as_ref());
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
    let beside = response.rows(ctx, &input.user_pool_id);
    let (pool, client) = ctx
        .pool_and_client_beside(&input.user_pool_id, &input.client_id, beside)
        .await?;
    context::check(&pool.value, &client.value, input.context_data.as_ref())?;
    respond(ctx, &pool.value, &client, response).await.map(Into::into)
}
