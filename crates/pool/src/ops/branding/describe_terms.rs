//! `DescribeTerms`

use poolhouse_api::shapes::{DescribeTermsRequest, DescribeTermsResponse};

use super::terms;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers terms with their links.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the terms.
pub async fn run(ctx: &Ctx, input: DescribeTermsRequest) -> Result<DescribeTermsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let found = terms::find(ctx, pool.id(), &input.terms_id).await?;
    Ok(DescribeTermsResponse {
        terms: Some(found.value.described(pool.id())),
    })
}
