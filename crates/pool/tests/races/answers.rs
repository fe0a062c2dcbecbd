//! Sessions, blocks and passwords that are answered, used or set twice at the same moment.

use std::sync::Arc;

use poolhouse_pool::base::clock::Clock as _;
use poolhouse_pool::testing::Answer;
use poolhouse_pool::testing::srp::SrpClient;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{OTHER, PASSWORD, Scene, WRONG};

const USED: &str = "Invalid session for the user, session can only be used once.";
const INVALID: &str = "Invalid session for the user.";
const TEMPORARY: &str = "Temporary-Horse-1!";

/// A scene in which Mara has a temporary password, and the session in which she is asked for another.
async fn asked() -> (Scene, Value) {
    let scene = Scene::new().await;
    let temporary = json!({ "Password": TEMPORARY, "Permanent": false });
    scene.on_mara("AdminSetUserPassword", temporary).await.ok();
    let asked = scene
        .server
        .password_sign_in(&scene.client, "mara", TEMPORARY)
        .await
        .ok();
    (scene, asked["Session"].clone())
}

async fn choose(scene: &Scene, session: &Value, password: &str) -> Answer {
    let chosen = json!({ "NEW_PASSWORD": password });
    scene.respond("NEW_PASSWORD_REQUIRED", session, chosen).await
}

async fn signs_in(scene: &Scene, password: &str) -> bool {
    let answer = scene
        .server
        .password_sign_in(&scene.client, "mara", password)
        .await;
    answer["AuthenticationResult"].is_object()
}

/// What a choice of a password sends.
fn choice(scene: &Scene, session: &Value, password: &str) -> Value {
    json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ClientId": scene.client,
        "Session": session,
        "ChallengeResponses": { "USERNAME": "mara", "NEW_PASSWORD": password },
    })
}

#[tokio::test]
async fn of_two_passwords_chosen_at_the_same_moment_the_first_is_kept() {
    let (scene, session) = asked().await;
    let first = choice(&scene, &session, OTHER);
    scene.before(&scene.at("user/"), |rival| async move {
        rival.call("RespondToAuthChallenge", first).await.ok();
    });
    let refused = choose(&scene, &session, "Chosen-Horse-2!").await;
    // The first one moved the security epoch.
    refused.assert_error("NotAuthorizedException", INVALID);
    let refused = choose(&scene, &session, "Chosen-Horse-2!").await;
    refused.assert_error("NotAuthorizedException", USED);
    assert!(signs_in(&scene, OTHER).await);
}

#[tokio::test]
async fn of_two_passwords_chosen_in_two_sessions_at_the_same_moment_the_first_is_kept() {
    let (scene, session) = asked().await;
    let another = scene
        .server
        .password_sign_in(&scene.client, "mara", TEMPORARY)
        .await
        .ok();
    let first = choice(&scene, &another["Session"], OTHER);
    scene.before(&scene.keys("/profile").await[0], |rival| async move {
        rival.call("RespondToAuthChallenge", first).await.ok();
    });
    let refused = choose(&scene, &session, "Chosen-Horse-2!").await;
    refused.assert_error("NotAuthorizedException", INVALID);
    assert!(signs_in(&scene, OTHER).await);
}

#[tokio::test]
async fn of_sixty_four_passwords_chosen_at_once_the_first_is_kept() {
    let (scene, session) = asked().await;
    scene.together("user/", 64);
    let scene = Arc::new(scene);
    let mut answers = JoinSet::new();
    for n in 10..74 {
        let (scene, session) = (scene.clone(), session.clone());
        answers.spawn(async move {
            let password = format!("Chosen-Horse-{n}!");
            (choose(&scene, &session, &password).await, password)
        });
    }
    let answers = answers.join_all().await;
    let (mut taken, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(answer, _)| answer.status == 200);
    assert_eq!(taken.len(), 1);
    for (answer, _) in refused {
        answer.assert_error("NotAuthorizedException", INVALID);
    }
    let (_, kept) = taken.remove(0);
    assert!(signs_in(&scene, &kept).await);
}

#[tokio::test]
async fn a_password_is_not_chosen_over_one_that_an_administrator_sets_at_the_same_moment() {
    for permanent in [true, false] {
        let (scene, session) = asked().await;
        let set = json!({ "UserPoolId": scene.pool, "Username": "mara", "Password": OTHER, "Permanent": permanent });
        scene.before(&scene.keys("/profile").await[0], move |rival| async move {
            rival.call("AdminSetUserPassword", set).await.ok();
        });
        let refused = choose(&scene, &session, "Chosen-Horse-2!").await;
        refused.assert_error("NotAuthorizedException", INVALID);
        let answer = scene
            .server
            .password_sign_in(&scene.client, "mara", OTHER)
            .await
            .ok();
        assert_eq!(answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED", !permanent);
    }
}

#[tokio::test]
async fn a_temporary_password_that_an_administrator_replaced_lets_nobody_choose_another() {
    let (scene, session) = asked().await;
    let set = json!({ "Password": OTHER, "Permanent": false });
    scene.on_mara("AdminSetUserPassword", set).await.ok();
    let refused = choose(&scene, &session, "Chosen-Horse-2!").await;
    refused.assert_error("NotAuthorizedException", INVALID);
    assert!(!signs_in(&scene, "Chosen-Horse-2!").await);
}

#[tokio::test]
async fn no_password_is_chosen_by_a_user_deleted_at_the_same_moment() {
    let (scene, session) = asked().await;
    let deleted = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.before(&scene.keys("/profile").await[0], |rival| async move {
        rival.call("AdminDeleteUser", deleted).await.ok();
    });
    let refused = choose(&scene, &session, OTHER).await;
    refused.assert_error("NotAuthorizedException", crate::WRONG);
    assert_eq!(scene.keys("/user/").await, [] as [String; 0]);
}

#[tokio::test]
async fn of_two_right_codes_at_the_same_moment_one_signs_in() {
    let scene = Scene::with_codes().await;
    let challenge = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
        .await
        .ok();
    let code = scene.server.code_to("mara@example.com").await;
    let answer = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": scene.client,
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": code },
    });
    let first = answer.clone();
    scene.before(&scene.at("user/"), |rival| async move {
        rival.call("RespondToAuthChallenge", first).await.ok();
    });
    let refused = scene.server.call("RespondToAuthChallenge", answer).await;
    refused.assert_error("NotAuthorizedException", USED);
    assert_eq!(scene.keys("/refresh/").await.len(), 1);
}

/// A proof of this password for a challenge of Mara's.
async fn proof(scene: &Scene, password: &str) -> Value {
    let srp = SrpClient::new(&scene.pool, password);
    let parameters = json!({ "USERNAME": "mara", "SRP_A": srp.public_a() });
    let begin =
        json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": scene.client, "AuthParameters": parameters });
    let challenge = scene.server.call("InitiateAuth", begin).await.ok();
    json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ClientId": scene.client,
        "ChallengeResponses": srp.responses(&challenge["ChallengeParameters"], scene.server.clock().now()),
    })
}

#[tokio::test]
async fn of_two_answers_to_one_block_at_the_same_moment_one_signs_in() {
    let scene = Scene::new().await;
    let proof = proof(&scene, PASSWORD).await;
    let first = proof.clone();
    scene.before(&scene.at("user/"), |rival| async move {
        rival.call("RespondToAuthChallenge", first).await.ok();
    });
    let refused = scene.server.call("RespondToAuthChallenge", proof).await;
    refused.assert_error("NotAuthorizedException", USED);
    assert_eq!(scene.keys("/refresh/").await.len(), 1);
}

#[tokio::test]
async fn of_two_wrong_answers_to_one_block_at_the_same_moment_one_is_judged_and_counted() {
    let scene = Scene::new().await;
    let proof = proof(&scene, OTHER).await;
    let first = proof.clone();
    scene.before(&scene.at("user/"), |rival| async move {
        let refused = rival.call("RespondToAuthChallenge", first).await;
        refused.assert_error("NotAuthorizedException", WRONG);
    });
    let refused = scene.server.call("RespondToAuthChallenge", proof).await;
    refused.assert_error("NotAuthorizedException", USED);
    let row = scene
        .server
        .app()
        .platform
        .get(&scene.keys("/lockout").await[0])
        .await;
    assert!(row.unwrap().unwrap().body.contains("\"count\":1"));
}
