//! What is exchanged for nothing.

use poolhouse_pool::ops::pools::door;
use poolhouse_testkit::TestServer;
use poolhouse_text::percent;
use serde_json::json;

use super::{ACCESS, GRANT, ID, IMPERSONATION, Service, of_machine, shown};
use crate::{PASSWORD, Scene, assert_denied, basic, text};

/// What the names of kinds of tokens begin with.
const KIND: &str = "urn:ietf:params:oauth:token-type";

#[tokio::test]
async fn a_token_that_is_worth_nothing_here_is_exchanged_for_nothing() {
    let scene = Scene::new().await;
    let service = Service::new(&scene, &[IMPERSONATION]).await;
    let tokens = scene.tokens().await;
    let (access, id) = (&tokens["access_token"], &tokens["id_token"]);
    let (machine, _) = of_machine(&scene).await;
    // Another pool of the same server, with a user of the same name.
    let foreign_pool = scene.server.pool().await;
    let foreign_client = scene.server.client(&foreign_pool).await;
    scene.server.user(&foreign_pool, "mara", PASSWORD).await;
    let foreign = scene
        .server
        .password_sign_in(&foreign_client, "mara", PASSWORD)
        .await
        .ok();
    let foreign = &foreign["AuthenticationResult"];
    let forged = {
        let text = text(access);
        let (head, _) = text.rsplit_once('.').unwrap();
        json!(format!("{head}.{}", "A".repeat(342)))
    };
    for (token, kind) in [
        (id, ACCESS),
        (access, ID),
        (&tokens["refresh_token"], ACCESS),
        (&machine, ACCESS),
        (&machine, ID),
        (&foreign["AccessToken"], ACCESS),
        (&foreign["IdToken"], ID),
        (&forged, ACCESS),
        (&json!("a.b.c"), ACCESS),
        (&json!("x"), ID),
    ] {
        let answer = service.post(&scene, &shown("subject", token, kind)).await;
        assert_denied(&answer, 400, "invalid_grant");
    }
    for (kind, is_known) in [
        ("saml2", false),
        ("jwt", false),
        ("refresh_token", false),
        ("access_token", true),
    ] {
        let form = shown("subject", access, &format!("{KIND}:{kind}"));
        match is_known {
            true => drop(service.post(&scene, &form).await.ok()),
            false => assert_denied(&service.post(&scene, &form).await, 400, "invalid_request"),
        }
    }
    for form in [
        GRANT.to_owned(),
        format!("{GRANT}&subject_token={}", text(access)),
        format!("{GRANT}&subject_token_type={ACCESS}"),
        shown("subject", access, ACCESS) + "&requested_token_type=x",
        shown("subject", access, ACCESS) + "&subject_token_type=x",
    ] {
        assert_denied(&service.post(&scene, &form).await, 400, "invalid_request");
    }
}

#[tokio::test]
async fn what_ends_a_sign_in_ends_what_followed_from_it() {
    for (operation, members) in [
        ("AdminUserGlobalSignOut", json!({})),
        ("AdminDisableUser", json!({})),
        ("AdminDeleteUser", json!({})),
    ] {
        let scene = Scene::new().await;
        let service = Service::new(&scene, &[IMPERSONATION]).await;
        let tokens = scene.tokens().await;
        let derived = service.exchange(&scene, &tokens["access_token"], "").await.ok();
        scene.on_mara(operation, members).await;
        assert_eq!(
            scene.user_info(&derived["access_token"]).await.status,
            401,
            "{operation}"
        );
        for token in [&tokens["access_token"], &derived["access_token"]] {
            let answer = service.exchange(&scene, token, "").await;
            assert_denied(&answer, 400, "invalid_grant");
        }
    }
    // And a token that is revoked.
    let scene = Scene::new().await;
    let service = Service::new(&scene, &[IMPERSONATION]).await;
    let tokens = scene.tokens().await;
    let derived = service.exchange(&scene, &tokens["access_token"], "").await.ok();
    let form = format!("token={}", text(&tokens["refresh_token"]));
    let basic = basic(&scene.client, &scene.secret);
    assert_eq!(
        scene.post("/oauth2/revoke", Some(&basic), &form).await.status,
        200
    );
    assert_eq!(scene.user_info(&derived["access_token"]).await.status, 401);
    let answer = service.exchange(&scene, &derived["access_token"], "").await;
    assert_denied(&answer, 400, "invalid_grant");
}

#[tokio::test]
async fn a_client_exchanges_nothing_unless_it_was_set_up_for_it_and_proves_who_it_is() {
    let scene = Scene::new().await;
    let service = Service::new(&scene, &[IMPERSONATION]).await;
    let tokens = scene.tokens().await;
    let form = shown("subject", &tokens["access_token"], ACCESS);
    assert_denied(&scene.token(&form).await, 400, "unauthorized_client");
    let wrong = basic(&service.id, "x");
    assert_denied(
        &scene.post("/oauth2/token", Some(&wrong), &form).await,
        400,
        "invalid_client",
    );
    let public = json!({ "ExplicitAuthFlows": [IMPERSONATION], "GenerateSecret": false });
    let (public, _) = scene.other_client(public).await;
    let unproven = format!("{form}&client_id={public}");
    assert_denied(
        &scene.post("/oauth2/token", None, &unproven).await,
        400,
        "invalid_client",
    );
    let stranger = format!(
        "{form}&client_id={}",
        percent::encode("https://app.example/client")
    );
    assert_denied(
        &scene.post("/oauth2/token", None, &stranger).await,
        400,
        "invalid_client",
    );
}

#[tokio::test]
async fn a_client_whose_people_type_a_code_takes_no_token_of_a_sign_in_without_one() {
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
    let lambdas = json!({ "LambdaConfig": {
        "DefineAuthChallenge": arn("2faDefine"),
        "CreateAuthChallenge": arn("2faCreate"),
        "VerifyAuthChallengeResponse": arn("2faVerify"),
    } });
    let scene = Scene::of(TestServer::new().await, lambdas, json!({})).await;
    let service = Service::new(&scene, &[IMPERSONATION]).await;
    // Every sign-in of the pool ends with a code.
    let tokens = scene.tokens().await;
    service.exchange(&scene, &tokens["access_token"], "").await.ok();
    // Those of one client do not.
    let open = async |client: &str| {
        let platform = &scene.server.app().platform;
        door::decide(platform, &scene.pool, Some(client), false)
            .await
            .unwrap();
    };
    open(&scene.client).await;
    let answer = service.exchange(&scene, &tokens["access_token"], "").await;
    assert_denied(&answer, 400, "invalid_grant");
    open(&service.id).await;
    service.exchange(&scene, &tokens["access_token"], "").await.ok();
    // A token for another client is as good as one of its own.
    let other = Service::new(&scene, &[IMPERSONATION]).await;
    for wanted in ["access_token", "id_token"] {
        let more = format!("&audience={}&requested_token_type={KIND}:{wanted}", other.id);
        let answer = service.exchange(&scene, &tokens["access_token"], &more).await;
        assert_denied(&answer, 400, "invalid_grant");
    }
    open(&other.id).await;
    let more = format!("&audience={}", other.id);
    service
        .exchange(&scene, &tokens["access_token"], &more)
        .await
        .ok();
}
