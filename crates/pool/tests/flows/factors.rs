//! Second factors after the password: apps, codes by mail, the choice between them.

use poolhouse_crypto::totp;
use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::{Answer, TestPool};
use poolhouse_text::base32;
use serde_json::{Value, json};

use crate::{PASSWORD, other_than};

pub const USED_SESSION: &str = "Invalid session for the user, session can only be used once.";
const USED_CODE: &str = "Your software token has already been used once.";
const WRONG_TOKEN: &str = "Invalid code received for user";

/// A pool whose passwords administrators reset, with the second factors that a test wants, and the user Mara.
pub struct Factors {
    pub server: TestPool,
    pub pool: String,
    pub client: String,
}

impl Factors {
    /// A pool that asks who has them for an app's code or one by mail.
    pub async fn optional() -> Factors {
        Factors::of("OPTIONAL", json!({ "EmailMfaConfiguration": {} })).await
    }

    /// With these members beside apps.
    pub async fn of(mode: &str, members: Value) -> Factors {
        Factors::on(TestPool::new().await, json!({}), mode, members).await
    }

    /// The same on a server and in a pool of the test's own.
    pub async fn on(server: TestPool, mut pool: Value, mode: &str, members: Value) -> Factors {
        let admin_only = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
        pool["AccountRecoverySetting"] = admin_only;
        let pool = server.pool_with(pool).await;
        let client = server.client(&pool).await;
        let scene = Factors { server, pool, client };
        scene.server.user(&scene.pool, "mara", PASSWORD).await;
        scene.configure(mode, members).await;
        scene
    }

    /// Sets the pool's factors: apps, and these.
    pub async fn configure(&self, mode: &str, mut members: Value) {
        members["UserPoolId"] = json!(self.pool);
        members["MfaConfiguration"] = json!(mode);
        members["SoftwareTokenMfaConfiguration"] = json!({ "Enabled": true });
        self.server.call("SetUserPoolMfaConfig", members).await.ok();
    }

    /// An administrator's call on Mara.
    pub async fn admin(&self, operation: &str, mut members: Value) -> Answer {
        members["UserPoolId"] = json!(self.pool);
        members["Username"] = json!("mara");
        self.server.call(operation, members).await
    }

    /// Mara's factors as an administrator sets them.
    pub async fn prefer(&self, members: Value) {
        self.admin("AdminSetUserMFAPreference", members).await.ok();
    }

    /// The password, proved in the clear.
    pub async fn password(&self) -> Answer {
        self.server.password_sign_in(&self.client, "mara", PASSWORD).await
    }

    /// An access token of a sign-in that ends with the password.
    pub async fn access_token(&self) -> Value {
        self.password().await.ok()["AuthenticationResult"]["AccessToken"].clone()
    }

    /// An answer to a challenge.
    pub async fn respond(&self, challenge: &str, session: &Value, mut responses: Value) -> Answer {
        responses["USERNAME"] = json!("mara");
        let body = json!({
            "ChallengeName": challenge,
            "ClientId": self.client,
            "Session": session,
            "ChallengeResponses": responses,
        });
        self.server.call("RespondToAuthChallenge", body).await
    }

    /// An app for Mara, registered and switched on by her token. Its first code is used; time goes on to the next.
    pub async fn app(&self) -> String {
        let token = self.access_token().await;
        let secret = self.associate(json!({ "AccessToken": token })).await["SecretCode"].clone();
        let secret = secret.as_str().unwrap().to_owned();
        let verify =
            json!({ "AccessToken": token, "UserCode": self.code(&secret), "FriendlyDeviceName": "phone" });
        let verified = self.server.call("VerifySoftwareToken", verify).await.ok();
        assert_eq!(verified, json!({ "Status": "SUCCESS" }));
        self.prefer(json!({ "SoftwareTokenMfaSettings": { "Enabled": true } }))
            .await;
        self.server.clock().advance_seconds(30);
        secret
    }

    pub async fn associate(&self, body: Value) -> Value {
        self.server.call("AssociateSoftwareToken", body).await.ok()
    }

    /// What the app shows now.
    pub fn code(&self, secret: &str) -> String {
        let seed = base32::decode(secret).unwrap();
        totp::code(&seed, totp::step(self.server.clock().now().seconds())).to_string()
    }

    /// The answer to the challenge of the app.
    pub async fn with_token(&self, session: &Value, code: &str) -> Answer {
        let responses = json!({ "SOFTWARE_TOKEN_MFA_CODE": code });
        self.respond("SOFTWARE_TOKEN_MFA", session, responses).await
    }

    /// The answer to a code by mail.
    pub async fn with_mail(&self, session: &Value, code: &str) -> Answer {
        self.respond("EMAIL_OTP", session, json!({ "EMAIL_OTP_CODE": code }))
            .await
    }
}

#[tokio::test]
async fn an_app_that_is_registered_is_asked_for_once_it_is_switched_on() {
    let scene = Factors::optional().await;
    let token = scene.access_token().await;
    let associated = scene.associate(json!({ "AccessToken": token })).await;
    let secret = associated["SecretCode"].as_str().unwrap();
    assert_eq!(associated, json!({ "SecretCode": secret }));
    assert_eq!(base32::decode(secret).map(|seed| seed.len()), Some(32));
    let verify = async |code: &str| {
        let request = json!({ "AccessToken": token, "UserCode": code });
        scene.server.call("VerifySoftwareToken", request).await
    };
    let code = scene.code(secret);
    verify(&other_than(&code)).await.assert_error(
        "EnableSoftwareTokenMFAException",
        "Code mismatch and fail enable Software Token MFA",
    );
    verify(&code).await.ok();
    verify(&code).await.assert_error(
        "SoftwareTokenMFANotFoundException",
        "Software Token MFA does not exist for the user.",
    );
    assert!(scene.password().await.ok()["AuthenticationResult"].is_object());
    let preference = json!({
        "AccessToken": token,
        "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    scene.server.call("SetUserMFAPreference", preference).await.ok();
    scene.server.clock().advance_seconds(30);
    let asked = scene.password().await.ok();
    let session = &asked["Session"];
    assert_eq!(
        asked,
        json!({
            "ChallengeName": "SOFTWARE_TOKEN_MFA",
            "ChallengeParameters": { "USER_ID_FOR_SRP": "mara" },
            "Session": session,
        })
    );
    let tokens = scene.with_token(session, &scene.code(secret)).await.ok();
    assert!(
        tokens["AuthenticationResult"]["RefreshToken"].is_string(),
        "{tokens}"
    );
    assert_eq!(tokens["ChallengeParameters"], json!({}));
}

#[tokio::test]
async fn a_password_proved_by_srp_is_followed_by_the_app_too() {
    let scene = Factors::optional().await;
    let secret = scene.app().await;
    let asked = scene
        .server
        .srp_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
        .await
        .ok();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({ "USER_ID_FOR_SRP": "mara", "FRIENDLY_DEVICE_NAME": "phone" })
    );
    scene
        .with_token(&asked["Session"], &scene.code(&secret))
        .await
        .ok();
}

#[tokio::test]
async fn a_code_of_an_app_is_good_once_and_none_before_it_after_that() {
    let scene = Factors::optional().await;
    let secret = scene.app().await;
    let before = scene.code(&secret);
    scene.server.clock().advance_seconds(30);
    let code = scene.code(&secret);
    let session = scene.password().await.ok()["Session"].clone();
    scene.with_token(&session, &code).await.ok();
    scene
        .with_token(&session, &code)
        .await
        .assert_error("NotAuthorizedException", USED_SESSION);
    let session = scene.password().await.ok()["Session"].clone();
    for used in [&code, &before] {
        scene
            .with_token(&session, used)
            .await
            .assert_error("ExpiredCodeException", USED_CODE);
    }
    scene.server.clock().advance_seconds(30);
    scene.with_token(&session, &scene.code(&secret)).await.ok();
}

#[tokio::test]
async fn a_challenge_takes_three_wrong_codes_and_a_third_ends_it() {
    let scene = Factors::optional().await;
    let secret = scene.app().await;
    let session = scene.password().await.ok()["Session"].clone();
    scene
        .respond("SOFTWARE_TOKEN_MFA", &session, json!({}))
        .await
        .assert_error(
            "InvalidParameterException",
            "Missing required parameter SOFTWARE_TOKEN_MFA_CODE",
        );
    let code = scene.code(&secret);
    for _ in 0..3 {
        scene
            .with_token(&session, &other_than(&code))
            .await
            .assert_error("CodeMismatchException", WRONG_TOKEN);
    }
    scene
        .with_token(&session, &code)
        .await
        .assert_error("NotAuthorizedException", USED_SESSION);
    let session = scene.password().await.ok()["Session"].clone();
    scene.with_token(&session, &code).await.ok();
}

#[tokio::test]
async fn l1_ten_wrong_codes_of_a_factor_lock_it_and_a_new_password_opens_it() {
    let scene = Factors::optional().await;
    let secret = scene.app().await;
    let mut session = Value::Null;
    for guess in 0..10 {
        if guess % 3 == 0 {
            session = scene.password().await.ok()["Session"].clone();
        }
        let wrong = other_than(&scene.code(&secret));
        scene
            .with_token(&session, &wrong)
            .await
            .assert_error("CodeMismatchException", WRONG_TOKEN);
    }
    let right = scene.code(&secret);
    scene
        .with_token(&session, &right)
        .await
        .assert_error("NotAuthorizedException", "Password attempts exceeded");
    let password = json!({ "Password": PASSWORD, "Permanent": true });
    scene.admin("AdminSetUserPassword", password).await.ok();
    let session = scene.password().await.ok()["Session"].clone();
    scene.with_token(&session, &right).await.ok();
}

#[tokio::test]
async fn who_has_several_factors_and_prefers_none_is_asked_which() {
    let scene = Factors::optional().await;
    let secret = scene.app().await;
    scene
        .prefer(json!({ "EmailMfaSettings": { "Enabled": true } }))
        .await;
    let asked = scene.password().await.ok();
    let session = asked["Session"].clone();
    assert_eq!(
        asked,
        json!({
            "ChallengeName": "SELECT_MFA_TYPE",
            "ChallengeParameters": {
                "MFAS_CAN_CHOOSE": "[\"SOFTWARE_TOKEN_MFA\",\"EMAIL_OTP\"]",
                "USER_ID_FOR_SRP": "mara",
            },
            "Session": session,
        })
    );
    let choose = async |session: &Value, answer: &str| {
        scene
            .respond("SELECT_MFA_TYPE", session, json!({ "ANSWER": answer }))
            .await
    };
    for other in ["SMS_MFA", "PASSWORD"] {
        choose(&session, other)
            .await
            .assert_error("InvalidParameterException", "Invalid MFA type selected.");
    }
    let chosen = choose(&session, "EMAIL_OTP").await.ok();
    assert_eq!(chosen["ChallengeName"], "EMAIL_OTP");
    let code = scene.server.code_to("mara@example.com").await;
    choose(&session, "EMAIL_OTP")
        .await
        .assert_error("NotAuthorizedException", USED_SESSION);
    scene.with_mail(&chosen["Session"], &code).await.ok();
    let session = scene.password().await.ok()["Session"].clone();
    let chosen = choose(&session, "SOFTWARE_TOKEN_MFA").await.ok();
    scene
        .with_token(&chosen["Session"], &scene.code(&secret))
        .await
        .ok();
}

#[tokio::test]
async fn a_factor_that_is_lost_is_taken_away_by_an_administrator() {
    let scene = Factors::optional().await;
    scene.app().await;
    let session = scene.password().await.ok()["Session"].clone();
    scene.admin("AdminDeleteSoftwareToken", json!({})).await.ok();
    scene.with_token(&session, "123456").await.assert_error(
        "SoftwareTokenMFANotFoundException",
        "Software Token MFA does not exist for the user.",
    );
    assert!(scene.password().await.ok()["AuthenticationResult"].is_object());
    scene.admin("AdminDeleteSoftwareToken", json!({})).await.ok();
}

#[tokio::test]
async fn a_user_disabled_or_given_another_address_between_password_and_factor_is_kept_out() {
    for (operation, members, sentence) in [
        ("AdminDisableUser", json!({}), "User is disabled."),
        (
            "AdminUpdateUserAttributes",
            json!({ "UserAttributes": [{ "Name": "email", "Value": "other@example.com" }] }),
            "Invalid session for the user.",
        ),
    ] {
        let scene = Factors::optional().await;
        scene
            .prefer(json!({ "EmailMfaSettings": { "Enabled": true } }))
            .await;
        let session = scene.password().await.ok()["Session"].clone();
        let code = scene.server.code_to("mara@example.com").await;
        scene.admin(operation, members).await.ok();
        scene
            .with_mail(&session, &code)
            .await
            .assert_error("NotAuthorizedException", sentence);
    }
}
