//! `CreateResourceServer`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{CreateResourceServerRequest, CreateResourceServerResponse};
use poolhouse_store::{Batch, CommitError, Expect, Scan};

use super::scopes;
use crate::base::error::ApiError;
use crate::records::{RecordBatch, ResourceServerRecord};
use crate::request::Ctx;

/// The most resource servers that a pool can have. Two requests at the same moment may exceed it by one.
const RESOURCE_SERVERS: usize = 25;

/// Makes a resource server, whose scopes app clients can then be allowed.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` `<identifier> already exists in user pool <pool>.`;
/// `LimitExceededException`.
pub async fn run(
    ctx: &Ctx,
    input: CreateResourceServerRequest,
) -> Result<CreateResourceServerResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let pool_id = pool.value.id();
    let record = ResourceServerRecord {
        identifier: input.identifier,
        name: input.name,
        scopes: scopes::of(input.scopes)?,
    };
    check_room(ctx, pool_id).await?;
    let batch = Batch::new()
        .check(pool.key.clone(), Expect::Present)
        .create(ResourceServerRecord::key(pool_id, &record.identifier), &record);
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(CreateResourceServerResponse {
            resource_server: record.described(pool_id),
        }),
        Err(CommitError::Conflict { key }) if key == pool.key => Err(ApiError::pool_not_found(pool_id)),
        Err(CommitError::Conflict { .. }) => Err(ApiError::invalid_parameter(format!(
            "{} already exists in user pool {pool_id}.",
            record.identifier
        ))),
        Err(error) => Err(error.into()),
    }
}

async fn check_room(ctx: &Ctx, pool_id: &str) -> Result<(), ApiError> {
    let scan = Scan::prefix(ResourceServerRecord::all(pool_id), RESOURCE_SERVERS);
    if ctx.platform().store.scan(scan).await?.len() < RESOURCE_SERVERS {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::LimitExceededException,
        format!("A user pool can have at most {RESOURCE_SERVERS} resource servers."),
    ))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn scope(name: &str) -> Value {
        json!({ "ScopeName": name, "ScopeDescription": format!("To {name}") })
    }

    #[tokio::test]
    async fn a_resource_server_says_its_scopes_in_the_order_they_were_given() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let mut request = json!({
            "UserPoolId": pool,
            "Identifier": "https://api.example.com/v1",
            "Name": "Orders",
            "Scopes": [scope("write"), scope("read")],
        });
        let expected = json!({ "ResourceServer": request });
        let made = server.call("CreateResourceServer", request.clone()).await.ok();
        assert_eq!(made, expected);
        let asked = json!({ "UserPoolId": pool, "Identifier": "https://api.example.com/v1" });
        let described = server.call("DescribeResourceServer", asked).await.ok();
        assert_eq!(described, expected);

        let sentence = format!("https://api.example.com/v1 already exists in user pool {pool}.");
        server
            .call("CreateResourceServer", request.clone())
            .await
            .assert_error("InvalidParameterException", &sentence);
        request["Identifier"] = json!("twice");
        request["Scopes"] = json!([scope("read"), scope("read")]);
        server
            .call("CreateResourceServer", request)
            .await
            .assert_error("InvalidParameterException", "The scope read is given twice.");
    }

    #[tokio::test]
    async fn an_app_client_is_allowed_the_scopes_of_resource_servers_that_there_are() {
        let server = TestPool::new().await;
        let (pool, other) = (server.pool().await, server.pool().await);
        for identifier in ["https://api.example.com/v1", "orders"] {
            let request = json!({ "UserPoolId": pool, "Identifier": identifier, "Name": "a", "Scopes": [scope("read")] });
            server.call("CreateResourceServer", request).await.ok();
        }
        let client = |pool: &str, scopes: Value| {
            json!({
                "UserPoolId": pool,
                "ClientName": "web",
                "AllowedOAuthFlows": ["code"],
                "AllowedOAuthScopes": scopes,
                "CallbackURLs": ["https://a.example"],
            })
        };
        let scopes = json!(["openid", "https://api.example.com/v1/read", "orders/read"]);
        let made = server
            .call("CreateUserPoolClient", client(&pool, scopes.clone()))
            .await
            .ok();
        assert_eq!(made["UserPoolClient"]["AllowedOAuthScopes"], scopes);
        for (pool, unknown) in [
            (&pool, "orders/write"),
            (&pool, "https://api.example.com/v1"),
            (&pool, "read"),
            (&pool, "/read"),
            (&pool, "orders/"),
            (&other, "orders/read"),
        ] {
            let sentence = format!("Invalid scope requested: {unknown}");
            server
                .call("CreateUserPoolClient", client(pool, json!(["openid", unknown])))
                .await
                .assert_error("ScopeDoesNotExistException", &sentence);
        }
    }

    #[tokio::test]
    async fn a_pool_takes_twenty_five_resource_servers_and_no_more() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let request = |n: usize| json!({ "UserPoolId": pool, "Identifier": n.to_string(), "Name": "a" });
        for n in 0..25 {
            server.call("CreateResourceServer", request(n)).await.ok();
        }
        server
            .call("CreateResourceServer", request(25))
            .await
            .assert_error(
                "LimitExceededException",
                "A user pool can have at most 25 resource servers.",
            );
    }
}
