//! Tokens behind the `#`, for app clients whose settings have them.

use axum::http::Request;
use serde_json::json;

use super::strangers::claims;
use super::{CALLBACK, PASSWORD, Scene, asked, hidden};

#[tokio::test]
async fn the_implicit_grant_gives_tokens_and_no_refresh_token() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({ "AllowedOAuthFlows": ["implicit"] })).await;
    let request = asked(&client, "&nonce=n").replace("response_type=code", "response_type=token");
    let request = request.split("&code_challenge").next().unwrap().to_owned() + "&nonce=n";
    let mut browser = scene.browser();
    let page = browser.visit(&request).await;
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    let led = browser.submit(&page, &[("code", &scene.code().await)]).await;
    let location = led.header("location").to_owned();
    let fragment = location.strip_prefix(&format!("{CALLBACK}#")).unwrap();
    let names: Vec<&str> = fragment
        .split('&')
        .map(|pair| pair.split('=').next().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "id_token",
            "access_token",
            "expires_in",
            "token_type",
            "state",
            "iss"
        ]
    );
    let value = |name: &str| {
        let pair = fragment
            .split('&')
            .find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        json!(pair.unwrap())
    };
    assert_eq!(
        (value("expires_in"), value("token_type")),
        (json!("3600"), json!("Bearer"))
    );
    let id = claims(&value("id_token"));
    assert_eq!((&id["nonce"], &id["aud"]), (&json!("n"), &json!(client)));
    assert!(id["at_hash"].is_string());
    let access = value("access_token").as_str().unwrap().to_owned();
    let info = Request::get("/d/acme/oauth2/userInfo").header("authorization", format!("Bearer {access}"));
    browser.send(info, String::new()).await.ok();
    // A second click finds that they were handed out.
    let again = browser.submit(&page, &[("code", "000000")]).await;
    assert!(
        again
            .header("location")
            .starts_with(&format!("{CALLBACK}#error=invalid_request")),
        "{}",
        again.header("location")
    );
    // By the browser's session, too; a sign-out everywhere ends them.
    let silent = browser.get(&format!("{request}&prompt=none")).await;
    assert!(
        silent
            .header("location")
            .starts_with(&format!("{CALLBACK}#id_token="))
    );
    let user = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.server.call("AdminUserGlobalSignOut", user).await.ok();
    let info = Request::get("/d/acme/oauth2/userInfo").header("authorization", format!("Bearer {access}"));
    assert_eq!(browser.send(info, String::new()).await.status, 401);
    assert!(!hidden(&page, "tx").is_empty());
}
