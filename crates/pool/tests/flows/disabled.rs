//! Who is told that a user is disabled, or not confirmed yet: only a client that proved to be that user.

use poolhouse_api::shapes::UserStatusType;
use poolhouse_crypto::opaque;
use poolhouse_pool::records::{PoolRecord, RecordBatch as _, load};
use poolhouse_pool::request::find_user;
use poolhouse_pool::testing::{Answer, RecordingFunction, SeededEntropy};
use poolhouse_store::Batch;
use serde_json::{Value, json};

use crate::triggers::Scene as WithFunctions;
use crate::{PASSWORD, Scene, WRONG};

const DISABLED: &str = "User is disabled.";

async fn disable(scene: &Scene) {
    let user = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.server.call("AdminDisableUser", user).await.ok();
}

/// Mara's sign-in by every flow that takes a password.
async fn sign_ins(scene: &Scene, password: &str) -> [Answer; 4] {
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    let admin = json!({
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "UserPoolId": pool,
        "ClientId": client,
        "AuthParameters": { "USERNAME": "mara", "PASSWORD": password },
    });
    [
        server.password_sign_in(client, "mara", password).await,
        server.srp_sign_in(pool, client, "mara", password).await,
        server.custom_sign_in(pool, client, "mara", password).await,
        server.call("AdminInitiateAuth", admin).await,
    ]
}

#[tokio::test]
async fn a_disabled_user_looks_like_any_other_until_the_password_is_proved() {
    let scene = Scene::new().await;
    disable(&scene).await;
    for answer in sign_ins(&scene, "Wrong-Horse-9!").await {
        answer.assert_error("NotAuthorizedException", WRONG);
    }
    for answer in sign_ins(&scene, PASSWORD).await {
        answer.assert_error("NotAuthorizedException", DISABLED);
    }
    // The right one took the wrong ones back, as it does for any other.
    for _ in 0..4 {
        let answer = scene
            .server
            .password_sign_in(&scene.client, "mara", "Wrong-Horse-9!")
            .await;
        answer.assert_error("NotAuthorizedException", WRONG);
    }
    let answer = scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await;
    answer.assert_error("NotAuthorizedException", DISABLED);
}

/// Mara as somebody who signed up and never confirmed it, or whose password was reset: no operation here leaves a user so,
/// but a database may hold one.
async fn set_status(scene: &Scene, status: UserStatusType) {
    let platform = &scene.server.app().platform;
    let pool = load(platform, &PoolRecord::key(&scene.pool))
        .await
        .unwrap()
        .unwrap();
    let mut user = find_user(platform, &pool.value, "mara").await.unwrap().unwrap();
    user.value.status = status;
    let batch = Batch::new().replace(&user, &user.value);
    platform.commit(batch).await.unwrap();
}

#[tokio::test]
async fn an_unconfirmed_user_looks_like_any_other_until_the_password_is_proved() {
    for (status, code, sentence) in [
        (
            UserStatusType::Unconfirmed,
            "UserNotConfirmedException",
            "User is not confirmed.",
        ),
        (
            UserStatusType::ResetRequired,
            "PasswordResetRequiredException",
            "Password reset required for the user",
        ),
    ] {
        let scene = Scene::new().await;
        set_status(&scene, status).await;
        for answer in sign_ins(&scene, "Wrong-Horse-9!").await {
            answer.assert_error("NotAuthorizedException", WRONG);
        }
        for answer in sign_ins(&scene, PASSWORD).await {
            answer.assert_error(code, sentence);
        }
    }
}

#[tokio::test]
async fn a_refresh_token_has_to_be_genuine_to_be_told_that_its_user_is_disabled() {
    let scene = Scene::new().await;
    let tokens = scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await
        .ok();
    let genuine = tokens["AuthenticationResult"]["RefreshToken"]
        .as_str()
        .unwrap()
        .to_owned();
    disable(&scene).await;
    let mut payload = opaque::parse_refresh_token(&genuine).unwrap();
    payload[20] ^= 1;
    let forged = opaque::refresh_token(&payload, &SeededEntropy::new(5));
    for (token, sentence) in [(genuine, DISABLED), (forged, "Invalid Refresh Token")] {
        let body = json!({ "RefreshToken": token, "ClientId": scene.client });
        let answer = scene.server.call("GetTokensFromRefreshToken", body).await;
        answer.assert_error("NotAuthorizedException", sentence);
        let body = json!({
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "ClientId": scene.client,
            "AuthParameters": { "REFRESH_TOKEN": token },
        });
        let answer = scene.server.call("InitiateAuth", body).await;
        answer.assert_error("NotAuthorizedException", sentence);
    }
}

/// Functions of the style "the answer is 42", which ask for no password.
async fn without_passwords() -> WithFunctions {
    let define = RecordingFunction::new(|event| {
        let session = event["request"]["session"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let right = session.last().is_some_and(|last| last["challengeResult"] == true);
        event["response"]["issueTokens"] = json!(right);
        event["response"]["failAuthentication"] = json!(!right && !session.is_empty());
        event["response"]["challengeName"] = json!("CUSTOM_CHALLENGE");
        Ok(())
    });
    let create = RecordingFunction::new(|event| {
        event["response"]["publicChallengeParameters"] = json!({ "hint": "the answer" });
        event["response"]["privateChallengeParameters"] = json!({ "answer": "42" });
        Ok(())
    });
    let verify = RecordingFunction::new(|event| {
        event["response"]["answerCorrect"] = json!(event["request"]["challengeAnswer"] == "42");
        Ok(())
    });
    WithFunctions::new(&[
        ("DefineAuthChallenge", &define),
        ("CreateAuthChallenge", &create),
        ("VerifyAuthChallengeResponse", &verify),
    ])
    .await
}

async fn answer(scene: &WithFunctions, answer: &str) -> (Value, Answer) {
    let challenge = scene
        .initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" }))
        .await
        .ok();
    let body = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": scene.client,
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": answer },
    });
    let parameters = challenge["ChallengeParameters"].clone();
    (
        parameters,
        scene.server.call("RespondToAuthChallenge", body).await,
    )
}

#[tokio::test]
async fn without_a_password_step_the_challenge_is_the_proof() {
    let scene = without_passwords().await;
    let (parameters, tokens) = answer(&scene, "42").await;
    tokens.ok();
    let user = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.server.call("AdminDisableUser", user).await.ok();
    let (of_disabled, wrong) = answer(&scene, "41").await;
    assert_eq!(of_disabled, parameters);
    wrong.assert_error("NotAuthorizedException", WRONG);
    let (_, right) = answer(&scene, "42").await;
    right.assert_error("NotAuthorizedException", DISABLED);
}
