//! What a person lets a client of strangers do: asked, remembered, and not to be had around.

use poolhouse_testkit::TestServer;
use serde_json::json;

use super::strangers::{HERE, TOOL, asked, at_consent, code_at, document, redeemed, told};
use super::{PASSWORD, SIGN_IN, Scene, asked as asked_by_ours, code_in, title};

const OPENID: &str = "&scope=openid";

#[tokio::test]
async fn a_yes_is_remembered_for_this_client_these_scopes_and_this_place() {
    let scene = Scene::open().await;
    let (client, other) = (scene.registered().await, scene.registered().await);
    let mut browser = scene.browser();
    let page = at_consent(&mut browser, &asked(&client, HERE, OPENID)).await;
    let led = browser.submit(&page, &[("action", "allow")]).await;
    redeemed(&mut browser, &client, HERE, &code_at(&led, HERE))
        .await
        .ok();
    // Again, silently, at another port, and after another sign-in: nobody is asked.
    for more in ["&scope=openid", "&scope=openid&prompt=none"] {
        code_at(&browser.get(&asked(&client, HERE, more)).await, HERE);
    }
    let elsewhere = "http://127.0.0.1:1/cb";
    code_at(&browser.get(&asked(&client, elsewhere, OPENID)).await, elsewhere);
    let page = browser
        .visit(&asked(&client, HERE, "&scope=openid&prompt=login"))
        .await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    code_at(&led, HERE);
    // More scopes, another API, another client, or a client that wants it asked: she is.
    let resource = asked(&client, HERE, OPENID).replace("mcp.example", "other.example");
    let resource = resource.replace("%6D%63%70%2E", "%6F%74%68%65%72%2E");
    for request in [
        asked(&client, HERE, "&scope=openid%20email"),
        asked(&client, HERE, "&scope=openid&prompt=consent"),
        asked(&other, HERE, OPENID),
        resource,
    ] {
        let page = browser.visit(&request).await;
        assert!(
            title(&page).starts_with("Let “Notes for the terminal” in?"),
            "{request}: {}",
            page.text
        );
    }
    // And 90 days later.
    scene.server.clock().advance_seconds(90 * 24 * 3600);
    let page = at_consent(&mut browser, &asked(&client, HERE, OPENID)).await;
    assert!(title(&page).starts_with("Let “"), "{}", page.text);
}

#[tokio::test]
async fn consent_is_not_gone_around_by_asking_silently() {
    let scene = Scene::open().await;
    let client = scene.registered().await;
    let ours = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked_by_ours(&ours, "")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    code_in(&led);
    // She is signed in, and has said nothing about the stranger.
    let silent = asked(&client, HERE, "&scope=openid&prompt=none");
    assert_eq!(told(&mut browser, &silent).await, "consent_required");
    let page = browser.visit(&asked(&client, HERE, OPENID)).await;
    assert!(title(&page).starts_with("Let “"), "{}", page.text);
    // A no gives nothing, and is not a yes the next time.
    let led = browser.submit(&page, &[("action", "deny")]).await;
    let location = led.header("location");
    assert!(
        location.starts_with("http://127.0.0.1:33418/cb?error=access_denied"),
        "{location}"
    );
    assert!(location.contains("state=s&iss="), "{location}");
    assert_eq!(told(&mut browser, &silent).await, "consent_required");
    // She is signed in still.
    code_in(&browser.get(&asked_by_ours(&ours, "&prompt=none")).await);
}

#[tokio::test]
async fn a_page_without_a_button_pressed_allows_nothing() {
    let scene = Scene::open().await;
    let client = scene.registered().await;
    let mut browser = scene.browser();
    let page = at_consent(&mut browser, &asked(&client, HERE, OPENID)).await;
    for action in ["", "yes", "Allow"] {
        let page = browser
            .visit(&format!("/d/acme/consent?tx={}", super::hidden(&page, "tx")))
            .await;
        let again = browser.answer(&page, &[("action", action)]).await;
        assert!(title(&again).starts_with("Let “"), "{action}: {}", again.text);
    }
    // A form that was sent twice is taken once.
    let page = browser
        .visit(&format!("/d/acme/consent?tx={}", super::hidden(&page, "tx")))
        .await;
    let first = browser.submit(&page, &[("action", "allow")]).await;
    let code = code_at(&first, HERE);
    let second = browser.submit(&page, &[("action", "allow")]).await;
    assert_eq!(code_at(&second, HERE), code);
}

#[tokio::test]
async fn o_12_consent_is_not_given_from_another_origin_or_in_another_browser() {
    let scene = Scene::open().await;
    let client = scene.registered().await;
    let mut browser = scene.browser();
    let page = at_consent(&mut browser, &asked(&client, HERE, OPENID)).await;
    for headers in [
        [("origin", "https://evil.example")],
        [("origin", "null")],
        [("sec-fetch-site", "cross-site")],
    ] {
        let led = browser.submit_with(&page, &[("action", "allow")], &headers).await;
        assert_eq!(led.status, 403, "{headers:?}");
    }
    let mut other = scene.browser();
    other.cookies = browser.cookies.clone();
    other.cookies.retain(|name, _| !name.starts_with("__Host-ph-b"));
    let led = other.submit(&page, &[("action", "allow")]).await;
    assert!(
        !led.header("location").contains("code="),
        "{}",
        led.header("location")
    );
    // Nor by a session that is not the one that was asked: she has to sign in again.
    let session = browser
        .cookies
        .keys()
        .find(|name| name.starts_with("__Host-cognito"))
        .unwrap()
        .clone();
    browser.cookies.remove(&session);
    let led = browser.answer(&page, &[("action", "allow")]).await;
    assert!(title(&led).starts_with(SIGN_IN), "{}", led.text);
}

#[tokio::test]
async fn a_sign_out_everywhere_ends_what_was_allowed() {
    let scene = Scene::open().await;
    let client = scene.registered().await;
    let mut browser = scene.browser();
    let page = at_consent(&mut browser, &asked(&client, HERE, OPENID)).await;
    // On the page, too: what it would say counts no more.
    let user = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene
        .server
        .call("AdminUserGlobalSignOut", user.clone())
        .await
        .ok();
    scene.server.clock().advance_seconds(2);
    let led = browser.answer(&page, &[("action", "allow")]).await;
    assert!(title(&led).starts_with(SIGN_IN), "{}", led.text);
    let page = at_consent(&mut browser, &asked(&client, HERE, OPENID)).await;
    let led = browser.submit(&page, &[("action", "allow")]).await;
    code_at(&led, HERE);
    scene.server.call("AdminUserGlobalSignOut", user).await.ok();
    scene.server.clock().advance_seconds(2);
    let page = at_consent(&mut browser, &asked(&client, HERE, OPENID)).await;
    assert!(title(&page).starts_with("Let “"), "{}", page.text);
}

#[tokio::test]
async fn a_consent_goes_with_its_user() {
    let scene = Scene::open().await;
    let client = scene.registered().await;
    let mut browser = scene.browser();
    let page = at_consent(&mut browser, &asked(&client, HERE, OPENID)).await;
    let led = browser.submit(&page, &[("action", "allow")]).await;
    code_at(&led, HERE);
    let prefix = |scene: &Scene| poolhouse_store::Scan::prefix(format!("p/{}/user/", scene.pool), 1000);
    let rows = scene.server.store().scan(prefix(&scene)).await.unwrap();
    assert!(rows.iter().any(|row| row.key.contains("/consent/")));
    let user = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.server.call("AdminDeleteUser", user).await;
    scene.server.sweep().await;
    let rows = scene.server.store().scan(prefix(&scene)).await.unwrap();
    assert!(!rows.iter().any(|row| row.key.contains("/consent/")), "{rows:?}");
}

#[tokio::test]
async fn a_document_that_leads_elsewhere_by_now_is_another_consent() {
    let scene = Scene::with_strangers(json!({})).await;
    scene.with_tool(json!({})).await;
    let callback = "https://tool.example/cb";
    let mut browser = scene.browser();
    let page = at_consent(&mut browser, &asked(TOOL, callback, OPENID)).await;
    let led = browser.submit(&page, &[("action", "allow")]).await;
    code_at(&led, callback);
    code_at(&browser.get(&asked(TOOL, callback, OPENID)).await, callback);
    let mut moved = document(TOOL);
    moved["redirect_uris"] = json!(["https://elsewhere.example/cb"]);
    scene.server.outside().document(TOOL, &moved);
    scene.server.clock().advance_seconds(86_400);
    let page = at_consent(&mut browser, &asked(TOOL, "https://elsewhere.example/cb", OPENID)).await;
    assert!(
        page.text.contains("You will be taken to elsewhere.example."),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_client_of_the_operators_asks_where_the_operator_says_so() {
    let made = async |named: Vec<String>| {
        let server = TestServer::with(|settings| settings.hosted.consent_clients = named).await;
        let pool = server.pool().await;
        let scene = Scene::of(server, pool).await;
        // The same randomness makes the same id.
        let client = scene.client(json!({ "ClientName": "Ours" })).await;
        (scene, client)
    };
    let (_, named) = made(Vec::new()).await;
    let (scene, client) = made(vec![named]).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    assert!(title(&page).starts_with("Let “Ours” in?"), "{}", page.text);
    assert!(!page.text.contains("Nobody has checked"), "{}", page.text);
    // It is the operator's, and told that nobody has said yes.
    let led = browser.get(&asked_by_ours(&client, "&prompt=none")).await;
    assert!(led.header("location").contains("error=consent_required"));
    code_in(&browser.submit(&page, &[("action", "allow")]).await);
    code_in(&browser.get(&asked_by_ours(&client, "&prompt=none")).await);
}

#[tokio::test]
async fn the_code_by_mail_comes_before_the_consent() {
    let server = TestServer::new().await;
    let pool = server.confirm_pool().await;
    let scene = Scene::of(server, pool).await;
    let update = json!({ "UserPoolId": scene.pool });
    let described = scene.server.call("DescribeUserPool", update.clone()).await.ok();
    let mut update = update;
    for member in [
        "LambdaConfig",
        "AutoVerifiedAttributes",
        "UserAttributeUpdateSettings",
    ] {
        if let Some(value) = described["UserPool"].get(member) {
            update[member] = value.clone();
        }
    }
    update["DcrConfiguration"] = json!({ "OpenDcrEnabled": true });
    scene.server.call("UpdateUserPool", update).await.ok();
    let client = scene.registered().await;
    let mut browser = scene.browser();
    let page = at_consent(&mut browser, &asked(&client, HERE, OPENID)).await;
    let code = scene.code().await;
    let page = browser.answer(&page, &[("code", &code)]).await;
    assert!(title(&page).starts_with("Let “"), "{}", page.text);
    let led = browser.submit(&page, &[("action", "allow")]).await;
    let given = redeemed(&mut browser, &client, HERE, &code_at(&led, HERE))
        .await
        .ok();
    assert_eq!(
        super::strangers::claims(&given["id_token"])["amr"],
        json!(["pwd", "otp", "mfa"])
    );
}
