//! What a pool asks of passwords, resets and changes of addresses where its operator has decided so, and that no pool asks it
//! otherwise.

use poolhouse_pool::ops::pools::safeguards;
use poolhouse_pool::records::Safeguards;
use serde_json::{Value, json};

use crate::{PASSWORD, Scene};

const COMMON: &str = "Password does not conform to policy: Password is one of those that are tried first";
const CONTEXT: &str =
    "Password does not conform to policy: Password is made of the user's or the application's name";

async fn guarded(edit: impl FnOnce(&mut Safeguards)) -> Scene {
    let scene = Scene::new().await;
    let changed = safeguards::change(&scene.server.app().platform, &scene.pool, edit).await;
    changed.unwrap().unwrap();
    scene
}

async fn tokens(scene: &Scene) -> Value {
    let answer = scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await;
    answer.ok()["AuthenticationResult"].clone()
}

async fn set_password(scene: &Scene, password: &str) -> poolhouse_pool::testing::Answer {
    let body =
        json!({ "UserPoolId": scene.pool, "Username": "mara", "Password": password, "Permanent": true });
    scene.server.call("AdminSetUserPassword", body).await
}

async fn change_password(scene: &Scene, token: &Value, password: &str) -> poolhouse_pool::testing::Answer {
    let body = json!({ "AccessToken": token, "PreviousPassword": PASSWORD, "ProposedPassword": password });
    scene.server.call("ChangePassword", body).await
}

async fn get_user(scene: &Scene, tokens: &Value) -> poolhouse_pool::testing::Answer {
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    scene.server.call("GetUser", body).await
}

async fn refresh(scene: &Scene, tokens: &Value) -> poolhouse_pool::testing::Answer {
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "REFRESH_TOKEN": tokens["RefreshToken"] },
    });
    scene.server.call("InitiateAuth", body).await
}

#[tokio::test]
async fn a_pool_that_nobody_has_guarded_takes_what_cognito_takes() {
    let scene = Scene::new().await;
    let before = tokens(&scene).await;
    set_password(&scene, "Password1!").await.ok();
    refresh(&scene, &before).await.ok();
    scene.server.clock().advance_seconds(3000);
    let change = json!({
        "AccessToken": before["AccessToken"],
        "UserAttributes": [{ "Name": "email", "Value": "new@example.com" }],
    });
    scene.server.call("UpdateUserAttributes", change).await.ok();
}

#[tokio::test]
async fn common_passwords_are_refused_wherever_one_is_set() {
    let scene = guarded(|pool| pool.refuses_common_passwords = true).await;
    set_password(&scene, "Password1!")
        .await
        .assert_error("InvalidPasswordException", COMMON);
    let own = tokens(&scene).await;
    change_password(&scene, &own["AccessToken"], "P@ssw0rd!")
        .await
        .assert_error("InvalidPasswordException", COMMON);
    let create = json!({
        "UserPoolId": scene.pool,
        "Username": "noel",
        "MessageAction": "SUPPRESS",
        "TemporaryPassword": "Sunshine99!",
    });
    scene.server.call("AdminCreateUser", create).await.assert_error(
        "InvalidPasswordException",
        "Password did not conform with password policy: Password is one of those that are tried first",
    );
    // A first password is one, too.
    let temporary = json!({ "UserPoolId": scene.pool, "Username": "mara", "Password": "Temp-Orary-9!" });
    scene.server.call("AdminSetUserPassword", temporary).await.ok();
    let asked = scene
        .server
        .password_sign_in(&scene.client, "mara", "Temp-Orary-9!")
        .await
        .ok();
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let answer = json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ClientId": scene.client,
        "Session": asked["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "NEW_PASSWORD": "Qwerty123!" },
    });
    let refused = scene.server.call("RespondToAuthChallenge", answer).await;
    refused.assert_error("InvalidPasswordException", COMMON);
}

#[tokio::test]
async fn passwords_made_of_the_users_or_the_applications_names_are_refused() {
    let scene = guarded(|pool| {
        pool.refuses_context_passwords = true;
        pool.words = vec!["rocket".to_owned()];
    })
    .await;
    for password in ["Mara-2026!", "M4ra-M4ra-1", "Example-99!", "R0cket-99!"] {
        let refused = set_password(&scene, password).await;
        refused.assert_error("InvalidPasswordException", CONTEXT);
    }
    set_password(&scene, "Mara-likes-9-trees").await.ok();
    // Those that are tried first are another matter.
    set_password(&scene, "Sunshine-1!").await.ok();
}

#[tokio::test]
async fn a_reset_ends_the_sessions_of_before() {
    let scene = guarded(|pool| pool.reset_ends_sessions = true).await;
    let before = tokens(&scene).await;
    set_password(&scene, PASSWORD).await.ok();
    refresh(&scene, &before)
        .await
        .assert_error("NotAuthorizedException", "Refresh Token has been revoked");
    get_user(&scene, &before)
        .await
        .assert_error("NotAuthorizedException", "Access Token has been revoked");
    let after = tokens(&scene).await;
    get_user(&scene, &after).await.ok();
}

#[tokio::test]
async fn a_password_that_its_user_changes_ends_every_other_session() {
    let scene = guarded(|pool| pool.reset_ends_sessions = true).await;
    let (other, own) = (tokens(&scene).await, tokens(&scene).await);
    change_password(&scene, &own["AccessToken"], "Battery-Staple-1")
        .await
        .ok();
    get_user(&scene, &own).await.ok();
    refresh(&scene, &own).await.ok();
    get_user(&scene, &other)
        .await
        .assert_error("NotAuthorizedException", "Access Token has been revoked");
    refresh(&scene, &other)
        .await
        .assert_error("NotAuthorizedException", "Refresh Token has been revoked");
}

/// Their tokens name no family: what belongs together is known by the sign-in.
#[tokio::test]
async fn a_password_that_its_user_changes_ends_other_sessions_of_clients_without_revocation_too() {
    let scene = Scene::with_client(json!({ "EnableTokenRevocation": false })).await;
    let platform = &scene.server.app().platform;
    let changed = safeguards::change(platform, &scene.pool, |pool| pool.reset_ends_sessions = true).await;
    changed.unwrap().unwrap();
    let (other, own) = (tokens(&scene).await, tokens(&scene).await);
    change_password(&scene, &own["AccessToken"], "Battery-Staple-1")
        .await
        .ok();
    get_user(&scene, &other)
        .await
        .assert_error("NotAuthorizedException", "Access Token has been revoked");
    get_user(&scene, &own).await.ok();
    let refreshed = refresh(&scene, &own).await.ok()["AuthenticationResult"].clone();
    get_user(&scene, &refreshed).await.ok();
    refresh(&scene, &other)
        .await
        .assert_error("NotAuthorizedException", "Refresh Token has been revoked");
}

#[tokio::test]
async fn an_address_is_changed_or_deleted_soon_after_a_sign_in_only() {
    let scene = guarded(|pool| pool.contact_change_minutes = Some(5)).await;
    let first = tokens(&scene).await;
    let set = async |tokens: &Value, name: &str| {
        let attributes = json!([{ "Name": name, "Value": "new@example.com" }]);
        let body = json!({ "AccessToken": tokens["AccessToken"], "UserAttributes": attributes });
        scene.server.call("UpdateUserAttributes", body).await
    };
    let delete = async |tokens: &Value| {
        let body = json!({ "AccessToken": tokens["AccessToken"], "UserAttributeNames": ["email"] });
        scene.server.call("DeleteUserAttributes", body).await
    };
    scene.server.clock().advance_seconds(301);
    // A refreshed token is of the same sign-in.
    let refreshed = refresh(&scene, &first).await.ok()["AuthenticationResult"].clone();
    for tokens in [&first, &refreshed] {
        let refused = set(tokens, "email").await;
        let sentence =
            "A recent sign-in is needed to change an email address or phone number. Sign in again.";
        refused.assert_error("NotAuthorizedException", sentence);
        delete(tokens)
            .await
            .assert_error("NotAuthorizedException", sentence);
    }
    set(&first, "name").await.ok();
    let second = tokens(&scene).await;
    scene.server.clock().advance_seconds(300);
    set(&second, "email").await.ok();
    delete(&second).await.ok();
}
