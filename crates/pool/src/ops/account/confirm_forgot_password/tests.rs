//! Passwords in place of forgotten ones.

use std::sync::Arc;

use poolhouse_triggers::Place;
use serde_json::{Value, json};

use crate::ops::account::tests::{
    EMAIL, ENDED, LIMIT, MISMATCH, NOBODY, PASSWORD, Scene, given, other_than, refused,
};
use crate::ops::pools::safeguards;
use crate::testing::{Answer, RecordingFunction, TestPool};

const NEW: &str = "Battery-Staple-1";

/// Mara, and a code for her forgotten password.
async fn forgotten(scene: &Scene) -> String {
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    ask(scene).await
}

async fn ask(scene: &Scene) -> String {
    scene.call("ForgotPassword", "mara", json!({})).await.ok();
    scene.server.code_to(EMAIL).await
}

async fn confirm(scene: &Scene, name: &str, code: &str, password: &str) -> Answer {
    let members = json!({ "ConfirmationCode": code, "Password": password });
    scene.call("ConfirmForgotPassword", name, members).await
}

async fn signs_in(scene: &Scene, password: &str) -> bool {
    let answer = scene
        .server
        .password_sign_in(&scene.client, "mara", password)
        .await;
    answer.status == 200
}

#[tokio::test]
async fn the_new_password_signs_in_and_the_old_one_does_not() {
    let scene = Scene::new().await;
    let code = forgotten(&scene).await;
    let answer = confirm(&scene, "mara", &code, NEW).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    assert!(signs_in(&scene, NEW).await && !signs_in(&scene, PASSWORD).await);
    let (status, attributes) = scene.user("mara").await;
    assert_eq!(
        (status.as_str(), &attributes["email_verified"]),
        ("CONFIRMED", &json!("true"))
    );
    refused(&confirm(&scene, "mara", &code, NEW).await, ENDED);
}

#[tokio::test]
async fn a_code_lives_an_hour() {
    let scene = Scene::new().await;
    let code = forgotten(&scene).await;
    scene.server.clock().advance_seconds(3599);
    refused(&confirm(&scene, "mara", &other_than(&code), NEW).await, MISMATCH);
    scene.server.clock().advance_seconds(1);
    refused(&confirm(&scene, "mara", &code, NEW).await, ENDED);
}

#[tokio::test]
async fn the_code_is_judged_before_the_password_which_does_not_use_it_up() {
    let scene = Scene::new().await;
    let code = forgotten(&scene).await;
    refused(
        &confirm(&scene, "mara", &other_than(&code), "weak").await,
        MISMATCH,
    );
    let weak = (
        "InvalidPasswordException",
        "Password does not conform to policy: Password not long enough",
    );
    refused(&confirm(&scene, "mara", &code, "weak-1").await, weak);
    confirm(&scene, "mara", &code, NEW).await.ok();
}

#[tokio::test]
async fn the_fifth_wrong_answer_ends_a_code_and_twenty_calls_an_hour_are_judged() {
    let scene = Scene::new().await;
    let mut code = forgotten(&scene).await;
    for round in 0..4 {
        for _ in 0..(if round == 3 { 2 } else { 5 }) {
            refused(&confirm(&scene, "mara", &other_than(&code), NEW).await, MISMATCH);
        }
        if round < 3 {
            refused(&confirm(&scene, "mara", &code, NEW).await, ENDED);
            code = ask(&scene).await;
        }
    }
    refused(&confirm(&scene, "mara", &code, NEW).await, LIMIT);
    scene.server.clock().advance_seconds(3599);
    refused(&confirm(&scene, "mara", &code, NEW).await, LIMIT);
    assert!(signs_in(&scene, PASSWORD).await);
}

#[tokio::test]
async fn a_new_code_ends_the_one_before() {
    let scene = Scene::new().await;
    let first = forgotten(&scene).await;
    let second = ask(&scene).await;
    refused(&confirm(&scene, "mara", &first, NEW).await, MISMATCH);
    confirm(&scene, "mara", &second, NEW).await.ok();
}

#[tokio::test]
async fn a_name_that_nobody_has_answers_as_a_user_where_the_client_may_not_know() {
    let scene = Scene::new().await;
    refused(&confirm(&scene, "nobody", "123456", NEW).await, NOBODY);
    let hiding = Scene::hiding().await;
    hiding.server.user(&hiding.pool, "mara", PASSWORD).await;
    let mut seen: Vec<Vec<String>> = Vec::new();
    for name in ["mara", "nobody"] {
        let mut texts = vec![confirm(&hiding, name, "none", NEW).await.text];
        hiding.call("ForgotPassword", name, json!({})).await.ok();
        for _ in 0..21 {
            texts.push(confirm(&hiding, name, "none", "weak-1").await.text);
        }
        seen.push(texts);
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0][1].contains(MISMATCH.0) && seen[0][6].contains(ENDED.0));
    assert!(seen[0][21].contains(LIMIT.0));
    hiding.server.ignore_mail();
}

#[tokio::test]
async fn a_sign_up_that_is_not_confirmed_has_no_password_to_forget() {
    let scene = Scene::new().await;
    scene.mara().await;
    let unconfirmed = ("UserNotConfirmedException", "User is not confirmed.");
    refused(&confirm(&scene, "mara", "123456", NEW).await, unconfirmed);
    let hiding = Scene::hiding().await;
    hiding.mara().await;
    refused(&confirm(&hiding, "mara", "123456", NEW).await, ENDED);
}

#[tokio::test]
async fn a_disabled_user_is_told_so_once_the_code_is_right_and_keeps_the_password() {
    let scene = Scene::new().await;
    let code = forgotten(&scene).await;
    scene.admin("AdminDisableUser", "mara", json!({})).await.ok();
    refused(&confirm(&scene, "mara", &other_than(&code), NEW).await, MISMATCH);
    let disabled = ("NotAuthorizedException", "User is disabled.");
    refused(&confirm(&scene, "mara", &code, NEW).await, disabled);
    scene.admin("AdminEnableUser", "mara", json!({})).await.ok();
    assert!(signs_in(&scene, PASSWORD).await);
}

#[tokio::test]
async fn a_code_is_worth_nothing_once_the_address_is_another_or_not_verified() {
    for change in [
        given(&[("email", "other@example.com"), ("email_verified", "true")]),
        given(&[("email_verified", "false")]),
    ] {
        let scene = Scene::new().await;
        let code = forgotten(&scene).await;
        scene
            .admin("AdminUpdateUserAttributes", "mara", change)
            .await
            .ok();
        assert_eq!(confirm(&scene, "mara", &code, NEW).await.status, 400);
        assert!(signs_in(&scene, PASSWORD).await);
    }
}

#[tokio::test]
async fn a_code_is_worth_nothing_once_a_password_was_set_in_another_way() {
    const CHOSEN: &str = "Battery-Staple-2";
    let scene = Scene::new().await;
    let code = forgotten(&scene).await;
    let permanent = json!({ "Password": CHOSEN, "Permanent": true });
    scene.admin("AdminSetUserPassword", "mara", permanent).await.ok();
    refused(&confirm(&scene, "mara", &code, NEW).await, ENDED);
    let code = ask(&scene).await;
    let tokens = scene
        .server
        .password_sign_in(&scene.client, "mara", CHOSEN)
        .await
        .ok();
    let change = json!({
        "AccessToken": tokens["AuthenticationResult"]["AccessToken"],
        "PreviousPassword": CHOSEN,
        "ProposedPassword": PASSWORD,
    });
    scene.server.call("ChangePassword", change).await.ok();
    refused(&confirm(&scene, "mara", &code, NEW).await, ENDED);
    assert!(signs_in(&scene, PASSWORD).await);
}

#[tokio::test]
async fn a_new_password_opens_the_lock_of_wrong_ones() {
    let scene = Scene::new().await;
    let code = forgotten(&scene).await;
    for _ in 0..6 {
        scene
            .server
            .password_sign_in(&scene.client, "mara", "Wrong-Horse-9!")
            .await;
    }
    confirm(&scene, "mara", &code, NEW).await.ok();
    assert!(signs_in(&scene, NEW).await);
}

async fn refresh(scene: &Scene, tokens: &Value) -> Answer {
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "REFRESH_TOKEN": tokens["AuthenticationResult"]["RefreshToken"] },
    });
    scene.server.call("InitiateAuth", body).await
}

#[tokio::test]
async fn sessions_go_on_as_on_the_service_or_end_where_the_pool_wants_that() {
    for ends in [false, true] {
        let scene = Scene::new().await;
        let code = forgotten(&scene).await;
        let guarded = safeguards::change(&scene.server.app().platform, &scene.pool, |pool| {
            pool.reset_ends_sessions = ends;
        });
        guarded.await.unwrap().unwrap();
        let tokens = scene.sign_in("mara").await.ok();
        confirm(&scene, "mara", &code, NEW).await.ok();
        let answer = refresh(&scene, &tokens).await;
        assert_eq!(answer.status, if ends { 400 } else { 200 }, "{}", answer.text);
        assert!(signs_in(&scene, NEW).await);
    }
}

#[tokio::test]
async fn post_confirmation_hears_of_it_and_cannot_undo_it() {
    let after = RecordingFunction::new(|_| Err("No room".to_owned()));
    let places: Vec<(String, Arc<dyn Place>)> = vec![("after".to_owned(), after.clone())];
    let server = TestPool::with_functions(places, |_| {}).await;
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:after";
    let pool = json!({ "LambdaConfig": { "PostConfirmation": arn } });
    let scene = Scene::on(server, pool, json!({})).await;
    let code = forgotten(&scene).await;
    let members = json!({
        "ConfirmationCode": code,
        "Password": NEW,
        "ClientMetadata": { "trace": "a1" },
    });
    let answer = scene.call("ConfirmForgotPassword", "mara", members).await;
    answer.assert_error(
        "UserLambdaValidationException",
        "PostConfirmation failed with error No room.",
    );
    let [event] = after.events().try_into().unwrap();
    assert_eq!(event["triggerSource"], "PostConfirmation_ConfirmForgotPassword");
    assert_eq!(event["callerContext"]["clientId"], scene.client);
    assert_eq!(event["request"]["clientMetadata"], json!({ "trace": "a1" }));
    assert_eq!(
        event["request"]["userAttributes"]["cognito:user_status"],
        "CONFIRMED"
    );
    assert!(signs_in(&scene, NEW).await);
}
