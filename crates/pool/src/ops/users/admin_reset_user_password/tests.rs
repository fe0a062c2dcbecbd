//! Passwords that an administrator has reset.

use serde_json::json;

use crate::ops::account::tests::{EMAIL, PASSWORD, Scene, given, refused};

const RESET: &str = "AdminResetUserPassword";
const REQUIRED: (&str, &str) = (
    "PasswordResetRequiredException",
    "Password reset required for the user",
);

#[tokio::test]
async fn the_old_password_signs_nobody_in_until_the_mailed_code_has_set_another() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    let answer = scene.admin(RESET, "mara", json!({})).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    assert_eq!(scene.user("mara").await.0, "RESET_REQUIRED");
    refused(&scene.sign_in("mara").await, REQUIRED);
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    refused(
        &server.srp_sign_in(pool, client, "mara", PASSWORD).await,
        REQUIRED,
    );
    server
        .password_sign_in(client, "mara", "Wrong-Horse-9!")
        .await
        .assert_error("NotAuthorizedException", "Incorrect username or password.");
    let code = server.code_to(EMAIL).await;
    let members = json!({ "ConfirmationCode": code, "Password": "Battery-Staple-1" });
    scene.call("ConfirmForgotPassword", "mara", members).await.ok();
    server
        .password_sign_in(client, "mara", "Battery-Staple-1")
        .await
        .ok();
}

#[tokio::test]
async fn a_permanent_password_of_an_administrator_ends_the_reset_too() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    scene.admin(RESET, "mara", json!({})).await.ok();
    scene.server.code_to(EMAIL).await;
    let permanent = json!({ "Password": PASSWORD, "Permanent": true });
    scene.admin("AdminSetUserPassword", "mara", permanent).await.ok();
    scene.sign_in("mara").await.ok();
}

#[tokio::test]
async fn it_can_be_done_again_and_not_to_users_who_could_not_be_sent_a_code() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    for _ in 0..2 {
        scene.admin(RESET, "mara", json!({})).await.ok();
        scene.server.code_to(EMAIL).await;
    }
    let unverified = given(&[("email_verified", "false")]);
    scene
        .admin("AdminUpdateUserAttributes", "mara", unverified)
        .await
        .ok();
    refused(
        &scene.admin(RESET, "mara", json!({})).await,
        (
            "InvalidParameterException",
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
        ),
    );
    let temporary = json!({ "Password": PASSWORD });
    scene.admin("AdminSetUserPassword", "mara", temporary).await.ok();
    refused(
        &scene.admin(RESET, "mara", json!({})).await,
        (
            "NotAuthorizedException",
            "User password cannot be reset in the current state.",
        ),
    );
    refused(
        &scene.admin(RESET, "nobody", json!({})).await,
        ("UserNotFoundException", "User does not exist."),
    );
}

#[tokio::test]
async fn a_pool_that_leaves_resets_to_administrators_says_so() {
    let recovery = json!({ "RecoveryMechanisms": [{ "Priority": 1, "Name": "admin_only" }] });
    let scene = Scene::of(json!({ "AccountRecoverySetting": recovery }), json!({})).await;
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    refused(
        &scene.admin(RESET, "mara", json!({})).await,
        (
            "NotAuthorizedException",
            "Contact administrator to reset password.",
        ),
    );
}
