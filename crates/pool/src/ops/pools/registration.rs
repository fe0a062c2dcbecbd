//! `DcrConfiguration`: whether clients register themselves with a pool, and for what.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{DcrConfigurationType, OAuthFlowType, StatusType, UserPoolTierType};

use crate::base::error::ApiError;
use crate::request::hosted::REGISTER_SCOPE;

/// What a pool has of it, with what a request left out filled in as the service documents it: whoever names it switches it on.
///
/// # Errors
/// `InvalidParameterException` for the scope with which clients bring others in; `FeatureUnavailableInTierException`.
pub fn taken(
    asked: Option<DcrConfigurationType>,
    tier: UserPoolTierType,
) -> Result<Option<DcrConfigurationType>, ApiError> {
    let Some(asked) = asked else { return Ok(None) };
    let scopes = asked.allowed_scopes.as_deref().unwrap_or_default();
    if scopes.iter().any(|scope| scope == REGISTER_SCOPE) {
        return Err(ApiError::invalid_parameter(format!(
            "AllowedScopes cannot have {REGISTER_SCOPE}: clients that have registered themselves register no others."
        )));
    }
    let status = asked.enable_status.unwrap_or(StatusType::Enabled);
    if status == StatusType::Enabled && tier == UserPoolTierType::Lite {
        return Err(ApiError::new(
            ErrorCode::FeatureUnavailableInTierException,
            "The following features need to be disabled for the LITE pricing tier configured: Dynamic client registration",
        ));
    }
    let of_token = || vec![OAuthFlowType::Code, OAuthFlowType::ClientCredentials];
    Ok(Some(DcrConfigurationType {
        enable_status: Some(status),
        open_dcr_enabled: Some(asked.open_dcr_enabled.unwrap_or(false)),
        authenticated_grant_types: Some(asked.authenticated_grant_types.unwrap_or_else(of_token)),
        open_dcr_grant_types: Some(
            asked
                .open_dcr_grant_types
                .unwrap_or_else(|| vec![OAuthFlowType::Code]),
        ),
        allowed_scopes: asked.allowed_scopes,
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn registration_is_off_until_a_pool_names_it_and_goes_with_an_update_that_does_not() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let describe = async || {
            let described = server
                .call("DescribeUserPool", json!({ "UserPoolId": pool }))
                .await
                .ok();
            described["UserPool"].get("DcrConfiguration").cloned()
        };
        assert_eq!(describe().await, None);
        let update = json!({ "UserPoolId": pool, "DcrConfiguration": { "AllowedScopes": ["mcp/read"] } });
        server.call("UpdateUserPool", update).await.ok();
        assert_eq!(
            describe().await,
            Some(json!({
                "EnableStatus": "Enabled",
                "OpenDcrEnabled": false,
                "AuthenticatedGrantTypes": ["code", "client_credentials"],
                "OpenDcrGrantTypes": ["code"],
                "AllowedScopes": ["mcp/read"],
            }))
        );
        server
            .call("UpdateUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok();
        assert_eq!(describe().await, None);
    }

    #[tokio::test]
    async fn what_registration_cannot_be_is_refused() {
        let server = TestPool::new().await;
        let with = |tier: &str, config: Value| json!({ "PoolName": "p", "UserPoolTier": tier, "DcrConfiguration": config });
        server
            .call("CreateUserPool", with("LITE", json!({})))
            .await
            .assert_error(
                "FeatureUnavailableInTierException",
                "The following features need to be disabled for the LITE pricing tier configured: Dynamic client registration",
            );
        let scopes = json!({ "AllowedScopes": ["aws.cognito/dcr/register"] });
        server
            .call("CreateUserPool", with("ESSENTIALS", scopes))
            .await
            .assert_error(
                "InvalidParameterException",
                "AllowedScopes cannot have aws.cognito/dcr/register: clients that have registered themselves register no others.",
            );
    }
}
