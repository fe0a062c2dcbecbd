//! A store that somebody else writes to, and one without room.

use std::sync::Arc;

use poolhouse_pool::testing::{Mood, Moody, TestPool};
use poolhouse_store::testing::fresh_version;
use poolhouse_store::{Batch, Expect, Scan};
use serde_json::json;

use crate::{PASSWORD, Scene, WRONG};

const WRONG_PASSWORD: &str = "Wrong-Horse-9!";

/// Somebody who may write to the database and has no key puts rows of his own user in the place of another's.
#[tokio::test]
async fn a_row_in_the_place_of_another_users_lets_nobody_in() {
    let scene = Scene::new().await;
    let (server, store) = (&scene.server, scene.server.store());
    let thiefs = server.user(&scene.pool, "noel", "Thiefs-Horse-9!").await;
    let rows = store.scan(Scan::prefix("", 1000)).await.unwrap();
    let mara = rows
        .iter()
        .find(|row| row.key.ends_with("/profile") && !row.key.contains(&thiefs));
    let mara = mara.unwrap();
    let own = rows
        .iter()
        .find(|row| row.key.ends_with("/profile") && row.key.contains(&thiefs));
    let swapped = Batch::new().put(mara.key.clone(), Expect::Any, own.unwrap().body.clone());
    store.commit(swapped, fresh_version()).await.unwrap();
    for password in ["Thiefs-Horse-9!", PASSWORD] {
        let answer = server.password_sign_in(&scene.client, "mara", password).await;
        assert_eq!(answer["__type"], "InternalErrorException");
        let answer = server
            .srp_sign_in(&scene.pool, &scene.client, "mara", password)
            .await;
        assert_eq!(answer["__type"], "InternalErrorException");
    }
    let back = Batch::new().put(mara.key.clone(), Expect::Any, mara.body.clone());
    store.commit(back, fresh_version()).await.unwrap();
    server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await
        .ok();
}

#[tokio::test]
async fn without_room_on_the_disk_nobody_hears_a_verdict_and_nothing_is_counted() {
    let store = Arc::new(Moody::default());
    let scene = Scene::in_open_pool(TestPool::on(store.clone(), 7, |_| {}).await).await;
    let sign_in = async |password: &str| {
        let server = &scene.server;
        server.password_sign_in(&scene.client, "mara", password).await
    };
    store.become_(Mood::Full);
    for password in [WRONG_PASSWORD, PASSWORD] {
        for _ in 0..10 {
            let answer = sign_in(password).await;
            assert_eq!(answer.status, 503);
            let expected = json!({
                "__type": "InternalErrorException",
                "message": "The service is not available at the moment. Try again.",
            });
            assert_eq!(answer.body, expected);
        }
    }
    store.become_(Mood::Well);
    // All five that are judged before a lock are left.
    for _ in 0..5 {
        sign_in(WRONG_PASSWORD)
            .await
            .assert_error("NotAuthorizedException", WRONG);
    }
    sign_in(PASSWORD)
        .await
        .assert_error("NotAuthorizedException", "Password attempts exceeded");
    scene.server.clock().advance_seconds(1);
    sign_in(PASSWORD).await.ok();
}
