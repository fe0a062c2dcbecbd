//! `UpdateUserPoolClient`

use poolhouse_api::shapes;
use poolhouse_store::Batch;

use super::secret;
use super::settings::{self, Doing};
use crate::base::error::ApiError;
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
    input: shapes::UpdateUserPoolClientRequest,
) -> Result<shapes::UpdateUserPoolClientResponse, ApiError> {
    let pool = ctx
        .pool(input.user_pool_id.as_deref().unwrap_or_default())
        .await?
        .value;
    let mut client = ctx
        .client(pool.id(), input.client_id.as_deref().unwrap_or_default())
        .await?
        .into_owned();
    let name = input.client_name.clone();
    let has_secret = client.value.sealed_secret.is_some();
    let updated = &mut client.value.settings;
    settings::apply(&pool, updated, as_creation(input), has_secret, Doing::Updating)?;
    updated.client_name = name.or(updated.client_name.take());
    updated.last_modified_date = Some(ctx.now.timestamp());
    let batch = Batch::new().replace(&client, &client.value);
    ctx.platform()
        .commit(batch)
        .await
        .map_err(ApiError::lost_update)?;
    Ok(shapes::UpdateUserPoolClientResponse {
        user_pool_client: Some(secret::shown(ctx, client.value)?),
    })
}

/// The request as one for a new client with these settings.
fn as_creation(input: shapes::UpdateUserPoolClientRequest) -> shapes::CreateUserPoolClientRequest {
    shapes::CreateUserPoolClientRequest {
        refresh_token_validity: input.refresh_token_validity,
        access_token_validity: input.access_token_validity,
        id_token_validity: input.id_token_validity,
        token_validity_units: input.token_validity_units,
        read_attributes: input.read_attributes,
        write_attributes: input.write_attributes,
        explicit_auth_flows: input.explicit_auth_flows,
        supported_identity_providers: input.supported_identity_providers,
        callback_urls: input.callback_urls,
        logout_urls: input.logout_urls,
        default_redirect_uri: input.default_redirect_uri,
        allowed_oauth_flows: input.allowed_oauth_flows,
        allowed_oauth_scopes: input.allowed_oauth_scopes,
        allowed_oauth_flows_user_pool_client: input.allowed_oauth_flows_user_pool_client,
        analytics_configuration: input.analytics_configuration,
        prevent_user_existence_errors: input.prevent_user_existence_errors,
        enable_token_revocation: input.enable_token_revocation,
        enable_propagate_additional_user_context_data: input.enable_propagate_additional_user_context_data,
        auth_session_validity: input.auth_session_validity,
        refresh_token_rotation: input.refresh_token_rotation,
        ..shapes::CreateUserPoolClientRequest::default()
    }
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
