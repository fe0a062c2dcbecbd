//! Settings of pools and clients, access keys and the index at the start, changed at the same moment.

use std::collections::BTreeSet;

use poolhouse_pool::keyring::access;
use poolhouse_pool::records::Policy;
use poolhouse_pool::run::reindex;
use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect, Store as _};
use serde_json::{Value, json};

use crate::Scene;

const LOST: &str = "Another request changed the settings at the same moment. Read them again, then retry.";

/// Where the pool's own row lies.
fn row(scene: &Scene) -> String {
    format!("pool/{}", scene.pool)
}

/// Before the next commit at `prefix`, another node makes this call on the pool.
fn first(scene: &Scene, prefix: &str, operation: &'static str, members: Value) {
    let body = crate::with(members, "UserPoolId", &scene.pool);
    scene.before(prefix, move |rival| async move {
        rival.call(operation, body).await.ok();
    });
}

async fn pool(scene: &Scene) -> Value {
    scene.call("DescribeUserPool", json!({})).await.ok()["UserPool"].clone()
}

#[tokio::test]
async fn of_two_updates_of_a_pool_at_the_same_moment_the_second_is_told() {
    let scene = Scene::new().await;
    first(
        &scene,
        &row(&scene),
        "UpdateUserPool",
        json!({ "PoolName": "first" }),
    );
    scene
        .call("UpdateUserPool", json!({ "PoolName": "second" }))
        .await
        .assert_error("ConcurrentModificationException", LOST);
    assert_eq!(pool(&scene).await["Name"], "first");
}

#[tokio::test]
async fn an_update_does_not_bring_back_a_pool_deleted_at_the_same_moment() {
    let scene = Scene::new().await;
    first(&scene, &row(&scene), "DeleteUserPool", json!({}));
    scene
        .call("UpdateUserPool", json!({ "PoolName": "second" }))
        .await
        .assert_error("ConcurrentModificationException", LOST);
    assert_eq!(scene.keys(&scene.pool).await, [] as [String; 0]);
}

#[tokio::test]
async fn an_attribute_is_not_added_over_another_change_of_the_pool() {
    let scene = Scene::new().await;
    let add = |name: &str| json!({ "CustomAttributes": [{ "Name": name, "AttributeDataType": "String" }] });
    first(&scene, &row(&scene), "AddCustomAttributes", add("first"));
    scene
        .call("AddCustomAttributes", add("second"))
        .await
        .assert_error("TooManyRequestsException", "Rate exceeded");
    let schema = pool(&scene).await["SchemaAttributes"].to_string();
    assert!(schema.contains("custom:first") && !schema.contains("custom:second"));
}

#[tokio::test]
async fn tags_change_neither_a_pool_changed_nor_one_deleted_at_the_same_moment() {
    for (operation, member, change) in [
        ("TagResource", "Tags", json!({ "stage": "second" })),
        ("UntagResource", "TagKeys", json!(["team"])),
    ] {
        let scene = Scene::new().await;
        let arn = pool(&scene).await["Arn"].clone();
        let request = json!({ "ResourceArn": arn, member: change });
        let first_tags = json!({ "UserPoolTags": { "team": "first" } });
        first(&scene, &row(&scene), "UpdateUserPool", first_tags);
        let lost = scene.server.call(operation, request.clone()).await;
        lost.assert_error("TooManyRequestsException", "Rate exceeded");
        assert_eq!(pool(&scene).await["UserPoolTags"], json!({ "team": "first" }));

        first(&scene, &row(&scene), "DeleteUserPool", json!({}));
        let lost = scene.server.call(operation, request).await;
        lost.assert_error("TooManyRequestsException", "Rate exceeded");
        assert_eq!(scene.keys(&scene.pool).await, [] as [String; 0]);
    }
}

#[tokio::test]
async fn a_pool_that_is_protected_at_the_same_moment_is_not_deleted() {
    let scene = Scene::new().await;
    first(
        &scene,
        &row(&scene),
        "UpdateUserPool",
        json!({ "DeletionProtection": "ACTIVE" }),
    );
    scene
        .call("DeleteUserPool", json!({}))
        .await
        .assert_error("TooManyRequestsException", "Rate exceeded");
    assert_eq!(pool(&scene).await["DeletionProtection"], "ACTIVE");
}

#[tokio::test]
async fn a_client_is_not_made_in_a_pool_deleted_at_the_same_moment() {
    let scene = Scene::new().await;
    scene.first("client/", "DeleteUserPool", json!({}));
    let refused = scene
        .call("CreateUserPoolClient", json!({ "ClientName": "late" }))
        .await;
    let gone = format!("User pool {} does not exist.", scene.pool);
    refused.assert_error("ResourceNotFoundException", &gone);
    assert_eq!(scene.keys(&scene.pool).await, [] as [String; 0]);
    assert_eq!(scene.keys("client-pool/").await, [] as [String; 0]);
}

fn client(scene: &Scene, members: Value) -> Value {
    crate::with(members, "ClientId", &scene.client)
}

#[tokio::test]
async fn of_two_changes_of_a_client_at_the_same_moment_the_second_is_told() {
    let rename = |name: &str| json!({ "ClientName": name });
    for (earlier, later, left) in [
        ("UpdateUserPoolClient", "UpdateUserPoolClient", 1),
        ("DeleteUserPoolClient", "UpdateUserPoolClient", 0),
        ("UpdateUserPoolClient", "DeleteUserPoolClient", 1),
        ("DeleteUserPoolClient", "DeleteUserPoolClient", 0),
    ] {
        let scene = Scene::new().await;
        let members = |operation: &str, name: &str| match operation {
            "UpdateUserPoolClient" => client(&scene, rename(name)),
            _ => client(&scene, json!({})),
        };
        scene.first("client/", earlier, members(earlier, "first"));
        let refused = scene.call(later, members(later, "second")).await;
        refused.assert_error("ConcurrentModificationException", LOST);
        assert_eq!(scene.keys("/client/").await.len(), left, "{earlier}, {later}");
        assert_eq!(scene.keys("client-pool/").await.len(), left, "{earlier}, {later}");
        if left == 1 {
            let shown = scene
                .call("DescribeUserPoolClient", client(&scene, json!({})))
                .await
                .ok();
            assert_eq!(shown["UserPoolClient"]["ClientName"], "first");
        }
    }
}

#[tokio::test]
async fn an_access_key_is_deleted_once() {
    let scene = Scene::new().await;
    let key = access::create(&scene.server.app().platform, Policy::default())
        .await
        .unwrap()
        .access_key_id;
    let id = key.clone();
    scene.before("access-key/", |rival| async move {
        assert!(access::delete(&rival.app().platform, &id).await.unwrap());
    });
    assert!(!access::delete(&scene.server.app().platform, &key).await.unwrap());
    assert!(
        access::list(&scene.server.app().platform)
            .await
            .unwrap()
            .is_empty()
    );
}

fn reads() -> Policy {
    Policy {
        reads_only: true,
        ..Policy::default()
    }
}

#[tokio::test]
async fn an_access_key_that_is_deleted_or_changed_meanwhile_stays_so() {
    let scene = Scene::new().await;
    let platform = &scene.server.app().platform;
    let key = access::create(platform, reads()).await.unwrap().access_key_id;
    let id = key.clone();
    scene.before("access-key/", |rival| async move {
        let platform = &rival.app().platform;
        let pools = Some(BTreeSet::from(["us-east-1_a".to_owned()]));
        let narrower = Policy { pools, ..reads() };
        assert!(access::allow(platform, &id, narrower).await.unwrap());
    });
    assert!(access::allow(platform, &key, Policy::default()).await.is_err());
    let left = access::list(platform).await.unwrap().remove(0).policy;
    assert!(left.pools.is_some() && left.reads_only, "{left:?}");

    let id = key.clone();
    scene.before("access-key/", |rival| async move {
        assert!(access::delete(&rival.app().platform, &id).await.unwrap());
    });
    assert!(access::allow(platform, &key, Policy::default()).await.is_err());
    assert!(access::list(platform).await.unwrap().is_empty());
    assert!(!access::allow(platform, &key, Policy::default()).await.unwrap());
}

#[tokio::test]
async fn a_missing_index_row_is_not_written_for_a_value_that_changes_at_the_same_moment() {
    let scene = Scene::new().await;
    let by_email = scene.keys("/by/email/").await.remove(0);
    scene
        .store
        .inner()
        .write(Batch::new().delete(by_email, Expect::Present))
        .await
        .unwrap();
    let email = json!([{ "Name": "email", "Value": "berg@example.com" }]);
    scene.first_on_mara(
        "user/",
        "AdminUpdateUserAttributes",
        json!({ "UserAttributes": email }),
    );
    reindex(&scene.server.app().platform, |_| ()).await.unwrap();
    let rows = scene.keys("/by/email/").await;
    assert!(
        rows.len() == 1 && rows[0].contains("berg@example.com"),
        "{rows:?}"
    );
    assert!(scene.store.get("meta/user-index").await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_written_while_a_deleted_pool_is_cleared_goes_too() {
    let scene = Scene::new().await;
    let users = format!("p/{}/user/", scene.pool);
    let late = format!("{users}somebody/ledger");
    scene.store.before_commit_at(users, async move |store| {
        let version = poolhouse_store::testing::fresh_version();
        let batch = Batch::new().put(late, Expect::Absent, "{}");
        store.commit(batch, version).await.unwrap();
    });
    scene.call("DeleteUserPool", json!({})).await.ok();
    assert_eq!(scene.store.waiting(), 0);
    assert_eq!(scene.keys(&scene.pool).await, [""; 0]);
}
