//! `InitiateAuth`: a client begins a sign-in.

use poolhouse_api::shapes::{InitiateAuthRequest, InitiateAuthResponse};

use crate::auth::initiate::{Initiation, initiate};
use crate::auth::parameters::Parameters;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Begins a sign-in of the client named.
pub async fn run(ctx: &Ctx, input: InitiateAuthRequest) -> Result<InitiateAuthResponse, ApiError> {
    let initiation = Initiation {
        flow: input.auth_flow,
        parameters: Parameters::new(input.auth_parameters),
        metadata: input.client_metadata.unwrap_or_default(),
        session: input.session.filter(|session| !session.is_empty()),
        admin: false,
        ending: None,
    };
    let beside = |pool_id: &str| initiation.rows(ctx, pool_id);
    let (client, pool) = ctx.client_and_pool_beside(&input.client_id, beside).await?;
    initiate(ctx, &pool.value, &client, initiation)
        .await
        .map(Into::into)
}
