//! `DeleteUserPoolClient`

use poolhouse_api::{Nothing, shapes};
use poolhouse_store::{Batch, Expect};

use crate::base::error::ApiError;
use crate::ops::branding::of_client;
use crate::records::{ClientRecord, RecordBatch};
use crate::request::Ctx;

/// Deletes an app client, with what the hosted pages have of it. Its tokens stop working with it, for every check of a token looks
/// the client up.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client.
pub async fn run(ctx: &Ctx, input: shapes::DeleteUserPoolClientRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let client = ctx.client(pool.value.id(), &input.client_id).await?;
    let (pool_id, client_id) = (pool.value.id(), client.value.id());
    let batch = Batch::new()
        .remove(&client)
        .delete(ClientRecord::pool_key(client_id), Expect::Any)
        .delete(ClientRecord::exchange_key(pool_id, client_id), Expect::Any)
        .merge(of_client::gone(ctx, pool_id, client_id).await?);
    ctx.platform()
        .commit(batch)
        .await
        .map_err(ApiError::lost_update)?;
    if let Err(error) = clear(ctx, pool_id, client_id).await {
        tracing::warn!(request_id = ctx.request_id, pool = pool_id, %error, "leftovers of a deleted app client stay");
    }
    Ok(Nothing)
}

/// Deletes what was made for the client between the look at its rows and its deletion. Nothing is made after it.
async fn clear(ctx: &Ctx, pool_id: &str, client_id: &str) -> Result<(), ApiError> {
    let left = of_client::gone(ctx, pool_id, client_id).await?;
    if !left.is_empty() {
        ctx.platform().commit(left).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn nobody_signs_in_or_stays_signed_in_through_a_deleted_client() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let tokens = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        let request = json!({ "UserPoolId": pool, "ClientId": client });
        let answer = server.call("DeleteUserPoolClient", request.clone()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
        let gone = format!("User pool client {client} does not exist.");
        for (operation, body) in [
            ("DescribeUserPoolClient", request.clone()),
            ("DeleteUserPoolClient", request),
        ] {
            server
                .call(operation, body)
                .await
                .assert_error("ResourceNotFoundException", &gone);
        }
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .assert_error("ResourceNotFoundException", &gone);
        let token = &tokens["AuthenticationResult"]["AccessToken"];
        server
            .call("GetUser", json!({ "AccessToken": token }))
            .await
            .assert_error("NotAuthorizedException", "Invalid Access Token");
    }
}
