//! `/oauth2/revoke`

use serde_json::json;

use crate::{Scene, assert_denied, basic, text};

#[tokio::test]
async fn a_revoked_token_ends_everything_of_its_sign_in() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let basic = basic(&scene.client, &scene.secret);
    let refresh = text(&tokens["refresh_token"]);
    let form = format!("token={refresh}&token_type_hint=access_token");
    for _ in 0..2 {
        let answer = scene.post("/oauth2/revoke", Some(&basic), &form).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    }
    assert_eq!(scene.user_info(&tokens["access_token"]).await.status, 401);
    let again = scene
        .token(&format!("grant_type=refresh_token&refresh_token={refresh}"))
        .await;
    assert_denied(&again, 400, "invalid_grant");
}

#[tokio::test]
async fn what_is_unknown_or_somebody_elses_is_no_error_and_lives_on() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let refresh = text(&tokens["refresh_token"]);
    let (other, secret) = scene.other_client(json!({})).await;
    let others = basic(&other, &secret);
    for token in [refresh.as_str(), "x", "a.b.c.d.e", &"A".repeat(5000)] {
        let answer = scene
            .post("/oauth2/revoke", Some(&others), &format!("token={token}"))
            .await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    }
    scene.user_info(&tokens["access_token"]).await.ok();
}

#[tokio::test]
async fn what_cannot_be_revoked_is_refused() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let header = basic(&scene.client, &scene.secret);
    for (form, error) in [
        (String::new(), "invalid_request"),
        ("token=".to_owned(), "invalid_request"),
        ("token=a&token=b".to_owned(), "invalid_request"),
        (
            format!("token={}", text(&tokens["access_token"])),
            "unsupported_token_type",
        ),
        (
            format!("token={}", text(&tokens["id_token"])),
            "unsupported_token_type",
        ),
    ] {
        let answer = scene.post("/oauth2/revoke", Some(&header), &form).await;
        assert_denied(&answer, 400, error);
    }
    let form = format!("token={}", text(&tokens["refresh_token"]));
    for header in [None, Some(basic(&scene.client, "wrong"))] {
        let answer = scene.post("/oauth2/revoke", header.as_deref(), &form).await;
        assert_denied(&answer, 401, "invalid_client");
    }
    let off = json!({ "EnableTokenRevocation": false });
    let (client, secret) = scene.other_client(off).await;
    let answer = scene
        .post("/oauth2/revoke", Some(&basic(&client, &secret)), "token=x")
        .await;
    assert_denied(&answer, 400, "invalid_request");
    scene.user_info(&tokens["access_token"]).await.ok();
}
