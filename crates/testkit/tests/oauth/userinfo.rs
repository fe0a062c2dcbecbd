//! `/oauth2/userInfo`

use axum::http::Request;
use bytes::Bytes;
use poolhouse_testkit::Answer;
use serde_json::{Value, json};

use crate::{Scene, basic, machine, text};

const BAD_TOKEN: &str = "Access token is expired, disabled, or deleted, or the user has globally signed out.";
const BAD_REQUEST: &str = "Bad OAuth2 request at UserInfo Endpoint";

#[track_caller]
fn assert_bad_token(answer: &Answer) {
    let expected = json!({ "error": "invalid_token", "error_description": BAD_TOKEN });
    assert_eq!((answer.status, &answer.body), (401, &expected), "{}", answer.text);
    assert_eq!(
        answer.header("www-authenticate"),
        format!("Bearer error=\"invalid_token\", error_description=\"{BAD_TOKEN}\"")
    );
}

#[track_caller]
fn assert_bad_request(answer: &Answer) {
    let expected = json!({ "error": "invalid_request", "error_description": BAD_REQUEST });
    assert_eq!((answer.status, &answer.body), (400, &expected), "{}", answer.text);
    assert_eq!(
        answer.header("www-authenticate"),
        format!("Bearer error=\"invalid_request\", error_description=\"{BAD_REQUEST}\"")
    );
}

async fn ask(scene: &Scene, request: axum::http::request::Builder, body: &str) -> Answer {
    let request = request.body(Bytes::from(body.to_owned())).unwrap();
    scene.server.raw(request).await
}

#[tokio::test]
async fn oidcc_userinfo_get_says_what_the_scopes_stand_for_in_texts() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let answer = scene.user_info(&tokens["access_token"]).await;
    assert_eq!(answer.header("content-type"), "application/json;charset=UTF-8");
    assert_eq!(
        answer.ok(),
        json!({
            "sub": scene.sub,
            "username": "mara",
            "email": "mara@example.com",
            "email_verified": "true",
        })
    );
}

#[tokio::test]
async fn oidcc_userinfo_post_header_and_post_body_are_as_good() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let access = text(&tokens["access_token"]);
    let path = "/d/acme/oauth2/userInfo";
    let header = Request::post(path).header("authorization", format!("Bearer {access}"));
    let form = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    let by_header = ask(&scene, header, "").await.ok();
    let by_form = ask(&scene, form, &format!("access_token={access}")).await.ok();
    assert_eq!(by_header, by_form);
    assert_eq!(by_header["sub"], json!(scene.sub));
}

#[tokio::test]
async fn oidcc_scope_profile_email_and_phone_show_what_they_stand_for() {
    let scene = Scene::with(|settings| settings.hosted.userinfo_booleans = true).await;
    let attributes = json!({ "UserAttributes": [
        { "Name": "name", "Value": "Mara" },
        { "Name": "phone_number", "Value": "+15550100" },
        { "Name": "phone_number_verified", "Value": "true" },
        { "Name": "updated_at", "Value": "1767323045" },
    ] });
    scene.on_mara("AdminUpdateUserAttributes", attributes).await;
    for (scope, shown) in [
        (
            "openid%20email",
            json!({ "email": "mara@example.com", "email_verified": true }),
        ),
        (
            "openid%20phone",
            json!({ "phone_number": "+15550100", "phone_number_verified": true }),
        ),
        (
            "openid%20profile",
            json!({ "name": "Mara", "updated_at": 1_767_323_045 }),
        ),
    ] {
        let query = scene.query("").replace("openid%20email", scope);
        let code = scene.code_with(&query, |_| {}).await;
        let tokens = scene.token(&scene.redeeming(&code)).await.ok();
        let mut expected = json!({ "sub": scene.sub, "username": "mara" });
        expected
            .as_object_mut()
            .unwrap()
            .extend(shown.as_object().unwrap().clone());
        assert_eq!(
            scene.user_info(&tokens["access_token"]).await.ok(),
            expected,
            "{scope}"
        );
    }
}

#[tokio::test]
async fn what_changes_shows_at_once() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let attributes = json!({ "UserAttributes": [
        { "Name": "email", "Value": "new@example.com" },
        { "Name": "email_verified", "Value": "true" },
    ] });
    scene.on_mara("AdminUpdateUserAttributes", attributes).await;
    let info = scene.user_info(&tokens["access_token"]).await.ok();
    assert_eq!(info["email"], "new@example.com");
}

#[tokio::test]
async fn tokens_that_are_not_for_it_are_refused() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let (client, secret) = scene.other_client(machine()).await;
    let basic = basic(&client, &secret);
    let machine = scene
        .post("/oauth2/token", Some(&basic), "grant_type=client_credentials")
        .await
        .ok();
    let api = scene.server.client(&scene.pool).await;
    let api = scene
        .server
        .password_sign_in(&api, "mara", crate::PASSWORD)
        .await
        .ok();
    let access = text(&tokens["access_token"]);
    let (head, rest) = access.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
    let cut = format!("{head}.{payload}.{}", &signature[1..]);
    for token in [
        tokens["id_token"].clone(),
        tokens["refresh_token"].clone(),
        machine["access_token"].clone(),
        api["AuthenticationResult"]["AccessToken"].clone(),
        json!(unsigned),
        json!(cut),
        json!("x"),
        json!("a.b.c"),
    ] {
        assert_bad_token(&scene.user_info(&token).await);
    }
}

#[tokio::test]
async fn a_token_of_another_pool_is_refused() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let other = scene.server.pool().await;
    let domain = json!({ "Domain": "other", "UserPoolId": other });
    scene.server.call("CreateUserPoolDomain", domain).await.ok();
    let access = text(&tokens["access_token"]);
    let request =
        Request::get("/d/other/oauth2/userInfo").header("authorization", format!("Bearer {access}"));
    assert_bad_token(&ask(&scene, request, "").await);
}

#[tokio::test]
async fn a_token_is_good_until_it_ends_or_its_user_does() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    scene.server.clock().advance_seconds(3599);
    scene.user_info(&tokens["access_token"]).await.ok();
    scene.server.clock().advance_seconds(1);
    assert_bad_token(&scene.user_info(&tokens["access_token"]).await);
    for operation in ["AdminUserGlobalSignOut", "AdminDisableUser", "AdminDeleteUser"] {
        let scene = Scene::new().await;
        let tokens = scene.tokens().await;
        scene.on_mara(operation, json!({})).await;
        assert_bad_token(&scene.user_info(&tokens["access_token"]).await);
    }
}

#[tokio::test]
async fn there_is_exactly_one_token_and_never_in_the_query() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let access = text(&tokens["access_token"]);
    let bearer = format!("Bearer {access}");
    let path = "/d/acme/oauth2/userInfo";
    let form = "application/x-www-form-urlencoded";
    let cases = [
        (Request::get(path), String::new()),
        (
            Request::get(format!("{path}?access_token={access}")),
            String::new(),
        ),
        (Request::get(path).header("authorization", &access), String::new()),
        (
            Request::get(path)
                .header("authorization", &bearer)
                .header("authorization", &bearer),
            String::new(),
        ),
        (
            Request::post(path)
                .header("authorization", &bearer)
                .header("content-type", form),
            format!("access_token={access}"),
        ),
        (
            Request::post(path).header("content-type", form),
            format!("access_token={access}&access_token={access}"),
        ),
        (Request::post(path), format!("access_token={access}")),
    ];
    for (request, body) in cases {
        assert_bad_request(&ask(&scene, request, &body).await);
    }
}

#[tokio::test]
async fn the_scheme_of_challenges_is_left_out_where_the_server_is_set_so() {
    let scene = Scene::with(|settings| settings.hosted.userinfo_bearer_scheme = false).await;
    let answer = scene.user_info(&Value::from("x")).await;
    assert_eq!(
        answer.header("www-authenticate"),
        format!("error=\"invalid_token\", error_description=\"{BAD_TOKEN}\"")
    );
}
