//! `GetUserPoolMfaConfig`

use poolhouse_api::shapes::{GetUserPoolMfaConfigRequest, GetUserPoolMfaConfigResponse};

use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers which second factors a pool has: `MfaConfiguration` as it is stored, which on this server is `OFF`.
///
/// A pool's `SmsConfiguration` is not among them. It stands in what `DescribeUserPool` answers, and says how messages are
/// sent, not that they are a factor.
///
/// # Errors
/// `ResourceNotFoundException` `User pool <id> does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: GetUserPoolMfaConfigRequest,
) -> Result<GetUserPoolMfaConfigResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    Ok(GetUserPoolMfaConfigResponse {
        mfa_configuration: pool.value.settings.mfa_configuration,
        // Every member is named, so that one that AWS adds does not compile until somebody has decided what it is here.
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
    async fn a_pool_says_that_it_asks_for_no_second_factor_of_amazons_kinds() {
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
