//! The code by mail after a provider, where a pool asks for one.

use serde_json::{Value, json};

use super::super::{alert, title};
use super::{Scene, asked, claims_of, code_in, corp, redeemed, scene_with, told};

const TAG: &str = "poolhouse:code-after:Corp";

#[tokio::test]
async fn a_pool_that_needs_a_code_asks_for_it_after_a_provider_too() {
    let scene = scene_with(json!({}), json!({})).await;
    scene.server.require_code(&scene.pool, None, true).await;
    let client = scene.client_by(&["Corp"]).await;
    let mut browser = scene.browser();
    let led = browser.signs_in(&scene, &client, json!({})).await;
    let location = led.header("location").to_owned();
    assert!(
        location.starts_with("/d/acme/mfa?tx="),
        "{location}: {}",
        led.text
    );
    let page = browser.get(&location).await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
    assert!(location.contains("&state=s%201&"), "{location}");
    let code = scene.server.code_to("mara@corp.example").await;
    let page = browser.answer(&page, &[("code", "000000x")]).await;
    assert_ne!(alert(&page), "");
    let led = browser.submit(&page, &[("code", &code)]).await;
    let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    let id = claims_of(&tokens["id_token"]);
    assert_eq!(id["amr"], json!(["fed", "otp", "mfa"]));
    assert_eq!(id["cognito:username"], "Corp_24400320");
    let numbers = scene.server.numbers().await.text;
    for outcome in ["begun", "denied", "tokens"] {
        let line = format!("poolhouse_sign_ins_total{{flow=\"FEDERATION\",outcome=\"{outcome}\"}} 1\n");
        assert!(numbers.contains(&line), "{line} in {numbers}");
    }
    // The session had the code, for every client that needs one.
    let led = browser.get(&asked(&client, "&prompt=none")).await;
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
}

#[tokio::test]
async fn a_pools_tag_says_for_a_provider_whether_a_code_is_asked() {
    for (value, needs_code, is_asked) in [("off", true, false), ("on", false, true), ("else", false, false)] {
        let scene = scene_with(json!({ "UserPoolTags": { TAG: value } }), json!({})).await;
        scene.server.require_code(&scene.pool, None, needs_code).await;
        let client = scene.client_by(&["Corp"]).await;
        let mut browser = scene.browser();
        let led = browser.signs_in(&scene, &client, json!({})).await;
        let asks = led.header("location").starts_with("/d/acme/mfa?tx=");
        assert_eq!(asks, is_asked, "{value}: {}", led.header("location"));
        if asks {
            scene.server.code_to("mara@corp.example").await;
        } else {
            redeemed(&mut browser, &client, &code_in(&led)).await.ok();
        }
    }
}

#[tokio::test]
async fn somebody_without_an_address_does_not_get_past_the_code() {
    let mapping = json!({ "AttributeMapping": { "username": "sub" } });
    let scene = scene_with(json!({ "UserPoolTags": { TAG: "on" } }), mapping).await;
    let client = scene.client_by(&["Corp"]).await;
    let led = scene.browser().signs_in(&scene, &client, json!({})).await;
    assert_eq!(
        told(&led).1,
        "A code by mail is asked for, and the user has no email address."
    );
}

async fn at_the_code(scene: &Scene, client: &str) -> Value {
    scene
        .browser()
        .signs_in(scene, client, json!({}))
        .await
        .header("location")
        .into()
}

#[tokio::test]
async fn the_right_code_is_worth_nothing_once_the_link_or_the_provider_is_gone() {
    for (operation, members) in [
        (
            "AdminDisableProviderForUser",
            json!({ "User": {
                "ProviderName": "Corp", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "24400320",
            } }),
        ),
        ("DeleteIdentityProvider", json!({ "ProviderName": "Corp" })),
        ("AdminDisableUser", json!({ "Username": "Corp_24400320" })),
        ("AdminUserGlobalSignOut", json!({ "Username": "Corp_24400320" })),
    ] {
        let scene = scene_with(json!({ "UserPoolTags": { TAG: "on" } }), json!({})).await;
        let client = scene.client_by(&["COGNITO", "Corp"]).await;
        let mut browser = scene.browser();
        let led = browser.signs_in(&scene, &client, json!({})).await;
        let page = browser.get(led.header("location")).await;
        let code = scene.server.code_to("mara@corp.example").await;
        let mut body = members;
        body["UserPoolId"] = json!(scene.pool);
        scene.server.call(operation, body).await.ok();
        let led = browser.submit(&page, &[("code", &code)]).await;
        assert!(
            !led.header("location").contains("code="),
            "{operation}: {}",
            led.header("location")
        );
        assert_eq!(led.header("set-cookie"), "", "{operation}");
    }
    // One browser's code page is no other's.
    let scene = scene_with(json!({ "UserPoolTags": { TAG: "on" } }), corp(json!({}))).await;
    let client = scene.client_by(&["Corp"]).await;
    let location = at_the_code(&scene, &client).await;
    let page = scene.browser().get(location.as_str().unwrap()).await;
    assert!(
        page.header("location")
            .starts_with("/d/acme/oauth2/authorize?again=1&"),
        "{}",
        page.header("location")
    );
    scene.server.code_to("mara@corp.example").await;
}
