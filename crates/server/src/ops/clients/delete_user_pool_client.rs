//! `DeleteUserPoolClient`

use poolhouse_api::{Nothing, shapes};
use poolhouse_store::{Batch, Expect};

use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::keys;

/// Deletes an app client. Its tokens stop working with it, for every check of a token looks the client up.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client.
pub async fn run(ctx: &Ctx, input: shapes::DeleteUserPoolClientRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?;
    let client = ctx
        .client(pool.value.id(), &input.client_id.unwrap_or_default())
        .await?;
    let batch = Batch::new()
        .delete(client.key.clone(), Expect::Version(client.version))
        .delete(keys::client_pool(client.value.id()), Expect::Any);
    ctx.app.store.commit(batch).await?;
    Ok(Nothing)
}
