//! `InitiateAuth`: a client begins a sign-in.

use poolhouse_api::shapes::{InitiateAuthRequest, InitiateAuthResponse};

use crate::auth::initiate::{Initiation, initiate};
use crate::auth::parameters::Parameters;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Begins a sign-in of the client named.
pub async fn run(ctx: &Ctx, input: InitiateAuthRequest) -> Result<InitiateAuthResponse, ApiError> {
    let client_id = input.client_id.unwrap_or_default();
    let (client, pool) = ctx.client_and_pool(&client_id).await?;
    let flow = input
        .auth_flow
        .ok_or_else(|| ApiError::missing_parameter("AuthFlow"))?;
    let initiation = Initiation {
        flow,
        parameters: Parameters::new(input.auth_parameters),
        metadata: input.client_metadata.unwrap_or_default(),
        admin: false,
    };
    initiate(ctx, &pool.value, &client.value, initiation)
        .await
        .map(Into::into)
}
