//! Sessions that begin and end at the same moment, in a pool that keeps track of them.

use poolhouse_pool::ops::pools::safeguards;
use poolhouse_pool::records::Safeguards;
use serde_json::{Value, json};

use crate::{OTHER, PARALLEL, PASSWORD, Scene, at_once};

async fn tracked(most: usize) -> Scene {
    let scene = Scene::new().await;
    let body = json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": most } });
    scene.call("SetUserPoolSessionConfiguration", body).await.ok();
    scene
}

fn sign_in(scene: &Scene) -> Value {
    json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "USERNAME": "mara", "PASSWORD": PASSWORD },
    })
}

async fn sessions(scene: &Scene) -> Vec<Value> {
    let listed = scene.on_mara("AdminListUserSessions", json!({})).await.ok();
    listed["Sessions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn sixty_four_sign_ins_at_once_leave_as_many_sessions_as_there_may_be() {
    for most in [1, 3] {
        let scene = tracked(most).await;
        let calls = vec![("InitiateAuth", sign_in(&scene)); PARALLEL];
        assert_eq!(at_once(&scene.server, calls).await, PARALLEL);
        assert_eq!(scene.keys("/refresh/").await.len(), most);
        assert_eq!(sessions(&scene).await.len(), most);
    }
}

#[tokio::test]
async fn a_session_that_began_at_the_same_moment_is_noted_beside_another() {
    let scene = tracked(20).await;
    let client = scene.client.clone();
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.password_sign_in(&client, "mara", PASSWORD).await.ok();
    });
    scene.sign_in().await.ok();
    assert_eq!(sessions(&scene).await.len(), 2);
}

#[tokio::test]
async fn a_session_ended_at_the_same_moment_as_another_begins_does_not_come_back() {
    let scene = tracked(20).await;
    scene.sign_in().await.ok();
    let id = sessions(&scene).await[0]["SessionId"].clone();
    scene.first_on_mara("user/", "AdminRevokeUserSession", json!({ "SessionId": id }));
    scene.sign_in().await.ok();
    assert_eq!(scene.keys("/refresh/").await.len(), 1);
    let left = sessions(&scene).await;
    assert_eq!(left.len(), 1);
    assert_ne!(left[0]["SessionId"], id);
}

#[tokio::test]
async fn of_sixty_four_revocations_of_a_session_at_once_none_ends_another() {
    let scene = tracked(20).await;
    for _ in 0..2 {
        scene.sign_in().await.ok();
    }
    let id = sessions(&scene).await[0]["SessionId"].clone();
    let body = json!({ "UserPoolId": scene.pool, "Username": "mara", "SessionId": id });
    at_once(&scene.server, vec![("AdminRevokeUserSession", body); PARALLEL]).await;
    assert_eq!(scene.keys("/refresh/").await.len(), 1);
    assert_ne!(sessions(&scene).await[0]["SessionId"], id);
}

#[tokio::test]
async fn a_new_password_that_ends_other_sessions_takes_none_from_the_list_whose_tokens_live() {
    let scene = tracked(20).await;
    let platform = &scene.server.app().platform;
    let guard = |safeguards: &mut Safeguards| safeguards.reset_ends_sessions = true;
    safeguards::change(platform, &scene.pool, guard).await.unwrap();
    let own = scene.tokens().await;
    let signing_in = |password: &'static str| {
        let client = scene.client.clone();
        move |rival: poolhouse_pool::testing::TestPool| async move {
            rival.password_sign_in(&client, "mara", password).await.ok();
        }
    };
    // After the commit of the proof one begins before that of the new password, another before that which ends the first.
    let profile = &scene.keys("/profile").await[0];
    scene.before(profile, |_| async {});
    scene.before(profile, signing_in(PASSWORD));
    let noted = scene.keys("/sessions").await;
    let key = noted[0].clone();
    scene.before(&key, signing_in(OTHER));
    let body = json!({
        "AccessToken": own["AccessToken"],
        "PreviousPassword": PASSWORD,
        "ProposedPassword": OTHER,
    });
    scene.server.call("ChangePassword", body).await.ok();
    assert_eq!(scene.keys("/refresh/").await.len(), sessions(&scene).await.len());
    scene
        .server
        .call("GetUser", json!({ "AccessToken": own["AccessToken"] }))
        .await
        .ok();
}
