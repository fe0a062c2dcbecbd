//! Codes for a forgotten password: who gets one, and what the others hear.

use std::sync::Arc;

use poolhouse_triggers::Place;
use serde_json::{Value, json};

use crate::ops::account::tests::{EMAIL, LIMIT, NOBODY, PASSWORD, Scene, given, refused};
use crate::ops::pools::safeguards;
use crate::testing::{RecordingFunction, TestPool};

const FORGOT: &str = "ForgotPassword";
const UNVERIFIED: (&str, &str) = (
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
);
const ADMINISTRATOR: (&str, &str) = (
    "NotAuthorizedException",
    "Contact administrator to reset password.",
);

fn mechanisms(names: &[&str]) -> Value {
    let list: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(at, name)| json!({ "Priority": at + 1, "Name": name }))
        .collect();
    match list.is_empty() {
        true => json!({}),
        false => json!({ "AccountRecoverySetting": { "RecoveryMechanisms": list } }),
    }
}

#[tokio::test]
async fn a_code_is_mailed_and_the_old_password_goes_on() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    let answer = scene.call(FORGOT, "mara", json!({})).await.ok();
    let details = json!({ "Destination": "m***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" });
    assert_eq!(answer, json!({ "CodeDeliveryDetails": details }));
    let mail = scene.server.mail_to(EMAIL).await;
    assert_eq!(mail.subject, "Your password reset code");
    assert!(
        mail.text.starts_with("Your password reset code is "),
        "{}",
        mail.text
    );
    scene.sign_in("mara").await.ok();
    assert_eq!(scene.user("mara").await.0, "CONFIRMED");
}

#[tokio::test]
async fn whoever_cannot_be_sent_one_hears_why() {
    let scene = Scene::new().await;
    refused(&scene.call(FORGOT, "nobody", json!({})).await, NOBODY);
    scene.mara().await;
    refused(&scene.call(FORGOT, "mara", json!({})).await, UNVERIFIED);
    scene.admin("AdminConfirmSignUp", "mara", json!({})).await.ok();
    refused(&scene.call(FORGOT, "mara", json!({})).await, UNVERIFIED);
    let verified = given(&[("email_verified", "True")]);
    scene
        .admin("AdminUpdateUserAttributes", "mara", verified)
        .await
        .ok();
    scene.call(FORGOT, "mara", json!({})).await.ok();
    scene.server.code_to(EMAIL).await;
    let temporary = json!({ "Password": PASSWORD });
    scene.admin("AdminSetUserPassword", "mara", temporary).await.ok();
    let state = (
        "NotAuthorizedException",
        "User password cannot be reset in the current state.",
    );
    refused(&scene.call(FORGOT, "mara", json!({})).await, state);
}

#[tokio::test]
async fn a_pool_says_by_which_ways_a_password_is_reset_whoever_asks() {
    type Case<'a> = (&'a [&'a str], Option<(&'a str, &'a str)>);
    let cases: [Case<'_>; 5] = [
        (&[], None),
        (&["verified_email"], None),
        (&["verified_phone_number", "verified_email"], None),
        (&["admin_only"], Some(ADMINISTRATOR)),
        (
            &["verified_phone_number"],
            Some((
                "CodeDeliveryFailureException",
                "This server sends codes by email alone, and there is no email address to send this one to.",
            )),
        ),
    ];
    for (names, refusal) in cases {
        let scene = Scene::of(
            mechanisms(names),
            json!({ "PreventUserExistenceErrors": "ENABLED" }),
        )
        .await;
        scene.server.user(&scene.pool, "mara", PASSWORD).await;
        for name in ["mara", "nobody"] {
            let answer = scene.call(FORGOT, name, json!({})).await;
            match refusal {
                Some(refusal) => refused(&answer, refusal),
                None => assert_eq!(answer.status, 200, "{names:?} {name} {}", answer.text),
            }
        }
        scene.server.ignore_mail();
    }
}

#[tokio::test]
async fn a_pool_that_wants_another_factor_resets_no_password_by_mail() {
    let scene = Scene::hiding().await;
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    scene.call(FORGOT, "mara", json!({})).await.ok();
    let code = scene.server.code_to(EMAIL).await;
    let guarded = safeguards::change(&scene.server.app().platform, &scene.pool, |pool| {
        pool.recovery_needs_another_factor = true;
    });
    guarded.await.unwrap().unwrap();
    let confirm = json!({ "ConfirmationCode": code, "Password": "Battery-Staple-1" });
    for name in ["mara", "nobody"] {
        refused(&scene.call(FORGOT, name, json!({})).await, ADMINISTRATOR);
        let answer = scene.call("ConfirmForgotPassword", name, confirm.clone()).await;
        refused(&answer, ADMINISTRATOR);
    }
    let answer = scene.admin("AdminResetUserPassword", "mara", json!({})).await;
    refused(&answer, ADMINISTRATOR);
    scene.sign_in("mara").await.ok();
}

#[tokio::test]
async fn five_codes_are_sent_in_an_hour() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    for _ in 0..4 {
        scene.call(FORGOT, "mara", json!({})).await.ok();
        scene.server.code_to(EMAIL).await;
    }
    // An administrator's counts, too.
    scene
        .admin("AdminResetUserPassword", "mara", json!({}))
        .await
        .ok();
    scene.server.code_to(EMAIL).await;
    refused(&scene.call(FORGOT, "mara", json!({})).await, LIMIT);
    refused(
        &scene.admin("AdminResetUserPassword", "mara", json!({})).await,
        LIMIT,
    );
    scene.server.clock().advance_seconds(3600);
    scene.call(FORGOT, "mara", json!({})).await.ok();
    scene.server.code_to(EMAIL).await;
}

#[tokio::test]
async fn a_client_that_may_not_know_hears_the_same_of_everybody_and_only_users_are_mailed() {
    let scene = Scene::hiding().await;
    for name in ["mara", "milo"] {
        scene.server.user(&scene.pool, name, PASSWORD).await;
    }
    scene.admin("AdminDisableUser", "milo", json!({})).await.ok();
    let answer = |destination: &str| {
        let details =
            format!(r#"{{"Destination":"{destination}","DeliveryMedium":"EMAIL","AttributeName":"email"}}"#);
        (200, format!(r#"{{"CodeDeliveryDetails":{details}}}"#))
    };
    assert_eq!(scene.text(FORGOT, "milo", json!({})).await, answer("m***@e***"));
    let typed = scene.text(FORGOT, "zoe@zoo.example", json!({})).await;
    assert_eq!(typed, answer("z***@z***"));
    let made_up = scene.text(FORGOT, "nobody", json!({})).await;
    assert_eq!(scene.text(FORGOT, "nobody", json!({})).await, made_up);
    assert_eq!(scene.server.unread_mails(), 0);
    assert_eq!(scene.text(FORGOT, "mara", json!({})).await, answer("m***@e***"));
    scene.server.code_to(EMAIL).await;
}

#[tokio::test]
async fn a_disabled_user_looks_like_any_other_to_a_client_on_legacy_too() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    scene.admin("AdminDisableUser", "mara", json!({})).await.ok();
    scene.call(FORGOT, "mara", json!({})).await.ok();
    assert_eq!(scene.server.unread_mails(), 0);
}

/// A scene with these functions by trigger.
async fn with_functions(functions: &[(&str, &Arc<RecordingFunction>)], client: Value) -> Scene {
    let places = functions
        .iter()
        .map(|(trigger, function)| ((*trigger).to_owned(), (*function).clone() as Arc<dyn Place>));
    let server = TestPool::with_functions(places.collect(), |_| {}).await;
    let config: serde_json::Map<String, Value> = functions
        .iter()
        .map(|(trigger, _)| {
            let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{trigger}");
            ((*trigger).to_owned(), json!(arn))
        })
        .collect();
    Scene::on(server, json!({ "LambdaConfig": config }), client).await
}

#[tokio::test]
async fn an_older_directory_hands_over_a_user_who_has_forgotten_the_password() {
    let migration = RecordingFunction::new(|event| {
        if event["userName"] != "noel" {
            return Err("Not here".to_owned());
        }
        event["response"]["userAttributes"] =
            json!({ "email": "noel@example.com", "email_verified": "true" });
        Ok(())
    });
    let wording = RecordingFunction::silent();
    let functions = [("UserMigration", &migration), ("CustomMessage", &wording)];
    let scene = with_functions(&functions, json!({})).await;
    refused(&scene.call(FORGOT, "nobody", json!({})).await, NOBODY);
    migration.events();
    let metadata = json!({ "ClientMetadata": { "trace": "a1" } });
    scene.call(FORGOT, "noel", metadata).await.ok();
    let [event] = migration.events().try_into().unwrap();
    assert_eq!(event["triggerSource"], "UserMigration_ForgotPassword");
    assert_eq!(
        event["request"],
        json!({ "validationData": null, "userAttributes": null, "clientMetadata": { "trace": "a1" } })
    );
    let [event] = wording.events().try_into().unwrap();
    assert_eq!(event["triggerSource"], "CustomMessage_ForgotPassword");
    assert_eq!(
        event["request"]["userAttributes"]["cognito:user_status"],
        "RESET_REQUIRED"
    );
    assert_eq!(scene.user("noel").await.0, "RESET_REQUIRED");
    let code = scene.server.code_to("noel@example.com").await;
    let confirm = json!({ "ConfirmationCode": code, "Password": PASSWORD });
    scene.call("ConfirmForgotPassword", "noel", confirm).await.ok();
    scene.sign_in("noel").await.ok();
    assert_eq!(migration.events(), [] as [Value; 0]);
}

#[tokio::test]
async fn an_older_directory_is_asked_for_a_name_no_more_often_than_codes_are_sent() {
    let migration = RecordingFunction::new(|_| Err("Not here".to_owned()));
    let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let scene = with_functions(&[("UserMigration", &migration)], hides).await;
    for _ in 0..5 {
        scene.call(FORGOT, "nobody", json!({})).await.ok();
    }
    refused(&scene.call(FORGOT, "nobody", json!({})).await, LIMIT);
    assert_eq!(migration.events().len(), 5);
}
