//! What somebody tries who wants to be somebody else here, by what a provider says of an own account or of itself.

use poolhouse_testkit::Answer;
use serde_json::{Value, json};

use super::{
    Scene, asked, claims_of, client_by, code_in, corp, discovery, publish, redeemed, scene, scene_with, told,
};
use crate::hosted::PASSWORD;

/// That a client is told that nobody has signed in, and nobody has.
async fn assert_refused(scene: &Scene, answer: &Answer, why: &str) {
    assert_eq!(told(answer), ("invalid_request".to_owned(), why.to_owned()));
    assert_eq!(answer.header("set-cookie"), "", "{why}");
    assert_eq!(scene.usernames().await, ["mara"], "{why}");
}

#[tokio::test]
async fn o_34_an_address_makes_nobody_somebody_else() {
    let pool = json!({ "AliasAttributes": ["email"] });
    let mapping = json!({ "AttributeMapping": { "username": "sub", "email": "email", "email_verified": "email_verified" } });
    for pool in [pool, json!({ "UsernameAttributes": ["email"] })] {
        let by_address = pool.get("UsernameAttributes").is_some();
        let server = poolhouse_testkit::TestServer::new().await;
        let id = server.pool_with(pool).await;
        let domain = json!({ "UserPoolId": id, "Domain": "acme" });
        server.call("CreateUserPoolDomain", domain).await.ok();
        let name = if by_address { "victim@b.example" } else { "victim" };
        let victim = json!({
            "UserPoolId": id, "Username": name, "MessageAction": "SUPPRESS",
            "UserAttributes": [{ "Name": "email", "Value": "victim@b.example" }, { "Name": "email_verified", "Value": "true" }],
        });
        let made = server.call("AdminCreateUser", victim).await.ok();
        let victim = made["User"]["Attributes"][0]["Value"].clone();
        let password = json!({ "UserPoolId": id, "Username": name, "Password": PASSWORD, "Permanent": true });
        server.call("AdminSetUserPassword", password).await.ok();
        let scene = Scene { server, pool: id };
        publish(&scene);
        scene.provider(corp(mapping.clone())).await;
        let client = scene.client_by(&["COGNITO", "Corp"]).await;
        for verified in [json!(false), json!(true), json!("true")] {
            let more = json!({ "email": "victim@b.example", "email_verified": verified });
            let mut browser = scene.browser();
            let led = browser.signs_in(&scene, &client, more).await;
            let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
            let id = claims_of(&tokens["id_token"]);
            assert_eq!(id["cognito:username"], "Corp_24400320");
            assert_ne!(id["sub"], victim);
        }
        // The address is the victim's still, for every road on which somebody is found by it.
        scene
            .server
            .password_sign_in(&client, "victim@b.example", PASSWORD)
            .await
            .ok();
    }
}

#[tokio::test]
async fn o_35_a_username_that_somebody_has_is_not_taken_over() {
    let scene = scene().await;
    let client = scene.client_by(&["Corp"]).await;
    scene.server.user(&scene.pool, "Corp_24400320", PASSWORD).await;
    let led = scene.browser().signs_in(&scene, &client, json!({})).await;
    assert_eq!(told(&led).1, "User already exists with a different identity.");
    assert_eq!(scene.got("Corp_24400320").await["UserStatus"], "CONFIRMED");
    // Nor by somebody whose name differs from another's in capitals alone, where those are one name.
    let small = scene_with(
        json!({ "UsernameConfiguration": { "CaseSensitive": false } }),
        json!({}),
    )
    .await;
    let client = small.client_by(&["Corp"]).await;
    code_in(
        &small
            .browser()
            .signs_in(&small, &client, json!({ "sub": "abC" }))
            .await,
    );
    let led = small
        .browser()
        .signs_in(&small, &client, json!({ "sub": "aBc" }))
        .await;
    assert_eq!(told(&led).1, "User already exists with a different identity.");
    assert_eq!(small.usernames().await, ["corp_abc", "mara"]);
    // Where they are two names, they are two users.
    let client = scene.client_by(&["Corp"]).await;
    for sub in ["abC", "aBc"] {
        code_in(
            &scene
                .browser()
                .signs_in(&scene, &client, json!({ "sub": sub }))
                .await,
        );
    }
    assert_eq!(
        scene.usernames().await,
        ["Corp_24400320", "Corp_aBc", "Corp_abC", "mara"]
    );
}

#[tokio::test]
async fn o_35_a_subject_that_no_name_can_be_made_of_makes_nobody() {
    let scene = scene().await;
    let client = scene.client_by(&["Corp"]).await;
    for sub in ["a b", "a\u{0}", "\u{202e}cba", "a\u{200b}", &"a".repeat(2048)] {
        let led = scene
            .browser()
            .signs_in(&scene, &client, json!({ "sub": sub }))
            .await;
        let why = "Invalid user attributes: username: The identity provider's name for the user cannot be one here.";
        assert_refused(&scene, &led, why).await;
    }
}

#[tokio::test]
async fn a_provider_made_under_the_name_of_a_deleted_one_has_none_of_its_users() {
    let scene = scene().await;
    let client = scene.client_by(&["COGNITO", "Corp"]).await;
    let mut browser = scene.browser();
    let led = browser.signs_in(&scene, &client, json!({})).await;
    let code = code_in(&led);
    let named = json!({ "UserPoolId": scene.pool, "ProviderName": "Corp" });
    scene
        .server
        .call("DeleteIdentityProvider", named.clone())
        .await
        .ok();
    // Neither the code nor the session of before is worth anything.
    let refused = redeemed(&mut browser, &client, &code).await;
    assert_eq!(refused["error"], "invalid_grant", "{}", refused.text);
    scene.provider(corp(json!({}))).await;
    let listed = client_by(
        &["COGNITO", "Corp"],
        json!({ "UserPoolId": scene.pool, "ClientId": client }),
    );
    scene.server.call("UpdateUserPoolClient", listed).await.ok();
    let led = browser.get(&asked(&client, "&prompt=none")).await;
    assert_eq!(told(&led).0, "login_required");
    let led = scene.browser().signs_in(&scene, &client, json!({})).await;
    assert_eq!(told(&led).1, "User already exists with a different identity.");
}

#[tokio::test]
async fn o_11_what_a_provider_calls_itself_and_says_is_text() {
    let scene = scene().await;
    let mean = "<b>\"'&";
    scene
        .provider(corp(json!({ "ProviderName": mean, "IdpIdentifiers": [] })))
        .await;
    let client = scene.client_by(&["COGNITO", "Corp", mean]).await;
    let page = scene.browser().visit(&asked(&client, "")).await;
    assert!(!page.text.contains("<b>"), "{}", page.text);
    let link = page
        .text
        .split("href=\"")
        .last()
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let left = scene
        .browser()
        .get(&link.replace("&#38;", "&").replace("&amp;", "&"))
        .await;
    assert!(
        left.header("location").starts_with("https://idp.example/auth?"),
        "{link}: {}",
        left.header("location")
    );
    let mut browser = scene.browser();
    let left = browser.leaves(&client, "&identity_provider=Corp").await;
    let led = browser
        .get(&format!(
            "/d/acme/oauth2/idpresponse?state={}&error=x&error_description=%0d%0aSet-Cookie:%20a%3Db%3Cscript%3E%22",
            left["state"]
        ))
        .await;
    assert_eq!(told(&led).1, "??Set-Cookie: a=b<script>?");
    assert_eq!(led.header("set-cookie"), "");
}

#[tokio::test]
async fn o_37_a_discovery_document_of_somebody_else_is_not_believed() {
    let scene = scene().await;
    let client = scene.client_by(&["Corp"]).await;
    let mut other: Value = discovery();
    other["issuer"] = json!("https://idp.example.evil.example");
    scene.server.outside().document(super::DISCOVERY, &other);
    let led = scene.browser().get(&asked(&client, "")).await;
    assert_refused(
        &scene,
        &led,
        "Corp Error - the discovery document is not the issuer's",
    )
    .await;
    for (member, url) in [
        ("authorization_endpoint", "http://idp.example/auth"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("token_endpoint", "http://127.0.0.1/token"),
        ("token_endpoint", "file:///etc/passwd"),
    ] {
        let mut other = discovery();
        other[member] = json!(url);
        scene.server.outside().document(super::DISCOVERY, &other);
        let led = scene.browser().get(&asked(&client, "")).await;
        assert_refused(&scene, &led, "Corp Error - an endpoint is missing").await;
        // Documents are kept for ten minutes.
        scene.server.clock().advance_seconds(600);
    }
}
