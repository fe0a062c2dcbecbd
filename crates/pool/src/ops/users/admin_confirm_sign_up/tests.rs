//! Sign-ups that an administrator confirms.

use std::sync::Arc;

use poolhouse_triggers::Place;
use serde_json::json;

use crate::ops::account::tests::{EMAIL, Scene};
use crate::testing::{RecordingFunction, TestPool};

const CONFIRM: &str = "AdminConfirmSignUp";

#[tokio::test]
async fn the_user_signs_in_and_its_address_is_not_verified_by_it() {
    let scene = Scene::new().await;
    let code = scene.mara().await;
    let answer = scene.admin(CONFIRM, "mara", json!({})).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    let (status, attributes) = scene.user("mara").await;
    assert_eq!(status, "CONFIRMED");
    assert_eq!(attributes["email"], EMAIL);
    assert_eq!(attributes["email_verified"], "false");
    scene.sign_in("mara").await.ok();
    for answer in [
        scene.admin(CONFIRM, "mara", json!({})).await,
        scene.confirm("mara", &code).await,
    ] {
        answer.assert_error(
            "NotAuthorizedException",
            "User cannot be confirmed. Current status is CONFIRMED",
        );
    }
    let scan = poolhouse_store::Scan::prefix("", 100);
    let rows = scene.server.store().scan(scan).await.unwrap();
    assert!(
        !rows.iter().any(|row| row.key.contains("/code/")),
        "the code ends"
    );
}

#[tokio::test]
async fn a_user_without_an_address_is_confirmed_too_and_an_unknown_one_is_not() {
    let scene = Scene::new().await;
    scene.sign_up("mara", json!({})).await.ok();
    scene.admin(CONFIRM, "mara", json!({})).await.ok();
    scene.sign_in("mara").await.ok();
    scene
        .admin(CONFIRM, "nobody", json!({}))
        .await
        .assert_error("UserNotFoundException", "User does not exist.");
}

#[tokio::test]
async fn post_confirmation_hears_of_it_as_of_an_administrators_call() {
    let after = RecordingFunction::silent();
    let places: Vec<(String, Arc<dyn Place>)> = vec![("after".to_owned(), after.clone())];
    let server = TestPool::with_functions(places, |_| {}).await;
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:after";
    let pool = json!({ "LambdaConfig": { "PostConfirmation": arn } });
    let scene = Scene::on(server, pool, json!({})).await;
    let sub = scene.sign_up("mara", json!({})).await.ok()["UserSub"].clone();
    let metadata = json!({ "ClientMetadata": { "trace": "a1" } });
    scene.admin(CONFIRM, "mara", metadata).await.ok();
    let expected = json!({
        "version": "1",
        "region": "us-east-1",
        "userPoolId": scene.pool,
        "userName": "mara",
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": "CLIENT_ID_NOT_APPLICABLE",
        },
        "triggerSource": "PostConfirmation_ConfirmSignUp",
        "request": {
            "userAttributes": { "sub": sub, "cognito:user_status": "CONFIRMED" },
            "clientMetadata": { "trace": "a1" },
        },
        "response": {},
    });
    assert_eq!(after.events(), [expected]);
}
