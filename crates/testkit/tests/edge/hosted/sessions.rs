//! Single sign-on between the clients of a pool, and its end.

use axum::http::Request;
use poolhouse_testkit::TestServer;
use serde_json::json;

use super::{PASSWORD, SIGN_IN, Scene, asked, between, code_in, encoded, redeemed, title};

#[tokio::test]
async fn another_client_of_the_pool_goes_by_the_same_sign_in() {
    let scene = Scene::with_code().await;
    let (first, second) = (scene.client(json!({})).await, scene.client(json!({})).await);
    let mut browser = scene.browser();
    let page = browser.password(&first).await;
    let led = browser.submit(&page, &[("code", &scene.code().await)]).await;
    code_in(&led);
    let led = browser.get(&asked(&second, "&prompt=none")).await;
    redeemed(&mut browser, &second, &code_in(&led)).await.ok();
    // Not for ever, not where a fresh sign-in is asked for, and not after somebody else was hinted at.
    for more in ["&prompt=login", "&max_age=0"] {
        assert!(title(&browser.visit(&asked(&second, more)).await).starts_with(SIGN_IN));
    }
    scene.server.clock().advance_seconds(3600);
    let led = browser.get(&asked(&second, "&prompt=none")).await;
    assert!(
        led.header("location").contains("error=login_required"),
        "{}",
        led.header("location")
    );
}

#[tokio::test]
async fn o_16_a_sign_in_by_password_alone_is_not_enough_for_a_client_that_asks_for_a_code() {
    let server = TestServer::new().await;
    let pool = server.open_confirm_pool().await;
    let scene = Scene::of(server, pool).await;
    let by_password = scene
        .client(json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] }))
        .await;
    let with_code = scene
        .client(json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] }))
        .await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&by_password, "")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    code_in(&led);
    assert!(title(&browser.visit(&asked(&with_code, "")).await).starts_with(SIGN_IN));
    let led = browser.get(&asked(&with_code, "&prompt=none")).await;
    assert!(
        led.header("location").contains("error=interaction_required"),
        "{}",
        led.header("location")
    );
}

#[tokio::test]
async fn a_sign_out_everywhere_ends_the_browsers_session() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    let led = browser.submit(&page, &[("code", &scene.code().await)]).await;
    code_in(&led);
    let who = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.server.call("AdminUserGlobalSignOut", who).await.ok();
    let led = browser.get(&asked(&client, "&prompt=none")).await;
    assert!(
        led.header("location").contains("error=login_required"),
        "{}",
        led.header("location")
    );
}

#[tokio::test]
async fn o_14_a_session_that_was_planted_is_worth_nothing_after_the_sign_in() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    let led = browser.submit(&page, &[("code", &scene.code().await)]).await;
    code_in(&led);
    let name = browser
        .cookies
        .keys()
        .find(|name| name.starts_with("__Host-cognito"))
        .unwrap()
        .clone();
    let first = browser.cookies[&name].clone();
    let page = browser.visit(&asked(&client, "&prompt=login")).await;
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    let led = browser.submit(&page, &[("code", &scene.code().await)]).await;
    code_in(&led);
    assert_ne!(browser.cookies[&name], first);
    let mut thief = scene.browser();
    thief.cookies.insert(name, first);
    let led = thief.get(&asked(&client, "&prompt=none")).await;
    assert!(
        led.header("location").contains("error=login_required"),
        "{}",
        led.header("location")
    );
}

#[tokio::test]
async fn signing_out_ends_the_session_and_leads_to_registered_addresses_alone() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    code_in(&led);
    let out = |uri: &str| format!("/d/acme/logout?client_id={client}&logout_uri={}", encoded(uri));
    let refused = browser.get(&out("https://evil.example/")).await;
    assert_eq!((refused.status, refused.header("location")), (400, ""));
    code_in(&browser.get(&asked(&client, "&prompt=none")).await);
    let asks = browser.get("/d/acme/logout").await;
    assert_eq!(title(&asks), "Do you want to sign out? – Poolhouse");
    let left = browser.get(&out("https://app.example/bye")).await;
    assert_eq!(
        (left.status, left.header("location")),
        (302, "https://app.example/bye")
    );
    let led = browser.get(&asked(&client, "&prompt=none")).await;
    assert!(
        led.header("location").contains("error=login_required"),
        "{}",
        led.header("location")
    );
}

#[tokio::test]
async fn oidcc_id_token_hint_of_somebody_else_gets_nothing_silently() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    scene.server.user(&scene.pool, "ada", PASSWORD).await;
    let mut tokens = Vec::new();
    let mut browsers = [scene.browser(), scene.browser()];
    for (browser, name) in browsers.iter_mut().zip(["mara", "ada"]) {
        let page = browser.visit(&asked(&client, "")).await;
        let led = browser
            .submit(&page, &[("username", name), ("password", PASSWORD)])
            .await;
        let given = redeemed(browser, &client, &code_in(&led)).await.ok();
        tokens.push(given["id_token"].as_str().unwrap().to_owned());
    }
    let [browser, _] = &mut browsers;
    let led = browser
        .get(&asked(
            &client,
            &format!("&prompt=none&id_token_hint={}", tokens[0]),
        ))
        .await;
    code_in(&led);
    let led = browser
        .get(&asked(
            &client,
            &format!("&prompt=none&id_token_hint={}", tokens[1]),
        ))
        .await;
    assert!(
        led.header("location").contains("error=login_required"),
        "{}",
        led.header("location")
    );
}

#[tokio::test]
async fn a_look_at_the_headers_signs_nobody_in_and_nobody_out() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    code_in(&led);
    let out = format!("/d/acme/logout?client_id={client}&logout_uri=https%3A%2F%2Fapp.example%2Fbye");
    for path in [asked(&client, ""), out] {
        let looked = browser.send(Request::head(path), String::new()).await;
        assert_eq!((looked.status, looked.header("location")), (405, ""));
        assert_eq!(looked.header("allow"), "GET, POST");
    }
    code_in(&browser.get(&asked(&client, "&prompt=none")).await);
}

#[tokio::test]
async fn the_icon_is_where_pages_and_browsers_look_for_it() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    let page = scene.browser().visit(&asked(&client, "")).await;
    let named = between(&page.text, "rel=\"icon\" href=\"", "\"").to_owned();
    for path in [&*named, "/favicon.ico"] {
        let icon = scene.server.get(path).await;
        assert_eq!((icon.status, icon.header("content-type")), (200, "image/svg+xml"));
    }
}

#[tokio::test]
async fn a_browser_that_is_signed_in_is_listed_and_revoked_alone_or_with_what_came_of_it() {
    for linked in [false, true] {
        let scene = Scene::with_passwords().await;
        let tracked = json!({ "UserPoolId": scene.pool, "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 5 } });
        scene
            .server
            .call("SetUserPoolSessionConfiguration", tracked)
            .await
            .ok();
        let client = scene.client(json!({})).await;
        let mut browser = scene.browser();
        let page = browser.visit(&asked(&client, "")).await;
        let led = browser
            .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
            .await;
        let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
        let mara = json!({ "UserPoolId": scene.pool, "Username": "mara" });
        let listed = async || {
            let listed = scene
                .server
                .call("AdminListUserSessions", mara.clone())
                .await
                .ok();
            listed["Sessions"].as_array().unwrap().clone()
        };
        let sessions = listed().await;
        let [family, of_browser] = &sessions[..] else {
            panic!("{sessions:?}");
        };
        assert_eq!(
            (&family["SessionType"], &of_browser["SessionType"]),
            (&json!("TOKEN"), &json!("SSO"))
        );
        assert_eq!(family["OriginSessionId"], of_browser["SessionId"]);
        assert_eq!(of_browser["ClientId"], json!(client));
        let id = of_browser["SessionId"].as_str().unwrap();
        assert!(id.starts_with("sso") && id.len() == 28, "{id}");
        let mut revoked = mara.clone();
        revoked["SessionId"] = json!(id);
        revoked["RevokeAssociatedSessions"] = json!(if linked { "LINKED" } else { "NONE" });
        scene
            .server
            .call("AdminRevokeUserSession", revoked.clone())
            .await
            .ok();
        let led = browser.get(&asked(&client, "&prompt=none")).await;
        assert!(
            led.header("location").contains("error=login_required"),
            "{}",
            led.header("location")
        );
        assert_eq!(listed().await.len(), usize::from(!linked));
        let form = format!(
            "grant_type=refresh_token&client_id={client}&refresh_token={}",
            tokens["refresh_token"].as_str().unwrap()
        );
        let request =
            Request::post("/d/acme/oauth2/token").header("content-type", "application/x-www-form-urlencoded");
        let refreshed = browser.send(request, form).await;
        assert_eq!(
            refreshed.status,
            if linked { 400 } else { 200 },
            "{}",
            refreshed.text
        );
        scene
            .server
            .call("AdminRevokeUserSession", revoked)
            .await
            .assert_error("ResourceNotFoundException", "Session not found.");
    }
}
