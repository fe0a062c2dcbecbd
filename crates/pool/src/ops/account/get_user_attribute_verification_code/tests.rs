//! Codes that a user asks for to verify its address.

use serde_json::{Value, json};

use crate::ops::account::tests::{EMAIL, LIMIT, PASSWORD, Scene, given, refused};
use crate::testing::Answer;

async fn token(scene: &Scene) -> Value {
    scene.server.user(&scene.pool, "mara", PASSWORD).await;
    scene.sign_in("mara").await.ok()["AuthenticationResult"]["AccessToken"].clone()
}

async fn code(scene: &Scene, token: &Value, attribute: &str) -> Answer {
    let body = json!({ "AccessToken": token, "AttributeName": attribute });
    scene.server.call("GetUserAttributeVerificationCode", body).await
}

#[tokio::test]
async fn a_code_is_mailed_to_an_address_verified_or_not_and_whatever_the_pool_verifies_by_itself() {
    let scene = Scene::of(json!({ "AutoVerifiedAttributes": [] }), json!({})).await;
    let token = token(&scene).await;
    for _ in 0..2 {
        let answer = code(&scene, &token, "email").await.ok();
        let details =
            json!({ "Destination": "m***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" });
        assert_eq!(answer, json!({ "CodeDeliveryDetails": details }));
        let typed = scene.server.code_to(EMAIL).await;
        let body = json!({ "AccessToken": token, "AttributeName": "email", "Code": typed });
        let answer = scene.server.call("VerifyUserAttribute", body).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    }
}

#[tokio::test]
async fn what_cannot_be_verified_is_refused_in_the_services_words() {
    let scene = Scene::new().await;
    let token = token(&scene).await;
    let invalid = "InvalidParameterException";
    code(&scene, &token, "name").await.assert_error(
        invalid,
        "Invalid attribute name. Only phone_number and email can be verified.",
    );
    code(&scene, &token, "phone_number")
        .await
        .assert_error(invalid, "User does not have a valid registered phone number");
    let phone = given(&[("email", ""), ("phone_number", "+15555550100")]);
    scene.admin("AdminUpdateUserAttributes", "mara", phone).await.ok();
    code(&scene, &token, "phone_number").await.assert_error(
        "CodeDeliveryFailureException",
        "This server sends codes by email alone, and there is no email address to send this one to.",
    );
    code(&scene, &token, "email")
        .await
        .assert_error(invalid, "User does not have a valid registered email address");
    code(&scene, &json!("none"), "email")
        .await
        .assert_error("NotAuthorizedException", "Invalid Access Token");
}

#[tokio::test]
async fn five_are_sent_in_an_hour() {
    let scene = Scene::new().await;
    let token = token(&scene).await;
    for _ in 0..5 {
        code(&scene, &token, "email").await.ok();
        scene.server.code_to(EMAIL).await;
    }
    refused(&code(&scene, &token, "email").await, LIMIT);
}
