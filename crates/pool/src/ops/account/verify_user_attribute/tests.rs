//! Addresses that their users verify.

use std::sync::Arc;

use poolhouse_triggers::Place;
use serde_json::{Value, json};

use crate::ops::account::tests::{
    EMAIL, ENDED, LIMIT, MISMATCH, PASSWORD, Scene, given, other_than, refused, with,
};
use crate::testing::{Answer, RecordingFunction, TestPool};

const NEW: &str = "new@example.com";

/// Mara's access token.
async fn token(scene: &Scene) -> Value {
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    scene.sign_in("mara").await.ok()["AuthenticationResult"]["AccessToken"].clone()
}

/// A pool in which a new address waits until it is verified.
async fn careful() -> Scene {
    Scene::of(first(json!({})), json!({})).await
}

fn first(members: Value) -> Value {
    let settings = json!({ "AttributesRequireVerificationBeforeUpdate": ["email"] });
    with(json!({ "UserAttributeUpdateSettings": settings }), members)
}

async fn update(scene: &Scene, token: &Value, attributes: &[(&str, &str)]) -> Answer {
    let body = with(given(attributes), json!({ "AccessToken": token }));
    scene.server.call("UpdateUserAttributes", body).await
}

async fn verify(scene: &Scene, token: &Value, code: &str) -> Answer {
    let body = json!({ "AccessToken": token, "AttributeName": "email", "Code": code });
    scene.server.call("VerifyUserAttribute", body).await
}

async fn held(scene: &Scene) -> (Value, Value) {
    let (_, attributes) = scene.user("mara").await;
    (attributes["email"].clone(), attributes["email_verified"].clone())
}

fn is(address: &str, verified: &str) -> (Value, Value) {
    (json!(address), json!(verified))
}

#[tokio::test]
async fn a_changed_address_counts_at_once_and_is_verified_by_its_code() {
    let scene = Scene::new().await;
    let token = token(&scene).await;
    update(&scene, &token, &[("email", NEW)]).await.ok();
    assert_eq!(held(&scene).await, is(NEW, "false"));
    let code = scene.server.code_to(NEW).await;
    refused(&verify(&scene, &token, &other_than(&code)).await, MISMATCH);
    verify(&scene, &token, &code).await.ok();
    assert_eq!(held(&scene).await, is(NEW, "true"));
    refused(&verify(&scene, &token, &code).await, ENDED);
    let same = update(&scene, &token, &[("email", NEW)]).await.ok();
    assert_eq!(same, json!({ "CodeDeliveryDetailsList": [] }));
}

#[tokio::test]
async fn where_the_pool_wants_it_the_old_address_stays_until_the_new_one_is_verified() {
    let scene = careful().await;
    let token = token(&scene).await;
    let changed = update(&scene, &token, &[("email", NEW), ("name", "Mara")])
        .await
        .ok();
    let sent = json!({ "Destination": "n***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" });
    assert_eq!(changed, json!({ "CodeDeliveryDetailsList": [sent] }));
    assert_eq!(held(&scene).await, is(EMAIL, "true"));
    assert_eq!(scene.user("mara").await.1["name"], "Mara");
    let code = scene.server.code_to(NEW).await;
    verify(&scene, &token, &code).await.ok();
    assert_eq!(held(&scene).await, is(NEW, "true"));
}

#[tokio::test]
async fn a_second_new_address_takes_the_place_of_the_first_that_waits() {
    let scene = careful().await;
    let token = token(&scene).await;
    update(&scene, &token, &[("email", NEW)]).await.ok();
    let first = scene.server.code_to(NEW).await;
    update(&scene, &token, &[("email", "newer@example.com")])
        .await
        .ok();
    refused(&verify(&scene, &token, &first).await, MISMATCH);
    let second = scene.server.code_to("newer@example.com").await;
    verify(&scene, &token, &second).await.ok();
    assert_eq!(held(&scene).await, is("newer@example.com", "true"));
}

#[tokio::test]
async fn a_code_that_is_asked_for_goes_to_the_address_that_waits() {
    let scene = careful().await;
    let token = token(&scene).await;
    update(&scene, &token, &[("email", NEW)]).await.ok();
    let first = scene.server.code_to(NEW).await;
    let body = json!({ "AccessToken": token, "AttributeName": "email" });
    let sent = scene
        .server
        .call("GetUserAttributeVerificationCode", body)
        .await
        .ok();
    assert_eq!(sent["CodeDeliveryDetails"]["Destination"], "n***@e***");
    let second = scene.server.code_to(NEW).await;
    refused(&verify(&scene, &token, &first).await, MISMATCH);
    verify(&scene, &token, &second).await.ok();
    assert_eq!(held(&scene).await, is(NEW, "true"));
}

#[tokio::test]
async fn an_address_that_waits_is_worth_nothing_once_the_one_before_has_gone() {
    let scene = careful().await;
    let token = token(&scene).await;
    update(&scene, &token, &[("email", NEW)]).await.ok();
    let code = scene.server.code_to(NEW).await;
    let vouched = given(&[("email", "admins@example.com"), ("email_verified", "true")]);
    scene
        .admin("AdminUpdateUserAttributes", "mara", vouched)
        .await
        .ok();
    assert_eq!(held(&scene).await, is("admins@example.com", "true"));
    refused(&verify(&scene, &token, &code).await, ENDED);
    assert_eq!(held(&scene).await, is("admins@example.com", "true"));
}

#[tokio::test]
async fn an_administrators_address_waits_too_unless_it_is_called_verified() {
    let scene = careful().await;
    let token = token(&scene).await;
    let new = given(&[("email", NEW)]);
    scene.admin("AdminUpdateUserAttributes", "mara", new).await.ok();
    assert_eq!(held(&scene).await, is(EMAIL, "true"));
    let code = scene.server.code_to(NEW).await;
    verify(&scene, &token, &code).await.ok();
    assert_eq!(held(&scene).await, is(NEW, "true"));
}

#[tokio::test]
async fn an_address_that_signs_somebody_else_in_is_not_verified_for_another() {
    let aliases = Scene::of(first(json!({ "AliasAttributes": ["email"] })), json!({})).await;
    let token = token(&aliases).await;
    aliases.server.user(&aliases.pool, "noel", PASSWORD).await;
    update(&aliases, &token, &[("email", "noel@example.com")])
        .await
        .ok();
    let code = aliases.server.code_to("noel@example.com").await;
    verify(&aliases, &token, &code).await.assert_error(
        "AliasExistsException",
        "An account with the email already exists.",
    );
    assert_eq!(held(&aliases).await, is(EMAIL, "true"));
}

#[tokio::test]
async fn an_address_that_is_somebodys_username_gets_no_code() {
    let scene = Scene::of(first(json!({ "UsernameAttributes": ["email"] })), json!({})).await;
    for name in [EMAIL, "noel@example.com"] {
        scene.sign_up(name, json!({})).await.ok();
        let code = scene.server.code_to(name).await;
        scene.confirm(name, &code).await.ok();
    }
    let token = scene.sign_in(EMAIL).await.ok()["AuthenticationResult"]["AccessToken"].clone();
    update(&scene, &token, &[("email", "noel@example.com")])
        .await
        .assert_error(
            "AliasExistsException",
            "An account with the given email already exists.",
        );
    update(&scene, &token, &[("email", NEW)]).await.ok();
    let code = scene.server.code_to(NEW).await;
    let nobody = scene.sign_in(NEW).await;
    nobody.assert_error("UserNotFoundException", "User does not exist.");
    verify(&scene, &token, &code).await.ok();
    scene.sign_in(NEW).await.ok();
}

#[tokio::test]
async fn fifteen_calls_an_hour_are_judged_and_the_code_lives_a_day() {
    let scene = Scene::new().await;
    let token = token(&scene).await;
    update(&scene, &token, &[("email", NEW)]).await.ok();
    let code = scene.server.code_to(NEW).await;
    for _ in 0..15 {
        refused(&verify(&scene, &token, &other_than(&code)).await, MISMATCH);
    }
    refused(&verify(&scene, &token, &code).await, LIMIT);
    scene.server.clock().advance_seconds(24 * 3600 - 1);
    let token = scene.sign_in("mara").await.ok()["AuthenticationResult"]["AccessToken"].clone();
    refused(&verify(&scene, &token, &other_than(&code)).await, MISMATCH);
    scene.server.clock().advance_seconds(1);
    refused(&verify(&scene, &token, &code).await, ENDED);
}

#[tokio::test]
async fn the_words_of_a_phone_number_or_another_attribute_are_the_services() {
    let scene = Scene::new().await;
    let token = token(&scene).await;
    let verify = async |name: &str| {
        let body = json!({ "AccessToken": token, "AttributeName": name, "Code": "123456" });
        scene.server.call("VerifyUserAttribute", body).await
    };
    refused(&verify("phone_number").await, ENDED);
    verify("name").await.assert_error(
        "InvalidParameterException",
        "Invalid attribute name. Only phone_number and email can be verified.",
    );
}

#[tokio::test]
async fn the_function_that_words_the_mail_sees_the_address_that_it_goes_to() {
    let wording = RecordingFunction::silent();
    let places: Vec<(String, Arc<dyn Place>)> = vec![("words".to_owned(), wording.clone())];
    let server = TestPool::with_functions(places, |_| {}).await;
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:words";
    let pool = first(json!({ "LambdaConfig": { "CustomMessage": arn } }));
    let scene = Scene::on(server, pool, json!({})).await;
    let token = token(&scene).await;
    wording.events();
    update(&scene, &token, &[("email", NEW)]).await.ok();
    let body = json!({ "AccessToken": token, "AttributeName": "email", "ClientMetadata": { "trace": "a1" } });
    scene
        .server
        .call("GetUserAttributeVerificationCode", body)
        .await
        .ok();
    let seen: Vec<(Value, Value)> = wording
        .events()
        .into_iter()
        .map(|event| {
            let address = event["request"]["userAttributes"]["email"].clone();
            (event["triggerSource"].clone(), address)
        })
        .collect();
    assert_eq!(
        seen,
        [
            (json!("CustomMessage_UpdateUserAttribute"), json!(NEW)),
            (json!("CustomMessage_VerifyUserAttribute"), json!(NEW)),
        ]
    );
    scene.server.ignore_mail();
}

#[tokio::test]
async fn an_update_of_the_pool_keeps_the_setting_until_an_empty_list_takes_it_back() {
    let scene = careful().await;
    let described = async || {
        let body = json!({ "UserPoolId": scene.pool });
        let pool = scene.server.call("DescribeUserPool", body).await.ok();
        pool["UserPool"]["UserAttributeUpdateSettings"].clone()
    };
    let update = async |members: Value| {
        let body = with(
            json!({ "UserPoolId": scene.pool, "AutoVerifiedAttributes": ["email"] }),
            members,
        );
        scene.server.call("UpdateUserPool", body).await.ok();
    };
    update(json!({})).await;
    let email = json!({ "AttributesRequireVerificationBeforeUpdate": ["email"] });
    assert_eq!(described().await, email);
    let none = json!({ "AttributesRequireVerificationBeforeUpdate": [] });
    update(json!({ "UserAttributeUpdateSettings": none })).await;
    assert_eq!(described().await, none);
}
