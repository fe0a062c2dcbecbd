//! `AdminInitiateAuth`: a server begins a sign-in on somebody's behalf.

use poolhouse_api::shapes::{AdminInitiateAuthRequest, AdminInitiateAuthResponse};

use crate::auth::initiate::{Initiation, initiate};
use crate::auth::parameters::Parameters;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Begins a sign-in of the pool and client named.
pub async fn run(ctx: &Ctx, input: AdminInitiateAuthRequest) -> Result<AdminInitiateAuthResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let client = ctx.client(pool.value.id(), &input.client_id).await?;
    let initiation = Initiation {
        flow: input.auth_flow,
        parameters: Parameters::new(input.auth_parameters),
        metadata: input.client_metadata.unwrap_or_default(),
        admin: true,
    };
    initiate(ctx, &pool.value, &client, initiation)
        .await
        .map(Into::into)
}
