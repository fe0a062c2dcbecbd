//! What tokens of hosted login say.

use poolhouse_text::percent;
use serde_json::{Value, json};

use crate::{CALLBACK, ORDERS, Scene, assert_denied, basic, claims, machine};

fn keys(claims: &Value) -> Vec<&str> {
    claims.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn both_tokens_have_the_claims_of_the_service_in_its_order() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let access = claims(&tokens["access_token"]);
    assert_eq!(
        keys(&access),
        [
            "sub",
            "iss",
            "version",
            "client_id",
            "origin_jti",
            "event_id",
            "token_use",
            "scope",
            "auth_time",
            "exp",
            "iat",
            "jti",
            "username",
        ]
    );
    assert_eq!(
        (
            &access["sub"],
            &access["version"],
            &access["scope"],
            &access["client_id"]
        ),
        (
            &json!(scene.sub),
            &json!(2),
            &json!("openid email"),
            &json!(scene.client)
        )
    );
    let id = claims(&tokens["id_token"]);
    assert_eq!(
        keys(&id),
        [
            "at_hash",
            "sub",
            "iss",
            "cognito:username",
            "nonce",
            "origin_jti",
            "aud",
            "event_id",
            "token_use",
            "auth_time",
            "amr",
            "exp",
            "iat",
            "jti",
            "email",
            "email_verified",
        ]
    );
    assert_eq!(
        (&id["nonce"], &id["amr"], &id["aud"], &id["email_verified"]),
        (
            &json!("n-0S6_WzA2Mj"),
            &json!(["pwd", "otp"]),
            &json!(scene.client),
            &json!(true)
        )
    );
    for claim in ["sub", "iss", "origin_jti", "event_id", "auth_time", "iat"] {
        assert_eq!(access[claim], id[claim], "{claim}");
    }
}

#[tokio::test]
async fn at_hash_is_the_left_half_of_the_access_tokens_digest() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let hash = claims(&tokens["id_token"])["at_hash"]
        .as_str()
        .unwrap()
        .to_owned();
    let made = poolhouse_crypto::sha256(&[tokens["access_token"].as_str().unwrap().as_bytes()]);
    assert_eq!(hash, URL_SAFE_NO_PAD.encode(&made[..16]));
}

#[tokio::test]
async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow() {
    let scene = Scene::new().await;
    let code = scene.code_with(&scene.query(""), |_| {}).await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    assert_eq!(claims(&tokens["id_token"]).get("nonce"), None);
}

#[tokio::test]
async fn oidcc_ensure_other_scope_order_succeeds_and_the_order_is_kept() {
    let scene = Scene::new().await;
    let query = scene
        .query("")
        .replace("scope=openid%20email", "scope=email%20phone%20openid");
    let code = scene.code_with(&query, |_| {}).await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    assert_eq!(claims(&tokens["access_token"])["scope"], "email phone openid");
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let scene = Scene::new().await;
    let read = percent::encode(format!("{ORDERS}/read"));
    let query = scene
        .query("")
        .replace("scope=openid%20email", &format!("scope={read}"));
    let code = scene.code_with(&query, |_| {}).await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    assert_eq!(tokens.get("id_token"), None);
    assert_eq!(claims(&tokens["access_token"])["scope"], format!("{ORDERS}/read"));
}

#[tokio::test]
async fn a_scope_that_was_deleted_is_left_out_and_the_answer_says_so() {
    let scene = Scene::new().await;
    let left = json!({
        "UserPoolId": scene.pool,
        "Identifier": ORDERS,
        "Name": "Orders",
        "Scopes": [{ "ScopeName": "read", "ScopeDescription": "Read orders" }],
    });
    scene.server.call("UpdateResourceServer", left).await.ok();
    let both = percent::encode(format!("openid {ORDERS}/write {ORDERS}/read"));
    let query = scene
        .query("")
        .replace("scope=openid%20email", &format!("scope={both}"));
    let code = scene.code_with(&query, |_| {}).await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    let scopes = format!("openid {ORDERS}/read");
    assert_eq!(tokens["scope"], scopes);
    assert_eq!(claims(&tokens["access_token"])["scope"], scopes);
}

#[tokio::test]
async fn a_resource_is_the_audience_of_the_access_token_to_the_letter() {
    let scene = Scene::new().await;
    let resource = "https://mcp.example/mcp?x=%2f";
    let encoded = percent::encode(resource);
    let query = scene.query(&format!("resource={encoded}"));
    let code = scene.code_with(&query, |_| {}).await;
    let form = scene.redeeming(&code) + &format!("&resource={encoded}");
    let tokens = scene.token(&form).await.ok();
    assert_eq!(claims(&tokens["access_token"])["aud"], resource);
    assert_eq!(claims(&tokens["id_token"])["aud"], json!(scene.client));
    let refresh = format!(
        "grant_type=refresh_token&refresh_token={}",
        tokens["refresh_token"].as_str().unwrap()
    );
    let again = scene.token(&format!("{refresh}&resource={encoded}")).await.ok();
    assert_eq!(claims(&again["access_token"])["aud"], resource);
    let other = scene
        .token(&format!("{refresh}&resource=https%3A%2F%2Fother.example"))
        .await;
    assert_denied(&other, 400, "invalid_target");
    let code = scene.code().await;
    let unasked = scene
        .token(&(scene.redeeming(&code) + &format!("&resource={encoded}")))
        .await;
    assert_denied(&unasked, 400, "invalid_target");
}

#[tokio::test]
async fn tokens_with_the_apis_scope_call_the_api_and_others_do_not() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let get = |token: &Value| json!({ "AccessToken": token });
    scene
        .server
        .call("GetUser", get(&tokens["access_token"]))
        .await
        .assert_error(
            "NotAuthorizedException",
            "Access Token does not have required scopes",
        );
    let admin = percent::encode("aws.cognito.signin.user.admin");
    let query = scene
        .query("")
        .replace("scope=openid%20email", &format!("scope={admin}"));
    let code = scene.code_with(&query, |_| {}).await;
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    scene
        .server
        .call("GetUser", get(&tokens["access_token"]))
        .await
        .ok();
}

#[tokio::test]
async fn a_client_gets_a_token_for_itself_with_the_scopes_of_resource_servers() {
    let scene = Scene::new().await;
    let (client, secret) = scene.other_client(machine()).await;
    let ask = async |form: &str| {
        let basic = basic(&client, &secret);
        scene.post("/oauth2/token", Some(&basic), form).await
    };
    let tokens = ask("grant_type=client_credentials").await.ok();
    let members: Vec<&String> = tokens.as_object().unwrap().keys().collect();
    assert_eq!(members, ["access_token", "expires_in", "token_type"]);
    let access = claims(&tokens["access_token"]);
    let issued = access["iat"].as_i64().unwrap();
    assert_eq!(
        access,
        json!({
            "sub": client,
            "token_use": "access",
            "scope": format!("{ORDERS}/read {ORDERS}/write"),
            "auth_time": issued,
            "iss": format!("http://127.0.0.1:9229/{}", scene.pool),
            "exp": issued + 3600,
            "iat": issued,
            "version": 2,
            "jti": access["jti"],
            "client_id": client,
        })
    );
    let read = percent::encode(format!("{ORDERS}/read"));
    let one = ask(&format!("grant_type=client_credentials&scope={read}"))
        .await
        .ok();
    assert_eq!(claims(&one["access_token"])["scope"], format!("{ORDERS}/read"));
    for scope in [
        "openid",
        "aws.cognito.signin.user.admin",
        "other/read",
        "openid+email",
    ] {
        let answer = ask(&format!("grant_type=client_credentials&scope={scope}")).await;
        assert_denied(&answer, 400, "invalid_scope");
    }
    // The id of a client cannot be taken for that of a person.
    assert!(client.len() == 26 && scene.sub.len() == 36);
}

#[tokio::test]
async fn flows_that_a_client_does_not_have_are_refused() {
    let scene = Scene::new().await;
    assert_denied(
        &scene.token("grant_type=client_credentials").await,
        400,
        "unauthorized_client",
    );
    let (client, secret) = scene.other_client(machine()).await;
    let code = scene.code().await;
    let answer = scene
        .post(
            "/oauth2/token",
            Some(&basic(&client, &secret)),
            &scene.redeeming(&code),
        )
        .await;
    assert_denied(&answer, 400, "unauthorized_client");
    let public = json!({ "GenerateSecret": false });
    let (public, _) = scene.other_client(public).await;
    let form = format!("grant_type=client_credentials&client_id={public}");
    assert_denied(
        &scene.post("/oauth2/token", None, &form).await,
        400,
        "invalid_client",
    );
}

#[tokio::test]
async fn grants_that_there_are_not_are_unsupported() {
    let scene = Scene::new().await;
    for grant in [
        "password",
        "implicit",
        "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code",
        "x",
    ] {
        let answer = scene
            .token(&format!("grant_type={grant}&username=mara&password=x"))
            .await;
        assert_denied(&answer, 400, "unsupported_grant_type");
    }
    let callback = percent::encode(CALLBACK);
    for form in [
        "",
        "code=x",
        "grant_type=",
        "grant_type=authorization_code&grant_type=authorization_code",
        &format!("grant_type=authorization_code&code=a&code=b&redirect_uri={callback}"),
        "grant_type=%zz",
        "grant_type=%ff",
        "grant_type=client_credentials&aws_client_metadata=%5B%5D",
    ] {
        assert_denied(&scene.token(form).await, 400, "invalid_request");
    }
}
