//! What a `Session` is bound to.

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_store::Scan;
use serde_json::json;

use crate::{PASSWORD, Scene};

const INVALID: &str = "Invalid session for the user.";

#[tokio::test]
async fn a_session_is_one_clients_alone() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    let other = scene.server.client(&scene.pool).await;
    let body = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": other,
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": code },
    });
    scene
        .server
        .call("RespondToAuthChallenge", body)
        .await
        .assert_error("NotAuthorizedException", INVALID);
}

#[tokio::test]
async fn a_session_is_one_users_alone() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "noel", PASSWORD).await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    let body = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": scene.client,
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "noel", "ANSWER": code },
    });
    scene
        .server
        .call("RespondToAuthChallenge", body)
        .await
        .assert_error("NotAuthorizedException", INVALID);
}

#[tokio::test]
async fn a_session_answers_the_challenge_it_was_issued_for() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    scene.code().await;
    let body = json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ClientId": scene.client,
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "NEW_PASSWORD": "Another-Horse-9!" },
    });
    let answer = scene.server.call("RespondToAuthChallenge", body).await;
    answer.assert_error("NotAuthorizedException", "Invalid session provided for the user.");
}

#[tokio::test]
async fn a_made_up_session_is_not_valid() {
    let scene = Scene::new().await;
    for session in ["AYABeThisIsNoSessionOfOurs", "twenty characters long"] {
        let answer = scene.answer(&json!(session), "123456").await;
        answer.assert_error("NotAuthorizedException", INVALID);
    }
}

#[tokio::test]
async fn an_answer_without_a_session_says_what_is_missing() {
    let scene = Scene::new().await;
    let body = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": scene.client,
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": "123456" },
    });
    let answer = scene.server.call("RespondToAuthChallenge", body).await;
    answer.assert_error("InvalidParameterException", "Missing required parameter Session");
}

#[tokio::test]
async fn a_user_deleted_in_between_does_not_sign_in() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    let user = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.server.call("AdminDeleteUser", user).await;
    scene.answer(&challenge["Session"], &code).await.assert_error(
        "NotAuthorizedException",
        "Invalid session for the user, session can only be used once.",
    );
}

#[tokio::test]
async fn a_user_disabled_in_between_does_not_sign_in() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    let user = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.server.call("AdminDisableUser", user).await.ok();
    let answer = scene.answer(&challenge["Session"], &code).await;
    answer.assert_error("NotAuthorizedException", "User is disabled.");
}

#[tokio::test]
async fn a_password_proof_counts_once() {
    let scene = Scene::new().await;
    let client = SrpClient::new(&scene.pool, PASSWORD);
    let begin = json!({
        "AuthFlow": "USER_SRP_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "USERNAME": "mara", "SRP_A": client.public_a() },
    });
    let rows = async || {
        let everything = Scan {
            prefix: String::new(),
            after: None,
            limit: 10_000,
        };
        scene.server.store().scan(everything).await.unwrap().len()
    };
    let before = rows().await;
    let challenge = scene.server.call("InitiateAuth", begin).await.ok();
    assert_eq!(rows().await, before, "beginning a sign-in writes nothing");
    let proof = json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ClientId": scene.client,
        "ChallengeResponses": client.responses(&challenge["ChallengeParameters"], scene.server.clock().now()),
    });
    scene
        .server
        .call("RespondToAuthChallenge", proof.clone())
        .await
        .ok();
    let again = scene.server.call("RespondToAuthChallenge", proof).await;
    again.assert_error(
        "NotAuthorizedException",
        "Invalid session for the user, session can only be used once.",
    );
}
