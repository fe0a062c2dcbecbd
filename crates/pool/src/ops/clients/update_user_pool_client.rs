//! `UpdateUserPoolClient`

use poolhouse_api::shapes::{
    CreateUserPoolClientRequest, UpdateUserPoolClientRequest, UpdateUserPoolClientResponse,
};
use poolhouse_store::Batch;

use super::known;
use super::secret;
use super::settings::{self, Doing};
use crate::base::error::ApiError;
use crate::ops::as_creation::as_creation;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Replaces the settings of an app client: whatever the request leaves out is reset to its default, except for the
/// name. Its secret stays.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client; `InvalidParameterException`, `InvalidOAuthFlowException` or
/// `ScopeDoesNotExistException` for settings that are not taken.
pub async fn run(
    ctx: &Ctx,
    input: UpdateUserPoolClientRequest,
) -> Result<UpdateUserPoolClientResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let mut client = ctx.client(pool.id(), &input.client_id).await?.into_owned();
    let has_secret = !client.value.secrets.is_empty();
    let updated = &mut client.value.settings;
    let name = updated.client_name.take().unwrap_or_default();
    let client_id = input.client_id.clone();
    let asked = creation(input, name);
    let named = known::check(ctx, (pool.id(), &client_id), &asked).await?;
    settings::apply(&pool, updated, asked, has_secret, Doing::Updating)?;
    updated.last_modified_date = Some(ctx.now.timestamp());
    let batch = Batch::new().replace(&client, &client.value).merge(named);
    ctx.platform()
        .commit(batch)
        .await
        .map_err(ApiError::lost_update)?;
    Ok(UpdateUserPoolClientResponse {
        user_pool_client: Some(secret::shown(ctx, client.value)?),
    })
}

/// The request as one for a new client with these settings, and with the name of before where it gives none.
fn creation(update: UpdateUserPoolClientRequest, name: String) -> CreateUserPoolClientRequest {
    as_creation!(
        update,
        UpdateUserPoolClientRequest {
            client_id: _,
            client_name: renamed,
        } => CreateUserPoolClientRequest {
            client_name: renamed.unwrap_or(name),
            generate_secret: None,
            client_secret: None,
        }
        both {
            access_token_validity,
            allowed_oauth_flows,
            allowed_oauth_flows_user_pool_client,
            allowed_oauth_scopes,
            analytics_configuration,
            auth_session_validity,
            callback_urls,
            default_redirect_uri,
            enable_propagate_additional_user_context_data,
            enable_token_revocation,
            explicit_auth_flows,
            id_token_validity,
            logout_urls,
            prevent_user_existence_errors,
            publish_secrets_in_aws_secrets_manager,
            read_attributes,
            refresh_token_rotation,
            refresh_token_validity,
            supported_identity_providers,
            token_validity_units,
            user_pool_id,
            write_attributes,
        }
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn what_an_update_leaves_out_is_reset_and_the_secret_stays() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server
            .client_with(
                &pool,
                json!({
                    "GenerateSecret": true,
                    "RefreshTokenValidity": 5,
                    "AccessTokenValidity": 2,
                    "IdTokenValidity": 3,
                    "TokenValidityUnits": { "AccessToken": "hours" },
                    "ReadAttributes": ["email"],
                    "WriteAttributes": ["email"],
                    "SupportedIdentityProviders": ["COGNITO"],
                    "CallbackURLs": ["https://a.example"],
                    "LogoutURLs": ["https://a.example/out"],
                    "DefaultRedirectURI": "https://a.example",
                    "AllowedOAuthFlows": ["code"],
                    "AllowedOAuthScopes": ["openid"],
                    "AllowedOAuthFlowsUserPoolClient": true,
                    "PreventUserExistenceErrors": "ENABLED",
                    "EnableTokenRevocation": false,
                    "EnablePropagateAdditionalUserContextData": true,
                    "AuthSessionValidity": 5,
                }),
            )
            .await;
        assert_eq!(client["AuthSessionValidity"], 5);
        server.clock().advance_seconds(1);
        let request = json!({ "UserPoolId": pool, "ClientId": client["ClientId"] });
        let updated = server.call("UpdateUserPoolClient", request.clone()).await.ok();
        assert_eq!(
            updated["UserPoolClient"],
            json!({
                "UserPoolId": pool,
                "ClientName": "client",
                "ClientId": client["ClientId"],
                "ClientSecret": client["ClientSecret"],
                "LastModifiedDate": 1_767_323_046,
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
        assert_eq!(server.call("DescribeUserPoolClient", request).await.ok(), updated);
    }

    #[tokio::test]
    async fn the_sentences_of_an_update_say_updating() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        server
            .call(
                "UpdateUserPoolClient",
                json!({ "UserPoolId": pool, "ClientId": client, "WriteAttributes": ["sub"] }),
            )
            .await
            .assert_error(
                "InvalidParameterException",
                "Invalid write attributes specified while updating a client",
            );
        server
            .call(
                "UpdateUserPoolClient",
                json!({ "UserPoolId": pool, "ClientId": "nobody" }),
            )
            .await
            .assert_error(
                "ResourceNotFoundException",
                "User pool client nobody does not exist.",
            );
    }
}
