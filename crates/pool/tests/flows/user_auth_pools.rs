//! What pools say that sign-ins by `USER_AUTH` begin with, and cannot say.

use serde_json::{Value, json};

use crate::PASSWORD;
use crate::user_auth::{BY_CODES, Choice};

#[tokio::test]
async fn what_a_user_can_begin_with_is_shown_and_what_a_pool_cannot_have_is_refused() {
    let scene = Choice::new().await;
    let factors = scene.admin("AdminGetUserAuthFactors", json!({})).await.ok();
    assert_eq!(factors["ConfiguredUserAuthFactors"], json!(BY_CODES));
    let password = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let tokens = scene.begin("mara", password).await.ok();
    let token = json!({ "AccessToken": tokens["AuthenticationResult"]["AccessToken"] });
    let factors = scene.server.call("GetUserAuthFactors", token).await.ok();
    assert_eq!(factors["ConfiguredUserAuthFactors"], json!(BY_CODES));
    let described = scene
        .server
        .call("DescribeUserPool", json!({ "UserPoolId": scene.pool }))
        .await
        .ok();
    let policy = &described["UserPool"]["Policies"]["SignInPolicy"];
    assert_eq!(policy["AllowedFirstAuthFactors"], json!(BY_CODES));
    let with = |factors: Value, tier: &str| {
        let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": factors } });
        json!({ "PoolName": "pool", "Policies": policies, "UserPoolTier": tier })
    };
    for (factors, tier, code, sentence) in [
        (
            json!(["EMAIL_OTP"]),
            "ESSENTIALS",
            "InvalidParameterException",
            "Password should be configured as one of the allowed first auth factors.",
        ),
        (
            json!(["PASSWORD", "SOFTWARE_TOKEN"]),
            "ESSENTIALS",
            "InvalidParameterException",
            "SOFTWARE_TOKEN cannot be configured as one of the allowed first auth factors.",
        ),
        (
            json!(["PASSWORD", "EMAIL_OTP"]),
            "LITE",
            "FeatureUnavailableInTierException",
            "The following features need to be disabled for the LITE pricing tier configured: Passwordless sign-in",
        ),
    ] {
        let refused = scene.server.call("CreateUserPool", with(factors, tier)).await;
        refused.assert_error(code, sentence);
    }
}
