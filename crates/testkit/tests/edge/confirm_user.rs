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
    let older = "<p>This link is not good, or not any more. Open the one in the newest mail, or ask for another \
                 where you signed up.</p>";
    assert!(wrong.text.contains(older), "{}", wrong.text);
    let confirmed = post(&server, path).await;
    assert_eq!(confirmed.status, 200);
    assert!(
        confirmed.text.contains("Your registration is confirmed."),
        "{}",
        confirmed.text
    );
    assert_eq!(status().await, "CONFIRMED");
    let again = post(&server, path).await;
    assert_eq!(again.status, 200);
    assert!(
        again.text.contains("This registration is confirmed already."),
        "{}",
        again.text
    );
}

#[tokio::test]
async fn the_page_of_the_link_shows_nobody_an_id_in_place_of_a_name() {
    let server = TestServer::new().await;
    let path = "/confirmUser?client_id=c&confirmation_code=1&user_name=0b6c1f0e-2d6a-4f0e-9d3f-5d1c7a2b9e10";
    let asked = server.get(path).await;
    assert!(
        asked
            .text
            .contains("<p>Press the button, and you can sign in.</p>"),
        "{}",
        asked.text
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
