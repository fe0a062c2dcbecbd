//! What the audit log says of what happened, and what it must not say.

use poolhouse_pool::records::audit_log::{self, Entry};
use poolhouse_pool::records::{AuditEntry, AuditStep, Refused};
use poolhouse_pool::testing::TestPool;
use poolhouse_store::Scan;
use serde_json::json;

use crate::{PASSWORD, Scene, other_than};

pub const WRONG_PASSWORD: &str = "Wrong-Horse-9!";

/// The whole log of a pool, or of what is about none.
pub async fn log(server: &TestPool, pool: Option<&str>) -> Vec<Entry> {
    let platform = &server.app().platform;
    let prefix = AuditEntry::prefix(pool);
    audit_log::entries(platform, pool, &prefix, 1000).await.unwrap()
}

impl Scene {
    /// The log of the scene's pool.
    pub async fn log(&self) -> Vec<Entry> {
        log(&self.server, Some(&self.pool)).await
    }

    /// Entries of sign-ins alone.
    async fn sign_ins(&self) -> Vec<AuditEntry> {
        let entries = self.log().await.into_iter().map(|(_, entry)| entry);
        entries.filter(AuditEntry::is_of_sign_in).collect()
    }
}

pub fn ended(entry: &AuditEntry) -> (&str, Option<&str>) {
    (&entry.outcome, entry.why.as_deref())
}

fn told(step: &AuditStep) -> (&str, &str, Vec<&str>, Option<&str>) {
    let asked = step.asked.iter().map(|asked| asked.trigger.as_str()).collect();
    (&step.what, &step.result, asked, step.mail.as_deref())
}

#[tokio::test]
async fn a_sign_in_by_code_is_one_entry_that_tells_its_steps() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    assert_eq!(scene.sign_ins().await, []);
    let code = scene.code().await;
    scene.answer(&challenge["Session"], &code).await.ok();
    let entries = scene.sign_ins().await;
    assert_eq!(entries.iter().map(ended).collect::<Vec<_>>(), [("tokens", None)]);
    let entry = &entries[0];
    assert_eq!(
        entry.steps.iter().map(told).collect::<Vec<_>>(),
        [
            (
                "PASSWORD_VERIFIER",
                "right",
                vec!["DefineAuthChallenge", "CreateAuthChallenge"],
                Some("sent")
            ),
            (
                "CUSTOM_CHALLENGE",
                "right",
                vec!["VerifyAuthChallengeResponse", "DefineAuthChallenge"],
                None
            ),
        ]
    );
    assert_eq!(entry.flow.as_deref(), Some("CUSTOM_AUTH"));
    assert_eq!(entry.client.as_deref(), Some(scene.client.as_str()));
    assert_eq!(entry.pool.as_deref(), Some(scene.pool.as_str()));
}

#[tokio::test]
async fn a_wrong_password_and_every_wrong_code_is_an_entry_and_says_so() {
    let scene = Scene::new().await;
    let wrong = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "mara", WRONG_PASSWORD)
        .await;
    assert_eq!(wrong.status, 400);
    let mut session = scene.challenge().await["Session"].clone();
    let wrong = other_than(&scene.code().await);
    for _ in 0..2 {
        session = scene.answer(&session, &wrong).await.ok()["Session"].clone();
    }
    assert_eq!(scene.answer(&session, &wrong).await.status, 400);
    let entries = scene.sign_ins().await;
    assert_eq!(
        entries.iter().map(ended).collect::<Vec<_>>(),
        [
            ("NotAuthorizedException", Some("wrong_password")),
            ("code", Some("wrong")),
            ("code", Some("wrong")),
            ("NotAuthorizedException", Some("wrong")),
        ]
    );
    assert!(entries.iter().all(|entry| entry.user.is_some()));
    assert_eq!(entries[3].steps.len(), 4);
    scene.server.ignore_mail();
}

#[tokio::test]
async fn a_refresh_token_that_is_used_twice_is_told_and_other_refreshes_are_not() {
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 });
    let scene = Scene::with_client(json!({
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"],
        "RefreshTokenRotation": rotation,
    }))
    .await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    let tokens = scene.answer(&challenge["Session"], &code).await.ok();
    let before = scene.log().await.len();
    let refresh = async || {
        let body = json!({ "ClientId": scene.client, "RefreshToken": tokens["AuthenticationResult"]["RefreshToken"] });
        scene.server.call("GetTokensFromRefreshToken", body).await
    };
    refresh().await.ok();
    assert_eq!(scene.log().await.len(), before);
    let reused = refresh().await;
    assert_eq!(reused.status, 400);
    let log = scene.log().await;
    assert_eq!(log.len(), before + 1);
    let (_, entry) = &log[before];
    assert_eq!(ended(entry).0, "RefreshTokenReuseException");
    assert!(entry.user.is_some());
}

#[tokio::test]
async fn a_name_that_nobody_has_is_a_number_and_leaves_nothing_else() {
    let scene = Scene::with_client(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let before = scene.log().await.len();
    for name in ["nobody", "no-one"] {
        for _ in 0..2 {
            scene.server.password_sign_in(&scene.client, name, PASSWORD).await;
        }
    }
    assert_eq!(scene.log().await.len(), before);
    scene.server.clock().advance_seconds(11);
    scene.server.sweep().await;
    let platform = &scene.server.app().platform;
    let prefix = Refused::prefix(Some(&scene.pool));
    let minutes = audit_log::refused(platform, Some(&scene.pool), &prefix, 10)
        .await
        .unwrap();
    let counts: Vec<_> = minutes.iter().map(|(_, _, minute)| &minute.counts).collect();
    assert_eq!(counts, [&[("InitiateAuth unknown_name".to_owned(), 4)].into()]);
    // What was written to take the same time is gone a minute later.
    scene.server.clock().advance_seconds(60);
    scene.server.sweep().await;
    let rows = platform
        .store
        .scan(Scan::prefix(format!("p/{}/nobody/", scene.pool), 10))
        .await;
    assert_eq!(rows.unwrap(), []);
}

#[tokio::test]
async fn what_is_refused_without_being_counted_against_somebody_is_a_number() {
    let scene = Scene::new().await;
    let before = scene.log().await.len();
    let body = json!({ "UserPoolId": scene.pool, "Username": "nobody" });
    for _ in 0..3 {
        scene.server.call("AdminDisableUser", body.clone()).await;
    }
    scene
        .server
        .call(
            "AdminDisableUser",
            json!({ "UserPoolId": "us-east-1_Nowhere00", "Username": "x" }),
        )
        .await;
    assert_eq!(scene.log().await.len(), before);
    scene.server.clock().advance_seconds(11);
    scene.server.sweep().await;
    let platform = &scene.server.app().platform;
    for (pool, what, count) in [
        (
            Some(scene.pool.as_str()),
            "AdminDisableUser UserNotFoundException",
            3,
        ),
        (None, "AdminDisableUser ResourceNotFoundException", 1),
    ] {
        let minutes = audit_log::refused(platform, pool, &Refused::prefix(pool), 10)
            .await
            .unwrap();
        let counts: Vec<_> = minutes.iter().map(|(_, _, minute)| &minute.counts).collect();
        assert_eq!(counts, [&[(what.to_owned(), count)].into()]);
    }
}

#[tokio::test]
async fn what_administrators_and_users_change_is_told_once_each() {
    let scene = Scene::new().await;
    let (server, pool) = (&scene.server, &scene.pool);
    let made: Vec<String> = scene
        .log()
        .await
        .into_iter()
        .map(|(_, entry)| entry.operation)
        .collect();
    assert_eq!(
        made,
        [
            "CreateUserPool",
            "CreateUserPoolClient",
            "AdminCreateUser",
            "AdminSetUserPassword"
        ]
    );
    let tokens = server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await
        .ok();
    let token = &tokens["AuthenticationResult"]["AccessToken"];
    let mara = json!({ "UserPoolId": pool, "Username": "mara" });
    let change =
        json!({ "AccessToken": token, "PreviousPassword": PASSWORD, "ProposedPassword": "Battery-Staple-1" });
    server.call("ChangePassword", change).await.ok();
    server
        .call("CreateGroup", json!({ "UserPoolId": pool, "GroupName": "staff" }))
        .await
        .ok();
    server.call("AdminGetUser", mara.clone()).await.ok();
    server.clock().advance_seconds(1);
    server.call("AdminUserGlobalSignOut", mara.clone()).await.ok();
    server.clock().advance_seconds(1);
    server.call("AdminDeleteUser", mara).await.ok();
    let entries: Vec<AuditEntry> = scene
        .log()
        .await
        .into_iter()
        .skip(4)
        .map(|(_, entry)| entry)
        .collect();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (entry.operation.as_str(), entry.outcome.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("InitiateAuth", "tokens"),
            ("ChangePassword", "done"),
            ("CreateGroup", "done"),
            ("AdminUserGlobalSignOut", "done"),
            ("AdminDeleteUser", "done"),
        ]
    );
    let subs: Vec<_> = entries.iter().map(|entry| entry.user.is_some()).collect();
    assert_eq!(subs, [true, true, false, true, true]);
    let sub = entries[0].user.clone().unwrap();
    // The history of a user who is gone is there still.
    let (history, _) = audit_log::history(&server.app().platform, pool, &sub, None, 60)
        .await
        .unwrap();
    let newest: Vec<_> = history
        .iter()
        .map(|event| event.entry.operation.as_str())
        .take(2)
        .collect();
    assert_eq!(newest, ["AdminDeleteUser", "AdminUserGlobalSignOut"]);
}

#[tokio::test]
async fn a_deleted_pool_takes_its_log_along_and_the_deletion_is_told_elsewhere() {
    let scene = Scene::new().await;
    let body = json!({ "UserPoolId": scene.pool });
    scene.server.call("DeleteUserPool", body).await.ok();
    assert_eq!(scene.log().await, []);
    let left = log(&scene.server, None).await;
    let told: Vec<_> = left
        .iter()
        .map(|(_, entry)| (entry.operation.as_str(), entry.pool.as_deref()))
        .collect();
    assert_eq!(told, [("DeleteUserPool", Some(scene.pool.as_str()))]);
}

#[tokio::test]
async fn entries_are_kept_as_long_as_the_setting_says() {
    let server = TestPool::with(|settings| settings.audit_days = 2).await;
    let scene = Scene::in_open_pool(server).await;
    let count = scene.log().await.len();
    scene.server.clock().advance_seconds(2 * 24 * 3600 - 1);
    scene.server.sweep().await;
    assert_eq!(scene.log().await.len(), count);
    scene.server.clock().advance_seconds(1);
    scene.server.sweep().await;
    assert_eq!(scene.log().await, []);
    let rows = scene
        .server
        .store()
        .scan(Scan::prefix(format!("p/{}/audit", scene.pool), 10))
        .await;
    assert_eq!(rows.unwrap(), []);
}

#[tokio::test]
async fn a_users_history_comes_in_pages() {
    let scene = Scene::new().await;
    for _ in 0..3 {
        scene.server.clock().advance_seconds(1);
        scene
            .server
            .password_sign_in(&scene.client, "mara", PASSWORD)
            .await
            .ok();
    }
    let sub = scene.sign_ins().await[0].user.clone().unwrap();
    let platform = &scene.server.app().platform;
    let page = async |after: Option<String>| {
        audit_log::history(platform, &scene.pool, &sub, after, 2)
            .await
            .unwrap()
    };
    let (first, after) = page(None).await;
    let (second, _) = page(after).await;
    let times: Vec<i64> = first
        .iter()
        .chain(&second)
        .map(|event| event.id.at.0 - first[0].id.at.0)
        .collect();
    assert_eq!(times, [0, -1000, -2000, -3000]);
}
