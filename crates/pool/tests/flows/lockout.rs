//! Wrong passwords in a row.

use poolhouse_pool::testing::RecordingFunction;
use poolhouse_store::Scan;
use serde_json::{Value, json};

use crate::{PASSWORD, Scene, WRONG, triggers};

const EXCEEDED: &str = "Password attempts exceeded";

#[tokio::test]
async fn after_five_wrong_passwords_even_the_right_one_waits() {
    let scene = Scene::new().await;
    let sign_in = async |password: &str| {
        scene
            .server
            .password_sign_in(&scene.client, "mara", password)
            .await
    };
    for _ in 0..5 {
        sign_in("Wrong-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", WRONG);
    }
    sign_in(PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
    scene.server.clock().advance_seconds(1);
    sign_in(PASSWORD).await.ok();
}

#[tokio::test]
async fn attempts_during_a_lock_do_not_prolong_it() {
    let scene = Scene::new().await;
    let sign_in = async |password: &str| {
        scene
            .server
            .password_sign_in(&scene.client, "mara", password)
            .await
    };
    for _ in 0..5 {
        sign_in("Wrong-Horse-9!").await;
    }
    scene.server.clock().advance_seconds(1);
    sign_in("Wrong-Horse-9!")
        .await
        .assert_error("NotAuthorizedException", WRONG);
    for _ in 0..10 {
        sign_in("Wrong-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", EXCEEDED);
    }
    scene.server.clock().advance_seconds(2);
    sign_in(PASSWORD).await.ok();
}

#[tokio::test]
async fn a_lock_covers_every_way_to_prove_the_password() {
    let scene = Scene::new().await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    for _ in 0..5 {
        server
            .srp_sign_in(pool, client, "mara", "Wrong-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", WRONG);
    }
    server
        .srp_sign_in(pool, client, "mara", PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
    server
        .custom_sign_in(pool, client, "mara", PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
    server
        .password_sign_in(client, "mara", PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
}

#[tokio::test]
async fn a_success_starts_the_count_again() {
    let scene = Scene::new().await;
    let sign_in = async |password: &str| {
        scene
            .server
            .password_sign_in(&scene.client, "mara", password)
            .await
    };
    for _ in 0..3 {
        for _ in 0..4 {
            sign_in("Wrong-Horse-9!")
                .await
                .assert_error("NotAuthorizedException", WRONG);
        }
        sign_in(PASSWORD).await.ok();
    }
}

/// A wrong password locks the account after five; a right one with which the sign-in is denied for another reason must
/// do the same, or five tries would tell the two apart.
#[tokio::test]
async fn a_right_password_that_the_functions_deny_locks_as_a_wrong_one_does() {
    let deny = || RecordingFunction::new(|_| Err("not today".to_owned()));
    let (elsewhere, nowhere) = (
        deny(),
        json!({ "PreTokenGeneration": triggers::arn("PreTokenGeneration") }),
    );
    let scene = triggers::Scene::with_config(&[("PreTokenGeneration", &elsewhere)], nowhere).await;
    for _ in 0..5 {
        scene.sign_in().await.assert_error(
            "UserLambdaValidationException",
            "PreTokenGeneration failed with error not today.",
        );
    }
    scene
        .sign_in()
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
    assert_eq!(
        elsewhere.events().len(),
        5,
        "the sixth is denied before a function is asked"
    );
}

/// As above, with the functions in process, which refuse Mara for having no address to send a code to.
#[tokio::test]
async fn a_right_password_of_a_user_without_an_address_locks_as_a_wrong_one_does() {
    let scene = Scene::new().await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    let delete = json!({ "UserPoolId": pool, "Username": "mara", "UserAttributeNames": ["email"] });
    server.call("AdminDeleteUserAttributes", delete).await.ok();
    for _ in 0..5 {
        let denied = server.custom_sign_in(pool, client, "mara", PASSWORD).await;
        assert_eq!(denied.status, 400);
        assert_ne!(denied["message"], EXCEEDED);
    }
    server
        .custom_sign_in(pool, client, "mara", PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
}

#[tokio::test]
async fn a_hundred_wrong_passwords_are_judged_in_a_day_whatever_succeeds_meanwhile() {
    const EXCEEDED: &str = "Password attempts exceeded";
    let scene = Scene::new().await;
    let server = &scene.server;
    let mut judged = 0;
    // Each time four, which carry no penalty, and then the user herself, whose success starts the row again.
    for _ in 0..25 {
        for _ in 0..4 {
            let wrong = server.password_sign_in(&scene.client, "mara", "wrong").await;
            wrong.assert_error("NotAuthorizedException", WRONG);
            judged += 1;
        }
        if judged < 100 {
            server
                .password_sign_in(&scene.client, "mara", PASSWORD)
                .await
                .ok();
        }
    }
    for password in ["wrong", PASSWORD] {
        let refused = server.password_sign_in(&scene.client, "mara", password).await;
        refused.assert_error("NotAuthorizedException", EXCEEDED);
    }
    server.clock().advance_seconds(24 * 3600 - 1);
    let refused = server.password_sign_in(&scene.client, "mara", PASSWORD).await;
    refused.assert_error("NotAuthorizedException", EXCEEDED);
    server.clock().advance_seconds(1);
    server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await
        .ok();
}

/// A challenge's place token, made good by the code.
async fn place(scene: &Scene) -> Value {
    let challenge = scene.challenge().await;
    scene
        .answer(&challenge["Session"], &scene.code().await)
        .await
        .ok();
    challenge["ChallengeParameters"]["deviceToken"].clone()
}

/// A hundred wrong passwords, as fast as nobody has to wait.
async fn hundred_wrong(scene: &Scene, metadata: &Value) {
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    for number in 0..100 {
        if number % 4 == 0 {
            server.clock().advance_seconds(900);
        }
        let wrong = server
            .custom_sign_in_with(pool, client, "mara", "wrong", metadata.clone())
            .await;
        wrong.assert_error("NotAuthorizedException", WRONG);
    }
}

#[tokio::test]
async fn l1_a_strangers_hundred_wrong_passwords_do_not_keep_out_who_comes_with_a_place_token() {
    let scene = Scene::new().await;
    let token = json!({ "deviceToken": place(&scene).await });
    hundred_wrong(&scene, &json!({ "deviceToken": "made up" })).await;
    scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
    let challenge = scene.challenge_with(token.clone()).await;
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    scene.server.ignore_mail();
    // The place has a hundred of its own, and no more.
    hundred_wrong(&scene, &token).await;
    scene
        .server
        .custom_sign_in_with(&scene.pool, &scene.client, "mara", PASSWORD, token)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
}

#[tokio::test]
async fn l1_a_place_has_a_back_off_of_its_own() {
    let scene = Scene::new().await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    let token = json!({ "deviceToken": place(&scene).await });
    let with_token = async |password: &str| {
        server
            .custom_sign_in_with(pool, client, "mara", password, token.clone())
            .await
    };
    for _ in 0..5 {
        with_token("wrong")
            .await
            .assert_error("NotAuthorizedException", WRONG);
    }
    with_token(PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
    let elsewhere = server.custom_sign_in(pool, client, "mara", PASSWORD).await;
    assert_eq!(elsewhere["ChallengeName"], "CUSTOM_CHALLENGE");
    server.ignore_mail();
    server.clock().advance_seconds(1);
    assert_eq!(with_token(PASSWORD).await["ChallengeName"], "CUSTOM_CHALLENGE");
    server.ignore_mail();
}

#[tokio::test]
async fn places_of_one_browser_do_not_pile_up() {
    let scene = Scene::new().await;
    let mut token = place(&scene).await;
    for _ in 0..3 {
        let challenge = scene.challenge_with(json!({ "deviceToken": token })).await;
        scene
            .answer(&challenge["Session"], &scene.code().await)
            .await
            .ok();
        token = challenge["ChallengeParameters"]["deviceToken"].clone();
    }
    let platform = &scene.server.app().platform;
    let rows = platform.scan(Scan::prefix("p/", 1000)).await.unwrap();
    let mut noted = rows.iter().filter(|row| row.key.ends_with("/places"));
    let noted: Value = serde_json::from_str(&noted.next().unwrap().body).unwrap();
    assert_eq!(noted["places"].as_array().unwrap().len(), 1);
}
