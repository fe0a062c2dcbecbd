//! Authorization codes that are redeemed at the same moment, and users who lose their right to tokens meanwhile.

use std::sync::Arc;

use poolhouse_pool::oauth::{self, Form, Site};
use poolhouse_pool::records::{Authorization, BrowserSession, Granting, RecordBatch, UserRecord, load};
use poolhouse_pool::testing::TestPool;
use poolhouse_store::{Batch, Expect};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{PARALLEL, Scene, request};

const CALLBACK: &str = "https://app.example/cb";

async fn scene() -> Scene {
    let client = json!({
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": [CALLBACK],
    });
    let scene = Scene::of(json!({}), client).await;
    scene
        .call("CreateUserPoolDomain", json!({ "Domain": "acme" }))
        .await
        .ok();
    scene
}

async fn site(server: &TestPool) -> Site {
    let found = oauth::site::find(&request(server), None, "/d/acme/").await;
    found.unwrap().unwrap().0
}

async fn code(scene: &Scene) -> String {
    code_of(scene, None).await
}

/// A code that a session of a browser gave, if it is one.
async fn code_of(scene: &Scene, session: Option<&str>) -> String {
    let ctx = request(&scene.server);
    let body = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    let user = scene.server.call("AdminGetUser", body).await.ok();
    let mut attributes = user["UserAttributes"].as_array().unwrap().iter();
    let sub = attributes.find(|attribute| attribute["Name"] == "sub").unwrap();
    let sub = sub["Value"].as_str().unwrap().to_owned();
    let user = load(ctx.platform(), &UserRecord::key(&scene.pool, &sub))
        .await
        .unwrap()
        .unwrap();
    let authorization = Authorization {
        client_id: scene.client.clone(),
        redirect_uri: CALLBACK.to_owned(),
        scopes: vec!["openid".to_owned()],
        ..Authorization::default()
    };
    let granting = Granting {
        sub,
        epoch: user.value.epoch,
        auth_time: ctx.now,
        passes_door: true,
        browser_session: session.map(str::to_owned),
        ..Granting::default()
    };
    let site = site(&scene.server).await;
    let (code, batch) = oauth::code::mint(&ctx, &site, &authorization, &granting);
    ctx.platform().commit(batch).await.unwrap();
    code
}

fn form(scene: &Scene, code: &str) -> Form {
    let client = &scene.client;
    let text = format!(
        "grant_type=authorization_code&client_id={client}&code={code}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
    );
    Form::read(text.as_bytes()).unwrap()
}

#[tokio::test]
async fn of_64_who_redeem_a_code_at_the_same_moment_one_gets_tokens() {
    let scene = scene().await;
    let code = code(&scene).await;
    scene.together("authorization-code/", PARALLEL);
    let mut tasks = JoinSet::new();
    for _ in 0..PARALLEL {
        let (ctx, form) = (request(&scene.server), form(&scene, &code));
        let site = site(&scene.server).await;
        tasks.spawn(async move { oauth::token::run(&ctx, &site, &[], &form).await });
    }
    let mut given = Vec::new();
    for answer in tasks.join_all().await {
        match answer {
            Ok(tokens) => given.push(tokens),
            Err(denied) => assert_eq!(denied.error, "invalid_grant"),
        }
    }
    assert_eq!(given.len(), 1);
    assert_eq!(scene.keys("/refresh/").await.len(), 1);
    let bearer = format!("Bearer {}", given[0]["access_token"].as_str().unwrap());
    let ctx = request(&scene.server);
    let site = site(&scene.server).await;
    oauth::userinfo::run(&ctx, &site, &[&bearer], None).await.unwrap();
}

#[tokio::test]
async fn a_code_gives_nothing_if_its_user_is_kept_out_at_that_moment() {
    let password = json!({ "Password": "Battery-Staple-1", "Permanent": true });
    for (operation, members) in [
        ("AdminDisableUser", json!({})),
        ("AdminDeleteUser", json!({})),
        ("AdminUserGlobalSignOut", json!({})),
        ("AdminSetUserPassword", password),
    ] {
        let scene = scene().await;
        let code = code(&scene).await;
        scene.first_on_mara("authorization-code/", operation, members);
        let site = site(&scene.server).await;
        let denied = oauth::token::run(&request(&scene.server), &site, &[], &form(&scene, &code)).await;
        assert_eq!(denied.unwrap_err().error, "invalid_grant", "{operation}");
        assert!(scene.keys("/refresh/").await.is_empty(), "{operation}");
    }
}

#[tokio::test]
async fn a_code_gives_nothing_if_its_browser_is_signed_out_at_that_moment() {
    let scene = scene().await;
    let session = BrowserSession {
        epoch: 0,
        auth_time: scene.server.app().platform.now(),
        had_code: true,
        proven: Vec::new(),
        event_id: "e".to_owned(),
        provider: None,
        at_provider: None,
        ends: scene.server.app().platform.now().plus_seconds(3600),
        first: None,
        client_id: None,
        device: None,
        address: None,
        replaces: None,
        is_replaced: false,
    };
    let key = BrowserSession::key(&scene.pool, "mara", "digest");
    let begun = Batch::new().create(key.clone(), &session);
    scene.server.app().platform.commit(begun).await.unwrap();
    let code = code_of(&scene, Some(key.as_str())).await;
    scene.before(&scene.at("authorization-code/"), move |rival| async move {
        let left = Batch::new().delete(key, Expect::Any);
        rival.app().platform.commit(left).await.unwrap();
    });
    let site = site(&scene.server).await;
    let denied = oauth::token::run(&request(&scene.server), &site, &[], &form(&scene, &code)).await;
    assert_eq!(denied.unwrap_err().error, "invalid_grant");
    assert!(scene.keys("/refresh/").await.is_empty());
}

#[tokio::test]
async fn a_code_gives_tokens_if_an_attribute_changes_at_that_moment() {
    let scene = scene().await;
    let code = code(&scene).await;
    let name = json!({ "UserAttributes": [{ "Name": "name", "Value": "Mara" }] });
    scene.first_on_mara("authorization-code/", "AdminUpdateUserAttributes", name);
    let site = site(&scene.server).await;
    let tokens = oauth::token::run(&request(&scene.server), &site, &[], &form(&scene, &code)).await;
    assert!(tokens.unwrap()["refresh_token"].is_string());
}

#[tokio::test]
async fn a_code_of_before_a_restore_is_unknown_after_it() {
    let scene = scene().await;
    let code = code(&scene).await;
    let platform = &scene.server.app().platform;
    let mark = poolhouse_pool::base::restore::Mark {
        text: "mark".to_owned(),
        from: platform.now(),
    };
    let restored = platform
        .clone()
        .with_restores(poolhouse_pool::base::restore::Restores::new(Some(mark)));
    let mut app = (**scene.server.app()).clone();
    app.platform = restored;
    let ctx = poolhouse_pool::request::Ctx::new(
        Arc::new(app),
        "00000000-0000-4000-8000-000000000000".to_owned(),
        scene.server.app().platform.now(),
        poolhouse_pool::request::Asker::default(),
    );
    let site = site(&scene.server).await;
    let denied = oauth::token::run(&ctx, &site, &[], &form(&scene, &code)).await;
    assert_eq!(denied.unwrap_err().error, "invalid_grant");
}
