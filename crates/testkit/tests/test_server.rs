//! What the test server promises to tests.

use poolhouse_testkit::TestServer;
use serde_json::json;

#[tokio::test]
async fn a_user_signs_in_with_password_and_mailed_code() {
    let server = TestServer::new().await;
    let pool = server.confirm_pool().await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", "Correct-Horse-9!").await;

    let challenge = server
        .custom_sign_in(&pool, &client, "mara", "Correct-Horse-9!")
        .await
        .ok();
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE", "{challenge}");
    let code = server.code_to("mara@example.com").await;
    let answer = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": client,
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": code },
    });
    let signed_in = server.call("RespondToAuthChallenge", answer).await.ok();
    let access_token = &signed_in["AuthenticationResult"]["AccessToken"];
    let user = server
        .call("GetUser", json!({ "AccessToken": access_token }))
        .await
        .ok();
    assert_eq!(user["Username"], "mara");
}

#[tokio::test]
async fn a_password_is_proved_by_srp() {
    let server = TestServer::new().await;
    let pool = server.pool().await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", "Correct-Horse-9!").await;
    let signed_in = server
        .srp_sign_in(&pool, &client, "mara", "Correct-Horse-9!")
        .await
        .ok();
    assert!(
        signed_in["AuthenticationResult"]["IdToken"].is_string(),
        "{signed_in}"
    );
    let refused = server.srp_sign_in(&pool, &client, "mara", "wrong-Horse-9!").await;
    refused.assert_error("NotAuthorizedException", "Incorrect username or password.");
}

#[tokio::test]
async fn two_runs_give_the_same_ids() {
    let (one, other) = (TestServer::new().await, TestServer::new().await);
    assert_eq!(one.pool().await, other.pool().await);
    assert_eq!(
        one.operator().secret_access_key,
        other.operator().secret_access_key
    );
}

#[tokio::test]
#[should_panic(expected = "mail was sent that the test did not read")]
async fn unread_mail_fails_a_test() {
    let server = TestServer::new().await;
    let pool = server.confirm_pool().await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", "Correct-Horse-9!").await;
    server
        .custom_sign_in(&pool, &client, "mara", "Correct-Horse-9!")
        .await
        .ok();
}

#[tokio::test]
async fn a_socket_serves_the_same_server() {
    let server = TestServer::new().await;
    let url = server.listen().await;
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET /health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer)
        .await
        .unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with(r#"{"status":"ok"}"#),
        "{answer}"
    );
}
