//! Codes that confirm a sign-up.

mod link;

use serde_json::json;

use crate::ops::account::tests::{EMAIL, ENDED, LIMIT, MISMATCH, NOBODY, Scene, given, other_than, refused};

fn cannot(status: &str) -> (&str, String) {
    (
        "NotAuthorizedException",
        format!("User cannot be confirmed. Current status is {status}"),
    )
}

#[tokio::test]
async fn the_code_confirms_the_user_and_verifies_the_address() {
    let scene = Scene::new().await;
    let code = scene.mara().await;
    let answer = scene.confirm("mara", &code).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    let (status, attributes) = scene.user("mara").await;
    assert_eq!(
        (status.as_str(), &attributes["email_verified"]),
        ("CONFIRMED", &json!("true"))
    );
    scene.sign_in("mara").await.ok();
    let (error, sentence) = cannot("CONFIRMED");
    refused(&scene.confirm("mara", &code).await, (error, &sentence));
}

#[tokio::test]
async fn a_wrong_code_leaves_the_right_one_good_and_time_does_not() {
    let scene = Scene::new().await;
    let code = scene.mara().await;
    for _ in 0..6 {
        refused(&scene.confirm("mara", &other_than(&code)).await, MISMATCH);
    }
    scene.server.clock().advance_seconds(24 * 3600 - 1);
    refused(&scene.confirm("mara", &other_than(&code)).await, MISMATCH);
    scene.server.clock().advance_seconds(1);
    refused(&scene.confirm("mara", &code).await, ENDED);
}

#[tokio::test]
async fn fifteen_calls_an_hour_are_judged_right_ones_among_them() {
    let scene = Scene::new().await;
    let code = scene.mara().await;
    for _ in 0..15 {
        refused(&scene.confirm("mara", &other_than(&code)).await, MISMATCH);
    }
    refused(&scene.confirm("mara", &code).await, LIMIT);
    scene.server.clock().advance_seconds(3599);
    refused(&scene.confirm("mara", &code).await, LIMIT);
    scene.server.clock().advance_seconds(1);
    scene.confirm("mara", &code).await.ok();
}

#[tokio::test]
async fn sixty_wrong_codes_a_day_are_judged_however_many_codes_were_sent() {
    let scene = Scene::new().await;
    let mut code = scene.mara().await;
    for _ in 0..4 {
        for _ in 0..15 {
            refused(&scene.confirm("mara", &other_than(&code)).await, MISMATCH);
        }
        scene.server.clock().advance_seconds(3600);
        scene.call("ResendConfirmationCode", "mara", json!({})).await.ok();
        code = scene.server.code_to(EMAIL).await;
    }
    refused(&scene.confirm("mara", &code).await, LIMIT);
    // The first fifteen were given a day ago.
    scene.server.clock().advance_seconds(20 * 3600);
    scene.confirm("mara", &code).await.ok();
}

#[tokio::test]
async fn whoever_is_not_waiting_to_be_confirmed_hears_so_whatever_the_code() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "noel", "Correct-Horse-9!").await;
    let (error, sentence) = cannot("CONFIRMED");
    refused(&scene.confirm("noel", "123456").await, (error, &sentence));
    let temporary = json!({ "Password": "Correct-Horse-9!", "Permanent": false });
    scene.admin("AdminSetUserPassword", "noel", temporary).await.ok();
    let (error, sentence) = cannot("FORCE_CHANGE_PASSWORD");
    refused(&scene.confirm("noel", "123456").await, (error, &sentence));
}

#[tokio::test]
async fn a_name_that_nobody_has_is_told_where_the_client_may_know() {
    let scene = Scene::new().await;
    refused(&scene.confirm("nobody", "123456").await, NOBODY);
    let hiding = Scene::hiding().await;
    refused(&hiding.confirm("nobody", "123456").await, ENDED);
    for _ in 1..15 {
        hiding.confirm("nobody", "123456").await;
    }
    refused(&hiding.confirm("nobody", "123456").await, LIMIT);
}

#[tokio::test]
async fn a_disabled_user_is_told_so_once_the_code_is_right() {
    let scene = Scene::new().await;
    let code = scene.mara().await;
    scene.admin("AdminDisableUser", "mara", json!({})).await.ok();
    refused(&scene.confirm("mara", &other_than(&code)).await, MISMATCH);
    let disabled = ("NotAuthorizedException", "User is disabled.");
    refused(&scene.confirm("mara", &code).await, disabled);
    scene.admin("AdminEnableUser", "mara", json!({})).await.ok();
    scene.confirm("mara", &code).await.ok();
}

#[tokio::test]
async fn a_code_says_nothing_of_an_address_that_it_was_not_sent_to() {
    let scene = Scene::new().await;
    let code = scene.mara().await;
    let other = given(&[("email", "other@example.com")]);
    scene.admin("AdminUpdateUserAttributes", "mara", other).await.ok();
    refused(&scene.confirm("mara", &code).await, ENDED);
    scene.server.code_to("other@example.com").await;
    assert_eq!(scene.user("mara").await.0, "UNCONFIRMED");
}

#[tokio::test]
async fn an_address_that_signs_somebody_else_in_moves_only_if_that_is_asked_for() {
    let scene = Scene::of(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    scene.server.user(&scene.pool, "owner", "Correct-Horse-9!").await;
    let same = given(&[("email", "owner@example.com")]);
    scene.sign_up("mara", same).await.ok();
    let code = scene.server.code_to("owner@example.com").await;
    scene.confirm("mara", &code).await.assert_error(
        "AliasExistsException",
        "An account with the email already exists.",
    );
    let force = json!({ "ConfirmationCode": code, "ForceAliasCreation": true });
    scene.call("ConfirmSignUp", "mara", force).await.ok();
    let user = scene
        .admin("AdminGetUser", "owner@example.com", json!({}))
        .await
        .ok();
    assert_eq!(user["Username"], "mara");
    assert_eq!(scene.user("owner").await.1["email_verified"], "false");
}

#[tokio::test]
async fn a_session_in_the_request_signs_nobody_in() {
    let scene = Scene::new().await;
    let code = scene.mara().await;
    let members = json!({ "ConfirmationCode": code, "Session": "a".repeat(20) });
    let answer = scene.call("ConfirmSignUp", "mara", members).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
}
