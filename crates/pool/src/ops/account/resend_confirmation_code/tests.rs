//! Codes for a sign-up that are sent once more.

use std::sync::Arc;

use poolhouse_triggers::Place;
use serde_json::json;

use crate::ops::account::tests::{EMAIL, ENDED, LIMIT, MISMATCH, NOBODY, Scene, given, refused};
use crate::testing::{RecordingFunction, TestPool};

const RESEND: &str = "ResendConfirmationCode";

#[tokio::test]
async fn a_new_code_takes_the_place_of_the_one_before() {
    let scene = Scene::new().await;
    let first = scene.mara().await;
    let answer = scene.call(RESEND, "mara", json!({})).await.ok();
    let details = json!({ "Destination": "m***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" });
    assert_eq!(answer, json!({ "CodeDeliveryDetails": details }));
    let second = scene.server.code_to(EMAIL).await;
    assert_ne!(first, second);
    refused(&scene.confirm("mara", &first).await, MISMATCH);
    scene.confirm("mara", &second).await.ok();
}

#[tokio::test]
async fn a_new_code_lives_a_day_from_now() {
    let scene = Scene::new().await;
    scene.mara().await;
    scene.server.clock().advance_seconds(24 * 3600);
    scene.call(RESEND, "mara", json!({})).await.ok();
    let code = scene.server.code_to(EMAIL).await;
    scene.server.clock().advance_seconds(24 * 3600 - 1);
    scene.confirm("mara", &code).await.ok();
}

#[tokio::test]
async fn five_are_sent_in_an_hour() {
    let scene = Scene::new().await;
    scene.mara().await;
    for _ in 0..5 {
        scene.call(RESEND, "mara", json!({})).await.ok();
        scene.server.code_to(EMAIL).await;
    }
    refused(&scene.call(RESEND, "mara", json!({})).await, LIMIT);
    scene.server.clock().advance_seconds(3600);
    scene.call(RESEND, "mara", json!({})).await.ok();
    scene.server.code_to(EMAIL).await;
}

#[tokio::test]
async fn a_client_that_may_know_hears_why_no_code_is_sent() {
    let scene = Scene::new().await;
    refused(&scene.call(RESEND, "nobody", json!({})).await, NOBODY);
    scene.server.user(&scene.pool, "noel", "Correct-Horse-9!").await;
    let confirmed = ("InvalidParameterException", "User is already confirmed.");
    refused(&scene.call(RESEND, "noel", json!({})).await, confirmed);
    scene.sign_up("anna", json!({})).await.ok();
    let nowhere = (
        "InvalidParameterException",
        "User does not have a valid registered email address",
    );
    refused(&scene.call(RESEND, "anna", json!({})).await, nowhere);
    let none = Scene::of(json!({ "AutoVerifiedAttributes": [] }), json!({})).await;
    let off = (
        "InvalidParameterException",
        "Cannot resend codes. Auto verification not turned on.",
    );
    refused(&none.call(RESEND, "nobody", json!({})).await, off);
}

#[tokio::test]
async fn a_client_that_may_not_know_hears_the_same_of_everybody_and_only_who_waits_is_mailed() {
    let scene = Scene::hiding().await;
    scene.mara().await;
    scene.server.user(&scene.pool, "noel", "Correct-Horse-9!").await;
    scene
        .sign_up("milo", given(&[("email", "milo@example.com")]))
        .await
        .ok();
    scene.server.code_to("milo@example.com").await;
    scene.admin("AdminDisableUser", "milo", json!({})).await.ok();
    let answer = |destination: &str| {
        let details =
            format!(r#"{{"Destination":"{destination}","DeliveryMedium":"EMAIL","AttributeName":"email"}}"#);
        (200, format!(r#"{{"CodeDeliveryDetails":{details}}}"#))
    };
    assert_eq!(scene.text(RESEND, "noel", json!({})).await, answer("n***@e***"));
    assert_eq!(scene.text(RESEND, "milo", json!({})).await, answer("m***@e***"));
    let typed = scene.text(RESEND, "zoe@zoo.example", json!({})).await;
    assert_eq!(typed, answer("z***@z***"));
    assert_eq!(scene.server.unread_mails(), 0);
    let made_up = scene.text(RESEND, "nobody", json!({})).await;
    assert_eq!(scene.text(RESEND, "nobody", json!({})).await, made_up);
    let letters = made_up.1.replace(|c: char| !"@*".contains(c), "");
    assert_eq!(letters, "***@***");
    assert_eq!(scene.text(RESEND, "mara", json!({})).await, answer("m***@e***"));
    scene.server.code_to(EMAIL).await;
}

#[tokio::test]
async fn who_has_no_address_is_nobody_to_a_client_that_may_not_know() {
    let scene = Scene::hiding().await;
    scene.sign_up("anna", json!({})).await.ok();
    let (status, text) = scene.text(RESEND, "anna", json!({})).await;
    let letters = text.replace(|c: char| !"@*".contains(c), "");
    assert_eq!((status, letters.as_str()), (200, "***@***"), "{text}");
    assert_eq!(scene.text(RESEND, "anna", json!({})).await, (200, text));
    refused(&scene.confirm("anna", "000000").await, MISMATCH);
    assert_eq!(scene.server.unread_mails(), 0);
}

#[tokio::test]
async fn capitals_do_not_tell_whose_address_was_typed() {
    let folding = json!({
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": { "CaseSensitive": false },
    });
    let scene = Scene::of(folding, json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    scene.sign_up("Mara@Example.com", json!({})).await.ok();
    let destination = async |operation: &str, name: &str| {
        let answer = scene.call(operation, name, json!({})).await.ok();
        answer["CodeDeliveryDetails"]["Destination"].clone()
    };
    for name in ["mara@example.com", "MARA@EXAMPLE.COM"] {
        assert_eq!(destination(RESEND, name).await, "m***@e***", "{name}");
    }
    for name in ["nobody@example.com", "NOBODY@EXAMPLE.COM"] {
        assert_eq!(destination(RESEND, name).await, "n***@e***", "{name}");
        assert_eq!(destination("ForgotPassword", name).await, "n***@e***", "{name}");
    }
    scene.server.ignore_mail();
}

#[tokio::test]
async fn a_code_for_nobody_is_counted_like_anybodys() {
    let scene = Scene::hiding().await;
    refused(&scene.confirm("nobody", "000000").await, ENDED);
    scene.mara().await;
    for name in ["mara", "nobody"] {
        scene.call(RESEND, name, json!({})).await.ok();
        refused(&scene.confirm(name, "000000").await, MISMATCH);
        for _ in 1..5 {
            scene.call(RESEND, name, json!({})).await.ok();
        }
        refused(&scene.call(RESEND, name, json!({})).await, LIMIT);
    }
    scene.server.ignore_mail();
}

#[tokio::test]
async fn the_function_that_words_mails_hears_what_this_one_is_for_and_nothing_of_nobody() {
    let wording = RecordingFunction::silent();
    let places: Vec<(String, Arc<dyn Place>)> = vec![("words".to_owned(), wording.clone())];
    let server = TestPool::with_functions(places, |_| {}).await;
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:words";
    let pool = json!({ "LambdaConfig": { "CustomMessage": arn } });
    let scene = Scene::on(server, pool, json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    scene.mara().await;
    wording.events();
    let metadata = json!({ "ClientMetadata": { "trace": "a1" } });
    scene.call(RESEND, "nobody", metadata.clone()).await.ok();
    assert_eq!(wording.events(), [] as [serde_json::Value; 0]);
    scene.call(RESEND, "mara", metadata).await.ok();
    let [event] = wording.events().try_into().unwrap();
    assert_eq!(event["triggerSource"], "CustomMessage_ResendCode");
    assert_eq!(event["callerContext"]["clientId"], scene.client);
    assert_eq!(event["request"]["clientMetadata"], json!({ "trace": "a1" }));
    scene.server.code_to(EMAIL).await;
}
