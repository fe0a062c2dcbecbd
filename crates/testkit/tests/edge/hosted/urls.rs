//! Clients whose id is a URL.

use serde_json::json;

use super::Scene;
use super::strangers::{HERE, MCP, TOOL, asked, at_consent, claims, code_at, document, redeemed, tokens};

#[tokio::test]
async fn a_client_whose_id_is_a_url_signs_people_in_by_what_lies_there() {
    let scene = Scene::with_strangers(json!({})).await;
    let behind = scene.with_tool(json!({})).await;
    let callback = "https://tool.example/cb";
    let mut browser = scene.browser();
    let scope = "&nonce=n&scope=openid%20https%3A%2F%2Fmcp.example%2Fread";
    let page = at_consent(&mut browser, &asked(TOOL, callback, scope)).await;
    for words in [
        "Let “The tool” in?",
        "<p class=\"ph-host\" dir=\"ltr\">tool.example</p>",
        "You will be taken to tool.example.",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let led = browser.submit(&page, &[("action", "allow")]).await;
    let code = code_at(&led, callback);
    // The code is the URL's: the app client behind it cannot use it.
    let given = redeemed(&mut browser, TOOL, callback, &code).await.ok();
    let (access, id) = (claims(&given["access_token"]), claims(&given["id_token"]));
    assert_eq!(
        (&access["client_id"], &access["azp"], &access["aud"]),
        (&json!(behind), &json!(TOOL), &json!(MCP))
    );
    assert_eq!(
        (&id["aud"], &id["azp"], &id["nonce"]),
        (&json!(TOOL), &json!(TOOL), &json!("n"))
    );
    assert_eq!(scene.server.outside().asked(), [TOOL], "fetched once");
    let refresh = |client: &str| {
        let token = given["refresh_token"].as_str().unwrap().to_owned();
        [
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", client.to_owned()),
            ("refresh_token", token),
        ]
    };
    for (client, expected) in [
        (behind.as_str(), 400),
        ("https://tool.example/other", 400),
        ("https://other.example/client", 400),
        (TOOL, 200),
    ] {
        let held = refresh(client);
        let parameters: Vec<(&str, &str)> =
            held.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = tokens(&mut browser, &parameters).await;
        assert_eq!(answer.status, expected, "{client}: {}", answer.text);
    }
    let api = json!({ "ClientId": behind, "RefreshToken": given["refresh_token"] });
    assert_eq!(
        scene.server.call("GetTokensFromRefreshToken", api).await.status,
        400
    );
}

#[tokio::test]
async fn o_37_a_url_is_nobody_unless_its_document_says_so() {
    let scene = Scene::with_strangers(json!({})).await;
    scene.with_tool(json!({})).await;
    let other = "https://tool.example/other.json";
    scene.server.outside().document(other, &document(TOOL));
    let stolen = "https://tool.example/stolen.json";
    let mut theirs = document(stolen);
    theirs["redirect_uris"] = json!(["https://tool.example/cb"]);
    scene.server.outside().document(stolen, &theirs);
    let mut browser = scene.browser();
    let mut location = async |client: &str, redirect_uri: &str| {
        let led = browser.get(&asked(client, redirect_uri, "&scope=openid")).await;
        led.header("location").to_owned()
    };
    for client in [
        "https://other.example/client.json",
        "https://tool.example.evil.example/client.json",
        "https://evil.example/https://tool.example/client.json",
        "https://tool.example/absent.json",
        other,
        "https://tool.example/",
        "https://tool.example/client.json?x=1",
        "https://tool.example/../client.json",
        "http://tool.example/client.json",
    ] {
        let location = location(client, "https://tool.example/cb").await;
        assert!(
            location.starts_with("/d/acme/error?error=invalid_client"),
            "{client}: {location}"
        );
    }
    for uri in [
        "https://app.example/cb",
        "https://tool.example/cb/",
        "javascript:alert(1)",
        "http://127.0.0.1:1/other",
    ] {
        let location = location(stolen, uri).await;
        assert!(
            location.starts_with("/d/acme/error?error=redirect_mismatch"),
            "{uri}: {location}"
        );
    }
    // What failed is not fetched again at once; nor is anything for an address that has had ten.
    let before = scene.server.outside().asked().len();
    location("https://tool.example/absent.json", "https://tool.example/cb").await;
    assert_eq!(scene.server.outside().asked().len(), before);
    for number in 0..30 {
        location(
            &format!("https://tool.example/{number}.json"),
            "https://tool.example/cb",
        )
        .await;
    }
    assert_eq!(scene.server.outside().asked().len(), 10);
}

#[tokio::test]
async fn a_document_counts_as_long_as_it_says_and_then_no_longer() {
    let scene = Scene::with_strangers(json!({})).await;
    scene.with_tool(json!({})).await;
    let mut browser = scene.browser();
    let mut is_known = async || {
        let led = browser.get(&asked(TOOL, HERE, "&scope=openid")).await;
        led.header("location").starts_with("/d/acme/login?tx=")
    };
    assert!(is_known().await);
    scene.server.outside().forget(TOOL);
    scene.server.clock().advance_seconds(86_399);
    assert!(is_known().await, "a day");
    scene.server.clock().advance_seconds(1);
    assert!(!is_known().await, "it cannot be had");
    scene.server.outside().document(TOOL, &document(TOOL));
    assert!(!is_known().await, "not tried again for a minute");
    scene.server.clock().advance_seconds(60);
    assert!(is_known().await);
}
