//! Hosted login where every request reaches another of three servers on one database.

use std::sync::Arc;

use axum::http::Request;
use bytes::Bytes;
use poolhouse_pool::testing::TestStore;
use poolhouse_testkit::{Answer, TestServer};
use serde_json::{Value, json};

use super::{PASSWORD, Scene, asked, code_in, redeemed, title};

async fn post(server: &TestServer, path: &str, form: String) -> Answer {
    let request = Request::post(format!("/d/acme/oauth2/{path}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form));
    server.raw(request.unwrap()).await
}

async fn user_info(server: &TestServer, token: &Value) -> u16 {
    let request = Request::get("/d/acme/oauth2/userInfo")
        .header("authorization", format!("Bearer {}", token.as_str().unwrap()))
        .body(Bytes::new());
    server.raw(request.unwrap()).await.status
}

#[tokio::test]
async fn a_code_of_one_server_is_redeemed_on_another_revoked_on_a_third_and_over_everywhere() {
    let store = TestStore::new();
    let others = [store.another(), store.another()];
    let first = TestServer::on(Arc::new(store), 1, |_| {}).await;
    let [second, third] = others.map(|store| Arc::new(store) as Arc<dyn poolhouse_store::Store>);
    let second = TestServer::on(second, 2, |_| {}).await;
    let third = TestServer::on(third, 3, |_| {}).await;
    let pool = first.confirm_pool().await;
    let scene = Scene::of(first, pool).await;
    let client = scene.client(json!({})).await;

    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    browser.server = &second;
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
    let mailed = second.code_to("mara@example.com").await;
    browser.server = &third;
    let code = code_in(&browser.submit(&page, &[("code", &mailed)]).await);
    browser.server = &scene.server;
    let tokens = redeemed(&mut browser, &client, &code).await.ok();
    for server in [&scene.server, &second, &third] {
        assert_eq!(user_info(server, &tokens["access_token"]).await, 200);
    }

    // A second use at once is refused, wherever it comes in.
    browser.server = &second;
    let again = redeemed(&mut browser, &client, &code).await;
    assert_eq!(
        (again.status, &again.body),
        (400, &json!({ "error": "invalid_grant" }))
    );

    let refresh = tokens["refresh_token"].as_str().unwrap();
    let revoked = post(&third, "revoke", format!("token={refresh}&client_id={client}")).await;
    assert_eq!(revoked.status, 200, "{}", revoked.text);
    for server in [&scene.server, &second, &third] {
        assert_eq!(user_info(server, &tokens["access_token"]).await, 401);
        let form = format!("grant_type=refresh_token&client_id={client}&refresh_token={refresh}");
        let refused = post(server, "token", form).await;
        assert_eq!(
            (refused.status, &refused.body),
            (400, &json!({ "error": "invalid_grant" }))
        );
    }
}
