//! Secrets of an app client, added and deleted at the same moment.

use serde_json::{Value, json};

use crate::{PARALLEL, Scene, at_once, with};

async fn scene() -> Scene {
    Scene::of(json!({}), json!({ "GenerateSecret": true })).await
}

/// A request about the client's secrets.
fn on_client(scene: &Scene, members: Value) -> Value {
    with(
        with(members, "UserPoolId", &scene.pool),
        "ClientId",
        &scene.client,
    )
}

/// The ids of the client's secrets.
async fn ids(scene: &Scene) -> Vec<String> {
    let listed = scene
        .server
        .call("ListUserPoolClientSecrets", on_client(scene, json!({})))
        .await
        .ok();
    let secrets = listed["ClientSecrets"].as_array().cloned().unwrap_or_default();
    let id = |secret: &Value| secret["ClientSecretId"].as_str().unwrap().to_owned();
    secrets.iter().map(id).collect()
}

#[tokio::test]
async fn of_sixty_four_secrets_added_at_once_one_is_added() {
    let scene = scene().await;
    let add = ("AddUserPoolClientSecret", on_client(&scene, json!({})));
    assert_eq!(at_once(&scene.server, vec![add; PARALLEL]).await, 1);
    assert_eq!(ids(&scene).await.len(), 2);
}

#[tokio::test]
async fn of_sixty_four_deletions_of_two_secrets_at_once_one_is_made() {
    let scene = scene().await;
    scene
        .call("AddUserPoolClientSecret", on_client(&scene, json!({})))
        .await
        .ok();
    let both = ids(&scene).await;
    let delete = |n: usize| {
        let body = json!({ "ClientSecretId": both[n % 2] });
        ("DeleteUserPoolClientSecret", on_client(&scene, body))
    };
    assert_eq!(at_once(&scene.server, (0..PARALLEL).map(delete)).await, 1);
    assert_eq!(ids(&scene).await.len(), 1);
}

#[tokio::test]
async fn a_secret_is_added_to_the_client_as_it_was_changed_at_the_same_moment() {
    let scene = scene().await;
    let renamed = on_client(&scene, json!({ "ClientName": "renamed" }));
    scene.first("client/", "UpdateUserPoolClient", renamed);
    scene
        .call("AddUserPoolClientSecret", on_client(&scene, json!({})))
        .await
        .ok();
    assert_eq!(ids(&scene).await.len(), 2);
    let described = scene
        .call("DescribeUserPoolClient", on_client(&scene, json!({})))
        .await
        .ok();
    assert_eq!(described["UserPoolClient"]["ClientName"], "renamed");
}

#[tokio::test]
async fn a_client_deleted_at_the_same_moment_gets_no_secret_and_does_not_come_back() {
    let scene = scene().await;
    scene.first("client/", "DeleteUserPoolClient", on_client(&scene, json!({})));
    let refused = scene
        .call("AddUserPoolClientSecret", on_client(&scene, json!({})))
        .await;
    let gone = format!("User pool client {} does not exist.", scene.client);
    refused.assert_error("ResourceNotFoundException", &gone);
    assert_eq!(scene.keys("/client/").await, [] as [String; 0]);
}
