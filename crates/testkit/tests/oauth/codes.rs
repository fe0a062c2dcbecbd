//! Authorization codes: one use, by the client they were made for, while the user may sign in.

use std::sync::Arc;

use poolhouse_pool::testing::TestStore;
use poolhouse_store::Scan;
use poolhouse_testkit::TestServer;
use poolhouse_text::percent;
use serde_json::json;

use crate::{CALLBACK, CHALLENGE, Scene, VERIFIER, assert_denied, basic, claims};

#[tokio::test]
async fn oidcc_server_a_code_gives_three_tokens_and_nothing_else() {
    let scene = Scene::new().await;
    let code = scene.code().await;
    assert_eq!(code.len(), 43);
    let answer = scene.token(&scene.redeeming(&code)).await;
    assert_eq!(answer.header("content-type"), "application/json;charset=UTF-8");
    assert_eq!(
        answer.header("cache-control"),
        "no-cache, no-store, max-age=0, must-revalidate"
    );
    assert_eq!(answer.header("pragma"), "no-cache");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("x-amz-cognito-request-id").len(), 36);
    let tokens = answer.ok();
    let members: Vec<&String> = tokens.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "id_token",
            "access_token",
            "refresh_token",
            "expires_in",
            "token_type"
        ]
    );
    assert_eq!(
        (&tokens["expires_in"], &tokens["token_type"]),
        (&json!(3600), &json!("Bearer"))
    );
}

#[tokio::test]
async fn oidcc_codereuse_a_second_use_at_once_is_refused_and_ends_nothing() {
    let scene = Scene::new().await;
    let code = scene.code().await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    scene.server.clock().advance_seconds(2);
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
    scene.user_info(&tokens["access_token"]).await.ok();
}

#[tokio::test]
async fn oidcc_codereuse_30seconds_a_late_second_use_ends_what_the_first_gave() {
    let scene = Scene::new().await;
    let code = scene.code().await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    scene.server.clock().advance_seconds(30);
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
    assert_eq!(scene.user_info(&tokens["access_token"]).await.status, 401);
    let refresh = format!(
        "grant_type=refresh_token&refresh_token={}",
        tokens["refresh_token"].as_str().unwrap()
    );
    assert_denied(&scene.token(&refresh).await, 400, "invalid_grant");
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_late_second_use_stands_in_the_users_history() {
    let scene = Scene::new().await;
    let code = scene.code().await;
    scene.token(&scene.redeeming(&code)).await.ok();
    let history = format!("p/{}/audit-of/{}/", scene.pool, scene.sub);
    let entries = async || {
        scene
            .server
            .store()
            .scan(Scan::prefix(&history, 100))
            .await
            .unwrap()
            .len()
    };
    let before = entries().await;
    scene.server.clock().advance_seconds(3);
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
    assert_eq!(entries().await, before + 1);
    let log = format!("p/{}/audit/", scene.pool);
    let log = scene.server.store().scan(Scan::prefix(&log, 100)).await.unwrap();
    let told: String = log.iter().map(|row| row.body.as_str()).collect();
    assert!(told.contains("oauth2/token authorization_code"), "{told}");
    assert!(!told.contains("GetTokensFromRefreshToken"), "{told}");
}

#[tokio::test]
async fn what_is_left_of_a_code_is_swept_in_its_time() {
    let scene = Scene::new().await;
    let code = scene.code().await;
    let codes = format!("p/{}/authorization-code/", scene.pool);
    let rows = async || {
        scene
            .server
            .store()
            .scan(Scan::prefix(&codes, 100))
            .await
            .unwrap()
            .len()
    };
    scene.code().await;
    scene.token(&scene.redeeming(&code)).await.ok();
    assert_eq!(rows().await, 2);
    for (seconds, left) in [(3600, 2), (300, 1), (3599 - 300, 1), (2, 0)] {
        scene.server.clock().advance_seconds(seconds);
        scene.server.sweep().await;
        assert_eq!(rows().await, left, "{seconds}");
    }
}

#[tokio::test]
async fn a_late_second_use_ends_nothing_where_that_is_switched_off() {
    let scene = Scene::with(|settings| settings.hosted.code_reuse_revokes = false).await;
    let code = scene.code().await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    scene.server.clock().advance_seconds(30);
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
    scene.user_info(&tokens["access_token"]).await.ok();
}

#[tokio::test]
async fn a_code_is_good_to_the_second_before_it_ends() {
    for (seconds, is_good) in [(299, true), (300, false), (301, false)] {
        let scene = Scene::new().await;
        let code = scene.code().await;
        scene.server.clock().advance_seconds(seconds);
        let answer = scene.token(&scene.redeeming(&code)).await;
        assert_eq!(answer.status == 200, is_good, "{seconds}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_code_that_comes_with_something_wrong_is_used_up() {
    let scene = Scene::new().await;
    let (other, secret) = scene.other_client(json!({})).await;
    let others = basic(&other, &secret);
    let callback = percent::encode(CALLBACK);
    let form = |code: &str, rest: &str| {
        format!("grant_type=authorization_code&code={code}&redirect_uri={callback}{rest}")
    };
    let long = "a".repeat(129);
    let wrong = [
        String::new(),
        format!("&code_verifier={CHALLENGE}"),
        format!("&code_verifier={}", &VERIFIER[1..]),
        format!("&code_verifier={long}"),
        format!("&code_verifier={VERIFIER}%20"),
    ];
    for rest in wrong {
        let code = scene.code().await;
        assert_denied(&scene.token(&form(&code, &rest)).await, 400, "invalid_grant");
        assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
    }
    let code = scene.code().await;
    let answer = scene
        .post("/oauth2/token", Some(&others), &scene.redeeming(&code))
        .await;
    assert_denied(&answer, 400, "invalid_grant");
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
    let code = scene.code().await;
    let slash = scene
        .redeeming(&code)
        .replace(&callback, &format!("{callback}%2F"));
    let answer = scene.token(&slash).await;
    let expected = json!({ "error": "unauthorized_client", "error_description": "invalid_redirect" });
    assert_eq!((answer.status, &answer.body), (400, &expected));
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_verifier_that_nothing_was_sent_for_is_refused() {
    let scene = Scene::new().await;
    let query = scene.query("").replace(
        &format!("&code_challenge={CHALLENGE}&code_challenge_method=S256"),
        "",
    );
    let code = scene.code_with(&query, |_| {}).await;
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
    let code = scene.code_with(&query, |_| {}).await;
    let without = scene
        .redeeming(&code)
        .replace(&format!("&code_verifier={VERIFIER}"), "");
    scene.token(&without).await.ok();
}

#[tokio::test]
async fn a_code_of_another_pool_or_domain_is_unknown() {
    let scene = Scene::new().await;
    let custom = json!({
        "Domain": "login.acme.example",
        "UserPoolId": scene.pool,
        "CustomDomainConfig": { "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/c" },
    });
    scene.server.call("CreateUserPoolDomain", custom).await.ok();
    let code = scene.code().await;
    let request = axum::http::Request::post("/oauth2/token")
        .header("host", "login.acme.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", basic(&scene.client, &scene.secret))
        .body(bytes::Bytes::from(scene.redeeming(&code)));
    let answer = scene.server.raw(request.unwrap()).await;
    assert_denied(&answer, 400, "invalid_grant");
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");

    let other = scene.server.pool().await;
    let domain = json!({ "Domain": "other", "UserPoolId": other });
    scene.server.call("CreateUserPoolDomain", domain).await.ok();
    let code = scene.code().await;
    let request = axum::http::Request::post("/d/other/oauth2/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", basic(&scene.client, &scene.secret))
        .body(bytes::Bytes::from(scene.redeeming(&code)));
    let answer = scene.server.raw(request.unwrap()).await;
    assert_denied(&answer, 400, "invalid_client");
    scene.token(&scene.redeeming(&code)).await.ok();
}

#[tokio::test]
async fn a_code_of_a_user_who_may_not_sign_in_any_more_gives_nothing() {
    let password = json!({ "Password": "Battery-Staple-1", "Permanent": true });
    for (operation, members) in [
        ("AdminDisableUser", json!({})),
        ("AdminDeleteUser", json!({})),
        ("AdminUserGlobalSignOut", json!({})),
        ("AdminSetUserPassword", password),
    ] {
        let scene = Scene::new().await;
        let code = scene.code().await;
        scene.on_mara(operation, members).await;
        let answer = scene.token(&scene.redeeming(&code)).await;
        assert_eq!(
            (answer.status, &answer["error"]),
            (400, &json!("invalid_grant")),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn groups_and_attributes_are_those_of_the_moment_a_code_is_redeemed() {
    let scene = Scene::new().await;
    let code = scene.code().await;
    let group = json!({ "UserPoolId": scene.pool, "GroupName": "staff" });
    scene.server.call("CreateGroup", group).await.ok();
    scene
        .on_mara("AdminAddUserToGroup", json!({ "GroupName": "staff" }))
        .await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    for token in ["id_token", "access_token"] {
        assert_eq!(claims(&tokens[token])["cognito:groups"], json!(["staff"]));
    }
}

#[tokio::test]
async fn a_code_without_a_confirm_code_is_worth_nothing_where_the_pool_needs_one() {
    let scene = Scene::of(TestServer::new().await, json!({}), json!({})).await;
    let query = scene.query("");
    let code = scene
        .code_with(&query, |granting| granting.passes_door = false)
        .await;
    scene.token(&scene.redeeming(&code)).await.ok();
    let shut = scene
        .code_with(&query, |granting| granting.passes_door = false)
        .await;
    let passed = scene.code().await;
    scene.server.require_code(&scene.pool, None, true).await;
    assert_denied(&scene.token(&scene.redeeming(&shut)).await, 400, "invalid_grant");
    scene.token(&scene.redeeming(&passed)).await.ok();
}

#[tokio::test]
async fn a_client_that_may_not_read_what_its_scopes_stand_for_gets_nothing() {
    let scene = Scene::with_client(json!({ "ReadAttributes": ["email"] })).await;
    let code = scene.code().await;
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
}

#[tokio::test]
async fn what_is_no_code_is_an_invalid_grant_and_what_is_missing_an_invalid_request() {
    let scene = Scene::new().await;
    let callback = percent::encode(CALLBACK);
    for code in ["x", "..%2F..%2Fuser", "%00", &"A".repeat(43), &"A".repeat(5000)] {
        let form = format!("grant_type=authorization_code&code={code}&redirect_uri={callback}");
        assert_denied(&scene.token(&form).await, 400, "invalid_grant");
    }
    for form in [
        "grant_type=authorization_code".to_owned(),
        format!("grant_type=authorization_code&redirect_uri={callback}"),
        "grant_type=authorization_code&code=x".to_owned(),
        format!("grant_type=authorization_code&code=&redirect_uri={callback}"),
    ] {
        assert_denied(&scene.token(&form).await, 400, "invalid_request");
    }
}

#[tokio::test]
async fn a_code_is_redeemed_on_another_node_and_only_once_of_both() {
    let store = Arc::new(TestStore::new());
    let scene = Scene::of(
        TestServer::on(store.clone(), 7, |_| {}).await,
        json!({}),
        json!({}),
    )
    .await;
    let code = scene.code().await;
    let node = Scene {
        server: TestServer::on(store, 8, |_| {}).await,
        pool: scene.pool.clone(),
        client: scene.client.clone(),
        secret: scene.secret.clone(),
        sub: scene.sub.clone(),
    };
    node.token(&node.redeeming(&code)).await.ok();
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_session_is_listed_that_began_with_a_code() {
    let scene = Scene::new().await;
    let tracked = json!({
        "UserPoolId": scene.pool,
        "UserSessionTracking": "ENABLED",
        "TokenSession": { "MaxPerUser": 1 },
    });
    scene
        .server
        .call("SetUserPoolSessionConfiguration", tracked)
        .await
        .ok();
    let first = scene.tokens().await;
    scene.tokens().await;
    let body = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    let sessions = scene.server.call("AdminListUserSessions", body).await.ok();
    assert_eq!(
        sessions["Sessions"].as_array().map(Vec::len),
        Some(1),
        "{sessions}"
    );
    // Of one too many, the older ends.
    assert_eq!(scene.user_info(&first["access_token"]).await.status, 401);
}
