//! A sign-in on the pages ends in an authorization code only if what was proven is worth something at that moment.

use std::collections::BTreeMap;

use poolhouse_api::Operation;
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::oauth::door::{self, Browser, Entered};
use poolhouse_pool::oauth::steps::{self, Brought, Operations, Taken};
use poolhouse_pool::oauth::{Form, Site, authorize, site};
use poolhouse_pool::request::{Asker, Ctx};
use poolhouse_store::BoxFuture;
use serde_json::{Value, json};

use crate::{OTHER, PASSWORD, Scene};

/// No step here asks for any.
struct Nothing;

impl Operations for Nothing {
    fn call<'a>(&'a self, _: &'a Ctx, _: Operation, _: Value) -> BoxFuture<'a, Result<Value, ApiError>> {
        Box::pin(async { Err(ApiError::too_many_requests()) })
    }
}

fn ctx(scene: &Scene) -> Ctx {
    let app = scene.server.app().clone();
    let now = app.platform.now();
    Ctx::new(
        app,
        "00000000-0000-4000-8000-00000000a11c".to_owned(),
        now,
        Asker::default(),
    )
}

/// Mara at the code page, with the code that she was mailed: the site, the transaction's handle, her browser.
async fn challenged(scene: &Scene) -> (Site, String, Browser, String) {
    let domain = json!({ "UserPoolId": scene.pool, "Domain": "acme" });
    scene.server.call("CreateUserPoolDomain", domain).await.ok();
    challenged_again(scene).await
}

/// The same by another client.
async fn challenged_again(scene: &Scene) -> (Site, String, Browser, String) {
    let client = json!({
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": ["https://app.example/cb"],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    let client = scene.server.client_with(&scene.pool, client).await;
    let asked = format!(
        "client_id={}&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid&code_challenge_method=S256\
         &code_challenge=ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA",
        client["ClientId"].as_str().unwrap()
    );
    let ctx = ctx(scene);
    let (site, _) = site::find(&ctx, None, "/d/acme/login").await.unwrap().unwrap();
    let form = Form::read(asked.as_bytes()).unwrap();
    let authorization = authorize::check(&ctx, &site, &form).await.unwrap();
    let entered = door::enter(&ctx, &site, &authorization, &Browser::default())
        .await
        .unwrap();
    let (handle, name) = match entered {
        Entered::Page { transaction, name } => (transaction, name),
        Entered::Back(_) | Entered::Away { .. } | Entered::Refused(_) => (String::new(), None),
    };
    let browser = Browser { name, session: None };
    let taken = take(
        scene,
        (&site, &handle, &browser),
        &[("seq", "0"), ("username", "mara"), ("password", PASSWORD)],
    )
    .await;
    assert_eq!(taken, Taken::Next(Some("CUSTOM_CHALLENGE".to_owned())));
    scene.server.deliver_mail().await;
    let code = scene.server.code_to("mara@example.com").await;
    (site, handle, browser, code)
}

async fn take(
    scene: &Scene,
    (site, handle, browser): (&Site, &str, &Browser),
    fields: &[(&str, &str)],
) -> Taken {
    let fields = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let fields: BTreeMap<String, String> = fields.collect();
    let ctx = ctx(scene);
    let brought = Brought {
        cookies: browser,
        takes_passkeys: false,
    };
    steps::take(&ctx, site, handle, brought, (&fields, &Nothing))
        .await
        .unwrap()
}

#[tokio::test]
async fn no_right_code_on_a_page_outlives_a_change_at_the_moment_of_its_commit() {
    for (operation, members) in [
        ("AdminUserGlobalSignOut", json!({})),
        ("AdminDisableUser", json!({})),
        (
            "AdminSetUserPassword",
            json!({ "Password": OTHER, "Permanent": true }),
        ),
    ] {
        let scene = Scene::with_codes().await;
        let (site, handle, browser, code) = challenged(&scene).await;
        let mut request = members;
        request["UserPoolId"] = json!(scene.pool);
        request["Username"] = json!("mara");
        scene.before(&scene.at("user/"), move |rival| async move {
            rival.call(operation, request).await.ok();
        });
        let at = (&site, &*handle, &browser);
        let taken = take(&scene, at, &[("seq", "1"), ("code", &code)]).await;
        assert_eq!((operation, taken), (operation, Taken::Next(None)));
        for kind in ["/authorization-code/", "/browser/"] {
            assert_eq!(
                (operation, scene.keys(kind).await.len()),
                (operation, 0),
                "{kind}"
            );
        }
    }
}

#[tokio::test]
async fn a_right_code_on_a_page_leaves_one_code_for_the_client_and_one_session() {
    let scene = Scene::with_codes().await;
    let (site, handle, browser, code) = challenged(&scene).await;
    let taken = take(
        &scene,
        (&site, &handle, &browser),
        &[("seq", "1"), ("code", &code)],
    )
    .await;
    assert!(matches!(taken, Taken::Ended(_)), "{taken:?}");
    for kind in ["/authorization-code/", "/browser/"] {
        assert_eq!(scene.keys(kind).await.len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn a_client_that_loses_its_callback_at_the_moment_of_the_commit_gets_no_code() {
    let scene = Scene::with_codes().await;
    let (site, handle, browser, code) = challenged(&scene).await;
    let client = scene.keys("/client/").await;
    let is_hosted = |id: &&str| *id != scene.client;
    let ids = client.iter().filter_map(|key| key.rsplit('/').next());
    let id = ids.clone().find(is_hosted).unwrap().to_owned();
    let request = json!({
        "UserPoolId": scene.pool,
        "ClientId": id,
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": ["https://app.example/elsewhere"],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.call("UpdateUserPoolClient", request).await.ok();
    });
    let at = (&site, &*handle, &browser);
    let taken = take(&scene, at, &[("seq", "1"), ("code", &code)]).await;
    assert_eq!(taken, Taken::Next(None));
    for kind in ["/authorization-code/", "/browser/"] {
        assert_eq!(scene.keys(kind).await.len(), 0, "{kind}");
    }
}

#[tokio::test]
async fn a_browsers_session_that_ends_at_the_moment_of_its_replacement_is_not_brought_back() {
    let scene = Scene::with_codes().await;
    let (site, handle, browser, code) = challenged(&scene).await;
    let at = (&site, &*handle, &browser);
    let Taken::Ended(granted) = take(&scene, at, &[("seq", "1"), ("code", &code)]).await else {
        panic!("the sign-in ends");
    };
    let (site, handle, browser, code) = challenged_again(&scene).await;
    let browser = Browser {
        session: Some(granted.session.clone()),
        ..browser
    };
    let first = scene.keys("/browser/").await;
    scene.before(&scene.at("user/"), move |rival| async move {
        for key in first {
            let batch = poolhouse_store::Batch::new().delete(key, poolhouse_store::Expect::Any);
            rival.app().platform.commit(batch).await.unwrap();
        }
    });
    let at = (&site, &*handle, &browser);
    let taken = take(&scene, at, &[("seq", "1"), ("code", &code)]).await;
    assert!(matches!(taken, Taken::Ended(_)), "{taken:?}");
    assert_eq!(scene.keys("/browser/").await.len(), 1);
}
