//! `DescribeResourceServer`

use poolhouse_api::shapes::{DescribeResourceServerRequest, DescribeResourceServerResponse};

use super::scopes;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers a resource server.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, or `Resource server does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: DescribeResourceServerRequest,
) -> Result<DescribeResourceServerResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let found = scopes::find(ctx, pool.id(), &input.identifier).await?;
    Ok(DescribeResourceServerResponse {
        resource_server: found.value.described(pool.id()),
    })
}
