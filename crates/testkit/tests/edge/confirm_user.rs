//! The link that confirms a sign-up, opened in a browser.

use axum::http::Request;
use bytes::Bytes;
use poolhouse_testkit::{Answer, TestServer};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-9!";

async fn post(server: &TestServer, path: &str) -> Answer {
    let request = Request::post(path)
        .header("host", "127.0.0.1:9229")
        .body(Bytes::new())
        .unwrap();
    server.raw(request).await
}

#[tokio::test]
async fn opening_the_link_asks_and_its_button_confirms() {
    let server = TestServer::new().await;
    let pool = json!({
        "AutoVerifiedAttributes": ["email"],
        "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_LINK" },
    });
    let pool = server.pool_with(pool).await;
    let client = server.client(&pool).await;
    let body = json!({
        "ClientId": client,
        "Username": "ada<b>",
        "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "ada@example.com" }],
    });
    server.call("SignUp", body).await.ok();
    let mail = server.mail_to("ada@example.com").await;
    let (_, path) = mail.text.trim().split_once("http://127.0.0.1:9229").unwrap();
    let status = async || {
        let user = json!({ "UserPoolId": pool, "Username": "ada<b>" });
        let user: Value = server.call("AdminGetUser", user).await.ok();
        user["UserStatus"].clone()
    };
    let asked = server.get(path).await;
    assert_eq!(asked.status, 200);
    assert!(
        asked.text.contains("Confirm the registration of ada&lt;b&gt;?"),
        "{}",
        asked.text
    );
    for (header, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(asked.header(header), value);
    }
    let policy = asked.header("content-security-policy").to_owned();
    assert!(
        policy.starts_with("default-src 'none'; form-action 'self'"),
        "{policy}"
    );
    // Programs that look after mailboxes open links, too.
    assert_eq!(status().await, "UNCONFIRMED");
    let wrong = post(&server, &format!("{path}0")).await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong
            .text
            .contains("Invalid verification code provided, please try again."),
        "{}",
        wrong.text
    );
    let confirmed = post(&server, path).await;
    assert_eq!(confirmed.status, 200);
    assert!(
        confirmed.text.contains("Your registration is confirmed."),
        "{}",
        confirmed.text
    );
    assert_eq!(status().await, "CONFIRMED");
    let again = post(&server, path).await;
    assert!(
        again
            .text
            .contains("User cannot be confirmed. Current status is CONFIRMED"),
        "{}",
        again.text
    );
}

#[tokio::test]
async fn part_of_a_link_is_said_to_be_one() {
    let server = TestServer::new().await;
    for path in ["/confirmUser", "/confirmUser?client_id=c&user_name=u"] {
        for answer in [server.get(path).await, post(&server, path).await] {
            assert_eq!(answer.status, 400);
            assert!(
                answer.text.contains("This link is not complete."),
                "{}",
                answer.text
            );
        }
    }
}
