//! Who is told that a user does not exist.

use serde_json::{Value, json};

use crate::{PASSWORD, Scene, WRONG};

async fn hiding() -> Scene {
    Scene::with_client(json!({ "PreventUserExistenceErrors": "ENABLED" })).await
}

#[tokio::test]
async fn a_client_on_legacy_learns_that_there_is_no_such_user() {
    let scene = Scene::new().await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    for answer in [
        server.password_sign_in(client, "nobody", PASSWORD).await,
        server.srp_sign_in(pool, client, "nobody", PASSWORD).await,
        server.custom_sign_in(pool, client, "nobody", PASSWORD).await,
    ] {
        answer.assert_error("UserNotFoundException", "User does not exist.");
    }
}

#[tokio::test]
async fn an_unknown_user_fails_like_a_wrong_password_where_existence_is_hidden() {
    let scene = hiding().await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    for answer in [
        server.password_sign_in(client, "nobody", PASSWORD).await,
        server.srp_sign_in(pool, client, "nobody", PASSWORD).await,
        server.custom_sign_in(pool, client, "nobody", PASSWORD).await,
    ] {
        answer.assert_error("NotAuthorizedException", WRONG);
    }
}

#[tokio::test]
async fn asking_twice_for_an_unknown_user_shows_the_same_salt() {
    let scene = hiding().await;
    let salt_of = async |name: &str| {
        let body = json!({
            "AuthFlow": "USER_SRP_AUTH",
            "ClientId": scene.client,
            "AuthParameters": { "USERNAME": name, "SRP_A": "abcdef0123456789" },
        });
        scene.server.call("InitiateAuth", body).await.ok()["ChallengeParameters"]["SALT"].clone()
    };
    assert_eq!(salt_of("nobody").await, salt_of("nobody").await);
    assert_ne!(salt_of("nobody").await, salt_of("somebody").await);
}

#[tokio::test]
async fn the_first_answer_to_an_unknown_user_has_the_members_of_a_known_ones() {
    let scene = hiding().await;
    let members = async |name: &str, flow: Value| {
        let mut parameters = json!({ "USERNAME": name, "SRP_A": "abcdef0123456789" });
        parameters
            .as_object_mut()
            .unwrap()
            .extend(flow["extra"].as_object().unwrap().clone());
        let body =
            json!({ "AuthFlow": flow["flow"], "ClientId": scene.client, "AuthParameters": parameters });
        let answer = scene.server.call("InitiateAuth", body).await.ok();
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let parameters = &answer["ChallengeParameters"];
        assert_eq!(parameters["USERNAME"], name);
        assert_eq!(parameters["USER_ID_FOR_SRP"], name);
        (
            names(&answer),
            names(parameters),
            answer["Session"].as_str().map(str::len),
        )
    };
    for flow in [
        json!({ "flow": "USER_SRP_AUTH", "extra": {} }),
        json!({ "flow": "CUSTOM_AUTH", "extra": { "CHALLENGE_NAME": "SRP_A" } }),
    ] {
        assert_eq!(members("mara", flow.clone()).await, members("nobody", flow).await);
    }
}

#[tokio::test]
async fn an_unknown_user_is_locked_out_like_a_known_one() {
    let scene = hiding().await;
    for name in ["mara", "nobody"] {
        for _ in 0..5 {
            scene
                .server
                .password_sign_in(&scene.client, name, "Wrong-Horse-9!")
                .await;
        }
        let answer = scene
            .server
            .password_sign_in(&scene.client, name, "Wrong-Horse-9!")
            .await;
        answer.assert_error("NotAuthorizedException", "Password attempts exceeded");
    }
}
