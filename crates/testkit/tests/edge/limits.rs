//! How often the API is called by an address or through an app client, and how long who is refused is told to wait.

use poolhouse_pool::base::settings::CallLimits;
use poolhouse_testkit::TestServer;
use serde_json::json;

async fn server(calls: CallLimits) -> TestServer {
    TestServer::with(|settings| settings.calls = calls).await
}

#[tokio::test]
async fn an_address_that_calls_too_often_is_told_how_long_to_wait_and_what_a_key_signs_goes_on() {
    let server = server(CallLimits {
        of_address: 2,
        of_client: 0,
    })
    .await;
    let pool = server.pool().await;
    let client = server.client(&pool).await;
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client,
        "AuthParameters": { "USERNAME": "nobody@example.com", "PASSWORD": "Correct-horse-7" },
    });
    for _ in 0..6 {
        let denied = server.call("InitiateAuth", body.clone()).await;
        assert_eq!(denied["__type"], "UserNotFoundException");
        assert_eq!(denied.header("retry-after"), "");
    }
    let refused = server.call("InitiateAuth", body.clone()).await;
    refused.assert_error("TooManyRequestsException", "Rate exceeded");
    assert_eq!(refused.header("retry-after"), "1");
    // The operator's own calls are not a stranger's.
    let operator = server.operator().clone();
    let pools = json!({ "MaxResults": 10 });
    for _ in 0..20 {
        let listed = server
            .call_as(Some(&operator), "ListUserPools", pools.clone())
            .await;
        assert_eq!(listed.status, 200);
    }
    server.clock().advance_seconds(1);
    let denied = server.call("InitiateAuth", body).await;
    assert_eq!(denied["__type"], "UserNotFoundException");
}

#[tokio::test]
async fn a_client_that_was_not_who_it_said_it_was_waits_for_the_minute_that_it_is_told() {
    let server = TestServer::new().await;
    let pool = server.pool().await;
    let flows = json!({ "GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"] });
    let client = server.client_with(&pool, flows).await;
    let wrong = json!({ "ClientId": client["ClientId"], "Secret": "a0".repeat(26) });
    for _ in 0..20 {
        let refused = server.call("GetClientToken", wrong.clone()).await;
        refused.assert_error("NotAuthorizedException", "Invalid client credentials.");
    }
    server.clock().advance_seconds(10);
    let held = server.call("GetClientToken", wrong).await;
    assert_eq!(held["__type"], "TooManyRequestsException");
    assert_eq!(held.header("retry-after"), "50");
}
