//! Wrong passwords in a row.

use crate::{PASSWORD, Scene, WRONG};

const EXCEEDED: &str = "Password attempts exceeded";

#[tokio::test]
async fn after_five_wrong_passwords_even_the_right_one_waits() {
    let scene = Scene::new().await;
    let sign_in = async |password: &str| {
        scene
            .server
            .password_sign_in(&scene.client, "mara", password)
            .await
    };
    for _ in 0..5 {
        sign_in("Wrong-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", WRONG);
    }
    sign_in(PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
    scene.server.clock().advance_seconds(1);
    sign_in(PASSWORD).await.ok();
}

#[tokio::test]
async fn attempts_during_a_lock_do_not_prolong_it() {
    let scene = Scene::new().await;
    let sign_in = async |password: &str| {
        scene
            .server
            .password_sign_in(&scene.client, "mara", password)
            .await
    };
    for _ in 0..5 {
        sign_in("Wrong-Horse-9!").await;
    }
    scene.server.clock().advance_seconds(1);
    sign_in("Wrong-Horse-9!")
        .await
        .assert_error("NotAuthorizedException", WRONG);
    for _ in 0..10 {
        sign_in("Wrong-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", EXCEEDED);
    }
    scene.server.clock().advance_seconds(2);
    sign_in(PASSWORD).await.ok();
}

#[tokio::test]
async fn a_lock_covers_every_way_to_prove_the_password() {
    let scene = Scene::new().await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    for _ in 0..5 {
        server
            .srp_sign_in(pool, client, "mara", "Wrong-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", WRONG);
    }
    server
        .srp_sign_in(pool, client, "mara", PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
    server
        .custom_sign_in(pool, client, "mara", PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
    server
        .password_sign_in(client, "mara", PASSWORD)
        .await
        .assert_error("NotAuthorizedException", EXCEEDED);
}

#[tokio::test]
async fn a_success_starts_the_count_again() {
    let scene = Scene::new().await;
    let sign_in = async |password: &str| {
        scene
            .server
            .password_sign_in(&scene.client, "mara", password)
            .await
    };
    for _ in 0..3 {
        for _ in 0..4 {
            sign_in("Wrong-Horse-9!")
                .await
                .assert_error("NotAuthorizedException", WRONG);
        }
        sign_in(PASSWORD).await.ok();
    }
}
