//! Second factors in custom authentication: after the password and before the code, never in place of it.

use poolhouse_pool::testing::TestPool;
use serde_json::{Value, json};

use crate::factors::Factors;
use crate::{PASSWORD, other_than};

/// A pool that needs a code by mail at every sign-in, whose user has an app.
async fn scene() -> (Factors, String) {
    let server = TestPool::new().await;
    let pool = server.open_confirm_pool().await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", PASSWORD).await;
    let scene = Factors { server, pool, client };
    scene.configure("OPTIONAL", json!({})).await;
    let secret = scene.app().await;
    scene.server.require_code(&scene.pool, None, true).await;
    (scene, secret)
}

async fn custom(scene: &Factors) -> Value {
    scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
        .await
        .ok()
}

#[tokio::test]
async fn d1_an_app_stands_between_the_password_and_the_code_and_replaces_neither() {
    let (scene, secret) = scene().await;
    let asked = custom(&scene).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(scene.server.unread_mails(), 0, "no code before the factor");
    let code = scene.code(&secret);
    scene
        .with_token(&asked["Session"], &other_than(&code))
        .await
        .assert_error("CodeMismatchException", "Invalid code received for user");
    let asked = scene.with_token(&asked["Session"], &code).await.ok();
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    assert!(asked["AuthenticationResult"].is_null());
    let mailed = scene.server.code_to("mara@example.com").await;
    let tokens = scene
        .respond("CUSTOM_CHALLENGE", &asked["Session"], json!({ "ANSWER": mailed }))
        .await
        .ok();
    assert!(tokens["AuthenticationResult"].is_object(), "{tokens}");
}

#[tokio::test]
async fn l1_wrong_codes_of_a_factor_and_of_mails_are_counted_together() {
    let (scene, secret) = scene().await;
    for _ in 0..3 {
        let session = custom(&scene).await["Session"].clone();
        for _ in 0..3 {
            let wrong = other_than(&scene.code(&secret));
            scene
                .with_token(&session, &wrong)
                .await
                .assert_error("CodeMismatchException", "Invalid code received for user");
        }
    }
    let session = custom(&scene).await["Session"].clone();
    let asked = scene.with_token(&session, &scene.code(&secret)).await.ok();
    let mailed = scene.server.code_to("mara@example.com").await;
    let wrong = json!({ "ANSWER": other_than(&mailed) });
    let asked = scene
        .respond("CUSTOM_CHALLENGE", &asked["Session"], wrong)
        .await
        .ok();
    assert_eq!(asked["ChallengeParameters"]["result"], "locked", "the tenth");
}

#[tokio::test]
async fn a_pool_that_asks_everybody_for_a_factor_takes_the_code_for_one() {
    let server = TestPool::new().await;
    let pool = server.confirm_pool().await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", PASSWORD).await;
    let scene = Factors { server, pool, client };
    scene.configure("ON", json!({})).await;
    let asked = custom(&scene).await;
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    let mailed = scene.server.code_to("mara@example.com").await;
    let answer = json!({ "ANSWER": mailed });
    let tokens = scene
        .respond("CUSTOM_CHALLENGE", &asked["Session"], answer)
        .await
        .ok();
    assert!(tokens["AuthenticationResult"].is_object(), "{tokens}");
}
