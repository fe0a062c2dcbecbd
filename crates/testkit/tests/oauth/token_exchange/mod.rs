//! Token exchange at the token endpoint.

mod refused;

use poolhouse_pool::records::{AuditEntry, audit_log};
use poolhouse_testkit::Answer;
use poolhouse_text::percent;
use serde_json::{Value, json};

use crate::{ORDERS, PASSWORD, Scene, assert_denied, basic, claims, machine, text};

const GRANT: &str = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID: &str = "urn:ietf:params:oauth:token-type:id_token";
const IMPERSONATION: &str = "ALLOW_TOKEN_EXCHANGE_IMPERSONATION";
const DELEGATION: &str = "ALLOW_TOKEN_EXCHANGE_DELEGATION";

/// A client that exchanges tokens, and what it asks.
struct Service {
    id: String,
    secret: String,
}

impl Service {
    async fn new(scene: &Scene, flows: &[&str]) -> Service {
        Service::with(scene, json!({ "ExplicitAuthFlows": flows })).await
    }

    async fn with(scene: &Scene, members: Value) -> Service {
        let (id, secret) = scene.other_client(members).await;
        Service { id, secret }
    }

    async fn post(&self, scene: &Scene, form: &str) -> Answer {
        let basic = basic(&self.id, &self.secret);
        scene.post("/oauth2/token", Some(&basic), form).await
    }

    /// Exchanges an access token, with these parameters more.
    async fn exchange(&self, scene: &Scene, token: &Value, more: &str) -> Answer {
        self.post(scene, &(shown("subject", token, ACCESS) + more)).await
    }
}

fn shown(who: &str, token: &Value, kind: &str) -> String {
    format!("{GRANT}&{who}_token={}&{who}_token_type={kind}", text(token))
}

fn actor(token: &Value) -> String {
    format!("&actor_token={}&actor_token_type={ACCESS}", text(token))
}

/// The access token of an app client for itself, and the client's id.
async fn of_machine(scene: &Scene) -> (Value, String) {
    let (client, secret) = scene.other_client(machine()).await;
    let basic = basic(&client, &secret);
    let tokens = scene
        .post("/oauth2/token", Some(&basic), "grant_type=client_credentials")
        .await
        .ok();
    (tokens["access_token"].clone(), client)
}

#[tokio::test]
async fn a_token_is_exchanged_for_one_of_the_same_sign_in_that_is_the_other_clients() {
    let scene = Scene::new().await;
    let service = Service::new(&scene, &[IMPERSONATION]).await;
    let tokens = scene.tokens().await;
    scene.server.clock().advance_seconds(100);
    let answer = service.exchange(&scene, &tokens["access_token"], "").await.ok();
    assert_eq!(
        (
            &answer["issued_token_type"],
            &answer["token_type"],
            &answer["expires_in"],
            &answer["scope"],
            answer.as_object().map(serde_json::Map::len),
        ),
        (
            &json!(ACCESS),
            &json!("Bearer"),
            &json!(3500),
            &json!("openid email"),
            Some(5)
        )
    );
    let (before, after) = (claims(&tokens["access_token"]), claims(&answer["access_token"]));
    for same in [
        "sub",
        "iss",
        "origin_jti",
        "event_id",
        "token_use",
        "scope",
        "auth_time",
        "exp",
        "username",
    ] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert_eq!(after["client_id"], json!(service.id));
    assert_ne!(before["jti"], after["jti"]);
    assert_eq!((after.get("act"), after.get("aud")), (None, None));
    assert_eq!(
        scene.user_info(&answer["access_token"]).await.ok()["sub"],
        json!(scene.sub)
    );
    // It is no ticket that is used up.
    let again = service.exchange(&scene, &tokens["access_token"], "").await.ok();
    assert_ne!(claims(&again["access_token"])["jti"], after["jti"]);
}

#[tokio::test]
async fn scopes_are_those_of_the_token_that_are_asked_for_and_that_the_client_may_have() {
    let scene = Scene::new().await;
    let (read, write) = (format!("{ORDERS}/read"), format!("{ORDERS}/write"));
    let allowed = json!(["openid", "email", "phone", read]);
    let service = Service::with(
        &scene,
        json!({ "ExplicitAuthFlows": [IMPERSONATION], "AllowedOAuthScopes": allowed }),
    )
    .await;
    let all = percent::encode(format!("openid email profile {read} {write}"));
    let query = scene
        .query("")
        .replace("scope=openid%20email", &format!("scope={all}"));
    let code = scene.code_with(&query, |_| {}).await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    let ask = async |scope: &str| {
        let more = match scope {
            "" => String::new(),
            scope => format!("&scope={}", percent::encode(scope)),
        };
        service.exchange(&scene, &tokens["access_token"], &more).await
    };
    let kept = format!("openid email {read}");
    let first = format!("{read} openid email");
    for (asked, expected) in [
        (String::new(), &kept),
        (format!("{read} openid email profile"), &first),
        (format!("{read} {write}"), &read),
        ("email openid phone".to_owned(), &"email openid".to_owned()),
        // Alone it would show every attribute, which the token shown does not.
        (format!("openid {read}"), &read),
        (format!("email {read}"), &read),
    ] {
        assert_eq!(ask(&asked).await.ok()["scope"], json!(expected), "{asked}");
    }
    for asked in [
        "openid",
        "email",
        "phone",
        "profile",
        &write,
        "aws.cognito.signin.user.admin",
        "no/such",
        "\"",
    ] {
        assert_denied(&ask(asked).await, 400, "invalid_scope");
    }
}

#[tokio::test]
async fn a_token_ends_no_later_than_the_one_it_follows_from_and_with_its_own_clients_life() {
    let scene = Scene::new().await;
    let units = json!({ "AccessToken": "minutes" });
    let short = Service::with(
        &scene,
        json!({ "ExplicitAuthFlows": [IMPERSONATION], "AccessTokenValidity": 5, "TokenValidityUnits": units }),
    )
    .await;
    let service = Service::new(&scene, &[IMPERSONATION]).await;
    let tokens = scene.tokens().await;
    let first = short.exchange(&scene, &tokens["access_token"], "").await.ok();
    assert_eq!(first["expires_in"], 300);
    scene.server.clock().advance_seconds(299);
    let second = service.exchange(&scene, &first["access_token"], "").await.ok();
    assert_eq!(second["expires_in"], 1);
    scene.server.clock().advance_seconds(1);
    let over = service.exchange(&scene, &first["access_token"], "").await;
    assert_denied(&over, 400, "invalid_grant");
}

#[tokio::test]
async fn a_token_is_for_one_client_or_resource_server_that_the_pool_knows() {
    let scene = Scene::new().await;
    let service = Service::new(&scene, &[IMPERSONATION]).await;
    let tokens = scene.tokens().await;
    let ask = async |more: &str| service.exchange(&scene, &tokens["access_token"], more).await;
    let orders = percent::encode(ORDERS);
    for (more, expected) in [
        (format!("&resource={orders}"), ORDERS),
        (format!("&audience={}", scene.client), scene.client.as_str()),
    ] {
        let token = ask(&more).await.ok()["access_token"].clone();
        assert_eq!(claims(&token)["aud"], expected);
    }
    let id = format!("&requested_token_type={ID}");
    for (more, error) in [
        (
            format!("&resource={orders}&audience={}", scene.client),
            "invalid_request",
        ),
        (format!("&resource={orders}{id}"), "invalid_request"),
        (format!("&resource={orders}&resource={orders}"), "invalid_request"),
        (
            "&resource=https%3A%2F%2Fapi.example%2Fv2".to_owned(),
            "invalid_target",
        ),
        (format!("&resource={}", "a".repeat(257)), "invalid_target"),
        ("&audience=nobody".to_owned(), "invalid_target"),
        ("&audience=..%2Fdoor".to_owned(), "invalid_target"),
    ] {
        assert_denied(&ask(&more).await, 400, error);
    }
}

#[tokio::test]
async fn whoever_acts_for_the_user_is_named_in_the_token_and_stays_named() {
    let scene = Scene::new().await;
    let delegate = Service::new(&scene, &[DELEGATION]).await;
    let impersonate = Service::new(&scene, &[IMPERSONATION]).await;
    let tokens = scene.tokens().await;
    let subject = &tokens["access_token"];
    let (machine, machine_id) = of_machine(&scene).await;
    assert_denied(
        &delegate.exchange(&scene, subject, "").await,
        400,
        "unauthorized_client",
    );
    let refused = impersonate.exchange(&scene, subject, &actor(&machine)).await;
    assert_denied(&refused, 400, "unauthorized_client");

    let first = delegate.exchange(&scene, subject, &actor(&machine)).await.ok();
    let issuer = claims(subject)["iss"].clone();
    let act = json!({ "sub": machine_id, "iss": issuer });
    assert_eq!(claims(&first["access_token"])["act"], act);
    // Without somebody new, what was said of the others is said on.
    let kept = impersonate
        .exchange(&scene, &first["access_token"], "")
        .await
        .ok();
    assert_eq!(claims(&kept["access_token"])["act"], act);
    let mut token = first["access_token"].clone();
    for depth in 2..=4 {
        let nested = delegate.exchange(&scene, &token, &actor(subject)).await.ok();
        token = nested["access_token"].clone();
        assert_eq!(claims(&token)["act"]["sub"], json!(scene.sub), "{depth}");
    }
    let deeper = delegate.exchange(&scene, &token, &actor(subject)).await;
    assert_denied(&deeper, 400, "invalid_grant");
    for bad in [
        json!("x"),
        tokens["id_token"].clone(),
        tokens["refresh_token"].clone(),
    ] {
        let refused = delegate.exchange(&scene, subject, &actor(&bad)).await;
        assert_denied(&refused, 400, "invalid_grant");
    }
    let alone = format!("&actor_token={}", text(&machine));
    assert_denied(
        &delegate.exchange(&scene, subject, &alone).await,
        400,
        "invalid_request",
    );
}

#[tokio::test]
async fn an_id_token_stands_for_what_it_says_of_the_user_and_opens_nothing_more() {
    let scene = Scene::new().await;
    let service = Service::new(&scene, &[IMPERSONATION]).await;
    let all = percent::encode(format!(
        "openid email aws.cognito.signin.user.admin {ORDERS}/read"
    ));
    let query = scene
        .query("")
        .replace("scope=openid%20email", &format!("scope={all}"));
    let code = scene.code_with(&query, |_| {}).await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    let of_id = shown("subject", &tokens["id_token"], ID);
    let answer = service.post(&scene, &of_id).await.ok();
    assert_eq!(answer["scope"], "openid email");

    let wants_id = format!("&requested_token_type={ID}");
    let answer = service
        .exchange(&scene, &tokens["access_token"], &wants_id)
        .await
        .ok();
    assert_eq!(
        (&answer["issued_token_type"], &answer["token_type"]),
        (&json!(ID), &json!("N_A"))
    );
    let id = claims(&answer["access_token"]);
    assert_eq!(
        (
            &id["aud"],
            &id["email"],
            &id["token_use"],
            id.get("at_hash"),
            id.get("nonce")
        ),
        (
            &json!(service.id),
            &json!("mara@example.com"),
            &json!("id"),
            None,
            None
        )
    );
    // What follows from a narrower one is not wider again.
    let second = service
        .post(&scene, &shown("subject", &answer["access_token"], ID))
        .await
        .ok();
    assert_eq!(second["scope"], "openid email");
    let read = format!("&scope={}", percent::encode(format!("{ORDERS}/read")));
    let answer = service
        .exchange(&scene, &tokens["access_token"], &(read + &wants_id))
        .await;
    assert_denied(&answer, 400, "invalid_scope");
}

#[tokio::test]
async fn a_token_of_the_api_is_exchanged_for_no_more_than_the_apis_scope() {
    let scene = Scene::with_client(json!({
        "GenerateSecret": false,
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    }))
    .await;
    let service = Service::new(&scene, &[IMPERSONATION]).await;
    let signed_in = scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await
        .ok();
    let result = &signed_in["AuthenticationResult"];
    let answer = service.exchange(&scene, &result["AccessToken"], "").await.ok();
    assert_eq!(answer["scope"], "aws.cognito.signin.user.admin");
    let user = json!({ "AccessToken": answer["access_token"] });
    assert_eq!(scene.server.call("GetUser", user).await.ok()["Username"], "mara");
    let of_id = service
        .post(&scene, &shown("subject", &result["IdToken"], ID))
        .await
        .ok();
    assert_eq!(of_id["scope"], "openid");
}

#[tokio::test]
async fn the_audit_log_says_who_exchanged_a_token_of_whom() {
    let scene = Scene::new().await;
    let service = Service::new(&scene, &[IMPERSONATION]).await;
    let tokens = scene.tokens().await;
    service.exchange(&scene, &tokens["access_token"], "").await.ok();
    let platform = &scene.server.app().platform;
    let prefix = AuditEntry::prefix(Some(scene.pool.as_str()));
    let entries = audit_log::entries(platform, Some(scene.pool.as_str()), &prefix, 100)
        .await
        .unwrap();
    let told: Vec<_> = entries
        .into_iter()
        .filter(|(_, entry)| entry.operation == "oauth2/token token-exchange")
        .map(|(_, entry)| (entry.outcome, entry.client, entry.user))
        .collect();
    assert_eq!(
        told,
        [(
            "done".to_owned(),
            Some(service.id.clone()),
            Some(scene.sub.clone())
        )]
    );
}

#[tokio::test]
async fn discovery_names_the_grant_as_long_as_a_client_has_it() {
    let scene = Scene::new().await;
    let path = format!("/{}/.well-known/openid-configuration", scene.pool);
    let has_grant = async || {
        let document = scene.server.get(&path).await.ok();
        let grants = document["grant_types_supported"].as_array().unwrap().clone();
        grants.contains(&json!("urn:ietf:params:oauth:grant-type:token-exchange"))
    };
    assert!(!has_grant().await);
    let one = Service::new(&scene, &[DELEGATION]).await;
    let other = Service::new(&scene, &[IMPERSONATION]).await;
    assert!(has_grant().await);
    let ids = |client: &str| json!({ "UserPoolId": scene.pool, "ClientId": client });
    scene.server.call("UpdateUserPoolClient", ids(&one.id)).await.ok();
    assert!(has_grant().await);
    scene.server.call("DeleteUserPoolClient", ids(&other.id)).await;
    assert!(!has_grant().await);
}
