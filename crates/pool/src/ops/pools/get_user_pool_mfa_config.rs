//! `GetUserPoolMfaConfig`

use poolhouse_api::shapes::{
    GetUserPoolMfaConfigRequest, GetUserPoolMfaConfigResponse, SmsMfaConfigType, SoftwareTokenMfaConfigType,
};

use crate::base::error::ApiError;
use crate::records::PoolRecord;
use crate::request::Ctx;

/// Answers which second factors a pool has, and when they are asked for. A factor that was never set is not there.
///
/// A pool's `SmsConfiguration` alone is none: it stands in what `DescribeUserPool` answers, and says how messages are sent.
///
/// # Errors
/// `ResourceNotFoundException` `User pool <id> does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: GetUserPoolMfaConfigRequest,
) -> Result<GetUserPoolMfaConfigResponse, ApiError> {
    Ok(shown(&ctx.pool(&input.user_pool_id).await?.value))
}

/// The configuration of this pool.
pub fn shown(pool: &PoolRecord) -> GetUserPoolMfaConfigResponse {
    let (settings, factors) = (&pool.settings, &pool.factors);
    GetUserPoolMfaConfigResponse {
        mfa_configuration: settings.mfa_configuration,
        // Every member is named, so that one that AWS adds does not compile until somebody has decided what it is here.
        sms_mfa_configuration: factors.sms.then(|| SmsMfaConfigType {
            sms_authentication_message: settings.sms_authentication_message.clone(),
            sms_configuration: settings.sms_configuration.clone(),
        }),
        software_token_mfa_configuration: factors.software_token.map(|enabled| SoftwareTokenMfaConfigType {
            enabled: Some(enabled),
        }),
        email_mfa_configuration: factors.email.clone(),
        web_authn_configuration: factors.web_authn.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_pool_that_was_never_asked_has_no_second_factor() {
        let server = TestPool::new().await;
        let sms = json!({ "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } });
        for pool in [server.pool().await, server.pool_with(sms).await] {
            let answer = server
                .call("GetUserPoolMfaConfig", json!({ "UserPoolId": pool }))
                .await
                .ok();
            assert_eq!(answer, json!({ "MfaConfiguration": "OFF" }));
        }
        server
            .call(
                "GetUserPoolMfaConfig",
                json!({ "UserPoolId": "us-east-1_nowhere00" }),
            )
            .await
            .assert_error(
                "ResourceNotFoundException",
                "User pool us-east-1_nowhere00 does not exist.",
            );
    }
}
