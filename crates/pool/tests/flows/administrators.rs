//! The administrators' two operations for signing a user in.

use poolhouse_pool::testing::{Answer, RecordingFunction};
use serde_json::{Value, json};

use crate::PASSWORD;
use crate::triggers::Scene;

const CHOSEN: &str = "Chosen-Horse-2!";

async fn initiate(scene: &Scene, pool: &str, password: &str) -> Answer {
    let body = json!({
        "UserPoolId": pool,
        "ClientId": scene.client,
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "mara", "PASSWORD": password },
        "ClientMetadata": { "trace": "a1" },
    });
    scene.server.call("AdminInitiateAuth", body).await
}

async fn respond(scene: &Scene, session: &Value) -> Answer {
    let body = json!({
        "UserPoolId": scene.pool,
        "ClientId": scene.client,
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": session,
        "ChallengeResponses": { "USERNAME": "mara", "NEW_PASSWORD": CHOSEN },
        "ClientMetadata": { "locale": "de" },
    });
    scene.server.call("AdminRespondToAuthChallenge", body).await
}

#[tokio::test]
async fn a_temporary_password_is_changed_in_an_administrators_sign_in() {
    let tokens = RecordingFunction::silent();
    let scene = Scene::new(&[("PreTokenGeneration", &tokens)]).await;
    let temporary = json!({ "UserPoolId": scene.pool, "Username": "mara", "Password": PASSWORD });
    scene.server.call("AdminSetUserPassword", temporary).await.ok();

    let challenge = initiate(&scene, &scene.pool, PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let signed_in = respond(&scene, &challenge["Session"]).await.ok();
    assert_eq!(signed_in["ChallengeParameters"], json!({}));
    assert!(signed_in["AuthenticationResult"]["RefreshToken"].is_string());
    let [event] = tokens.events().try_into().unwrap();
    assert_eq!(event["triggerSource"], "TokenGeneration_NewPasswordChallenge");
    assert_eq!(event["request"]["clientMetadata"], json!({ "locale": "de" }));

    respond(&scene, &challenge["Session"]).await.assert_error(
        "NotAuthorizedException",
        "Invalid session for the user, session can only be used once.",
    );
}

#[tokio::test]
async fn a_client_signs_in_to_its_own_pool_only() {
    let scene = Scene::new(&[]).await;
    let other = scene.server.pool().await;
    initiate(&scene, &other, PASSWORD).await.assert_error(
        "ResourceNotFoundException",
        &format!("User pool client {} does not exist.", scene.client),
    );
    initiate(&scene, "us-east-1_nowhere00", PASSWORD)
        .await
        .assert_error(
            "ResourceNotFoundException",
            "User pool us-east-1_nowhere00 does not exist.",
        );
}
