//! Changes of one user at the same moment.

use poolhouse_pool::ops::pools::safeguards;
use poolhouse_pool::records::Safeguards;
use poolhouse_store::testing::fresh_version;
use poolhouse_store::{Batch, Expect, Store};
use serde_json::{Value, json};

use crate::{OTHER, PASSWORD, Scene, WRONG};

fn named(attribute: &str, value: &str) -> Value {
    json!({ "UserAttributes": [{ "Name": attribute, "Value": value }] })
}

async fn attributes(scene: &Scene) -> String {
    scene.on_mara("AdminGetUser", json!({})).await.ok().to_string()
}

#[tokio::test]
async fn two_changes_at_the_same_moment_are_both_made() {
    let scene = Scene::new().await;
    scene.first_on_mara("user/", "AdminUpdateUserAttributes", named("given_name", "Mara"));
    scene
        .on_mara("AdminUpdateUserAttributes", named("family_name", "Berg"))
        .await
        .ok();
    let mara = attributes(&scene).await;
    assert!(mara.contains("\"Mara\"") && mara.contains("\"Berg\""), "{mara}");
    for filter in ["given_name = \"Mara\"", "family_name = \"Berg\""] {
        let found = scene.call("ListUsers", json!({ "Filter": filter })).await.ok();
        assert_eq!(found["Users"].as_array().unwrap().len(), 1, "{filter}");
    }
}

#[tokio::test]
async fn a_user_is_listed_by_the_value_of_the_last_change_alone() {
    let scene = Scene::new().await;
    scene.first_on_mara("user/", "AdminUpdateUserAttributes", named("given_name", "Marie"));
    scene
        .on_mara("AdminUpdateUserAttributes", named("given_name", "Maria"))
        .await
        .ok();
    let names = scene.keys("/by/given_name/").await;
    assert!(names.len() == 1 && names[0].contains("/Maria"), "{names:?}");
}

#[tokio::test]
async fn a_change_gives_up_when_others_are_faster_sixteen_times() {
    let scene = Scene::new().await;
    for n in 0..16 {
        let name = format!("Mara {n}");
        scene.first_on_mara("user/", "AdminUpdateUserAttributes", named("name", &name));
    }
    scene
        .on_mara("AdminUpdateUserAttributes", named("family_name", "Berg"))
        .await
        .assert_error("TooManyRequestsException", "Rate exceeded");
    let mara = attributes(&scene).await;
    assert!(mara.contains("Mara 15") && !mara.contains("Berg"), "{mara}");
    for n in 0..15 {
        scene.first_on_mara(
            "user/",
            "AdminUpdateUserAttributes",
            named("name", &format!("{n}")),
        );
    }
    scene
        .on_mara("AdminUpdateUserAttributes", named("family_name", "Berg"))
        .await
        .ok();
}

#[tokio::test]
async fn a_change_does_not_bring_back_a_user_deleted_at_the_same_moment() {
    let scene = Scene::new().await;
    scene.first_on_mara("user/", "AdminDeleteUser", json!({}));
    scene
        .on_mara("AdminUpdateUserAttributes", named("name", "Mara"))
        .await
        .assert_error("UserNotFoundException", "User does not exist.");
    for kind in ["/user/", "/by/", "/name/"] {
        assert_eq!(scene.keys(kind).await, [] as [String; 0]);
    }
}

#[tokio::test]
async fn a_deletion_takes_the_names_that_the_user_has_when_it_is_committed() {
    let scene = Scene::of(
        json!({ "AliasAttributes": ["email", "preferred_username"] }),
        json!({}),
    )
    .await;
    let preferred = named("preferred_username", "berg");
    scene.first_on_mara("user/", "AdminUpdateUserAttributes", preferred);
    scene.on_mara("AdminDeleteUser", json!({})).await.ok();
    for kind in ["/user/", "/by/", "/name/", "/alias/"] {
        assert_eq!(scene.keys(kind).await, [] as [String; 0]);
    }
}

#[tokio::test]
async fn of_two_deletions_at_the_same_moment_one_finds_the_user() {
    let scene = Scene::new().await;
    scene.first_on_mara("user/", "AdminDeleteUser", json!({}));
    scene
        .on_mara("AdminDeleteUser", json!({}))
        .await
        .assert_error("UserNotFoundException", "User does not exist.");
}

#[tokio::test]
async fn a_deleted_user_leaves_no_sign_in_that_ended_at_the_same_moment() {
    let scene = Scene::new().await;
    let client = scene.client.clone();
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.password_sign_in(&client, "mara", PASSWORD).await.ok();
    });
    scene.on_mara("AdminDeleteUser", json!({})).await.ok();
    assert_eq!(scene.keys("/user/").await, [] as [String; 0]);
}

#[tokio::test]
async fn a_deleted_user_leaves_neither_counts_nor_ledger() {
    let scene = Scene::with_codes().await;
    let token = scene.tokens().await["AccessToken"].clone();
    let body = json!({ "AccessToken": token, "PreviousPassword": PASSWORD, "ProposedPassword": OTHER });
    scene.server.call("ChangePassword", body).await.ok();
    scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "mara", OTHER)
        .await
        .ok();
    scene.server.ignore_mail();
    for kind in [
        "/quota/ChangePassword",
        "/ledger",
        "/session/",
        "/answered/",
        "/refresh/",
    ] {
        assert_eq!(scene.keys(kind).await.len(), 1, "{kind}");
    }
    scene.on_mara("AdminDeleteUser", json!({})).await.ok();
    assert_eq!(scene.keys("/user/").await, [] as [String; 0]);
}

/// More rows than one commit takes: what is left of them must be found again, should the process die right after it.
#[tokio::test]
async fn a_user_with_many_rows_is_gone_in_the_commit_that_says_what_is_still_to_be_deleted() {
    let scene = Scene::new().await;
    let user = scene.keys("/profile").await.remove(0);
    let of_user = user.trim_end_matches("profile").to_owned();
    let many = (0..600).fold(Batch::new(), |batch, row| {
        batch.put(format!("{of_user}refresh/{row:03}"), Expect::Absent, "{}")
    });
    scene.store.commit(many, fresh_version()).await.unwrap();
    scene.store.before_commit(
        move |batch| batch.names(&user) && batch.touches("deleting/"),
        |_| async {},
    );
    scene.on_mara("AdminDeleteUser", json!({})).await.ok();
    assert_eq!(scene.keys("/user/").await, [] as [String; 0]);
    assert_eq!(scene.keys("deleting/").await, [] as [String; 0]);
}

#[tokio::test]
async fn a_password_is_not_changed_over_one_that_was_set_at_the_same_moment() {
    let scene = Scene::new().await;
    let token = scene.tokens().await["AccessToken"].clone();
    let set = json!({ "Username": "mara", "Password": "Admins-Choice-1", "Permanent": true });
    let body = |proposed: &str| json!({ "AccessToken": token, "PreviousPassword": PASSWORD, "ProposedPassword": proposed });
    let profile = scene.keys("/profile").await.remove(0);
    let pool = scene.pool.clone();
    scene.before(&profile, move |rival| async move {
        let set = crate::with(set, "UserPoolId", &pool);
        rival.call("AdminSetUserPassword", set).await.ok();
    });
    let refused = scene.server.call("ChangePassword", body(OTHER)).await;
    refused.assert_error("TooManyRequestsException", "Rate exceeded");
    for (password, signs_in) in [("Admins-Choice-1", true), (OTHER, false), (PASSWORD, false)] {
        let answer = scene
            .server
            .password_sign_in(&scene.client, "mara", password)
            .await;
        assert_eq!(answer.status == 200, signs_in, "{password}");
    }
}

#[tokio::test]
async fn an_invitation_is_not_sent_again_to_a_user_who_chooses_a_password_at_the_same_moment() {
    let scene = Scene::new().await;
    let temporary = json!({ "Password": PASSWORD, "Permanent": false });
    scene.on_mara("AdminSetUserPassword", temporary).await.ok();
    let set = json!({ "Password": OTHER, "Permanent": true });
    scene.first_on_mara("user/", "AdminSetUserPassword", set);
    scene
        .on_mara("AdminCreateUser", json!({ "MessageAction": "RESEND" }))
        .await
        .assert_error(
            "UnsupportedUserStateException",
            "Resend not possible. mara status is not FORCE_CHANGE_PASSWORD",
        );
    assert_eq!(scene.server.unread_mails(), 0);
    scene
        .server
        .password_sign_in(&scene.client, "mara", OTHER)
        .await
        .ok();
}

#[tokio::test]
async fn a_disabled_user_stays_disabled_whatever_is_changed_at_the_same_moment() {
    let scene = Scene::new().await;
    scene.first_on_mara("user/", "AdminDisableUser", json!({}));
    let set = json!({ "Password": OTHER, "Permanent": true });
    scene.on_mara("AdminSetUserPassword", set).await.ok();
    let refused = scene.server.password_sign_in(&scene.client, "mara", OTHER).await;
    refused.assert_error("NotAuthorizedException", "User is disabled.");
    scene.on_mara("AdminEnableUser", json!({})).await.ok();
    let refused = scene.sign_in().await;
    refused.assert_error("NotAuthorizedException", WRONG);
}

#[tokio::test]
async fn a_new_password_ends_a_session_that_began_at_the_same_moment() {
    let scene = Scene::new().await;
    let platform = &scene.server.app().platform;
    let guard = |safeguards: &mut Safeguards| safeguards.reset_ends_sessions = true;
    safeguards::change(platform, &scene.pool, guard).await.unwrap();
    let own = scene.tokens().await;
    let client = scene.client.clone();
    // Not before the commit of the proof, which reads the families later, but before that of the new password.
    let profile = &scene.keys("/profile").await[0];
    scene.before(profile, |_| async {});
    scene.before(profile, move |rival| async move {
        rival.password_sign_in(&client, "mara", PASSWORD).await.ok();
    });
    let body = json!({
        "AccessToken": own["AccessToken"],
        "PreviousPassword": PASSWORD,
        "ProposedPassword": OTHER,
    });
    scene.server.call("ChangePassword", body).await.ok();
    assert_eq!(scene.keys("/refresh/").await.len(), 1, "its own");
    let body = json!({ "AccessToken": own["AccessToken"] });
    scene.server.call("GetUser", body).await.ok();
}
