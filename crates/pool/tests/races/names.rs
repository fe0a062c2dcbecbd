//! Names and addresses that two want at the same moment.

use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect};
use serde_json::{Value, json};

use crate::{PASSWORD, Scene};

async fn aliases(kinds: Value) -> Scene {
    Scene::of(json!({ "AliasAttributes": kinds }), json!({})).await
}

/// The members of AdminCreateUser for a user with these attributes.
fn user(name: &str, attributes: &[(&str, &str)]) -> Value {
    let attributes = attributes
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }));
    json!({ "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": attributes.collect::<Vec<_>>() })
}

fn verified(name: &str, email: &str) -> Value {
    user(name, &[("email", email), ("email_verified", "true")])
}

/// The username that this name signs in.
async fn username(scene: &Scene, name: &str) -> Value {
    let found = scene.call("AdminGetUser", json!({ "Username": name })).await;
    found.ok()["Username"].clone()
}

#[tokio::test]
async fn nobody_is_created_in_a_pool_that_is_deleted_at_the_same_moment() {
    let scene = Scene::new().await;
    scene.first("user/", "DeleteUserPool", json!({}));
    let refused = scene.call("AdminCreateUser", user("nia", &[])).await;
    let gone = format!("User pool {} does not exist.", scene.pool);
    refused.assert_error("ResourceNotFoundException", &gone);
    assert_eq!(scene.keys(&scene.pool).await, [] as [String; 0]);
}

#[tokio::test]
async fn of_two_who_take_a_username_at_the_same_moment_the_first_has_it() {
    let scene = Scene::new().await;
    scene.first(
        "user/",
        "AdminCreateUser",
        user("nia", &[("email", "first@example.com")]),
    );
    let refused = scene.call("AdminCreateUser", user("nia", &[])).await;
    refused.assert_error("UsernameExistsException", "User account already exists");
    let holder = scene
        .call("AdminGetUser", json!({ "Username": "nia" }))
        .await
        .ok();
    assert!(holder.to_string().contains("first@example.com"), "{holder}");
    assert_eq!(scene.keys("/profile").await.len(), 2);
}

#[tokio::test]
async fn of_two_who_are_created_with_one_address_at_the_same_moment_the_first_has_it() {
    let scene = aliases(json!(["email"])).await;
    scene.first("user/", "AdminCreateUser", verified("nia", "n@example.com"));
    let refused = scene
        .call("AdminCreateUser", verified("noel", "n@example.com"))
        .await;
    refused.assert_error(
        "AliasExistsException",
        "An account with the email already exists.",
    );
    assert_eq!(username(&scene, "n@example.com").await, "nia");
    assert_eq!(scene.keys("/profile").await.len(), 2);
}

#[tokio::test]
async fn an_address_that_is_a_username_is_given_once() {
    let scene = Scene::of(json!({}), json!({})).await;
    let pool =
        json!({ "UsernameAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false } });
    let pool = json!({ "UserPoolId": scene.server.pool_with(pool).await });
    let nia = |email: &str| {
        let mut nia = user(email, &[]);
        nia["UserPoolId"] = pool["UserPoolId"].clone();
        nia
    };
    let first = nia("N@example.com");
    scene.before(
        &format!("p/{}/user/", pool["UserPoolId"].as_str().unwrap()),
        |rival| async move {
            rival.call("AdminCreateUser", first).await.ok();
        },
    );
    scene
        .call("AdminCreateUser", nia("n@example.com"))
        .await
        .assert_error(
            "UsernameExistsException",
            "An account with the given email already exists.",
        );
}

#[tokio::test]
async fn a_username_that_is_another_users_sub_is_refused_at_the_commit_too() {
    let scene = Scene::new().await;
    let sub = "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef";
    let key = scene.at(&format!("user/{sub}/profile"));
    scene
        .store
        .before_commit_at(scene.at("user/"), move |store| async move {
            let other = Batch::new().put(key, Expect::Absent, "{}");
            store.write(other).await.unwrap();
        });
    let refused = scene.call("AdminCreateUser", user(sub, &[])).await;
    refused.assert_error("UsernameExistsException", "User account already exists");
}

#[tokio::test]
async fn a_username_is_refused_that_becomes_a_preferred_one_at_the_same_moment() {
    let scene = aliases(json!(["preferred_username"])).await;
    let preferred = json!([{ "Name": "preferred_username", "Value": "nia" }]);
    scene.first_on_mara(
        "user/",
        "AdminUpdateUserAttributes",
        json!({ "UserAttributes": preferred }),
    );
    let refused = scene.call("AdminCreateUser", user("nia", &[])).await;
    refused.assert_error("UsernameExistsException", "User account already exists");
    assert_eq!(username(&scene, "nia").await, "mara");
}

#[tokio::test]
async fn a_preferred_username_is_refused_that_becomes_a_username_at_the_same_moment() {
    let scene = aliases(json!(["preferred_username"])).await;
    let preferred = json!([{ "Name": "preferred_username", "Value": "nia" }]);
    scene.first("user/", "AdminCreateUser", user("nia", &[]));
    let refused = scene
        .on_mara(
            "AdminUpdateUserAttributes",
            json!({ "UserAttributes": preferred }),
        )
        .await;
    refused.assert_error(
        "AliasExistsException",
        "An account with the preferred_username already exists.",
    );
    assert_eq!(username(&scene, "nia").await, "nia");
}

#[tokio::test]
async fn of_two_who_verify_one_address_at_the_same_moment_the_first_signs_in_with_it() {
    let scene = aliases(json!(["email"])).await;
    scene.server.user(&scene.pool, "noel", PASSWORD).await;
    let take = |name: &str| {
        json!({ "Username": name, "UserAttributes": [
            { "Name": "email", "Value": "one@example.com" },
            { "Name": "email_verified", "Value": "true" },
        ]})
    };
    scene.first("user/", "AdminUpdateUserAttributes", take("noel"));
    let refused = scene.call("AdminUpdateUserAttributes", take("mara")).await;
    refused.assert_error(
        "AliasExistsException",
        "An account with the email already exists.",
    );
    assert_eq!(username(&scene, "one@example.com").await, "noel");
}

#[tokio::test]
async fn an_address_moves_from_the_user_who_has_it_when_the_move_is_committed() {
    let scene = aliases(json!(["email"])).await;
    let take = |name: &str| {
        let mut user = verified(name, "mara@example.com");
        user["ForceAliasCreation"] = json!(true);
        user
    };
    scene.first("user/", "AdminCreateUser", take("nia"));
    let refused = scene.call("AdminCreateUser", take("noel")).await;
    refused.assert_error(
        "AliasExistsException",
        "An account with the email already exists.",
    );
    assert_eq!(username(&scene, "mara@example.com").await, "nia");
    assert_eq!(verified_addresses(&scene).await, ["nia"]);
    // A quiet moment later it moves on.
    scene.call("AdminCreateUser", take("noel")).await.ok();
    assert_eq!(verified_addresses(&scene).await, ["noel"]);
}

#[tokio::test]
async fn an_address_does_not_move_over_a_change_of_the_user_who_loses_it() {
    let scene = aliases(json!(["email"])).await;
    let name = json!([{ "Name": "name", "Value": "Mara B." }]);
    scene.first_on_mara(
        "user/",
        "AdminUpdateUserAttributes",
        json!({ "UserAttributes": name }),
    );
    let mut nia = verified("nia", "mara@example.com");
    nia["ForceAliasCreation"] = json!(true);
    let refused = scene.call("AdminCreateUser", nia.clone()).await;
    refused.assert_error("TooManyRequestsException", "Rate exceeded");
    scene.call("AdminCreateUser", nia).await.ok();
    let mara = scene.on_mara("AdminGetUser", json!({})).await.ok();
    assert!(mara.to_string().contains("Mara B."), "{mara}");
    assert_eq!(verified_addresses(&scene).await, ["nia"]);
}

/// The usernames of those whose address is verified.
async fn verified_addresses(scene: &Scene) -> Vec<String> {
    let users = scene.call("ListUsers", json!({})).await.ok();
    let users = users["Users"].as_array().unwrap().clone();
    let is_verified = |user: &&Value| {
        let flag = json!({ "Name": "email_verified", "Value": "true" });
        user["Attributes"].as_array().unwrap().contains(&flag)
    };
    let names = users.iter().filter(is_verified);
    names
        .map(|user| user["Username"].as_str().unwrap().to_owned())
        .collect()
}
