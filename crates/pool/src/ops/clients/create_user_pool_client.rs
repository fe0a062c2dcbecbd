//! `CreateUserPoolClient`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{self, ClientTypeType, UserPoolClientType};
use poolhouse_crypto::random_id;
use poolhouse_store::{Batch, CommitError, Expect, Scan};

use super::known;
use super::secret;
use super::settings::{self, Doing};
use crate::base::error::ApiError;
use crate::base::hosted::MOST_REGISTERED;
use crate::records::document::decode;
use crate::records::{ClientRecord, RecordBatch, Reference};
use crate::request::Ctx;

/// The most app clients that a pool can have. Two requests at the same moment may exceed it by one.
const CLIENTS: usize = 1_000;

/// Creates an app client. The answer shows its secret, if it has one.
///
/// # Errors
/// `ResourceNotFoundException`; `LimitExceededException`; `InvalidParameterException`, `InvalidOAuthFlowException` or
/// `ScopeDoesNotExistException` for settings that are not taken.
pub async fn run(
    ctx: &Ctx,
    mut input: shapes::CreateUserPoolClientRequest,
) -> Result<shapes::CreateUserPoolClientResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let pool_id = pool.value.id();
    let secret = secret::choose(ctx, input.generate_secret, input.client_secret.take())?;
    let id = random_id(26, &*ctx.platform().entropy);
    let mut client = UserPoolClientType {
        user_pool_id: Some(pool_id.to_owned()),
        client_id: Some(id.clone()),
        creation_date: Some(ctx.now.timestamp()),
        last_modified_date: Some(ctx.now.timestamp()),
        client_type: Some(ClientTypeType::Regular),
        ..UserPoolClientType::default()
    };
    let named = known::check(ctx, (pool_id, &id), &input).await?;
    settings::apply(&pool.value, &mut client, input, secret.is_some(), Doing::Creating)?;
    check_room(ctx, pool_id).await?;

    let secret = secret.map(|secret| secret::sealed(ctx, pool_id, &id, &secret, &[]));
    let record = ClientRecord {
        settings: client,
        secrets: secret.into_iter().collect(),
        risk: None,
        sso_minutes: None,
        unused_until: None,
    };
    let batch = Batch::new()
        .check(pool.key.clone(), Expect::Present)
        .create(ClientRecord::key(pool_id, &id), &record)
        .create(ClientRecord::pool_key(&id), &Reference(pool_id.to_owned()))
        .merge(named);
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(shapes::CreateUserPoolClientResponse {
            user_pool_client: Some(secret::shown(ctx, record)?),
        }),
        Err(CommitError::Conflict { key }) if key == pool.key => Err(ApiError::pool_not_found(pool_id)),
        Err(CommitError::Conflict { key }) => {
            let named = record.settings.supported_identity_providers.as_ref();
            Err(known::lost(pool_id, named, &key).unwrap_or_else(ApiError::concurrent_modification))
        }
        Err(error) => Err(error.into()),
    }
}

async fn check_room(ctx: &Ctx, pool_id: &str) -> Result<(), ApiError> {
    let scan = Scan::prefix(ClientRecord::all(pool_id), CLIENTS + MOST_REGISTERED);
    let mut others = 0;
    for row in ctx.platform().scan(scan).await? {
        // Strangers who register themselves keep nobody else out.
        others += usize::from(!decode::<ClientRecord>(row)?.value.is_registered());
    }
    if others < CLIENTS {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::LimitExceededException,
        format!("A user pool can have at most {CLIENTS} app clients."),
    ))
}

#[cfg(test)]
mod tests {
    use crate::records::ClientRecord;
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_client_of_nothing_but_a_name_says_its_defaults() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let request = json!({ "UserPoolId": pool, "ClientName": "web" });
        let client = server.call("CreateUserPoolClient", request).await.ok()["UserPoolClient"].clone();
        let id = client["ClientId"].as_str().unwrap_or_default();
        assert!(
            id.len() == 26 && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()),
            "{id}"
        );
        assert_eq!(
            client,
            json!({
                "UserPoolId": pool,
                "ClientName": "web",
                "ClientId": id,
                "LastModifiedDate": 1_767_323_045,
                "CreationDate": 1_767_323_045,
                "RefreshTokenValidity": 30,
                "TokenValidityUnits": {},
                "AllowedOAuthFlowsUserPoolClient": false,
                "EnableTokenRevocation": true,
                "EnablePropagateAdditionalUserContextData": false,
                "AuthSessionValidity": 3,
                "ClientType": "REGULAR",
            })
        );
    }

    #[tokio::test]
    async fn a_generated_secret_is_shown_again_by_describe_and_stored_sealed() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client_with(&pool, json!({ "GenerateSecret": true })).await;
        let secret = client["ClientSecret"].as_str().unwrap_or_default().to_owned();
        assert!(
            secret.len() == 52
                && secret
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()),
            "{secret}"
        );
        let request = json!({ "UserPoolId": pool, "ClientId": client["ClientId"] });
        let described = server.call("DescribeUserPoolClient", request).await.ok();
        assert_eq!(described["UserPoolClient"], client);
        let key = ClientRecord::key(&pool, client["ClientId"].as_str().unwrap_or_default());
        let row = server.store().get(key.as_str()).await.unwrap().unwrap();
        assert!(!row.body.contains(&secret));
    }

    #[tokio::test]
    async fn a_secret_can_be_given_but_not_together_with_a_generated_one() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let secret = "a0".repeat(13);
        let client = server.client_with(&pool, json!({ "ClientSecret": secret })).await;
        assert_eq!(client["ClientSecret"], secret);
        let both = json!({ "UserPoolId": pool, "ClientName": "web", "ClientSecret": secret, "GenerateSecret": true });
        server.call("CreateUserPoolClient", both).await.assert_error(
            "InvalidParameterException",
            "ClientSecret cannot be given together with GenerateSecret as true.",
        );
    }

    #[tokio::test]
    async fn an_unknown_pool_has_no_clients() {
        let server = TestPool::new().await;
        server
            .call(
                "CreateUserPoolClient",
                json!({ "UserPoolId": "us-east-1_nowhere00", "ClientName": "web" }),
            )
            .await
            .assert_error(
                "ResourceNotFoundException",
                "User pool us-east-1_nowhere00 does not exist.",
            );
    }

    #[tokio::test]
    async fn what_a_client_cannot_be_is_refused() {
        let server = TestPool::new().await;
        let required = json!([{ "Name": "email", "Required": true }]);
        let pool = server.pool_with(json!({ "Schema": required })).await;
        let range = || "Invalid range for token validity.".to_owned();
        let write = || "Invalid write attributes specified while creating a client".to_owned();
        let minutes = json!({ "AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes" });
        let cases = [
            (
                json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ADMIN_NO_SRP_AUTH"] }),
                "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.".to_owned(),
            ),
            (
                json!({
                    "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
                    "RefreshTokenRotation": { "Feature": "ENABLED" },
                }),
                "ALLOW_REFRESH_TOKEN_AUTH is not a permitted ExplicitAuthFlow when refresh token rotation is enabled"
                    .to_owned(),
            ),
            (
                json!({ "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"], "GenerateSecret": true }),
                "ALLOW_CLIENT_TOKEN_AUTH cannot be used with other auth flows.".to_owned(),
            ),
            (
                json!({ "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"] }),
                "ALLOW_CLIENT_TOKEN_AUTH can not be selected if client does not have a client secret.".to_owned(),
            ),
            (
                json!({
                    "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"],
                    "GenerateSecret": true,
                    "AllowedOAuthFlows": ["code"],
                    "CallbackURLs": ["https://a.example"],
                }),
                "ALLOW_CLIENT_TOKEN_AUTH cannot be used with the code flow or the implicit flow.".to_owned(),
            ),
            (
                json!({ "PublishSecretsInAWSSecretsManager": true }),
                crate::ops::never::SECRETS_MANAGER.to_owned(),
            ),
            (json!({ "AccessTokenValidity": 25 }), range()),
            (json!({ "IdTokenValidity": 4, "TokenValidityUnits": minutes }), range()),
            (json!({ "RefreshTokenValidity": 59, "TokenValidityUnits": minutes }), range()),
            (json!({ "RefreshTokenValidity": 3651 }), range()),
            (
                json!({ "RefreshTokenValidity": 60, "TokenValidityUnits": minutes, "IdTokenValidity": 61 }),
                "Access and Id Token expiration times must be less than or equal to refresh token expiration times."
                    .to_owned(),
            ),
            (
                json!({ "ReadAttributes": ["email", "custom:plan"] }),
                "Invalid read attributes specified while creating a client".to_owned(),
            ),
            (json!({ "WriteAttributes": ["email", "email_verified"] }), write()),
            (json!({ "WriteAttributes": ["email", "custom:plan"] }), write()),
            (json!({ "WriteAttributes": ["name"] }), write()),
            (
                json!({ "EnablePropagateAdditionalUserContextData": true }),
                "Client Secret is required to set EnablePropagateAdditionalUserContextData as true".to_owned(),
            ),
            (
                json!({ "AnalyticsConfiguration": { "ApplicationId": "abc" } }),
                "Invalid analytics configuration given, either <application arn> or <application id, role arn, \
                 external id> are valid"
                    .to_owned(),
            ),
        ];
        for (mut members, sentence) in cases {
            members["UserPoolId"] = json!(pool);
            members["ClientName"] = json!("web");
            server
                .call("CreateUserPoolClient", members)
                .await
                .assert_error("InvalidParameterException", &sentence);
        }
    }

    #[tokio::test]
    async fn a_refresh_token_validity_of_nothing_is_thirty_days_in_days() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let units = json!({ "RefreshToken": "minutes" });
        let client = server
            .client_with(
                &pool,
                json!({ "RefreshTokenValidity": 0, "TokenValidityUnits": units }),
            )
            .await;
        assert_eq!(
            (
                &client["RefreshTokenValidity"],
                &client["TokenValidityUnits"]["RefreshToken"]
            ),
            (&json!(30), &json!("days"))
        );
    }
}
