//! When answers leave.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use bytes::Bytes;
use poolhouse_store::Memory;
use poolhouse_testkit::TestServer;
use serde_json::{Value, json};
use tokio::time::Instant;

const STEP: Duration = Duration::from_millis(4);

/// What anybody may send about a name, whole and in part.
fn requests(client: &str, name: &str) -> Vec<(&'static str, Value)> {
    let named = |more: Value| {
        let mut body = json!({ "ClientId": client, "Username": name });
        for (member, value) in more.as_object().unwrap() {
            body[member] = value.clone();
        }
        body
    };
    let begin = |flow: &str| {
        let parameters = json!({ "USERNAME": name, "PASSWORD": "Wrong-Horse-9!", "SRP_A": "2" });
        json!({ "ClientId": client, "AuthFlow": flow, "AuthParameters": parameters })
    };
    let respond = json!({
        "ClientId": client,
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": { "USERNAME": name, "PASSWORD_CLAIM_SECRET_BLOCK": "x" },
    });
    vec![
        ("InitiateAuth", begin("USER_PASSWORD_AUTH")),
        ("InitiateAuth", begin("USER_SRP_AUTH")),
        ("InitiateAuth", begin("CUSTOM_AUTH")),
        ("RespondToAuthChallenge", respond),
        ("ForgotPassword", named(json!({}))),
        (
            "ConfirmForgotPassword",
            named(json!({ "ConfirmationCode": "000000", "Password": "Another-Horse-9!" })),
        ),
        ("ResendConfirmationCode", named(json!({}))),
        ("ConfirmSignUp", named(json!({ "ConfirmationCode": "000000" }))),
        ("ConfirmSignUp", json!({ "ClientId": client })),
        ("InitiateAuth", json!([])),
    ]
}

/// Between requests the clock stands, and of the answers' own moments alone it moves on.
#[tokio::test(start_paused = true)]
async fn answers_about_a_name_leave_on_the_grid_whether_it_is_somebodys_or_not() {
    // Nobody waits for an engine elsewhere while the clock stands.
    let server = TestServer::on(Arc::new(Memory::new()), 7, |_| {}).await;
    let pool = server
        .pool_with(json!({ "AutoVerifiedAttributes": ["email"] }))
        .await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", "Correct-Horse-9!").await;
    for name in ["mara", "nobody"] {
        for (operation, body) in requests(&client, name) {
            let asked = Instant::now();
            server.call(operation, body.clone()).await;
            assert_eq!(asked.elapsed(), STEP, "{operation} {body}");
        }
        let asked = Instant::now();
        let path = format!("/confirmUser?client_id={client}&user_name={name}&confirmation_code=000000");
        server.raw(Request::post(path).body(Bytes::new()).unwrap()).await;
        assert_eq!(asked.elapsed(), STEP, "the link");
    }
    server.mail_to("mara@example.com").await;
    let asked = Instant::now();
    server.call("GetUser", json!({ "AccessToken": "x" })).await;
    server.get("/health").await;
    server
        .call(
            "SignUp",
            json!({ "ClientId": client, "Username": "mara", "Password": "Correct-Horse-9!" }),
        )
        .await;
    assert_eq!(
        asked.elapsed(),
        Duration::ZERO,
        "what is about no name, or says whose it is"
    );
}
