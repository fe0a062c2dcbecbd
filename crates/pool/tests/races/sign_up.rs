//! Sign-ups, and codes for them, while somebody else is faster.

use poolhouse_pool::testing::Answer;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{PASSWORD, Scene, with};

const EMAIL: &str = "anna@example.com";

/// A scene in which people sign up.
async fn open() -> Scene {
    Scene::of(json!({ "AutoVerifiedAttributes": ["email"] }), json!({})).await
}

impl Scene {
    /// Calls an operation of somebody who names the client and a user.
    async fn by_name(&self, operation: &str, name: &str, members: Value) -> Answer {
        let body = with(with(members, "ClientId", &self.client), "Username", name);
        self.server.call(operation, body).await
    }

    async fn sign_up(&self, name: &str) -> Answer {
        let members = json!({
            "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": EMAIL }],
        });
        self.by_name("SignUp", name, members).await
    }

    /// Signs Anna up and returns her code.
    async fn anna(&self) -> String {
        self.sign_up("anna").await.ok();
        self.server.code_to(EMAIL).await
    }

    async fn confirm(&self, code: &str) -> Answer {
        self.by_name("ConfirmSignUp", "anna", json!({ "ConfirmationCode": code }))
            .await
    }

    async fn status_of(&self, name: &str) -> Value {
        let user = self.call("AdminGetUser", json!({ "Username": name })).await.ok();
        user["UserStatus"].clone()
    }
}

/// Right before the next commit at a user's profile or code, an administrator does this to Anna.
fn first_on_anna(scene: &Scene, prefix: &str, operation: &'static str, members: Value) {
    scene.first(prefix, operation, with(members, "Username", "anna"));
}

/// The key of Anna's code, below the pool.
async fn code_of(scene: &Scene) -> String {
    let keys = scene.keys("/code/sign-up").await;
    keys[0][scene.at("").len()..].to_owned()
}

#[tokio::test]
async fn of_two_who_sign_up_by_one_name_at_the_same_moment_one_has_it() {
    let scene = open().await;
    let members = json!({
        "ClientId": scene.client,
        "Username": "anna",
        "Password": "Rivals-Choice-1",
    });
    scene.before(&scene.at("name/anna"), move |rival| async move {
        rival.call("SignUp", members).await.ok();
    });
    let refused = scene.sign_up("anna").await;
    refused.assert_error("UsernameExistsException", "User already exists");
    assert_eq!(scene.server.unread_mails(), 0);
}

#[tokio::test]
async fn of_64_who_sign_up_by_one_name_at_once_one_has_it_and_one_is_mailed() {
    let scene = std::sync::Arc::new(open().await);
    scene.together("name/anna", 64);
    let mut all = JoinSet::new();
    for _ in 0..64 {
        let scene = scene.clone();
        all.spawn(async move { scene.sign_up("anna").await.status });
    }
    let answers = all.join_all().await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(scene.server.unread_mails(), 1);
    scene.server.ignore_mail();
}

#[tokio::test]
async fn nobody_signs_up_in_a_pool_that_is_deleted_at_the_same_moment() {
    let scene = open().await;
    scene.first("name/anna", "DeleteUserPool", json!({}));
    let refused = scene.sign_up("anna").await;
    let sentence = format!("User pool {} does not exist.", scene.pool);
    refused.assert_error("ResourceNotFoundException", &sentence);
    assert_eq!(scene.keys("/user/").await, [] as [String; 0]);
}

#[tokio::test]
async fn of_64_who_type_the_code_at_once_one_confirms() {
    let scene = std::sync::Arc::new(open().await);
    let code = scene.anna().await;
    // Fifteen an hour are judged.
    scene.together(&code_of(&scene).await, 15);
    let mut all = JoinSet::new();
    for _ in 0..64 {
        let (scene, code) = (scene.clone(), code.clone());
        all.spawn(async move { scene.confirm(&code).await });
    }
    let answers = all.join_all().await;
    let count = |kind: &str| answers.iter().filter(|answer| answer["__type"] == kind).count();
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(count("LimitExceededException"), 49);
    assert_eq!(
        count("ExpiredCodeException") + count("NotAuthorizedException"),
        14
    );
    assert_eq!(scene.status_of("anna").await, "CONFIRMED");
}

#[tokio::test]
async fn of_64_wrong_codes_at_once_no_more_are_judged_than_an_hour_has() {
    let scene = std::sync::Arc::new(open().await);
    scene.anna().await;
    scene.together("user/", 64);
    let mut all = JoinSet::new();
    for _ in 0..64 {
        let scene = scene.clone();
        all.spawn(async move { scene.confirm("none").await });
    }
    let answers = all.join_all().await;
    let count = |kind: &str| answers.iter().filter(|answer| answer["__type"] == kind).count();
    assert_eq!(
        (count("CodeMismatchException"), count("LimitExceededException")),
        (15, 49)
    );
}

#[tokio::test]
async fn a_sign_up_is_confirmed_once_whoever_does_it() {
    let scene = open().await;
    let code = scene.anna().await;
    first_on_anna(&scene, &code_of(&scene).await, "AdminConfirmSignUp", json!({}));
    let refused = scene.confirm(&code).await;
    // Its code has ended by then, or its status is another: whatever is looked at first.
    assert!(
        ["ExpiredCodeException", "NotAuthorizedException"]
            .iter()
            .any(|kind| refused["__type"] == *kind),
        "{}",
        refused.text
    );
    let scene = open().await;
    let code = scene.anna().await;
    let members = json!({ "ClientId": scene.client, "Username": "anna", "ConfirmationCode": code });
    scene.before(&scene.at(&code_of(&scene).await), move |rival| async move {
        rival.call("ConfirmSignUp", members).await.ok();
    });
    scene
        .call("AdminConfirmSignUp", json!({ "Username": "anna" }))
        .await
        .assert_error(
            "NotAuthorizedException",
            "User cannot be confirmed. Current status is CONFIRMED",
        );
}

#[tokio::test]
async fn a_user_deleted_or_disabled_at_the_same_moment_is_not_confirmed() {
    let scene = open().await;
    let code = scene.anna().await;
    first_on_anna(&scene, &code_of(&scene).await, "AdminDeleteUser", json!({}));
    assert_eq!(scene.confirm(&code).await.status, 400);
    assert_eq!(scene.keys("/name/anna").await, [] as [String; 0]);

    let scene = open().await;
    let code = scene.anna().await;
    first_on_anna(&scene, &code_of(&scene).await, "AdminDisableUser", json!({}));
    scene
        .confirm(&code)
        .await
        .assert_error("NotAuthorizedException", "User is disabled.");
    assert_eq!(scene.status_of("anna").await, "UNCONFIRMED");
}

#[tokio::test]
async fn a_code_confirms_no_address_that_comes_at_the_same_moment() {
    let scene = open().await;
    let code = scene.anna().await;
    let other = json!({ "UserAttributes": [{ "Name": "email", "Value": "other@example.com" }] });
    first_on_anna(&scene, &code_of(&scene).await, "AdminUpdateUserAttributes", other);
    let refused = scene.confirm(&code).await;
    refused.assert_error(
        "ExpiredCodeException",
        "Invalid code provided, please request a code again.",
    );
    assert_eq!(scene.status_of("anna").await, "UNCONFIRMED");
}

#[tokio::test]
async fn an_address_that_another_user_verifies_at_the_same_moment_is_not_taken_from_it() {
    let pool = json!({ "AutoVerifiedAttributes": ["email"], "AliasAttributes": ["email"] });
    let scene = Scene::of(pool, json!({})).await;
    let code = scene.anna().await;
    let same = json!([{ "Name": "email", "Value": EMAIL }, { "Name": "email_verified", "Value": "true" }]);
    scene.first_on_mara(
        &code_of(&scene).await,
        "AdminUpdateUserAttributes",
        json!({ "UserAttributes": same }),
    );
    scene.confirm(&code).await.assert_error(
        "AliasExistsException",
        "An account with the email already exists.",
    );
    assert_eq!(scene.status_of("anna").await, "UNCONFIRMED");
}

#[tokio::test]
async fn a_deleted_user_leaves_no_code_that_was_sent_at_the_same_moment() {
    let scene = open().await;
    scene.anna().await;
    first_on_anna(&scene, &code_of(&scene).await, "AdminDeleteUser", json!({}));
    scene
        .by_name("ResendConfirmationCode", "anna", json!({}))
        .await
        .assert_error(
            "UserNotFoundException",
            "Username/client id combination not found.",
        );
    assert_eq!(scene.keys("/code/").await, [] as [String; 0]);
    assert_eq!(scene.server.unread_mails(), 0);
}

#[tokio::test]
async fn a_code_that_is_replaced_at_the_same_moment_confirms_nobody() {
    let scene = open().await;
    let code = scene.anna().await;
    let members = json!({ "ClientId": scene.client, "Username": "anna" });
    scene.before(&scene.at(&code_of(&scene).await), move |rival| async move {
        rival.call("ResendConfirmationCode", members).await.ok();
    });
    let refused = scene.confirm(&code).await;
    refused.assert_error(
        "CodeMismatchException",
        "Invalid verification code provided, please try again.",
    );
    assert_eq!(scene.status_of("anna").await, "UNCONFIRMED");
}
