//! `SetUserPoolMfaConfig`

use poolhouse_api::shapes::{SetUserPoolMfaConfigRequest, SetUserPoolMfaConfigResponse};

use super::refused;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Sets a pool's second factors to none, which is all that this server has and what every pool has already: nothing is
/// written. As on AWS, an absent `MfaConfiguration` means `OFF`.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` in the service's words for `OFF` with a factor, and with the
/// member's name for `ON`, `OPTIONAL` and passkeys.
pub async fn run(
    ctx: &Ctx,
    input: SetUserPoolMfaConfigRequest,
) -> Result<SetUserPoolMfaConfigResponse, ApiError> {
    let SetUserPoolMfaConfigRequest {
        user_pool_id,
        sms_mfa_configuration,
        software_token_mfa_configuration,
        email_mfa_configuration,
        mfa_configuration,
        web_authn_configuration,
    } = input;
    let pool = ctx.pool(&user_pool_id).await?;
    if let Some(member) = mfa_configuration.and_then(refused::in_mfa) {
        return Err(ApiError::unsupported_member(member));
    }
    // Present is enough: a factor that is not enabled is refused as well.
    if sms_mfa_configuration.is_some()
        || software_token_mfa_configuration.is_some()
        || email_mfa_configuration.is_some()
    {
        return Err(ApiError::invalid_parameter(
            "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
        ));
    }
    if web_authn_configuration.is_some() {
        return Err(ApiError::unsupported_member("WebAuthnConfiguration"));
    }
    Ok(SetUserPoolMfaConfigResponse {
        mfa_configuration: pool.value.settings.mfa_configuration,
        sms_mfa_configuration: None,
        software_token_mfa_configuration: None,
        email_mfa_configuration: None,
        web_authn_configuration: None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn second_factors_can_be_set_to_none_and_stay_none() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let off = json!({ "MfaConfiguration": "OFF" });
        for request in [
            json!({ "UserPoolId": pool, "MfaConfiguration": "OFF" }),
            json!({ "UserPoolId": pool }),
        ] {
            assert_eq!(server.call("SetUserPoolMfaConfig", request).await.ok(), off);
        }
        let read = server
            .call("GetUserPoolMfaConfig", json!({ "UserPoolId": pool }))
            .await
            .ok();
        assert_eq!(read, off);
    }

    #[tokio::test]
    async fn a_second_factor_that_there_is_not_is_refused_by_name() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let together = "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.";
        let unsupported = |member: &str| {
            format!(
                "{member} is not supported by this server. Leave it out; docs/reference/members.md lists what is."
            )
        };
        let token = json!({ "Enabled": true });
        let message = "Code: {####}";
        for (members, sentence) in [
            (
                json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": token }),
                unsupported("MfaConfiguration ON"),
            ),
            (
                json!({ "MfaConfiguration": "OPTIONAL" }),
                unsupported("MfaConfiguration OPTIONAL"),
            ),
            (
                json!({ "MfaConfiguration": "OFF", "SoftwareTokenMfaConfiguration": { "Enabled": false } }),
                together.to_owned(),
            ),
            (
                json!({ "SoftwareTokenMfaConfiguration": token }),
                together.to_owned(),
            ),
            (
                json!({ "MfaConfiguration": "OFF", "SmsMfaConfiguration": { "SmsAuthenticationMessage": message } }),
                together.to_owned(),
            ),
            (
                json!({ "MfaConfiguration": "OFF", "EmailMfaConfiguration": { "Message": message } }),
                together.to_owned(),
            ),
            (
                json!({ "MfaConfiguration": "OFF", "WebAuthnConfiguration": { "UserVerification": "required" } }),
                unsupported("WebAuthnConfiguration"),
            ),
        ] {
            let mut request = members;
            request["UserPoolId"] = json!(pool);
            server
                .call("SetUserPoolMfaConfig", request)
                .await
                .assert_error("InvalidParameterException", &sentence);
        }
        server
            .call(
                "SetUserPoolMfaConfig",
                json!({ "UserPoolId": "us-east-1_nowhere00", "MfaConfiguration": "OFF" }),
            )
            .await
            .assert_error(
                "ResourceNotFoundException",
                "User pool us-east-1_nowhere00 does not exist.",
            );
    }
}
