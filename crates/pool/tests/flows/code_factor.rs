//! What an administrator beside the server does about somebody whom wrong codes have locked.

use poolhouse_pool::ops::pools::code_factor::{Done, forget_browsers, locked_users, unlock_user};
use serde_json::{Value, json};

use crate::Scene;
use crate::new_password::{CHOSEN, TEMPORARY, choose, newcomer, typed};

/// Guesses until the code step locks.
async fn guess(scene: &Scene) {
    scene.server.ignore_mail();
    for _ in 0..4 {
        scene.server.clock().advance_seconds(60);
        let mut challenge = scene.challenge().await;
        for _ in 0..3 {
            let answer = scene.answer(&challenge["Session"], "no code").await;
            if answer.status != 200 {
                break;
            }
            challenge = answer.ok();
        }
    }
}

async fn result(scene: &Scene) -> Value {
    scene.challenge().await["ChallengeParameters"]["result"].clone()
}

#[tokio::test]
async fn l1_an_administrator_beside_the_server_sees_who_is_locked_and_unlocks() {
    let scene = Scene::new().await;
    let (app, pool) = (scene.server.app(), &scene.pool);
    let confirm = app.functions.confirm();
    let locked = async || {
        locked_users(&app.platform, &confirm, pool)
            .await
            .unwrap()
            .unwrap()
    };
    assert_eq!(locked().await, []);
    assert_eq!(
        unlock_user(&app.platform, &confirm, pool, "mara").await.unwrap(),
        Done::Nothing {
            username: "mara".to_owned()
        }
    );
    guess(&scene).await;
    assert_eq!(result(&scene).await, "locked");
    let found = locked().await;
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, found[0].1.closed), (vec!["mara"], false));
    let done = unlock_user(&app.platform, &confirm, pool, "mara").await.unwrap();
    let Done::Changed { username, stood } = done else {
        panic!("{done:?}")
    };
    assert_eq!((username.as_str(), stood), ("mara", found[0].1));
    assert_eq!(locked().await, []);
    assert_eq!(result(&scene).await, "sent");
}

#[tokio::test]
async fn an_administrator_beside_the_server_makes_it_forget_a_users_browsers() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    let token = challenge["ChallengeParameters"]["deviceToken"].clone();
    scene
        .answer(&challenge["Session"], &scene.code().await)
        .await
        .ok();
    guess(&scene).await;
    let placed = async || {
        let challenge = scene.challenge_with(json!({ "deviceToken": token })).await;
        challenge["ChallengeParameters"]["result"].clone()
    };
    assert_eq!(
        placed().await,
        "sent",
        "a browser that is known has counters of its own"
    );
    let app = scene.server.app();
    let confirm = app.functions.confirm();
    let done = forget_browsers(&app.platform, &confirm, &scene.pool, "mara")
        .await
        .unwrap();
    let Done::Changed { stood, .. } = done else {
        panic!("{done:?}")
    };
    assert_eq!(stood.devices.0, 1);
    assert_eq!(placed().await, "locked", "now it is a browser like any other");
    let rows = scene.server.store().scan(poolhouse_store::Scan {
        prefix: format!("p/{}/user/", scene.pool),
        after: None,
        limit: 1000,
    });
    let rows = rows.await.unwrap();
    assert!(rows.iter().all(|row| !row.key.contains("/places")));
}

#[tokio::test]
async fn nobody_and_nowhere_are_told_apart() {
    let scene = Scene::new().await;
    let app = scene.server.app();
    let confirm = app.functions.confirm();
    let unlock =
        async |pool: &str, name: &str| unlock_user(&app.platform, &confirm, pool, name).await.unwrap();
    assert_eq!(unlock("us-east-1_nowhere", "mara").await, Done::NoPool);
    assert_eq!(unlock(&scene.pool, "nobody").await, Done::NoUser);
    let locked = locked_users(&app.platform, &confirm, "us-east-1_nowhere").await;
    assert_eq!(locked.unwrap(), None);
}

#[tokio::test]
async fn a_first_password_takes_the_lock_of_wrong_codes_away() {
    let scene = Scene::new().await;
    newcomer(&scene).await;
    scene.server.ignore_mail();
    let custom = async || {
        let challenge = scene
            .server
            .custom_sign_in(&scene.pool, &scene.client, "nia", TEMPORARY)
            .await
            .ok();
        choose(&scene, &challenge["Session"], CHOSEN).await.ok()
    };
    for _ in 0..4 {
        scene.server.clock().advance_seconds(60);
        let mut next = custom().await;
        for _ in 0..3 {
            let answer = typed(&scene, &next["Session"], "no code").await;
            if answer.status != 200 {
                break;
            }
            next = answer.ok();
        }
    }
    assert_eq!(custom().await["ChallengeParameters"]["result"], "locked");
    let challenge = scene
        .server
        .password_sign_in(&scene.client, "nia", TEMPORARY)
        .await
        .ok();
    choose(&scene, &challenge["Session"], CHOSEN).await.ok();
    let next = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "nia", CHOSEN)
        .await
        .ok();
    assert_eq!(next["ChallengeParameters"]["result"], "sent");
}
