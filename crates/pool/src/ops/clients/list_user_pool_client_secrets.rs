//! `ListUserPoolClientSecrets`

use poolhouse_api::shapes;

use super::secret;
use crate::base::error::ApiError;
use crate::ops::paging::Listing;
use crate::request::Ctx;

/// Answers which secrets an app client has, the oldest first, without their values. There are two at most, so there is no
/// second page.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client; `InvalidParameterException` for a token, for this list gives none.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ListUserPoolClientSecretsRequest,
) -> Result<shapes::ListUserPoolClientSecretsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let client = ctx.client(pool.id(), &input.client_id).await?.value;
    let listing = Listing {
        operation: "ListUserPoolClientSecrets",
        subject: client.id(),
    };
    listing.after(&ctx.request_id, input.next_token.as_deref())?;
    let secrets = client.secrets.iter().map(|held| secret::described(held, None));
    Ok(shapes::ListUserPoolClientSecretsResponse {
        client_secrets: Some(secrets.collect()),
        next_token: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestPool;

    #[tokio::test]
    async fn a_pool_or_client_that_is_not_there_is_told_by_every_operation_on_secrets() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for (pool, sentence) in [
            (pool.as_str(), "User pool client nobody does not exist."),
            (
                "us-east-1_nowhere00",
                "User pool us-east-1_nowhere00 does not exist.",
            ),
        ] {
            let request = json!({ "UserPoolId": pool, "ClientId": "nobody", "ClientSecretId": "nobody--1" });
            for operation in [
                "AddUserPoolClientSecret",
                "ListUserPoolClientSecrets",
                "DeleteUserPoolClientSecret",
            ] {
                let answer = server.call(operation, request.clone()).await;
                answer.assert_error("ResourceNotFoundException", sentence);
            }
        }
    }

    #[tokio::test]
    async fn there_is_no_second_page() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let request = json!({ "UserPoolId": pool, "ClientId": client, "NextToken": "second" });
        server
            .call("ListUserPoolClientSecrets", request)
            .await
            .assert_error("InvalidParameterException", "Invalid pagination token given.");
    }
}
