//! Signing in right after a sign-up, without a second code.

use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::PASSWORD;
use crate::factors::USED_SESSION;

struct Scene {
    server: TestPool,
    client: String,
}

impl Scene {
    /// A pool in which a code may take the password's place, and a client on `USER_AUTH`.
    async fn new(allowed: Value) -> Scene {
        let server = TestPool::new().await;
        let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": allowed } });
        let members = json!({ "AutoVerifiedAttributes": ["email"], "Policies": policies });
        let pool = server.pool_with(members).await;
        let flows = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"], "AuthSessionValidity": 5 });
        let client = server.client_with(&pool, flows).await["ClientId"].clone();
        let client = client.as_str().unwrap().to_owned();
        Scene { server, client }
    }

    async fn call(&self, operation: &str, mut members: Value) -> Answer {
        members["ClientId"] = json!(self.client);
        self.server.call(operation, members).await
    }

    async fn signs_up(&self, name: &str) -> Value {
        let attributes = json!([{ "Name": "email", "Value": format!("{name}@example.com") }]);
        let members = json!({ "Username": name, "Password": PASSWORD, "UserAttributes": attributes });
        self.call("SignUp", members).await.ok()
    }

    async fn confirms(&self, name: &str, session: &Value) -> Value {
        let code = self.server.code_to(&format!("{name}@example.com")).await;
        let members = json!({ "Username": name, "ConfirmationCode": code, "Session": session });
        self.call("ConfirmSignUp", members).await.ok()
    }

    async fn begins(&self, name: &str, session: &Value) -> Answer {
        let parameters = json!({ "USERNAME": name });
        let members = json!({ "AuthFlow": "USER_AUTH", "AuthParameters": parameters, "Session": session });
        self.call("InitiateAuth", members).await
    }
}

#[tokio::test]
async fn whoever_confirms_a_sign_up_is_signed_in_once() {
    let scene = Scene::new(json!(["PASSWORD", "EMAIL_OTP"])).await;
    let signed_up = scene.signs_up("mara").await;
    let confirmed = scene.confirms("mara", &signed_up["Session"]).await;
    assert_ne!(confirmed["Session"], signed_up["Session"]);
    let tokens = scene.begins("mara", &confirmed["Session"]).await.ok();
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());
    let again = scene.begins("mara", &confirmed["Session"]).await;
    again.assert_error("NotAuthorizedException", USED_SESSION);
}

/// As Amplify does it.
#[tokio::test]
async fn a_client_that_keeps_the_session_of_the_sign_up_to_itself_gets_one_all_the_same() {
    let scene = Scene::new(json!(["PASSWORD", "EMAIL_OTP"])).await;
    scene.signs_up("mara").await;
    let confirmed = scene.confirms("mara", &Value::Null).await;
    let tokens = scene.begins("mara", &confirmed["Session"]).await.ok();
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());
}

#[tokio::test]
async fn a_sign_up_signs_nobody_in_by_itself_nor_anybody_else() {
    let scene = Scene::new(json!(["PASSWORD", "EMAIL_OTP"])).await;
    let (mara, nina) = (scene.signs_up("mara").await, scene.signs_up("nina").await);
    // That of the sign-up is not that of its confirmation.
    let begun = scene.begins("mara", &mara["Session"]).await;
    assert_eq!(begun.ok()["AuthenticationResult"], Value::Null);
    // Somebody else's sign-up.
    assert_eq!(
        scene.confirms("nina", &mara["Session"]).await["Session"],
        Value::Null
    );
    let confirmed = scene.confirms("mara", &mara["Session"]).await;
    scene
        .begins("nina", &confirmed["Session"])
        .await
        .assert_error("NotAuthorizedException", "Invalid session for the user.");
    drop(nina);
    // Its code was typed already: there is none to be typed.
    let answer = json!({
        "ChallengeName": "EMAIL_OTP",
        "Session": confirmed["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "EMAIL_OTP_CODE": "12345678" },
    });
    scene
        .call("RespondToAuthChallenge", answer)
        .await
        .assert_error("NotAuthorizedException", "Invalid session for the user.");
}

#[tokio::test]
async fn a_session_that_comes_too_late_begins_a_sign_in_as_any_other() {
    let scene = Scene::new(json!(["PASSWORD", "EMAIL_OTP"])).await;
    let signed_up = scene.signs_up("mara").await;
    let confirmed = scene.confirms("mara", &signed_up["Session"]).await;
    scene.server.clock().advance_seconds(5 * 60);
    let begun = scene.begins("mara", &confirmed["Session"]).await.ok();
    assert_eq!(begun["ChallengeName"], "SELECT_CHALLENGE");
    let signed_up = scene.signs_up("nina").await;
    scene.server.clock().advance_seconds(5 * 60);
    assert_eq!(
        scene.confirms("nina", &signed_up["Session"]).await["Session"],
        Value::Null
    );
}

#[tokio::test]
async fn where_a_code_is_not_enough_to_sign_in_neither_is_that_of_a_sign_up() {
    let scene = Scene::new(json!(["PASSWORD"])).await;
    let signed_up = scene.signs_up("mara").await;
    assert_eq!(scene.confirms("mara", &signed_up["Session"]).await, json!({}));
}
