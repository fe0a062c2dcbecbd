//! Where a user is signed in, in a pool that keeps track of it.

use std::net::IpAddr;

use poolhouse_api::Operation;
use poolhouse_pool::ops::dispatch;
use poolhouse_pool::ops::pools::safeguards;
use poolhouse_pool::request::{Asker, Ctx};
use poolhouse_pool::testing::Answer;
use serde_json::{Value, json};

use crate::{PASSWORD, Scene};

/// The moment at which every pool begins.
const BEGIN: i64 = 1_767_323_045;
const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A scene whose pool keeps track of so many sessions.
async fn tracked(most: i64) -> Scene {
    let scene = Scene::new().await;
    track(&scene, "ENABLED", most).await;
    scene
}

async fn track(scene: &Scene, tracking: &str, most: i64) {
    let body = json!({
        "UserPoolId": scene.pool,
        "UserSessionTracking": tracking,
        "TokenSession": { "MaxPerUser": most },
    });
    scene
        .server
        .call("SetUserPoolSessionConfiguration", body)
        .await
        .ok();
}

impl Scene {
    /// A call by a browser at this address.
    async fn by(&self, address: &str, operation: &str, body: Value) -> Value {
        let ctx = Ctx::new(
            self.server.app().clone(),
            "00000000-0000-4000-8000-000000000000".to_owned(),
            self.server.app().platform.now(),
            Asker {
                address: Some(address.parse::<IpAddr>().unwrap()),
                user_agent: Some(FIREFOX.to_owned()),
                ..Asker::default()
            },
        );
        let operation = Operation::from_name(operation).unwrap();
        dispatch(operation, &ctx, body).await.unwrap()
    }

    /// Mara's sign-in by a browser at this address.
    async fn sign_in_at(&self, address: &str) -> Value {
        let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD });
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.client,
            "AuthParameters": parameters,
        });
        self.by(address, "InitiateAuth", body).await["AuthenticationResult"].clone()
    }

    async fn sessions(&self, tokens: &Value) -> Vec<Value> {
        let body = json!({ "AccessToken": tokens["AccessToken"] });
        let listed = self.server.call("ListUserSessions", body).await.ok();
        listed["Sessions"].as_array().unwrap().clone()
    }

    async fn get_user(&self, tokens: &Value) -> Answer {
        let body = json!({ "AccessToken": tokens["AccessToken"] });
        self.server.call("GetUser", body).await
    }

    async fn on_mara(&self, operation: &str, mut members: Value) -> Answer {
        members["UserPoolId"] = json!(self.pool);
        members["Username"] = json!("mara");
        self.server.call(operation, members).await
    }
}

fn addresses(sessions: &[Value]) -> Vec<&str> {
    let addresses = sessions.iter().map(|session| session["LastIPAddress"].as_str());
    addresses.flatten().collect()
}

const REVOKED: &str = "Access Token has been revoked";

#[tokio::test]
async fn a_session_is_listed_with_what_is_known_of_it() {
    let scene = tracked(20).await;
    let tokens = scene.sign_in_at("192.0.2.7").await;
    scene.server.clock().advance_seconds(1);
    let other = scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await
        .ok();
    let sessions = scene.sessions(&tokens).await;
    let id = sessions[1]["SessionId"].as_str().unwrap();
    assert!(
        id.len() == 28
            && id.starts_with("tkn")
            && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()),
        "{id}"
    );
    let expected = json!({
        "SessionId": id,
        "SessionType": "TOKEN",
        "ClientId": scene.client,
        "CreateDate": BEGIN,
        "LastActiveDate": BEGIN,
        "DeviceType": "Firefox, Windows",
        "LastIPAddress": "192.0.2.7",
        "LastLocation": { "Country": "unknown" },
        "IsCurrentSession": true,
    });
    assert_eq!(sessions[1], expected);
    // Of the other nobody knows from where it came.
    let unknown = json!({
        "SessionId": sessions[0]["SessionId"],
        "SessionType": "TOKEN",
        "ClientId": scene.client,
        "CreateDate": BEGIN + 1,
        "LastActiveDate": BEGIN + 1,
        "LastLocation": { "Country": "unknown" },
        "IsCurrentSession": false,
    });
    assert_eq!(sessions[0], unknown);
    assert_ne!(sessions[0]["SessionId"], sessions[1]["SessionId"]);
    let own = scene.sessions(&other["AuthenticationResult"]).await;
    assert_eq!(
        [&own[0]["IsCurrentSession"], &own[1]["IsCurrentSession"]],
        [true, false]
    );
    let for_administrators = scene.on_mara("AdminListUserSessions", json!({})).await.ok();
    let mut expected = vec![sessions[0].clone(), expected];
    expected[1]["IsCurrentSession"] = json!(false);
    assert_eq!(for_administrators, json!({ "Sessions": expected }));
}

#[tokio::test]
async fn a_refresh_moves_the_last_activity_to_the_minute_and_the_address_at_once() {
    let scene = tracked(20).await;
    let tokens = scene.sign_in_at("192.0.2.7").await;
    let body = json!({ "ClientId": scene.client, "RefreshToken": tokens["RefreshToken"] });
    for (seconds, address, active) in [
        (59, "192.0.2.7", BEGIN),
        (1, "192.0.2.7", BEGIN + 60),
        (5, "192.0.2.8", BEGIN + 65),
    ] {
        scene.server.clock().advance_seconds(seconds);
        scene.by(address, "GetTokensFromRefreshToken", body.clone()).await;
        let [session] = scene.sessions(&tokens).await.try_into().unwrap();
        assert_eq!(session["LastActiveDate"], json!(active));
        assert_eq!(session["LastIPAddress"], address);
        assert_eq!(session["CreateDate"], json!(BEGIN));
    }
}

#[tokio::test]
async fn one_session_more_than_there_may_be_ends_the_one_used_longest_ago() {
    let scene = tracked(2).await;
    let first = scene.sign_in_at("192.0.2.1").await;
    scene.server.clock().advance_seconds(60);
    let second = scene.sign_in_at("192.0.2.2").await;
    scene.server.clock().advance_seconds(60);
    let body = json!({ "ClientId": scene.client, "RefreshToken": first["RefreshToken"] });
    scene
        .by("192.0.2.1", "GetTokensFromRefreshToken", body.clone())
        .await;
    scene.server.clock().advance_seconds(60);
    let third = scene.sign_in_at("192.0.2.3").await;
    assert_eq!(
        addresses(&scene.sessions(&third).await),
        ["192.0.2.3", "192.0.2.1"]
    );
    let ended = scene.get_user(&second).await;
    ended.assert_error("NotAuthorizedException", REVOKED);
    let body = json!({ "ClientId": scene.client, "RefreshToken": second["RefreshToken"] });
    let ended = scene.server.call("GetTokensFromRefreshToken", body).await;
    ended.assert_error("NotAuthorizedException", "Refresh Token has been revoked");
    scene.get_user(&first).await.ok();
    // A lower limit counts at the next sign-in.
    track(&scene, "ENABLED", 1).await;
    assert_eq!(scene.sessions(&third).await.len(), 2);
    let fourth = scene.sign_in_at("192.0.2.4").await;
    assert_eq!(addresses(&scene.sessions(&fourth).await), ["192.0.2.4"]);
    for tokens in [&first, &third] {
        let ended = scene.get_user(tokens).await;
        ended.assert_error("NotAuthorizedException", REVOKED);
    }
}

#[tokio::test]
async fn a_session_that_has_ended_takes_no_place_of_one_that_goes_on() {
    for operation in ["RevokeToken", "ChangePassword"] {
        let scene = tracked(2).await;
        let ends = safeguards::change(&scene.server.app().platform, &scene.pool, |pool| {
            pool.reset_ends_sessions = true;
        });
        ends.await.unwrap().unwrap();
        let own = scene.sign_in_at("192.0.2.1").await;
        scene.server.clock().advance_seconds(60);
        let ended = scene.sign_in_at("192.0.2.2").await;
        scene.server.clock().advance_seconds(60);
        let body = match operation {
            "RevokeToken" => json!({ "ClientId": scene.client, "Token": ended["RefreshToken"] }),
            _ => json!({
                "AccessToken": own["AccessToken"],
                "PreviousPassword": PASSWORD,
                "ProposedPassword": PASSWORD,
            }),
        };
        scene.server.call(operation, body).await.ok();
        let answer = scene.get_user(&ended).await;
        answer.assert_error("NotAuthorizedException", REVOKED);
        let third = scene.sign_in_at("192.0.2.3").await;
        scene.get_user(&own).await.ok();
        let listed = scene.sessions(&third).await;
        assert_eq!(addresses(&listed), ["192.0.2.3", "192.0.2.1"], "{operation}");
    }
}

#[tokio::test]
async fn a_user_ends_a_session_of_its_own_but_for_the_one_it_asks_from() {
    let scene = tracked(20).await;
    let own = scene.sign_in_at("192.0.2.1").await;
    let other = scene.sign_in_at("192.0.2.2").await;
    scene.server.user(&scene.pool, "noel", PASSWORD).await;
    let noel = scene
        .server
        .password_sign_in(&scene.client, "noel", PASSWORD)
        .await
        .ok();
    let noel = scene.sessions(&noel["AuthenticationResult"]).await[0]["SessionId"].clone();
    let sessions = scene.sessions(&own).await;
    let id = |is_current: bool| {
        let mut sessions = sessions.iter();
        let found = sessions.find(|session| session["IsCurrentSession"] == is_current);
        found.unwrap()["SessionId"].clone()
    };
    let revoke = async |id: Value| {
        let body = json!({
            "AccessToken": own["AccessToken"],
            "SessionId": id,
            "RevokeAssociatedSessions": "LINKED",
        });
        scene.server.call("RevokeUserSession", body).await
    };
    let current = revoke(id(true)).await;
    current.assert_error(
        "InvalidParameterException",
        "You can't revoke the current session.",
    );
    assert_eq!(revoke(id(false)).await.ok(), json!({}));
    let gone = scene.get_user(&other).await;
    gone.assert_error("NotAuthorizedException", REVOKED);
    scene.get_user(&own).await.ok();
    for unknown in [id(false), noel, json!(format!("sso{}", "a".repeat(25)))] {
        let answer = revoke(unknown).await;
        answer.assert_error("ResourceNotFoundException", "Session not found.");
    }
    assert_eq!(addresses(&scene.sessions(&own).await), ["192.0.2.1"]);
}

#[tokio::test]
async fn an_administrator_ends_any_session_of_a_user() {
    let scene = tracked(20).await;
    let tokens = scene.sign_in_at("192.0.2.1").await;
    let id = scene.sessions(&tokens).await[0]["SessionId"].clone();
    let revoke = async || {
        scene
            .on_mara("AdminRevokeUserSession", json!({ "SessionId": id }))
            .await
    };
    assert_eq!(revoke().await.ok(), json!({}));
    let gone = scene.get_user(&tokens).await;
    gone.assert_error("NotAuthorizedException", REVOKED);
    revoke()
        .await
        .assert_error("ResourceNotFoundException", "Session not found.");
    let body = json!({ "UserPoolId": scene.pool, "Username": "nobody", "SessionId": id });
    for operation in ["AdminListUserSessions", "AdminRevokeUserSession"] {
        let answer = scene.server.call(operation, body.clone()).await;
        answer.assert_error("UserNotFoundException", "User does not exist.");
    }
}

#[tokio::test]
async fn what_ends_a_sign_in_ends_its_session_and_nothing_is_left_of_where_it_was() {
    let scene = tracked(20).await;
    for (operation, members) in [
        ("AdminUserGlobalSignOut", json!({})),
        ("AdminDisableUser", json!({})),
    ] {
        scene.sign_in_at("192.0.2.1").await;
        scene.on_mara(operation, members).await.ok();
        let listed = scene.on_mara("AdminListUserSessions", json!({})).await.ok();
        assert_eq!(listed, json!({ "Sessions": [] }), "{operation}");
        let row = format!("p/{}/user/", scene.pool);
        let rows = scene
            .server
            .store()
            .scan(poolhouse_store::Scan::prefix(row, 100))
            .await
            .unwrap();
        assert!(
            rows.iter().all(|row| !row.body.contains("192.0.2.1")),
            "{operation}"
        );
        scene.on_mara("AdminEnableUser", json!({})).await.ok();
        scene.server.clock().advance_seconds(1);
    }
    let tokens = scene.sign_in_at("192.0.2.1").await;
    let body = json!({ "ClientId": scene.client, "Token": tokens["RefreshToken"] });
    scene.server.call("RevokeToken", body).await.ok();
    let listed = scene.on_mara("AdminListUserSessions", json!({})).await.ok();
    assert_eq!(listed, json!({ "Sessions": [] }));
    // Nor does a session outlive its refresh token.
    scene.sign_in_at("192.0.2.1").await;
    scene.server.clock().advance_seconds(30 * 24 * 3600);
    let listed = scene.on_mara("AdminListUserSessions", json!({})).await.ok();
    assert_eq!(listed, json!({ "Sessions": [] }));
}

#[tokio::test]
async fn a_pool_that_does_not_keep_track_notes_nothing_and_has_nothing_to_tell() {
    let scene = Scene::new().await;
    let tokens = scene.sign_in_at("192.0.2.1").await;
    let rows = scene
        .server
        .store()
        .scan(poolhouse_store::Scan::prefix("p/", 1000))
        .await
        .unwrap();
    assert!(rows.iter().all(|row| !row.key.ends_with("/sessions")));
    assert_eq!(scene.sessions(&tokens).await, [] as [Value; 0]);
    track(&scene, "ENABLED", 20).await;
    assert_eq!(scene.sessions(&tokens).await, [] as [Value; 0], "it began before");
    let tracked = scene.sign_in_at("192.0.2.2").await;
    assert_eq!(scene.sessions(&tracked).await.len(), 1);
    let id = scene.sessions(&tracked).await[0]["SessionId"].clone();
    track(&scene, "DISABLED", 20).await;
    assert_eq!(scene.sessions(&tracked).await, [] as [Value; 0]);
    let body = json!({ "AccessToken": tokens["AccessToken"], "SessionId": id });
    let answer = scene.server.call("RevokeUserSession", body).await;
    answer.assert_error("ResourceNotFoundException", "Session not found.");
}

#[tokio::test]
async fn a_session_list_has_one_page() {
    let scene = tracked(20).await;
    let tokens = scene.sign_in_at("192.0.2.1").await;
    let body = json!({ "AccessToken": tokens["AccessToken"], "NextToken": "second" });
    let answer = scene.server.call("ListUserSessions", body).await;
    answer.assert_error("InvalidParameterException", "Invalid pagination token given.");
    let answer = scene
        .on_mara("AdminListUserSessions", json!({ "NextToken": "second" }))
        .await;
    answer.assert_error("InvalidParameterException", "Invalid pagination token given.");
}

#[tokio::test]
async fn a_server_that_signs_somebody_in_is_not_taken_for_the_place_where_they_are() {
    let scene = tracked(20).await;
    let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD });
    let mut body = json!({
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "UserPoolId": scene.pool,
        "ClientId": scene.client,
        "AuthParameters": parameters,
    });
    scene.by("198.51.100.1", "AdminInitiateAuth", body.clone()).await;
    body["ContextData"] = json!({
        "IpAddress": "192.0.2.7",
        "ServerName": "app.example.com",
        "ServerPath": "/",
        "HttpHeaders": [],
    });
    let answer = scene.by("198.51.100.1", "AdminInitiateAuth", body).await;
    let sessions = scene.sessions(&answer["AuthenticationResult"]).await;
    assert_eq!(sessions.len(), 2);
    assert_eq!(addresses(&sessions), ["192.0.2.7"]);
}
