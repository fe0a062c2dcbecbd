//! Functions that send codes in the pool's place.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::encryption_sdk::{self, Wrapping};
use poolhouse_pool::keyring::sender_key;
use poolhouse_pool::records::{PoolRecord, load};
use poolhouse_pool::testing::{Answer, RecordingFunction, TestPool};
use poolhouse_store::Scan;
use poolhouse_triggers::Place;
use serde_json::{Value, json};

use crate::PASSWORD;
use crate::triggers::arn;

const KEY: &str = "arn:aws:kms:us-east-1:000000000000:key/local";
const NUMBER: &str = "+491234568920";

struct Scene {
    server: TestPool,
    pool: String,
    client: String,
    sender: Arc<RecordingFunction>,
}

impl Scene {
    /// A pool whose codes this function sends, by email and SMS.
    async fn new(sender: Arc<RecordingFunction>) -> Scene {
        let place = sender.clone() as Arc<dyn Place>;
        let server = TestPool::with_functions(vec![("sender".to_owned(), place)], |_| {}).await;
        let of = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn("sender") });
        let members = json!({
            "AutoVerifiedAttributes": ["email"],
            "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] } },
            "LambdaConfig": { "CustomEmailSender": of, "CustomSMSSender": of, "KMSKeyID": KEY },
        });
        let pool = server.pool_with(members).await;
        let flows = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"] });
        let client = server.client_with(&pool, flows).await["ClientId"].clone();
        let client = client.as_str().unwrap().to_owned();
        Scene {
            server,
            pool,
            client,
            sender,
        }
    }

    async fn call(&self, operation: &str, mut members: Value) -> Answer {
        let is_admins = operation.starts_with("Admin");
        let (member, id) = match is_admins {
            true => ("UserPoolId", &self.pool),
            false => ("ClientId", &self.client),
        };
        members[member] = json!(id);
        self.server.call(operation, members).await
    }

    async fn signs_up(&self) -> Answer {
        let attributes = json!([{ "Name": "email", "Value": "mara@example.com" }]);
        let members = json!({ "Username": "mara", "Password": PASSWORD, "UserAttributes": attributes });
        self.call("SignUp", members).await
    }

    /// The one event since the last time, and what its code opens to.
    async fn heard(&self) -> (Value, String) {
        let [event] = self.sender.events().try_into().unwrap();
        let code = STANDARD
            .decode(event["request"]["code"].as_str().unwrap())
            .unwrap();
        let platform = &self.server.app().platform;
        let pool = load(platform, &PoolRecord::key(&self.pool))
            .await
            .unwrap()
            .unwrap();
        let key = sender_key::of(platform, &pool.value).unwrap();
        let wrapping = Wrapping {
            namespace: sender_key::NAMESPACE,
            name: KEY,
            key: &key.key,
        };
        let (context, plain) = encryption_sdk::open(&wrapping, &code).unwrap();
        assert_eq!(context["userpool-id"], self.pool);
        (event, String::from_utf8(plain.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn a_function_sends_every_code_in_the_pools_place_and_each_is_good() {
    let scene = Scene::new(RecordingFunction::silent()).await;
    scene.signs_up().await.ok();
    let (event, code) = scene.heard().await;
    assert_eq!(event["triggerSource"], "CustomEmailSender_SignUp");
    assert_eq!(event["request"]["type"], "customEmailSenderRequestV1");
    assert_eq!(event["request"]["clientMetadata"], Value::Null);
    assert_eq!(event["request"]["userAttributes"]["email"], "mara@example.com");
    assert_eq!(event["callerContext"]["clientId"], scene.client);
    assert_eq!(event["response"], json!({}));

    let again = json!({ "Username": "mara", "ClientMetadata": { "locale": "de" } });
    scene.call("ResendConfirmationCode", again).await.ok();
    let (event, second) = scene.heard().await;
    assert_eq!(event["triggerSource"], "CustomEmailSender_ResendCode");
    assert_eq!(event["request"]["clientMetadata"], json!({ "locale": "de" }));
    assert_ne!(code, second);
    let confirm = json!({ "Username": "mara", "ConfirmationCode": second });
    scene.call("ConfirmSignUp", confirm).await.ok();

    scene
        .call("ForgotPassword", json!({ "Username": "mara" }))
        .await
        .ok();
    let (event, code) = scene.heard().await;
    assert_eq!(event["triggerSource"], "CustomEmailSender_ForgotPassword");
    let confirm = json!({ "Username": "mara", "Password": PASSWORD, "ConfirmationCode": code });
    scene.call("ConfirmForgotPassword", confirm).await.ok();

    let tokens = scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await;
    let token = tokens.ok()["AuthenticationResult"]["AccessToken"].clone();
    let attributes = json!([{ "Name": "email", "Value": "new@example.com" }]);
    let update = json!({ "AccessToken": token, "UserAttributes": attributes });
    scene.server.call("UpdateUserAttributes", update).await.ok();
    let (event, _) = scene.heard().await;
    assert_eq!(event["triggerSource"], "CustomEmailSender_UpdateUserAttribute");
    assert_eq!(event["request"]["userAttributes"]["email"], "new@example.com");
    let verify = json!({ "AccessToken": token, "AttributeName": "email" });
    scene
        .server
        .call("GetUserAttributeVerificationCode", verify)
        .await
        .ok();
    let (event, code) = scene.heard().await;
    assert_eq!(event["triggerSource"], "CustomEmailSender_VerifyUserAttribute");
    let verify = json!({ "AccessToken": token, "AttributeName": "email", "Code": code });
    scene.server.call("VerifyUserAttribute", verify).await.ok();

    for (challenge, member, source) in [
        ("EMAIL_OTP", "EMAIL_OTP_CODE", "CustomEmailSender_Authentication"),
        ("SMS_OTP", "SMS_OTP_CODE", "CustomSMSSender_Authentication"),
    ] {
        let number = json!([{ "Name": "phone_number", "Value": NUMBER }]);
        let change = json!({ "Username": "mara", "UserAttributes": number });
        scene.call("AdminUpdateUserAttributes", change).await.ok();
        let parameters = json!({ "USERNAME": "mara", "PREFERRED_CHALLENGE": challenge });
        let begin = json!({ "AuthFlow": "USER_AUTH", "AuthParameters": parameters });
        let asked = scene.call("InitiateAuth", begin).await.ok();
        let (event, code) = scene.heard().await;
        assert_eq!(event["triggerSource"], source);
        assert_eq!(event["request"]["userAttributes"]["phone_number"], NUMBER);
        let answer = json!({
            "ChallengeName": challenge,
            "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": "mara", member: code },
        });
        scene.call("RespondToAuthChallenge", answer).await.ok();
    }
    // Not one of them by the server.
    scene.server.deliver_mail().await;
    assert_eq!(scene.server.unread_mails(), 0);
}

#[tokio::test]
async fn a_temporary_password_is_handed_over_written_for_html() {
    let scene = Scene::new(RecordingFunction::silent()).await;
    let attributes = json!([{ "Name": "email", "Value": "mara@example.com" }]);
    let members = json!({
        "Username": "mara",
        "TemporaryPassword": "A&b<c>d-123456",
        "UserAttributes": attributes,
    });
    scene.call("AdminCreateUser", members).await.ok();
    let (event, password) = scene.heard().await;
    assert_eq!(event["triggerSource"], "CustomEmailSender_AdminCreateUser");
    assert_eq!(event["callerContext"]["clientId"], "CLIENT_ID_NOT_APPLICABLE");
    assert_eq!(password, "A&amp;b&lt;c&gt;d-123456");
}

#[tokio::test]
async fn where_the_function_fails_nothing_is_sent_in_its_place_and_no_code_is_left() {
    let scene = Scene::new(RecordingFunction::new(|_| Err("no relay".to_owned()))).await;
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    let failed = "CustomEmailSender failed with error no relay.";
    scene
        .call("ForgotPassword", json!({ "Username": "mara" }))
        .await
        .assert_error("UserLambdaValidationException", failed);
    let rows = scene.server.store().scan(Scan::prefix("", 1000)).await.unwrap();
    assert!(rows.iter().all(|row| !row.key.contains("/code/")));
    scene.server.deliver_mail().await;
    assert_eq!(scene.server.unread_mails(), 0);
}

#[tokio::test]
async fn a_sender_without_a_key_is_refused_and_no_code_is_ever_handed_over_in_the_clear() {
    let server = TestPool::new().await;
    let of = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn("sender") });
    for sender in ["CustomEmailSender", "CustomSMSSender"] {
        let members = json!({ "PoolName": "pool", "LambdaConfig": { sender: of } });
        server.call("CreateUserPool", members).await.assert_error(
            "InvalidParameterException",
            "KMSKeyID is required when CustomEmailSender or CustomSMSSender is set.",
        );
    }
    let pool = server.pool().await;
    let members = json!({ "UserPoolId": pool, "LambdaConfig": { "CustomEmailSender": of } });
    server.call("UpdateUserPool", members).await.assert_error(
        "InvalidParameterException",
        "KMSKeyID is required when CustomEmailSender or CustomSMSSender is set.",
    );
}

#[tokio::test]
async fn what_nobody_is_to_get_no_function_hears_of() {
    let scene = Scene::new(RecordingFunction::silent()).await;
    let hiding = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let client = scene.server.client_with(&scene.pool, hiding).await["ClientId"].clone();
    let body = json!({ "ClientId": client, "Username": "nobody" });
    scene.server.call("ForgotPassword", body).await.ok();
    assert_eq!(scene.sender.events(), Vec::<Value>::new());
}

#[tokio::test]
async fn another_name_of_the_key_is_another_key() {
    let scene = Scene::new(RecordingFunction::silent()).await;
    let platform = &scene.server.app().platform;
    let mut pool = load(platform, &PoolRecord::key(&scene.pool))
        .await
        .unwrap()
        .unwrap();
    let key = sender_key::of(platform, &pool.value).unwrap();
    let lambdas = pool.value.settings.lambda_config.as_mut().unwrap();
    lambdas.kms_key_id = Some(format!("{KEY}-2"));
    assert_ne!(sender_key::of(platform, &pool.value).unwrap().key, key.key);
    pool.value.settings.lambda_config = None;
    assert!(sender_key::of(platform, &pool.value).is_none());
}
