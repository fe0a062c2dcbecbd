//! Groups, their members and their roles, changed at the same moment.

use serde_json::{Value, json};

use crate::{PARALLEL, PASSWORD, Scene, at_once, with};

fn staff() -> Value {
    json!({ "GroupName": "staff" })
}

/// A scene with the group `staff`.
async fn scene() -> Scene {
    let scene = Scene::new().await;
    scene.call("CreateGroup", staff()).await.ok();
    scene
}

async fn members(scene: &Scene) -> Vec<String> {
    let listed = scene.call("ListUsersInGroup", staff()).await.ok();
    let users = listed["Users"].as_array().cloned().unwrap_or_default();
    users.iter().map(|user| user["Username"].to_string()).collect()
}

/// That nothing says of anybody that it is in a group.
async fn assert_nobody_is_in_a_group(scene: &Scene) {
    assert_eq!(scene.keys("/member/").await, [] as [String; 0]);
    assert_eq!(scene.keys("deleting/").await, [] as [String; 0]);
}

#[tokio::test]
async fn nobody_is_added_to_a_group_deleted_at_the_same_moment() {
    let scene = scene().await;
    scene.first("member/", "DeleteGroup", staff());
    scene
        .on_mara("AdminAddUserToGroup", staff())
        .await
        .assert_error("ResourceNotFoundException", "Group not found.");
    assert_nobody_is_in_a_group(&scene).await;
    let groups = scene.on_mara("AdminListGroupsForUser", json!({})).await.ok();
    assert_eq!(groups, json!({ "Groups": [] }));
}

#[tokio::test]
async fn who_is_added_to_a_group_that_is_made_anew_at_the_same_moment_is_in_the_new_one() {
    let scene = scene().await;
    let pool = scene.pool.clone();
    scene.before(&scene.at("member/"), move |rival| async move {
        let body = json!({ "UserPoolId": pool, "GroupName": "staff" });
        rival.call("DeleteGroup", body.clone()).await;
        rival.call("CreateGroup", body).await.ok();
    });
    let answer = scene.on_mara("AdminAddUserToGroup", staff()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(members(&scene).await, ["\"mara\""]);
    assert_eq!(scene.keys("/member/").await.len(), 1);
}

#[tokio::test]
async fn a_user_deleted_at_the_same_moment_is_added_to_no_group() {
    let scene = scene().await;
    scene.first_on_mara("member/", "AdminDeleteUser", json!({}));
    scene
        .on_mara("AdminAddUserToGroup", staff())
        .await
        .assert_error("UserNotFoundException", "User does not exist.");
    assert_nobody_is_in_a_group(&scene).await;
    assert_eq!(scene.keys("/user/").await, [] as [String; 0]);
}

#[tokio::test]
async fn a_deleted_user_takes_along_the_group_it_was_added_to_at_the_same_moment() {
    let scene = scene().await;
    scene.first_on_mara("user/", "AdminAddUserToGroup", staff());
    scene.on_mara("AdminDeleteUser", json!({})).await.ok();
    assert_nobody_is_in_a_group(&scene).await;
}

#[tokio::test]
async fn a_deleted_group_takes_along_who_was_added_to_it_at_the_same_moment() {
    let scene = scene().await;
    scene.first_on_mara("group/", "AdminAddUserToGroup", staff());
    let answer = scene.call("DeleteGroup", staff()).await;
    assert_eq!(answer.status, 200);
    assert_nobody_is_in_a_group(&scene).await;
}

#[tokio::test]
async fn a_member_changed_while_its_group_is_emptied_keeps_the_change_and_loses_the_group() {
    let scene = scene().await;
    scene.on_mara("AdminAddUserToGroup", staff()).await;
    let attributes = json!({ "UserAttributes": [{ "Name": "given_name", "Value": "Marie" }] });
    scene.first_on_mara("member/", "AdminUpdateUserAttributes", attributes);
    scene.call("DeleteGroup", staff()).await;
    assert_nobody_is_in_a_group(&scene).await;
    let user = scene.on_mara("AdminGetUser", json!({})).await.ok().to_string();
    assert!(user.contains("Marie"), "{user}");
}

#[tokio::test]
async fn two_changes_of_a_group_at_the_same_moment_are_both_made() {
    let scene = scene().await;
    let change = |member: &str, value: Value| {
        let mut change = staff();
        change[member] = value;
        change
    };
    scene.first("group/", "UpdateGroup", change("Precedence", json!(7)));
    let answer = scene
        .call("UpdateGroup", change("Description", json!("Who works here")))
        .await
        .ok();
    assert_eq!(answer["Group"]["Precedence"], 7);
    assert_eq!(answer["Group"]["Description"], "Who works here");
}

#[tokio::test]
async fn a_group_deleted_at_the_same_moment_is_not_brought_back_by_an_update() {
    let scene = scene().await;
    scene.first("group/", "DeleteGroup", staff());
    scene
        .call("UpdateGroup", staff())
        .await
        .assert_error("ResourceNotFoundException", "Group not found.");
    assert_eq!(scene.keys("/group/").await, [] as [String; 0]);
}

#[tokio::test]
async fn of_two_groups_of_one_name_made_at_the_same_moment_the_second_is_told() {
    let scene = Scene::new().await;
    scene.first("group/", "CreateGroup", staff());
    scene
        .call("CreateGroup", staff())
        .await
        .assert_error("GroupExistsException", "A group with the name already exists.");
}

#[tokio::test]
async fn a_group_is_not_made_in_a_pool_deleted_at_the_same_moment() {
    let scene = Scene::new().await;
    scene.first("group/", "DeleteUserPool", json!({}));
    let refused = scene.call("CreateGroup", staff()).await;
    let gone = format!("User pool {} does not exist.", scene.pool);
    refused.assert_error("ResourceNotFoundException", &gone);
    assert_eq!(scene.keys(&scene.pool).await, [] as [String; 0]);
}

#[tokio::test]
async fn neither_an_update_nor_a_deletion_of_a_group_writes_to_a_pool_deleted_at_the_same_moment() {
    for operation in ["UpdateGroup", "DeleteGroup", "AdminAddUserToGroup"] {
        let scene = scene().await;
        let prefix = if operation == "AdminAddUserToGroup" {
            "member/"
        } else {
            "group/"
        };
        scene.first(prefix, "DeleteUserPool", json!({}));
        let refused = scene.on_mara(operation, staff()).await;
        assert_eq!(refused.status, 400, "{operation}: {}", refused.text);
        assert_eq!(scene.keys(&scene.pool).await, [] as [String; 0], "{operation}");
    }
}

#[tokio::test]
async fn of_sixty_four_groups_of_one_name_made_at_once_one_is_made() {
    let scene = Scene::new().await;
    let create = json!({ "UserPoolId": scene.pool, "GroupName": "staff" });
    let calls = vec![("CreateGroup", create); PARALLEL];
    assert_eq!(at_once(&scene.server, calls).await, 1);
    assert_eq!(scene.keys("/group/").await.len(), 1);
}

#[tokio::test]
async fn sixty_four_groups_made_at_once_are_all_made_and_counted() {
    let scene = Scene::new().await;
    let create = |n: usize| json!({ "UserPoolId": scene.pool, "GroupName": format!("group-{n}") });
    let calls = (0..PARALLEL).map(|n| ("CreateGroup", create(n)));
    assert_eq!(at_once(&scene.server, calls).await, PARALLEL);
    assert_eq!(scene.keys("/group/").await.len(), PARALLEL);
    let calls = (0..PARALLEL).map(|n| ("AdminAddUserToGroup", with(create(n), "Username", "mara")));
    assert_eq!(at_once(&scene.server, calls).await, PARALLEL);
    let calls = (0..PARALLEL).map(|n| ("DeleteGroup", create(n)));
    assert_eq!(at_once(&scene.server, calls).await, PARALLEL);
    // All of them write the one member's row. Who came too late too often leaves the rest to the sweeper.
    scene.server.sweep().await;
    assert_eq!(scene.keys("/group/").await, [] as [String; 0]);
    assert_nobody_is_in_a_group(&scene).await;
}

#[tokio::test]
async fn sixty_four_additions_beside_a_deletion_leave_no_member_without_a_group() {
    for deletion in ["DeleteGroup", "AdminDeleteUser", "AdminRemoveUserFromGroup"] {
        let scene = scene().await;
        let body = json!({ "UserPoolId": scene.pool, "GroupName": "staff", "Username": "mara" });
        for half in 0..4 {
            let mut calls = vec![("AdminAddUserToGroup", body.clone()); PARALLEL - 1];
            calls.insert(half * 20, (deletion, body.clone()));
            at_once(&scene.server, calls).await;
            if deletion == "DeleteGroup" {
                assert_nobody_is_in_a_group(&scene).await;
                scene.call("CreateGroup", staff()).await.ok();
            }
            if deletion == "AdminDeleteUser" {
                assert_nobody_is_in_a_group(&scene).await;
                scene.server.user(&scene.pool, "mara", PASSWORD).await;
            }
        }
        let groups = scene.on_mara("AdminListGroupsForUser", json!({})).await.ok();
        let listed = groups["Groups"].as_array().map_or(0, Vec::len);
        assert_eq!(members(&scene).await.len(), listed, "{deletion}");
    }
}

#[tokio::test]
async fn a_sign_in_goes_on_when_its_user_is_added_to_a_group_at_the_same_moment() {
    let scene = scene().await;
    scene.first_on_mara("user/", "AdminAddUserToGroup", staff());
    scene.sign_in().await.ok();
    assert_eq!(members(&scene).await, ["\"mara\""]);
}
