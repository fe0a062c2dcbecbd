use serde_json::{Value, json};

use poolhouse_store::Batch;

use crate::records::{RecordBatch, UserRecord, load};
use crate::testing::{Answer, TestPool};

struct Scene {
    server: TestPool,
    pool: String,
    token: Value,
}

impl Scene {
    async fn new(mode: &str) -> Scene {
        let server = TestPool::new().await;
        let admin_only = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
        let pool = server
            .pool_with(json!({ "AccountRecoverySetting": admin_only }))
            .await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let tokens = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        let scene = Scene {
            server,
            pool,
            token: tokens["AuthenticationResult"]["AccessToken"].clone(),
        };
        if mode != "OFF" {
            let request = json!({
                "UserPoolId": scene.pool,
                "MfaConfiguration": mode,
                "SoftwareTokenMfaConfiguration": { "Enabled": true },
                "EmailMfaConfiguration": {},
            });
            scene.server.call("SetUserPoolMfaConfig", request).await.ok();
        }
        scene
    }

    async fn by_user(&self, operation: &str, mut members: Value) -> Answer {
        members["AccessToken"] = self.token.clone();
        self.server.call(operation, members).await
    }

    async fn by_admin(&self, operation: &str, mut members: Value) -> Answer {
        members["UserPoolId"] = json!(self.pool);
        members["Username"] = json!("mara");
        self.server.call(operation, members).await
    }

    async fn factors(&self) -> Value {
        let user = self.by_user("GetUser", json!({})).await.ok();
        let admin = self.by_admin("AdminGetUser", json!({})).await.ok();
        for member in ["PreferredMfaSetting", "UserMFASettingList", "MFAOptions"] {
            assert_eq!(user[member], admin[member], "{member}");
        }
        json!([user["UserMFASettingList"], user["PreferredMfaSetting"]])
    }
}

#[tokio::test]
async fn a_factor_is_switched_on_preferred_and_switched_off_and_what_is_left_out_stays() {
    let scene = Scene::new("OPTIONAL").await;
    assert_eq!(scene.factors().await, json!([null, null]));
    let cases = [
        (
            json!({ "EmailMfaSettings": { "Enabled": true } }),
            json!([["EMAIL_OTP"], null]),
        ),
        (
            json!({ "EmailMfaSettings": { "PreferredMfa": true } }),
            json!([["EMAIL_OTP"], "EMAIL_OTP"]),
        ),
        (
            json!({ "SoftwareTokenMfaSettings": { "Enabled": false, "PreferredMfa": false } }),
            json!([["EMAIL_OTP"], "EMAIL_OTP"]),
        ),
        (json!({}), json!([["EMAIL_OTP"], "EMAIL_OTP"])),
        (
            json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": false } }),
            json!([["EMAIL_OTP"], null]),
        ),
        (
            json!({ "EmailMfaSettings": { "Enabled": false } }),
            json!([null, null]),
        ),
        (
            json!({ "WebAuthnMfaSettings": { "Enabled": false } }),
            json!([null, null]),
        ),
    ];
    for (members, expected) in cases {
        assert_eq!(
            scene.by_user("SetUserMFAPreference", members.clone()).await.ok(),
            json!({})
        );
        assert_eq!(scene.factors().await, expected, "{members}");
    }
    let on = json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    scene.by_admin("AdminSetUserMFAPreference", on).await.ok();
    assert_eq!(scene.factors().await, json!([["EMAIL_OTP"], "EMAIL_OTP"]));
}

#[tokio::test]
async fn a_factor_is_not_switched_on_without_what_it_takes() {
    let sentence = |name: &str| format!("User does not have delivery config set to turn on {name}");
    for mode in ["OFF", "OPTIONAL"] {
        let scene = Scene::new(mode).await;
        let mut cases = vec![
            ("SoftwareTokenMfaSettings", "SOFTWARE_TOKEN_MFA"),
            ("SMSMfaSettings", "SMS_MFA"),
        ];
        if mode == "OFF" {
            cases.push(("EmailMfaSettings", "EMAIL_OTP"));
        }
        for (block, name) in cases {
            for asked in [json!({ "Enabled": true }), json!({ "PreferredMfa": true })] {
                let members = json!({ block: asked });
                let answer = scene.by_user("SetUserMFAPreference", members.clone()).await;
                answer.assert_error("InvalidParameterException", &sentence(name));
                let answer = scene.by_admin("AdminSetUserMFAPreference", members).await;
                answer.assert_error("InvalidParameterException", &sentence(name));
            }
        }
        let off = json!({ "SoftwareTokenMfaSettings": { "Enabled": false, "PreferredMfa": false } });
        scene.by_admin("AdminSetUserMFAPreference", off).await.ok();
    }
}

#[tokio::test]
async fn two_factors_are_not_preferred_at_once_and_passkeys_are_refused_by_name() {
    let scene = Scene::new("OPTIONAL").await;
    let both = json!({
        "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true },
        "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    scene.by_user("SetUserMFAPreference", both).await.assert_error(
        "InvalidParameterException",
        "Only one MFA factor can be preferred.",
    );
    scene
        .by_user("SetUserMFAPreference", json!({ "WebAuthnMfaSettings": { "Enabled": true } }))
        .await
        .assert_error(
            "InvalidParameterException",
            "WebAuthnMfaSettings is not supported by this server. Leave it out; docs/reference/members.md lists what is.",
        );
}

#[tokio::test]
async fn the_last_factor_stays_on_in_a_pool_that_asks_everybody_for_one() {
    let scene = Scene::new("ON").await;
    let email = |enabled: bool| json!({ "EmailMfaSettings": { "Enabled": enabled } });
    scene.by_user("SetUserMFAPreference", email(false)).await.ok();
    scene.by_user("SetUserMFAPreference", email(true)).await.ok();
    let sentence = "The last MFA factor of a user cannot be turned off, because this user pool requires MFA.";
    let answer = scene.by_user("SetUserMFAPreference", email(false)).await;
    answer.assert_error("InvalidParameterException", sentence);
    assert_eq!(scene.factors().await, json!([["EMAIL_OTP"], null]));
}

#[tokio::test]
async fn what_a_user_can_sign_in_with_is_listed() {
    let scene = Scene::new("OPTIONAL").await;
    let expected = json!({ "Username": "mara", "ConfiguredUserAuthFactors": ["PASSWORD"] });
    assert_eq!(
        scene.by_user("GetUserAuthFactors", json!({})).await.ok(),
        expected
    );
    assert_eq!(
        scene.by_admin("AdminGetUserAuthFactors", json!({})).await.ok(),
        expected
    );
    let email = json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    scene.by_user("SetUserMFAPreference", email).await.ok();
    assert_eq!(
        scene.by_user("GetUserAuthFactors", json!({})).await.ok(),
        json!({
            "Username": "mara",
            "ConfiguredUserAuthFactors": ["PASSWORD"],
            "PreferredMfaSetting": "EMAIL_OTP",
            "UserMFASettingList": ["EMAIL_OTP"],
        })
    );
}

#[tokio::test]
async fn the_older_settings_know_sms_alone() {
    let scene = Scene::new("OPTIONAL").await;
    let sms = json!({ "MFAOptions": [{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }] });
    for (members, sentence) in [
        (sms, "User does not have delivery config set to turn on SMS_MFA"),
        (
            json!({ "MFAOptions": [{ "DeliveryMedium": "EMAIL", "AttributeName": "email" }] }),
            "MFAOptions takes DeliveryMedium SMS with AttributeName phone_number alone.",
        ),
    ] {
        let answer = scene.by_user("SetUserSettings", members.clone()).await;
        answer.assert_error("InvalidParameterException", sentence);
        let answer = scene.by_admin("AdminSetUserSettings", members).await;
        answer.assert_error("InvalidParameterException", sentence);
    }
    let none = json!({ "MFAOptions": [] });
    scene.by_user("SetUserSettings", none.clone()).await.ok();
    scene.by_admin("AdminSetUserSettings", none).await.ok();
}

#[tokio::test]
async fn a_pool_may_want_a_recent_sign_in_before_factors_change() {
    let scene = Scene::new("OPTIONAL").await;
    let platform = &scene.server.app().platform;
    let changed = crate::ops::pools::safeguards::change(platform, &scene.pool, |pool| {
        pool.contact_change_minutes = Some(5);
    });
    changed.await.unwrap().unwrap();
    scene.server.clock().advance_seconds(301);
    for (operation, members) in [
        (
            "SetUserMFAPreference",
            json!({ "EmailMfaSettings": { "Enabled": true } }),
        ),
        ("SetUserSettings", json!({ "MFAOptions": [] })),
        ("AssociateSoftwareToken", json!({})),
        ("VerifySoftwareToken", json!({ "UserCode": "123456" })),
    ] {
        scene.by_user(operation, members).await.assert_error(
            "NotAuthorizedException",
            "A recent sign-in is needed to change how you sign in. Sign in again.",
        );
    }
    // A password is a factor like any other to somebody who has none.
    let user = scene.by_admin("AdminGetUser", json!({})).await.ok();
    let attributes = user["UserAttributes"].as_array().unwrap().iter();
    let mut subs = attributes.filter(|one| one["Name"] == "sub");
    let sub = subs.next().unwrap()["Value"].as_str().unwrap();
    let stored = load(platform, &UserRecord::key(&scene.pool, sub))
        .await
        .unwrap()
        .unwrap();
    let without = UserRecord {
        sealed_verifier: None,
        ..stored.value.clone()
    };
    let batch = Batch::new().replace(&stored, &without);
    platform.commit(batch).await.unwrap();
    let password = json!({ "ProposedPassword": "Another-Horse-1!" });
    scene.by_user("ChangePassword", password).await.assert_error(
        "NotAuthorizedException",
        "A recent sign-in is needed to change how you sign in. Sign in again.",
    );
}
