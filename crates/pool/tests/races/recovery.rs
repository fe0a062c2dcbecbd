//! Forgotten passwords, while somebody else is faster.

use std::sync::Arc;

use poolhouse_pool::ops::pools::safeguards;
use poolhouse_pool::testing::Answer;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{OTHER, PASSWORD, Scene, with};

const EMAIL: &str = "mara@example.com";
const ENDED: (&str, &str) = (
    "ExpiredCodeException",
    "Invalid code provided, please request a code again.",
);

impl Scene {
    async fn forget(&self) -> Answer {
        let body = json!({ "ClientId": self.client, "Username": "mara" });
        self.server.call("ForgotPassword", body).await
    }

    /// The code for Mara's forgotten password.
    async fn reset_code(&self) -> String {
        self.forget().await.ok();
        self.server.code_to(EMAIL).await
    }

    fn reset(&self, code: &str, password: &str) -> Value {
        json!({
            "ClientId": self.client,
            "Username": "mara",
            "ConfirmationCode": code,
            "Password": password,
        })
    }

    async fn confirm_reset(&self, code: &str) -> Answer {
        let body = self.reset(code, OTHER);
        self.server.call("ConfirmForgotPassword", body).await
    }

    /// Mara's code row.
    async fn code_key(&self) -> String {
        self.keys("/code/forgot-password").await.remove(0)
    }

    async fn signs_in_by(&self, password: &str) -> bool {
        let answer = self.server.password_sign_in(&self.client, "mara", password).await;
        answer.status == 200
    }
}

fn assert_ended(answer: &Answer) {
    answer.assert_error(ENDED.0, ENDED.1);
}

#[tokio::test]
async fn of_64_new_passwords_for_one_code_at_once_one_is_set() {
    let scene = Arc::new(Scene::new().await);
    let code = scene.reset_code().await;
    // Twenty an hour are judged.
    let key = scene.code_key().await;
    scene.together(&key[scene.at("").len()..], 20);
    let mut all = JoinSet::new();
    for n in 0..64 {
        let (scene, code) = (scene.clone(), code.clone());
        all.spawn(async move {
            let password = format!("Battery-Staple-{n}");
            let body = scene.reset(&code, &password);
            let answer = scene.server.call("ConfirmForgotPassword", body).await;
            (answer, password)
        });
    }
    let answers = all.join_all().await;
    let set: Vec<_> = answers
        .iter()
        .filter(|(answer, _)| answer.status == 200)
        .collect();
    let count = |kind: &str| {
        answers
            .iter()
            .filter(|(answer, _)| answer["__type"] == kind)
            .count()
    };
    assert_eq!(set.len(), 1);
    assert_eq!(
        (count("ExpiredCodeException"), count("LimitExceededException")),
        (19, 44)
    );
    assert!(scene.signs_in_by(&set[0].1).await);
}

#[tokio::test]
async fn of_64_wrong_codes_at_once_five_are_judged() {
    let scene = Arc::new(Scene::new().await);
    let code = scene.reset_code().await;
    scene.together("user/", 64);
    let mut all = JoinSet::new();
    for _ in 0..64 {
        let scene = scene.clone();
        all.spawn(async move { scene.confirm_reset("none").await });
    }
    let answers = all.join_all().await;
    let count = |kind: &str| answers.iter().filter(|answer| answer["__type"] == kind).count();
    assert_eq!(
        (
            count("CodeMismatchException"),
            count("ExpiredCodeException"),
            count("LimitExceededException")
        ),
        (5, 15, 44)
    );
    scene.server.clock().advance_seconds(3600);
    assert_ended(&scene.confirm_reset(&code).await);
    assert!(scene.signs_in_by(PASSWORD).await);
}

#[tokio::test]
async fn of_64_who_forget_at_once_five_are_mailed_and_the_last_code_is_good() {
    let scene = Arc::new(Scene::new().await);
    scene.together("user/", 64);
    let mut all = JoinSet::new();
    for _ in 0..64 {
        let scene = scene.clone();
        all.spawn(async move { scene.forget().await.status });
    }
    let answers = all.join_all().await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 5);
    assert_eq!(scene.keys("/code/").await.len(), 1);
    scene.server.ignore_mail();
}

#[tokio::test]
async fn a_code_is_worth_nothing_for_an_address_that_comes_at_the_same_moment() {
    let scene = Scene::new().await;
    let code = scene.reset_code().await;
    let key = scene.code_key().await[scene.at("").len()..].to_owned();
    let other = json!([
        { "Name": "email", "Value": "other@example.com" },
        { "Name": "email_verified", "Value": "true" },
    ]);
    let other = json!({ "UserAttributes": other });
    scene.first_on_mara(&key, "AdminUpdateUserAttributes", other);
    assert_ended(&scene.confirm_reset(&code).await);
    assert!(scene.signs_in_by(PASSWORD).await);
}

#[tokio::test]
async fn a_user_disabled_or_given_a_temporary_password_at_the_same_moment_is_not_reset() {
    let cases = [
        (
            "AdminDisableUser",
            json!({}),
            ("NotAuthorizedException", "User is disabled."),
        ),
        (
            "AdminSetUserPassword",
            json!({ "Password": "Admins-Choice-1" }),
            (
                "ExpiredCodeException",
                "Invalid code provided, please request a code again.",
            ),
        ),
    ];
    for (operation, members, (error, sentence)) in cases {
        let scene = Scene::new().await;
        let code = scene.reset_code().await;
        let key = scene.code_key().await[scene.at("").len()..].to_owned();
        scene.first_on_mara(&key, operation, members);
        let refused = scene.confirm_reset(&code).await;
        refused.assert_error(error, sentence);
        assert!(!scene.signs_in_by(OTHER).await);
    }
}

#[tokio::test]
async fn a_pool_that_leaves_resets_to_administrators_at_the_same_moment_resets_nothing() {
    let scene = Scene::new().await;
    let code = scene.reset_code().await;
    let (key, pool) = (scene.code_key().await, scene.pool.clone());
    scene.before(&key, move |rival| async move {
        let guard = safeguards::change(&rival.app().platform, &pool, |pool| {
            pool.recovery_needs_another_factor = true;
        });
        guard.await.unwrap().unwrap();
    });
    let refused = scene.confirm_reset(&code).await;
    refused.assert_error("TooManyRequestsException", "Rate exceeded");
    assert!(scene.signs_in_by(PASSWORD).await && !scene.signs_in_by(OTHER).await);
}

#[tokio::test]
async fn a_reset_of_an_administrator_is_not_mailed_to_an_address_that_goes_at_the_same_moment() {
    let scene = Scene::new().await;
    let other = json!({ "UserAttributes": [{ "Name": "email", "Value": "other@example.com" }] });
    let profile = scene.keys("/profile").await.remove(0);
    let (pool, body) = (scene.pool.clone(), with(other, "Username", "mara"));
    scene.before(&profile, |_| async {});
    scene.before(&profile, move |rival| async move {
        let body = with(body, "UserPoolId", &pool);
        rival.call("AdminUpdateUserAttributes", body).await.ok();
    });
    let refused = scene.on_mara("AdminResetUserPassword", json!({})).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert_eq!(scene.server.unread_mails(), 0);
    assert!(scene.signs_in_by(PASSWORD).await);
}

#[tokio::test]
async fn a_sign_in_that_proved_the_old_password_ends_with_a_reset_at_the_same_moment() {
    let scene = Scene::new().await;
    let code = scene.reset_code().await;
    let body = scene.reset(&code, OTHER);
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.call("ConfirmForgotPassword", body).await.ok();
    });
    let refused = scene.sign_in().await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(scene.signs_in_by(OTHER).await);
}
