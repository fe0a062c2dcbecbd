//! `DescribeTermsByClient`

use poolhouse_api::shapes::{DescribeTermsByClientRequest, DescribeTermsByClientResponse};

use super::terms;
use crate::base::error::ApiError;
use crate::records::TermsRecord;
use crate::request::Ctx;

/// Answers the terms of an app client that have this name.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, the client or the terms.
pub async fn run(
    ctx: &Ctx,
    input: DescribeTermsByClientRequest,
) -> Result<DescribeTermsByClientResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let client = ctx.client(pool.id(), &input.client_id).await?.value;
    let id = ctx
        .referenced(&TermsRecord::of_client(pool.id(), client.id(), &input.terms_name))
        .await?
        .ok_or_else(terms::none)?;
    let found = terms::find(ctx, pool.id(), &id.0).await?;
    Ok(DescribeTermsByClientResponse {
        terms: Some(found.value.described(pool.id())),
    })
}
