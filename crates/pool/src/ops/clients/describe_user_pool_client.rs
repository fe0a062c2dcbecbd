//! `DescribeUserPoolClient`

use poolhouse_api::shapes;

use super::secret;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers an app client's settings, its secret included. The lists of attributes are there only if they were given.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client.
pub async fn run(
    ctx: &Ctx,
    input: shapes::DescribeUserPoolClientRequest,
) -> Result<shapes::DescribeUserPoolClientResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let client = ctx.client(pool.value.id(), &input.client_id).await?;
    Ok(shapes::DescribeUserPoolClientResponse {
        user_pool_client: Some(secret::shown(ctx, client.into_owned().value)?),
    })
}
