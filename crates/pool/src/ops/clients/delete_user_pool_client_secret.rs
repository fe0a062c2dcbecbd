//! `DeleteUserPoolClientSecret`

use poolhouse_api::{ErrorCode, shapes};
use poolhouse_store::{Batch, CommitError};

use super::secret::RACES;
use super::secret::check_regular;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Ends one of the two secrets of an app client: no request that follows is taken with it. Sign-ins and refresh tokens
/// that were begun with it go on with the other. The last secret stays, or the client would be a public one.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, the client or the secret; `InvalidParameterException` for the last one;
/// `TooManyRequestsException` after too many lost races.
pub async fn run(
    ctx: &Ctx,
    input: shapes::DeleteUserPoolClientSecretRequest,
) -> Result<shapes::DeleteUserPoolClientSecretResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    for _ in 0..RACES {
        let mut client = ctx.client(pool.id(), &input.client_id).await?.into_owned();
        check_regular(&client.value)?;
        let secrets = &mut client.value.secrets;
        let held = secrets.len();
        secrets.retain(|secret| secret.id != input.client_secret_id);
        if secrets.len() == held {
            return Err(ApiError::new(
                ErrorCode::ResourceNotFoundException,
                format!("Client secret {} does not exist.", input.client_secret_id),
            ));
        }
        if secrets.is_empty() {
            return Err(ApiError::invalid_parameter(
                "The last secret of an app client cannot be deleted. Add the one that is to take its place first.",
            ));
        }
        let batch = Batch::new().replace(&client, &client.value);
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(shapes::DeleteUserPoolClientSecretResponse::default()),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestPool;

    #[tokio::test]
    async fn one_of_two_secrets_goes_and_the_last_one_stays() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client_with(&pool, json!({ "GenerateSecret": true })).await;
        let mut request = json!({ "UserPoolId": pool, "ClientId": client["ClientId"] });
        let added =
            server.call("AddUserPoolClientSecret", request.clone()).await.ok()["ClientSecretDescriptor"]
                .clone();
        let listed = server
            .call("ListUserPoolClientSecrets", request.clone())
            .await
            .ok();
        let first = listed["ClientSecrets"][0]["ClientSecretId"].clone();

        request["ClientSecretId"] = first.clone();
        let answer = server.call("DeleteUserPoolClientSecret", request.clone()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        let described = server.call("DescribeUserPoolClient", request.clone()).await.ok();
        assert_eq!(
            described["UserPoolClient"]["ClientSecret"],
            added["ClientSecretValue"]
        );
        let gone = format!("Client secret {} does not exist.", first.as_str().unwrap());
        server
            .call("DeleteUserPoolClientSecret", request.clone())
            .await
            .assert_error("ResourceNotFoundException", &gone);
        request["ClientSecretId"] = added["ClientSecretId"].clone();
        server.call("DeleteUserPoolClientSecret", request).await.assert_error(
            "InvalidParameterException",
            "The last secret of an app client cannot be deleted. Add the one that is to take its place first.",
        );
    }
}
