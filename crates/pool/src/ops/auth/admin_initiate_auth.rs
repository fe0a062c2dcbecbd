//! `AdminInitiateAuth`: a server begins a sign-in on somebody's behalf.

use poolhouse_api::shapes::{AdminInitiateAuthRequest, AdminInitiateAuthResponse};

use crate::auth::initiate::{Initiation, initiate};
use crate::auth::parameters::Parameters;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Begins a sign-in of the pool and client named.
pub async fn run(ctx: &Ctx, input: AdminInitiateAuthRequest) -> Result<AdminInitiateAuthResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?;
    let client = ctx
        .client(pool.value.id(), &input.client_id.unwrap_or_default())
        .await?;
    let flow = input
        .auth_flow
        .ok_or_else(|| ApiError::missing_parameter("AuthFlow"))?;
    let initiation = Initiation {
        flow,
        parameters: Parameters::new(input.auth_parameters),
        metadata: input.client_metadata.unwrap_or_default(),
        admin: true,
    };
    initiate(ctx, &pool.value, &client.value, initiation)
        .await
        .map(Into::into)
}
