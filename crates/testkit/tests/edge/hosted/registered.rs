//! Clients that register themselves.

use poolhouse_testkit::TestServer;
use serde_json::{Value, json};

use super::strangers::{
    HERE, MCP, asked, at_consent, claims, code_at, open, program, redeemed, tokens, told,
};
use super::{PASSWORD, Scene, encoded, hosted};

#[tokio::test]
async fn a_client_that_registers_itself_signs_people_in_whom_it_was_allowed_to() {
    let scene = Scene::open().await;
    let answer = scene.register_as(&program(), None).await;
    let made = answer.body.clone();
    assert_eq!(answer.status, 201);
    assert!(answer.header("cache-control").contains("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let client = made["client_id"].as_str().unwrap();
    assert_eq!(
        made,
        json!({
            "client_id": client,
            "client_id_issued_at": 1_767_323_045,
            "redirect_uris": [HERE],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "client_name": "Notes for the terminal",
            "scope": "openid email phone profile https://mcp.example/read",
        })
    );
    // It listens where a port is free.
    let here = "http://127.0.0.1:50123/cb";
    let mut browser = scene.browser();
    let scope = "&scope=openid%20https%3A%2F%2Fmcp.example%2Fread";
    let page = at_consent(&mut browser, &asked(client, here, scope)).await;
    for words in [
        "Let “Notes for the terminal” in?",
        "You are signed in as mara.",
        "Nobody has checked its name.",
        "know who you are",
        "Read your notes (https://mcp.example/read)",
        "At https://mcp.example/mcp",
        "a program on this computer",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let led = browser.submit(&page, &[("action", "allow")]).await;
    let given = redeemed(&mut browser, client, here, &code_at(&led, here))
        .await
        .ok();
    let access = claims(&given["access_token"]);
    assert_eq!(access["aud"], MCP);
    assert_eq!(access["scope"], "openid https://mcp.example/read");
    assert_eq!(access["client_id"], client);
    // Refresh tokens of a client without a secret are exchanged at each use.
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", client),
        ("refresh_token", given["refresh_token"].as_str().unwrap()),
    ];
    let again = tokens(&mut browser, &refresh).await.ok();
    assert_ne!(again["refresh_token"], given["refresh_token"]);
    assert_eq!(claims(&again["access_token"])["aud"], MCP);
    let listed = json!({ "UserPoolId": scene.pool, "ClientType": "DCR" });
    let listed = scene.server.call("ListUserPoolClients", listed).await.ok();
    assert_eq!(listed["UserPoolClients"][0]["ClientId"], client);
    let regular = json!({ "UserPoolId": scene.pool, "ClientType": "REGULAR" });
    let regular = scene.server.call("ListUserPoolClients", regular).await.ok();
    assert_eq!(regular["UserPoolClients"], json!([]));
}

#[tokio::test]
async fn a_client_that_has_registered_itself_takes_nobodys_password_by_the_api() {
    let scene = Scene::open().await;
    let client = scene.registered().await;
    for flow in ["USER_PASSWORD_AUTH", "USER_SRP_AUTH", "CUSTOM_AUTH", "USER_AUTH"] {
        let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD, "SRP_A": "ab" });
        let body = json!({ "ClientId": client, "AuthFlow": flow, "AuthParameters": parameters });
        let answer = scene.server.call("InitiateAuth", body).await;
        assert_eq!(answer.status, 400, "{flow}: {}", answer.text);
        assert!(answer.text.contains("not enabled for"), "{flow}: {}", answer.text);
    }
    let secret = json!({ "UserPoolId": scene.pool, "ClientId": client });
    scene
        .server
        .call("AddUserPoolClientSecret", secret)
        .await
        .assert_error(
            "InvalidParameterException",
            "The secrets of an app client that has registered itself cannot be changed.",
        );
}

#[tokio::test]
async fn nobody_registers_where_that_is_off_and_discovery_says_where_it_is_on() {
    let scene = Scene::with_passwords().await;
    let answer = scene.register_as(&program(), None).await;
    assert_eq!(answer.status, 404, "{}", answer.text);
    let document = |scene: &Scene| format!("/{}/.well-known/openid-configuration", scene.pool);
    let mut browser = scene.browser();
    let found = browser.get(&document(&scene)).await.ok();
    assert_eq!(found.get("registration_endpoint"), None);
    assert_eq!(found.get("client_id_metadata_document_supported"), None);

    let scene = Scene::with_strangers(json!({})).await;
    let answer = scene.register_as(&program(), None).await;
    assert_eq!(answer.status, 403, "only by a token: {}", answer.text);
    scene.with_tool(json!({})).await;
    let mut browser = scene.browser();
    let found = browser.get(&document(&scene)).await.ok();
    assert_eq!(
        found["registration_endpoint"],
        "http://127.0.0.1:9229/d/acme/oauth2/register"
    );
    assert_eq!(found["client_id_metadata_document_supported"], true);
}

#[tokio::test]
async fn whoever_has_a_token_for_it_registers_machines_too_and_nobody_else_does() {
    let scene = Scene::with_strangers(json!({ "AllowedScopes": ["https://mcp.example/read"] })).await;
    let members = json!({
        "GenerateSecret": true,
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["aws.cognito/dcr/register", "https://mcp.example/write"],
        "CallbackURLs": null,
    });
    let registrar = scene.server.client_with(&scene.pool, hosted(members)).await;
    let mut browser = scene.browser();
    let mut token = async |client: &Value, scope: &str| {
        let parameters = [
            ("grant_type", "client_credentials"),
            ("client_id", client["client_id"].as_str().unwrap()),
            ("client_secret", client["client_secret"].as_str().unwrap()),
            ("scope", scope),
        ];
        tokens(&mut browser, &parameters).await
    };
    let registrar = json!({ "client_id": registrar["ClientId"], "client_secret": registrar["ClientSecret"] });
    let good = token(&registrar, "aws.cognito/dcr/register").await.ok()["access_token"].clone();
    let machine = json!({ "grant_types": ["client_credentials"], "scope": "https://mcp.example/read" });
    let made = scene.register_as(&machine, good.as_str()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.body;
    assert_eq!(made["client_secret_expires_at"], 0);
    let own = token(&made, "https://mcp.example/read").await.ok();
    assert_eq!(claims(&own["access_token"])["scope"], "https://mcp.example/read");
    // O-27: what has registered itself brings in nobody.
    assert_eq!(token(&made, "aws.cognito/dcr/register").await.status, 400);
    let escalating = json!({ "grant_types": ["client_credentials"], "scope": "aws.cognito/dcr/register" });
    assert_eq!(scene.register_as(&escalating, good.as_str()).await.status, 400);
    let other = token(&registrar, "https://mcp.example/write").await.ok()["access_token"].clone();
    for bad in [
        other.as_str().unwrap(),
        own["access_token"].as_str().unwrap(),
        "x",
        "",
    ] {
        let answer = scene.register_as(&machine, Some(bad)).await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (401, Some("invalid_token")),
            "{bad}"
        );
    }
    // And once the client is gone, its token is.
    let gone = json!({ "UserPoolId": scene.pool, "ClientId": registrar["client_id"] });
    scene.server.call("DeleteUserPoolClient", gone).await;
    assert_eq!(scene.register_as(&machine, good.as_str()).await.status, 401);
}

#[tokio::test]
async fn o_39_a_flood_of_registrations_comes_to_an_end() {
    let server = TestServer::with(|settings| settings.hosted.registration.per_hour = 10).await;
    let scene = Scene::with_strangers_on(server, open()).await;
    for number in 0..10 {
        let answer = scene.register_as(&program(), None).await;
        assert_eq!(answer.status, 201, "{number}: {}", answer.text);
    }
    for _ in 0..30 {
        let answer = scene.register_as(&program(), None).await;
        assert_eq!(answer.status, 429, "{}", answer.text);
        assert_eq!(answer.header("retry-after"), "3600");
    }
    // An hour later there may be as many again, up to what a pool has at most.
    scene.server.clock().advance_seconds(3600);
    assert_eq!(scene.register_as(&program(), None).await.status, 201);
}

#[tokio::test]
async fn o_39_a_pool_has_so_many_strangers_and_they_go_again_if_nobody_uses_them() {
    let server = TestServer::with(|settings| {
        settings.hosted.registration.per_hour = 1_000;
        settings.hosted.registration.clients = 5;
    })
    .await;
    let scene = Scene::with_strangers_on(server, open()).await;
    let used = scene.registered().await;
    let unused = scene.registered().await;
    for _ in 0..3 {
        scene.registered().await;
    }
    assert_eq!(scene.register_as(&program(), None).await.status, 429);
    // They keep nobody of the operator's out.
    scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = at_consent(&mut browser, &asked(&used, HERE, "&scope=openid")).await;
    let led = browser.submit(&page, &[("action", "allow")]).await;
    redeemed(&mut browser, &used, HERE, &code_at(&led, HERE))
        .await
        .ok();
    scene.server.clock().advance_seconds(7 * 24 * 3600);
    scene.registered().await;
    scene.server.clock().advance_seconds(3601);
    scene.server.sweep().await;
    let describe = async |client: &str| {
        let asked = json!({ "UserPoolId": scene.pool, "ClientId": client });
        scene.server.call("DescribeUserPoolClient", asked).await.status
    };
    assert_eq!((describe(&used).await, describe(&unused).await), (200, 400));
    let gone = browser.get(&asked(&unused, HERE, "&scope=openid")).await;
    assert!(
        gone.header("location").contains("error=invalid_client"),
        "{}",
        gone.header("location")
    );
}

#[tokio::test]
async fn o_27_o_39_a_stranger_asks_for_no_more_than_it_may_have() {
    let scene = Scene::open().await;
    let client = scene.registered().await;
    let mut browser = scene.browser();
    for scope in [
        "openid https://mcp.example/write",
        "aws.cognito.signin.user.admin",
        "aws.cognito/dcr/register",
        "offline_access",
        "email",
    ] {
        let request = asked(&client, HERE, &format!("&scope={}", encoded(scope)));
        assert_eq!(told(&mut browser, &request).await, "invalid_scope", "{scope}");
    }
    let wide = json!({ "redirect_uris": [HERE], "scope": "openid https://mcp.example/write" });
    let answer = scene.register_as(&wide, None).await;
    assert_eq!(
        (answer.status, answer.body["error"].as_str()),
        (400, Some("invalid_client_metadata"))
    );
    // No tokens behind a fragment, and no code without a challenge, whatever the server asks of others.
    let implicit = asked(&client, HERE, "").replace("response_type=code", "response_type=token");
    assert_eq!(told(&mut browser, &implicit).await, "unauthorized_client");
    let bare = asked(&client, HERE, "");
    let bare = bare.split("&code_challenge").next().unwrap();
    assert_eq!(told(&mut browser, bare).await, "invalid_request");
}

#[tokio::test]
async fn o_01_a_link_to_this_server_leads_nobody_to_a_stranger_who_has_not_let_it_in() {
    let scene = Scene::open().await;
    let evil = json!({ "redirect_uris": ["https://evil.example/cb"] });
    let made = scene.register_as(&evil, None).await.body;
    let client = made["client_id"].as_str().unwrap();
    let ours = scene.client(json!({})).await;
    let mut browser = scene.browser();
    for (more, error) in [
        ("&scope=nonsense", "invalid_scope"),
        ("&scope=openid&prompt=none", "login_required"),
        ("&scope=openid&prompt=none%20login", "invalid_request"),
        ("&scope=openid&max_age=x", "invalid_request"),
        ("&scope=openid&request=x", "request_not_supported"),
    ] {
        let request = asked(client, "https://evil.example/cb", more);
        assert_eq!(told(&mut browser, &request).await, error, "{more}");
    }
    // Nor when somebody is signed in. What the operator's own clients are told, they are told.
    let page = browser.visit(&super::asked(&ours, "")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    super::code_in(&led);
    let request = asked(client, "https://evil.example/cb", "&scope=openid&prompt=none");
    assert_eq!(told(&mut browser, &request).await, "consent_required");
    let led = browser.get(&super::asked(&ours, "&prompt=none&max_age=0")).await;
    assert!(led.header("location").contains("error=login_required"));
}
