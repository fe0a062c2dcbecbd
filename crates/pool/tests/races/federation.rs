//! A sign-in by an identity provider ends only if everything it stands on is so at that moment, and makes one user of one person.

use std::collections::BTreeMap;

use poolhouse_pool::oauth::cookies::Browser;
use poolhouse_pool::oauth::federation::arrive::{Arrived, arrive};
use poolhouse_pool::oauth::federation::identity::Identity;
use poolhouse_pool::oauth::federation::providers;
use poolhouse_pool::oauth::federation::round::{self, Round};
use poolhouse_pool::oauth::{Form, authorize, site};
use poolhouse_pool::records::{IdentityProviderRecord, Stored};
use poolhouse_pool::request::{Asker, Ctx};
use poolhouse_pool::testing::TestPool;
use poolhouse_store::Batch;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{Scene, rival, server, with};

const SUBJECT: &str = "24400320";
const PROFILE: &str = "Corp_24400320";

fn ctx(server: &TestPool) -> Ctx {
    let app = server.app().clone();
    let now = app.platform.now();
    let id = "00000000-0000-4000-8000-00000000a11c".to_owned();
    Ctx::new(app, id, now, Asker::default())
}

/// A pool at a domain with a provider, and a client whose users come by it: the client's id.
async fn prepared(scene: &Scene) -> String {
    scene
        .call("CreateUserPoolDomain", json!({ "Domain": "acme" }))
        .await
        .ok();
    scene.call("CreateIdentityProvider", provider()).await.ok();
    let client = scene.server.client_with(&scene.pool, client()).await;
    client["ClientId"].as_str().unwrap().to_owned()
}

fn provider() -> Value {
    json!({
        "ProviderName": "Corp",
        "ProviderType": "SAML",
        "ProviderDetails": { "MetadataFile": poolhouse_saml::testing::Idp::new().metadata() },
        "AttributeMapping": { "email": "email" },
    })
}

fn client() -> Value {
    json!({
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": ["https://app.example/cb"],
        "SupportedIdentityProviders": ["COGNITO", "Corp"],
    })
}

/// A round of a browser of its own that is being heard.
async fn heard(server: &TestPool, pool: &str, client_id: &str) -> Round {
    let ctx = ctx(server);
    let (site, _) = site::find(&ctx, None, "/d/acme/login").await.unwrap().unwrap();
    let asked = format!(
        "client_id={client_id}&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid\
         &code_challenge_method=S256&code_challenge=ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA"
    );
    let form = Form::read(asked.as_bytes()).unwrap();
    let authorization = authorize::check(&ctx, &site, &form).await.unwrap();
    let client = ctx.client(pool, client_id).await.unwrap().value;
    let provider: Stored<IdentityProviderRecord> =
        providers::find(&ctx, pool, "Corp").await.unwrap().unwrap();
    let asking = (&authorization, &*client);
    let none = Browser::default();
    let begun = round::begin(&ctx, &site, asking, &none, &provider.value, BTreeMap::new())
        .await
        .unwrap();
    let browser = Browser {
        name: begun.name,
        session: None,
    };
    round::take(&ctx, &site, &begun.state, &browser)
        .await
        .unwrap()
        .unwrap()
}

fn identity(email: &str) -> Identity {
    Identity {
        session: None,
        subject: SUBJECT.to_owned(),
        issuer: None,
        claims: BTreeMap::from([("email".to_owned(), vec![email.to_owned()])]),
    }
}

/// Whether somebody is signed in by this round.
async fn arrives(server: &TestPool, round: Round, email: &str) -> bool {
    let arrived = arrive(&ctx(server), round, identity(email), Batch::new())
        .await
        .unwrap();
    matches!(arrived, Arrived::Granted(..))
}

async fn assert_nothing_granted(scene: &Scene, what: &str) {
    for kind in ["/authorization-code/", "/browser/"] {
        assert_eq!((what, scene.keys(kind).await.len()), (what, 0), "{kind}");
    }
}

/// What is done at the moment of the commit: an operation with its members, on the pool.
fn changes(client_id: &str) -> Vec<(&'static str, Value)> {
    let own = json!({ "Username": PROFILE });
    let mut unlisted = with(client(), "ClientId", client_id);
    unlisted["SupportedIdentityProviders"] = json!(["COGNITO"]);
    vec![
        ("AdminDisableUser", own.clone()),
        ("AdminUserGlobalSignOut", own.clone()),
        ("AdminDeleteUser", own),
        ("DeleteIdentityProvider", json!({ "ProviderName": "Corp" })),
        (
            "AdminDisableProviderForUser",
            json!({ "User": {
                "ProviderName": "Corp", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": SUBJECT,
            } }),
        ),
        ("UpdateUserPoolClient", unlisted),
        ("DeleteUserPoolClient", json!({ "ClientId": client_id })),
    ]
}

#[tokio::test]
async fn no_sign_in_by_a_provider_outlives_a_change_at_the_moment_of_its_commit() {
    let count = changes("").len();
    for index in 0..count {
        let scene = Scene::new().await;
        let client_id = prepared(&scene).await;
        let first = heard(&scene.server, &scene.pool, &client_id).await;
        assert!(arrives(&scene.server, first, "mara@corp.example").await);
        let (code, session) = (
            scene.keys("/authorization-code/").await,
            scene.keys("/browser/").await,
        );
        let (operation, members) = changes(&client_id).swap_remove(index);
        let round = heard(&scene.server, &scene.pool, &client_id).await;
        scene.first("authorization-code/", operation, members);
        let is_in = arrives(&scene.server, round, "mara@corp.example").await;
        assert!(!is_in, "{operation}");
        assert_eq!(
            scene.keys("/authorization-code/").await.len(),
            code.len(),
            "{operation}"
        );
        assert!(
            scene.keys("/browser/").await.len() <= session.len(),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn a_change_at_the_moment_of_a_first_sign_in_leaves_nobody_signed_in() {
    for (operation, members) in [
        ("DeleteIdentityProvider", json!({ "ProviderName": "Corp" })),
        (
            "AdminCreateUser",
            json!({ "Username": PROFILE, "MessageAction": "SUPPRESS" }),
        ),
    ] {
        let scene = Scene::new().await;
        let client_id = prepared(&scene).await;
        let round = heard(&scene.server, &scene.pool, &client_id).await;
        scene.first("user/", operation, members);
        assert!(
            !arrives(&scene.server, round, "mara@corp.example").await,
            "{operation}"
        );
        assert_nothing_granted(&scene, operation).await;
        assert_eq!(scene.keys("/linked/").await.len(), 0, "{operation}");
    }
}

#[tokio::test]
async fn somebody_who_is_linked_at_the_moment_of_a_first_sign_in_is_that_user() {
    let scene = Scene::new().await;
    let client_id = prepared(&scene).await;
    let round = heard(&scene.server, &scene.pool, &client_id).await;
    let link = json!({
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "mara" },
        "SourceUser": { "ProviderName": "Corp", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": SUBJECT },
    });
    scene.first("user/", "AdminLinkProviderForUser", link);
    assert!(arrives(&scene.server, round, "mara@corp.example").await);
    let listed = scene.call("ListUsers", json!({})).await.ok();
    let users = listed["Users"].as_array().unwrap().clone();
    assert_eq!(users.len(), 1);
    assert_eq!(users[0]["Username"], "mara");
}

#[tokio::test]
async fn one_person_in_many_browsers_at_once_is_one_user() {
    let scene = Scene::new().await;
    let client_id = prepared(&scene).await;
    let mut all = JoinSet::new();
    for _ in 0..8 {
        let round = heard(&scene.server, &scene.pool, &client_id).await;
        let node = rival(scene.store.clone()).await;
        all.spawn(async move { arrives(&node, round, "mara@corp.example").await });
    }
    assert_eq!(all.join_all().await, [true; 8]);
    let listed = scene.call("ListUsers", json!({})).await.ok();
    assert_eq!(listed["Users"].as_array().unwrap().len(), 2);
    assert_eq!(scene.keys("/linked/").await.len(), 1);
    assert_eq!(scene.keys("/authorization-code/").await.len(), 8);
}

#[tokio::test]
async fn what_the_same_person_has_taken_meanwhile_by_another_browser_is_its_own() {
    for (settings, prefix) in [
        // Between the two reads of who it is and of whether the name is free, and right before the profile's rows are put together.
        (json!({}), "name/"),
        (json!({ "UsernameAttributes": ["email"] }), "name/"),
        (json!({ "UsernameAttributes": ["email"] }), "group/"),
    ] {
        let (server, store) = server();
        let pool = server.pool_with(settings).await;
        let scene = Scene {
            client: String::new(),
            server,
            store,
            pool,
        };
        let client_id = prepared(&scene).await;
        let first = heard(&scene.server, &scene.pool, &client_id).await;
        let second = heard(&scene.server, &scene.pool, &client_id).await;
        let key = match prefix {
            "group/" => scene.at(&format!("group/{}_Corp", scene.pool)),
            _ => scene.at(&format!("name/{PROFILE}")),
        };
        scene.store.before_read_of(key, |store| async move {
            let rival = rival(store).await;
            assert!(arrives(&rival, first, "mara@corp.example").await);
        });
        assert!(
            arrives(&scene.server, second, "mara@corp.example").await,
            "{prefix}"
        );
        assert_eq!(scene.keys("/linked/").await.len(), 1);
        assert_eq!(scene.keys("/authorization-code/").await.len(), 2);
    }
}

#[tokio::test]
async fn of_two_answers_of_one_round_one_is_heard() {
    let scene = Scene::new().await;
    let client_id = prepared(&scene).await;
    let ctx = ctx(&scene.server);
    let (site, _) = site::find(&ctx, None, "/d/acme/login").await.unwrap().unwrap();
    let asked = format!(
        "client_id={client_id}&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid\
         &code_challenge_method=S256&code_challenge=ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA"
    );
    let authorization = authorize::check(&ctx, &site, &Form::read(asked.as_bytes()).unwrap())
        .await
        .unwrap();
    let client = ctx.client(&scene.pool, &client_id).await.unwrap().value;
    let provider = providers::find(&ctx, &scene.pool, "Corp").await.unwrap().unwrap();
    let asking = (&authorization, &*client);
    let begun = round::begin(
        &ctx,
        &site,
        asking,
        &Browser::default(),
        &provider.value,
        BTreeMap::new(),
    )
    .await
    .unwrap();
    let browser = Browser {
        name: begun.name,
        session: None,
    };
    scene.together("transaction/", 2);
    let takes = || round::take(&ctx, &site, &begun.state, &browser);
    let (one, other) = tokio::join!(takes(), takes());
    let heard = [one.unwrap().is_some(), other.unwrap().is_some()];
    assert_eq!(heard.iter().filter(|is_heard| **is_heard).count(), 1);
}

#[tokio::test]
async fn what_goes_with_a_sign_in_is_good_once() {
    let scene = Scene::new().await;
    let client_id = prepared(&scene).await;
    let once = || Batch::new().put(scene.at("assertion/1"), poolhouse_store::Expect::Absent, "1");
    for expected in [true, false] {
        let round = heard(&scene.server, &scene.pool, &client_id).await;
        let arrived = arrive(&ctx(&scene.server), round, identity("mara@corp.example"), once())
            .await
            .unwrap();
        assert_eq!(matches!(arrived, Arrived::Granted(..)), expected);
    }
    assert_eq!(scene.keys("/authorization-code/").await.len(), 1);
}
