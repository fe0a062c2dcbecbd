//! What somebody can have written who proves nothing: so much and no more, however long it goes on.

use std::collections::BTreeSet;

use poolhouse_pool::records::audit_log;
use poolhouse_pool::records::{AuditEntry, Refused};
use poolhouse_pool::testing::TestPool;
use poolhouse_store::{Batch, Expect, Scan};
use serde_json::json;

use crate::factors::USED_SESSION;
use crate::user_auth::Choice;
use crate::{PASSWORD, foreign_functions};

/// The keys of the pool's sessions under way.
async fn sessions(server: &TestPool, pool: &str) -> Vec<String> {
    let scan = Scan::prefix(format!("p/{pool}/user/"), 100_000);
    let rows = server.store().scan(scan).await.unwrap();
    let keys = rows.into_iter().map(|row| row.key);
    keys.filter(|key| key.contains("/session/")).collect()
}

#[tokio::test]
async fn a_flood_of_sign_ins_for_one_name_leaves_4096_rows_and_no_more() {
    let scene = Choice::new().await;
    for _ in 0..4500 {
        scene.begin("mara", json!({})).await.ok();
    }
    let rows = sessions(&scene.server, &scene.pool).await.len();
    assert!(rows <= 4096, "{rows}");
    // The door is open still.
    let asked = scene.begin("mara", json!({})).await.ok();
    let typed = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let tokens = scene.respond("SELECT_CHALLENGE", &asked["Session"], typed).await;
    assert!(tokens.ok()["AuthenticationResult"]["AccessToken"].is_string());
}

#[tokio::test]
async fn sign_ins_for_names_that_nobody_has_lie_in_places_of_the_pool_and_touch_nobody_elses() {
    let hiding = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let scene = Choice::of(TestPool::new().await, json!({}), hiding).await;
    let asked = scene.begin("mara", json!({})).await.ok();
    for number in 0..100 {
        for parameters in [json!({}), json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })] {
            scene.begin(&format!("nobody-{number}"), parameters).await.ok();
        }
    }
    let keys = sessions(&scene.server, &scene.pool).await;
    let whose: BTreeSet<_> = keys.iter().filter_map(|key| key.split('/').nth(3)).collect();
    assert_eq!(whose.len(), 2, "{whose:?}");
    assert!(whose.contains("00000000-0000-4000-8000-000000000000"));
    let typed = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let tokens = scene.respond("SELECT_CHALLENGE", &asked["Session"], typed).await;
    assert!(tokens.ok()["AuthenticationResult"]["AccessToken"].is_string());
    scene.server.ignore_mail();
}

#[tokio::test]
async fn a_session_that_another_was_written_over_is_gone_and_opens_nothing_of_the_other() {
    let scene = Choice::new().await;
    let first = scene.begin("mara", json!({})).await.ok();
    let place = sessions(&scene.server, &scene.pool).await[0].clone();
    let second = scene.begin("mara", json!({})).await.ok();
    let (store, platform) = (scene.server.store(), &scene.server.app().platform);
    let elsewhere = sessions(&scene.server, &scene.pool).await;
    let elsewhere = elsewhere.into_iter().find(|key| *key != place).unwrap();
    let other = store.get(&elsewhere).await.unwrap().unwrap();
    let other = platform.open_row(other).unwrap();
    let written_over = Batch::new().put(place, Expect::Any, other.body);
    platform.commit(written_over).await.unwrap();
    let typed = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let answer = scene
        .respond("SELECT_CHALLENGE", &first["Session"], typed.clone())
        .await;
    answer.assert_error("NotAuthorizedException", USED_SESSION);
    scene
        .respond("SELECT_CHALLENGE", &second["Session"], typed)
        .await
        .ok();
}

/// Where the pool's own functions ask for no password first.
#[tokio::test]
async fn a_flood_of_wrong_answers_is_so_many_entries_an_hour_and_a_number() {
    let [define, create, verify] = foreign_functions::code_only();
    let scene = foreign_functions::scene(&define, &create, &verify).await;
    let log = async || {
        let prefix = AuditEntry::prefix(Some(&scene.pool));
        let platform = &scene.server.app().platform;
        let entries = audit_log::entries(platform, Some(&scene.pool), &prefix, 1000).await;
        let sign_ins = entries
            .unwrap()
            .into_iter()
            .filter(|(_, entry)| entry.is_of_sign_in());
        sign_ins.count()
    };
    for _ in 0..40 {
        let begun = scene
            .initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" }))
            .await
            .ok();
        let again = foreign_functions::answer(&scene, &begun["Session"], "41")
            .await
            .ok();
        let denied = foreign_functions::answer(&scene, &again["Session"], "41").await;
        assert_eq!(denied.status, 400);
    }
    assert_eq!(log().await, 30);
    // A right one is told whatever was before it.
    let begun = scene
        .initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" }))
        .await
        .ok();
    foreign_functions::answer(&scene, &begun["Session"], "42")
        .await
        .ok();
    assert_eq!(log().await, 31);
    scene.server.clock().advance_seconds(11);
    scene.server.sweep().await;
    let prefix = Refused::prefix(Some(&scene.pool));
    let platform = &scene.server.app().platform;
    let minutes = audit_log::refused(platform, Some(&scene.pool), &prefix, 10)
        .await
        .unwrap();
    let counts: Vec<_> = minutes.iter().map(|(_, _, minute)| &minute.counts).collect();
    let expected = [
        // The ends of the sign-ins, which commit nothing.
        ("RespondToAuthChallenge NotAuthorizedException".to_owned(), 40),
        ("RespondToAuthChallenge unproved".to_owned(), 10),
    ];
    assert_eq!(counts, [&expected.into()]);
}
