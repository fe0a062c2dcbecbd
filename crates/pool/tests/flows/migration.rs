//! `UserMigration`: an older directory's users, handed over at their sign-in.

use std::sync::Arc;

use poolhouse_pool::testing::{Answer, RecordingFunction, TestPool};
use poolhouse_triggers::Place;
use serde_json::{Value, json};

use crate::PASSWORD;
use crate::triggers::{Scene, arn};

#[tokio::test]
async fn an_older_directory_hands_its_users_over_with_their_passwords() {
    let migration = RecordingFunction::new(|event| {
        if event["request"]["password"] != PASSWORD {
            return Err("Bad password".to_owned());
        }
        event["response"] = json!({
            "userAttributes": { "email": "noel@example.com", "email_verified": "true" },
            "finalUserStatus": "CONFIRMED",
            "messageAction": "SUPPRESS",
        });
        Ok(())
    });
    let scene = Scene::new(&[("UserMigration", &migration)]).await;
    let wrong = scene
        .server
        .password_sign_in(&scene.client, "noel", "Wrong-Horse-9!")
        .await;
    wrong.assert_error("UserNotFoundException", "User does not exist.");
    scene
        .server
        .password_sign_in(&scene.client, "noel", PASSWORD)
        .await
        .ok();
    let events = migration.events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[1]["triggerSource"], "UserMigration_Authentication");
    assert_eq!(events[1]["userName"], "noel");

    // From now on the pool knows the user, and SRP works, too.
    scene
        .server
        .srp_sign_in(&scene.pool, &scene.client, "noel", PASSWORD)
        .await
        .ok();
    assert!(migration.events().is_empty());
    let user = json!({ "UserPoolId": scene.pool, "Username": "noel" });
    let user = scene.server.call("AdminGetUser", user).await.ok();
    assert_eq!(user["UserStatus"], "CONFIRMED");
}

#[tokio::test]
async fn an_older_directory_cannot_be_guessed_at_past_the_lockout() {
    let migration = RecordingFunction::new(|event| {
        if event["request"]["password"] != PASSWORD {
            return Err("Bad password".to_owned());
        }
        event["response"] = json!({
            "userAttributes": { "email": "noel@example.com" },
            "finalUserStatus": "CONFIRMED",
        });
        Ok(())
    });
    let scene = Scene::new(&[("UserMigration", &migration)]).await;
    let sign_in = async |password: &str| {
        scene
            .server
            .password_sign_in(&scene.client, "noel", password)
            .await
    };
    for _ in 0..5 {
        sign_in("Wrong-Horse-9!")
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
    }
    assert_eq!(migration.events().len(), 5);
    sign_in(PASSWORD)
        .await
        .assert_error("NotAuthorizedException", "Password attempts exceeded");
    assert!(migration.events().is_empty(), "a locked name is not asked for");

    scene.server.clock().advance_seconds(1);
    sign_in(PASSWORD).await.ok();
    let rows = scene.server.store();
    let failures = rows
        .scan(poolhouse_store::Scan::prefix("lockout/", 10))
        .await
        .unwrap();
    assert!(failures.is_empty(), "a success forgets the failures");
}

#[tokio::test]
async fn a_user_whom_the_function_does_not_confirm_must_reset_the_password() {
    let migration = RecordingFunction::new(|event| {
        event["response"]["userAttributes"] = json!({ "email": "noel@example.com" });
        Ok(())
    });
    let scene = Scene::new(&[("UserMigration", &migration)]).await;
    let by_password = scene
        .server
        .password_sign_in(&scene.client, "noel", PASSWORD)
        .await;
    // The user is there now, and is told the same once the password is proved.
    let by_srp = scene
        .server
        .srp_sign_in(&scene.pool, &scene.client, "noel", PASSWORD)
        .await;
    for answer in [by_password, by_srp] {
        answer.assert_error(
            "PasswordResetRequiredException",
            "Password reset required for the user",
        );
    }
    let user = json!({ "UserPoolId": scene.pool, "Username": "noel" });
    let user = scene.server.call("AdminGetUser", user).await.ok();
    assert_eq!(user["UserStatus"], "RESET_REQUIRED");
}

/// What became of Mara's verified address when a user with the same one comes over from an older directory.
async fn migrated_with_maras_address(force: Value) -> (Answer, Value) {
    let migration = RecordingFunction::new(move |event| {
        event["response"] = json!({
            "userAttributes": { "email": "mara@example.com", "email_verified": "true" },
            "finalUserStatus": "CONFIRMED",
            "forceAliasCreation": force,
        });
        Ok(())
    });
    let places = vec![("UserMigration".to_owned(), migration as Arc<dyn Place>)];
    let server = TestPool::with_functions(places, |_| {}).await;
    let config = json!({ "UserMigration": arn("UserMigration") });
    let pool = json!({ "AliasAttributes": ["email"], "LambdaConfig": config });
    let pool = server.pool_with(pool).await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", PASSWORD).await;
    let answer = server.password_sign_in(&client, "noel", PASSWORD).await;
    let holder = json!({ "UserPoolId": pool, "Username": "mara@example.com" });
    let holder = server.call("AdminGetUser", holder).await.ok();
    (answer, holder["Username"].clone())
}

#[tokio::test]
async fn an_address_that_another_user_has_comes_over_only_where_the_function_forces_it() {
    let (answer, holder) = migrated_with_maras_address(json!(true)).await;
    answer.ok();
    assert_eq!(holder, "noel");
    for not_forced in [json!(false), json!(null)] {
        let (answer, holder) = migrated_with_maras_address(not_forced).await;
        answer.assert_error(
            "AliasExistsException",
            "An account with the email already exists.",
        );
        assert_eq!(holder, "mara");
    }
}
