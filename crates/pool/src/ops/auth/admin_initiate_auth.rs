//! `AdminInitiateAuth`: a server begins a sign-in on somebody's behalf.

use poolhouse_api::shapes::{AdminInitiateAuthRequest, AdminInitiateAuthResponse};

use super::context;
use crate::auth::initiate::{Initiation, initiate};
use crate::auth::parameters::Parameters;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Begins a sign-in of the pool and client named.
pub async fn run(ctx: &Ctx, input: AdminInitiateAuthRequest) -> Result<AdminInitiateAuthResponse, ApiError> {
    let ctx = &context::on_behalf(ctx, input.context_data.as_ref());
    let initiation = Initiation {
        flow: input.auth_flow,
        parameters: Parameters::new(input.auth_parameters),
        metadata: input.client_metadata.unwrap_or_default(),
        session: None,
        admin: true,
        ending: None,
    };
    let beside = initiation.rows(ctx, &input.user_pool_id);
    let (pool, client) = ctx
        .pool_and_client_beside(&input.user_pool_id, &input.client_id, beside)
        .await?;
    context::check(&pool.value, &client.value, input.context_data.as_ref())?;
    initiate(ctx, &pool.value, &client, initiation)
        .await
        .map(Into::into)
}
