use serde_json::{Value, json};

use crate::testing::{Answer, TestPool};

const TOGETHER: &str = "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.";
const NONE: &str =
    "Invalid MFA Configuration given. SMS MFA, Email MFA, or Software Token MFA must be enabled.";

async fn set(server: &TestPool, pool: &str, mut members: Value) -> Answer {
    members["UserPoolId"] = json!(pool);
    server.call("SetUserPoolMfaConfig", members).await
}

async fn read(server: &TestPool, pool: &str) -> Value {
    let request = json!({ "UserPoolId": pool });
    server.call("GetUserPoolMfaConfig", request).await.ok()
}

async fn by_administrators(server: &TestPool) -> String {
    let admin_only = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
    server
        .pool_with(json!({ "AccountRecoverySetting": admin_only }))
        .await
}

#[tokio::test]
async fn what_is_set_is_read_again_and_what_is_left_out_is_off() {
    let server = TestPool::new().await;
    let pool = by_administrators(&server).await;
    let all = json!({
        "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "EmailMfaConfiguration": { "Message": "Use {####}", "Subject": "Code" },
    });
    let token_alone = json!({
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    for members in [all, token_alone, json!({ "MfaConfiguration": "OFF" })] {
        assert_eq!(set(&server, &pool, members.clone()).await.ok(), members);
        assert_eq!(read(&server, &pool).await, members);
    }
    let off = json!({ "MfaConfiguration": "OFF" });
    assert_eq!(set(&server, &pool, json!({})).await.ok(), off);
}

#[tokio::test]
async fn what_does_not_go_together_is_refused_in_the_services_words() {
    let server = TestPool::new().await;
    let pool = by_administrators(&server).await;
    let token = |enabled: bool| json!({ "Enabled": enabled });
    let message = "Code: {####}";
    for (members, sentence) in [
        (json!({ "MfaConfiguration": "OPTIONAL" }), NONE),
        (
            json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": token(false) }),
            NONE,
        ),
        (
            json!({ "MfaConfiguration": "OFF", "SoftwareTokenMfaConfiguration": token(false) }),
            TOGETHER,
        ),
        (json!({ "SoftwareTokenMfaConfiguration": token(true) }), TOGETHER),
        (
            json!({ "MfaConfiguration": "OFF", "SmsMfaConfiguration": { "SmsAuthenticationMessage": message } }),
            TOGETHER,
        ),
        (
            json!({ "MfaConfiguration": "OFF", "EmailMfaConfiguration": { "Message": message } }),
            TOGETHER,
        ),
        (
            json!({ "MfaConfiguration": "OFF", "WebAuthnConfiguration": { "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" } }),
            "WebAuthnConfiguration FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION is not supported by this server. Leave it out; docs/reference/members.md lists what is.",
        ),
    ] {
        set(&server, &pool, members)
            .await
            .assert_error("InvalidParameterException", sentence);
    }
    assert_eq!(read(&server, &pool).await, json!({ "MfaConfiguration": "OFF" }));
    let token = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": token(true) });
    set(&server, "us-east-1_nowhere00", token.clone())
        .await
        .assert_error(
            "ResourceNotFoundException",
            "User pool us-east-1_nowhere00 does not exist.",
        );
    let sms = json!({ "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } });
    let with_sms = server.pool_with(sms).await;
    set(&server, &with_sms, token).await.assert_error(
        "InvalidParameterException",
        "Can't turn off SMS_MFA when SMS configuration is set for the user pool",
    );
}

#[tokio::test]
async fn codes_by_mail_are_no_second_factor_where_mail_resets_passwords() {
    let server = TestPool::new().await;
    let email = json!({ "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {} });
    let sentence = "Email MFA cannot be used while AccountRecoverySetting resets passwords by email alone: one mailbox \
                    would be enough to sign in. Set admin_only, or verified_phone_number beside verified_email.";
    let by_mail = json!({ "RecoveryMechanisms": [{ "Name": "verified_email", "Priority": 1 }] });
    for pool in [
        server.pool().await,
        server
            .pool_with(json!({ "AccountRecoverySetting": by_mail }))
            .await,
    ] {
        set(&server, &pool, email.clone())
            .await
            .assert_error("InvalidParameterException", sentence);
    }
    let pool = by_administrators(&server).await;
    set(&server, &pool, email.clone()).await.ok();
    let update = json!({ "UserPoolId": pool, "MfaConfiguration": "OPTIONAL" });
    server
        .call("UpdateUserPool", update)
        .await
        .assert_error("InvalidParameterException", sentence);
    let lite = server.pool_with(json!({ "UserPoolTier": "LITE" })).await;
    set(&server, &lite, email).await.assert_error(
        "FeatureUnavailableInTierException",
        "The following features need to be disabled for the LITE pricing tier configured: Email MFA",
    );
}

#[tokio::test]
async fn an_update_of_a_pool_repeats_its_mode_and_does_not_turn_it_on() {
    let server = TestPool::new().await;
    let pool = server.pool().await;
    let update = async |mode: &str| {
        let request = json!({ "UserPoolId": pool, "MfaConfiguration": mode });
        server.call("UpdateUserPool", request).await
    };
    let sms =
        "SMS configuration and Auto verification for phone_number are required when MFA is required/optional";
    update("OPTIONAL")
        .await
        .assert_error("InvalidParameterException", sms);
    let token =
        json!({ "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    set(&server, &pool, token.clone()).await.ok();
    update("ON").await.assert_error(
        "InvalidParameterException",
        "Cannot turn MFA functionality ON, once the user pool has been created.",
    );
    update("OPTIONAL").await.ok();
    assert_eq!(read(&server, &pool).await, token);
    let on = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    set(&server, &pool, on.clone()).await.ok();
    update("ON").await.ok();
    assert_eq!(read(&server, &pool).await, on);
    // What is left out is reset, as on the service; the factors are there when it is switched on again.
    server
        .call("UpdateUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok();
    let described = server
        .call("DescribeUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok();
    assert_eq!(described["UserPool"]["MfaConfiguration"], "OFF");
    for mode in ["ON", "OPTIONAL"] {
        server
            .call(
                "CreateUserPool",
                json!({ "PoolName": "pool", "MfaConfiguration": mode }),
            )
            .await
            .assert_error("InvalidParameterException", sms);
    }
}
