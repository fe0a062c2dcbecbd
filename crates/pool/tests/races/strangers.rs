//! What a client of strangers is given, or registers, holds at the commit that says so.

#![expect(clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeMap;

use poolhouse_api::Operation;
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::oauth::door::{self, Browser, Entered};
use poolhouse_pool::oauth::steps::{self, Brought, Operations, Taken};
use poolhouse_pool::oauth::{Denied, Form, Site, authorize, client_documents, register, site};
use poolhouse_pool::request::Ctx;
use poolhouse_pool::testing::TestPool;
use poolhouse_store::BoxFuture;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{PASSWORD, Scene};

const HERE: &str = "http://127.0.0.1:33418/cb";

/// No step here asks for any.
struct Nothing;

impl Operations for Nothing {
    fn call<'a>(&'a self, _: &'a Ctx, _: Operation, _: Value) -> BoxFuture<'a, Result<Value, ApiError>> {
        Box::pin(async { Err(ApiError::too_many_requests()) })
    }
}

/// A pool in which everybody may register a client.
async fn open() -> Scene {
    let scene = Scene::of(
        json!({ "DcrConfiguration": { "OpenDcrEnabled": true } }),
        json!({}),
    )
    .await;
    scene
        .call("CreateUserPoolDomain", json!({ "Domain": "acme" }))
        .await
        .ok();
    scene
}

async fn site_of(ctx: &Ctx) -> Site {
    site::find(ctx, None, "/d/acme/login").await.unwrap().unwrap().0
}

async fn registers(server: &TestPool) -> Result<Value, Denied> {
    let ctx = server.ctx();
    let body = json!({ "redirect_uris": [HERE] }).to_string();
    register::run(&ctx, &site_of(&ctx).await, &[], body.as_bytes()).await
}

async fn take(server: &TestPool, (handle, browser): (&str, &Browser), fields: &[(&str, &str)]) -> Taken {
    let ctx = server.ctx();
    let fields = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let fields: BTreeMap<String, String> = fields.collect();
    let brought = Brought {
        cookies: browser,
        takes_passkeys: false,
    };
    steps::take(&ctx, &site_of(&ctx).await, handle, brought, (&fields, &Nothing))
        .await
        .unwrap()
}

/// Mara, signed in and asked whether a client that has registered itself may come in.
async fn asked(scene: &Scene) -> (String, String, Browser) {
    let made = registers(&scene.server).await.unwrap();
    let client = made["client_id"].as_str().unwrap().to_owned();
    let request = format!(
        "client_id={client}&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A33418%2Fcb&scope=openid\
         &code_challenge_method=S256&code_challenge=ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA"
    );
    let ctx = scene.server.ctx();
    let site = site_of(&ctx).await;
    let form = Form::read(request.as_bytes()).unwrap();
    let authorization = authorize::check(&ctx, &site, &form).await.unwrap();
    let entered = door::enter(&ctx, &site, &authorization, &Browser::default())
        .await
        .unwrap();
    let Entered::Page { transaction, name } = entered else {
        panic!("a page is due");
    };
    let browser = Browser { name, session: None };
    let fields = [("seq", "0"), ("username", "mara"), ("password", PASSWORD)];
    let Taken::Ended(granted) = take(&scene.server, (&*transaction, &browser), &fields).await else {
        panic!("she is signed in");
    };
    assert_eq!(granted.location, None, "and gives nothing away yet");
    let session = Some(granted.session);
    (client, transaction, Browser { session, ..browser })
}

#[tokio::test]
async fn a_consent_is_given_by_nobody_to_nobody_who_is_gone_at_that_moment() {
    for operation in ["AdminDeleteUser", "DeleteUserPoolClient"] {
        let scene = open().await;
        let (client, handle, browser) = asked(&scene).await;
        let body = match operation {
            "AdminDeleteUser" => json!({ "UserPoolId": scene.pool, "Username": "mara" }),
            _ => json!({ "UserPoolId": scene.pool, "ClientId": client }),
        };
        scene.before(&scene.at("user/"), move |rival| async move {
            assert_eq!(rival.call(operation, body).await.status, 200);
        });
        let fields = [("seq", "1"), ("action", "allow")];
        let taken = take(&scene.server, (&*handle, &browser), &fields).await;
        assert_eq!((operation, taken), (operation, Taken::Next(None)));
        for kind in ["/consent/", "/authorization-code/"] {
            assert_eq!(
                (operation, scene.keys(kind).await.len()),
                (operation, 0),
                "{kind}"
            );
        }
    }
}

#[tokio::test]
async fn a_yes_leaves_one_consent_and_one_code_however_often_it_is_sent() {
    let scene = open().await;
    let (_, handle, browser) = asked(&scene).await;
    let mut all = JoinSet::new();
    let server = std::sync::Arc::new(scene);
    for _ in 0..8 {
        let (server, handle, browser) = (server.clone(), handle.clone(), browser.clone());
        all.spawn(async move {
            let fields = [("seq", "1"), ("action", "allow")];
            take(&server.server, (&*handle, &browser), &fields).await
        });
    }
    let taken = all.join_all().await;
    let given = taken.iter().filter(|taken| matches!(taken, Taken::Ended(_)));
    assert!(given.count() >= 1, "{taken:?}");
    for kind in ["/consent/", "/authorization-code/"] {
        assert_eq!(server.keys(kind).await.len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn of_two_who_register_at_the_last_place_one_comes_in() {
    let scene = open().await;
    let server = &scene.server;
    // All places but one of an hour's of the pool; ten come from one address, so the count is written.
    let key = format!("p/{}/registrations", scene.pool);
    let began = server.app().platform.now().0;
    let body = json!({ "began": began, "count": 99 }).to_string();
    let batch = poolhouse_store::Batch::new().put(key, poolhouse_store::Expect::Any, body);
    server.app().platform.commit(batch).await.unwrap();
    scene.before(&scene.at("registrations"), |rival| async move {
        registers(&rival).await.unwrap();
    });
    let late = registers(server).await.unwrap_err();
    assert_eq!((late.status, late.error), (429, "invalid_client_metadata"));
    assert_eq!(
        scene.keys("/client/").await.len(),
        2,
        "the scene's own, and the one that was first"
    );
}

#[tokio::test]
async fn no_document_is_kept_for_a_policy_that_is_deleted_at_that_moment() {
    let scene = Scene::new().await;
    let policy =
        json!({ "ClientId": scene.client, "PolicyName": "Tools", "URLPatterns": ["https://tool.example/*"] });
    let made = scene.call("CreateCIMDPolicy", policy).await.ok();
    let id = made["CIMDPolicy"]["CIMDPolicyId"].clone();
    let url = "https://tool.example/client";
    let document = json!({ "client_id": url, "redirect_uris": ["https://tool.example/cb"] });
    scene.server.outside().document(url, &document);
    scene.first(
        "client-document/",
        "DeleteCIMDPolicy",
        json!({ "CIMDPolicyId": id }),
    );
    let found = client_documents::find(&scene.server.ctx(), &scene.pool, url)
        .await
        .unwrap();
    assert!(found.is_none());
    assert_eq!(scene.keys("/client-document/").await.len(), 0);
}
