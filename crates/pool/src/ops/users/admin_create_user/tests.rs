//! Users that an administrator creates, and the mail they get.

mod functions;
mod invitation;

use std::sync::Arc;

use crate::testing::{Answer, TestPool};
use serde_json::{Value, json};

/// Creates `mara` with these members over the usual ones.
async fn create(server: &TestPool, pool: &str, members: Value) -> Answer {
    let mut request = json!({
        "UserPoolId": pool,
        "Username": "mara",
        "UserAttributes": [{ "Name": "email", "Value": "mara@example.com" }],
    });
    for (member, value) in members.as_object().into_iter().flatten() {
        request[member] = value.clone();
    }
    server.call("AdminCreateUser", request).await
}

fn suppressed(username: &str) -> Value {
    json!({ "Username": username, "MessageAction": "SUPPRESS" })
}

fn verified(email: &str) -> Value {
    json!([{ "Name": "email", "Value": email }, { "Name": "email_verified", "Value": "true" }])
}

/// The temporary password in an invitation of the default wording.
fn password_in(text: &str) -> String {
    text.trim().rsplit(' ').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_new_user_is_invited_with_a_password_that_works_once_for_choosing_another() {
    let server = TestPool::new().await;
    let pool = server.pool().await;
    let client = server.client(&pool).await;
    let user = create(&server, &pool, json!({})).await.ok()["User"].clone();
    let sub = user["Attributes"][0]["Value"].clone();
    assert_eq!(sub.as_str().map(str::len), Some(36));
    assert_eq!(
        user,
        json!({
            "Username": "mara",
            "Attributes": [{ "Name": "sub", "Value": sub }, { "Name": "email", "Value": "mara@example.com" }],
            "UserCreateDate": 1_767_323_045,
            "UserLastModifiedDate": 1_767_323_045,
            "Enabled": true,
            "UserStatus": "FORCE_CHANGE_PASSWORD",
        })
    );
    let mail = server.mail_to("mara@example.com").await;
    assert_eq!(mail.subject, "Your temporary password");
    let text = mail.text.trim();
    let password = password_in(text);
    assert_eq!(
        text,
        format!("Your username is mara and temporary password is {password}")
    );
    assert_eq!(password.len(), 12);
    let challenge = server.password_sign_in(&client, "mara", &password).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[tokio::test]
async fn a_given_password_must_meet_the_policy() {
    let server = TestPool::new().await;
    let pool = server.pool().await;
    create(&server, &pool, json!({ "TemporaryPassword": "Abcdefg1" }))
        .await
        .assert_error(
            "InvalidPasswordException",
            "Password did not conform with password policy: Password must have symbol characters",
        );
    create(
        &server,
        &pool,
        json!({ "TemporaryPassword": "Abcdefg-1", "MessageAction": "SUPPRESS" }),
    )
    .await
    .ok();
    let client = server.client(&pool).await;
    let challenge = server.password_sign_in(&client, "mara", "Abcdefg-1").await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[tokio::test]
async fn a_username_is_taken_once_in_whatever_case_the_pool_tells_apart() {
    let server = TestPool::new().await;
    for (case_sensitive, second_is_another) in [(true, true), (false, false)] {
        let configuration = json!({ "UsernameConfiguration": { "CaseSensitive": case_sensitive } });
        let pool = server.pool_with(configuration).await;
        create(&server, &pool, suppressed("mara")).await.ok();
        let again = create(&server, &pool, suppressed("mara")).await;
        again.assert_error("UsernameExistsException", "User account already exists");
        let other_case = create(&server, &pool, suppressed("Mara")).await;
        assert_eq!(other_case.status == 200, second_is_another, "{}", other_case.text);
    }
}

#[tokio::test]
async fn a_sub_cannot_become_somebody_elses_username() {
    let server = TestPool::new().await;
    let pool = server.pool().await;
    let sub = server.user(&pool, "noel", "Correct-Horse-9!").await;
    create(&server, &pool, suppressed(&sub))
        .await
        .assert_error("UsernameExistsException", "User account already exists");
}

#[tokio::test]
async fn where_the_address_is_the_username_the_real_one_is_the_sub() {
    let server = TestPool::new().await;
    let pool = server.pool_with(json!({ "UsernameAttributes": ["email"] })).await;
    let request =
        json!({ "Username": "mara@example.com", "UserAttributes": [{ "Name": "name", "Value": "Mara" }] });
    let user = create(&server, &pool, request).await.ok()["User"].clone();
    assert_eq!(
        user["Attributes"],
        json!([
            { "Name": "sub", "Value": user["Username"] },
            { "Name": "name", "Value": "Mara" },
            { "Name": "email", "Value": "mara@example.com" },
        ])
    );
    let mail = server.mail_to("mara@example.com").await;
    assert!(
        mail.text.starts_with("Your username is mara@example.com and"),
        "{}",
        mail.text
    );
    create(&server, &pool, suppressed("mara@example.com"))
        .await
        .assert_error(
            "UsernameExistsException",
            "An account with the given email already exists.",
        );
    let invalid = "InvalidParameterException";
    create(&server, &pool, suppressed("mara"))
        .await
        .assert_error(invalid, "Username should be an email.");
    create(&server, &pool, suppressed("noel@example.com"))
        .await
        .assert_error(
            invalid,
            "User email should be empty or same as username, since username attribute is email.",
        );
}

#[tokio::test]
async fn each_kind_of_address_pool_says_what_a_username_should_be() {
    let server = TestPool::new().await;
    for (kinds, sentence) in [
        (json!(["phone_number"]), "Username should be a phone number."),
        (
            json!(["phone_number", "email"]),
            "Username should be either an email or a phone number.",
        ),
    ] {
        let pool = server.pool_with(json!({ "UsernameAttributes": kinds })).await;
        create(&server, &pool, suppressed("mara"))
            .await
            .assert_error("InvalidParameterException", sentence);
        let by_phone =
            json!({ "Username": "+4915112345678", "UserAttributes": [], "MessageAction": "SUPPRESS" });
        let user = create(&server, &pool, by_phone).await.ok()["User"].clone();
        assert_eq!(
            user["Attributes"][1],
            json!({ "Name": "phone_number", "Value": "+4915112345678" })
        );
    }
}

#[tokio::test]
async fn where_addresses_are_aliases_a_username_must_not_look_like_one() {
    let server = TestPool::new().await;
    let pool = server
        .pool_with(json!({ "AliasAttributes": ["email", "phone_number"] }))
        .await;
    let invalid = "InvalidParameterException";
    create(&server, &pool, suppressed("mara@example.com"))
        .await
        .assert_error(
            invalid,
            "Username cannot be of email format, since user pool is configured for email alias.",
        );
    create(&server, &pool, suppressed("+4915112345678")).await.assert_error(
        invalid,
        "Username cannot be of phone number format, since user pool is configured for phone number alias.",
    );
}

#[tokio::test]
async fn a_verified_alias_in_use_is_refused_or_moved_by_force() {
    let server = TestPool::new().await;
    let pool = server.pool_with(json!({ "AliasAttributes": ["email"] })).await;
    server.user(&pool, "noel", "Correct-Horse-9!").await;
    let mut request = suppressed("mara");
    request["UserAttributes"] = verified("noel@example.com");
    create(&server, &pool, request.clone()).await.assert_error(
        "AliasExistsException",
        "An account with the email already exists.",
    );
    request["ForceAliasCreation"] = json!(true);
    create(&server, &pool, request).await.ok();
    let owner = server
        .call(
            "AdminGetUser",
            json!({ "UserPoolId": pool, "Username": "noel@example.com" }),
        )
        .await
        .ok();
    assert_eq!(owner["Username"], "mara");
    let before = server
        .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "noel" }))
        .await
        .ok();
    assert_eq!(
        before["UserAttributes"][2],
        json!({ "Name": "email_verified", "Value": "false" })
    );
}

#[tokio::test]
async fn a_preferred_username_and_a_username_are_never_the_same_for_two_users() {
    let server = TestPool::new().await;
    let pool = server
        .pool_with(json!({ "AliasAttributes": ["preferred_username"] }))
        .await;
    let preferring = |username: &str, preferred: &str| {
        let mut request = suppressed(username);
        request["UserAttributes"] = json!([{ "Name": "preferred_username", "Value": preferred }]);
        request
    };
    create(&server, &pool, preferring("mara", "em")).await.ok();
    let taken = "An account with the preferred_username already exists.";
    create(&server, &pool, preferring("noel", "em"))
        .await
        .assert_error("AliasExistsException", taken);
    create(&server, &pool, preferring("noel", "mara"))
        .await
        .assert_error("AliasExistsException", taken);
    create(&server, &pool, suppressed("em"))
        .await
        .assert_error("UsernameExistsException", "User account already exists");
    create(&server, &pool, preferring("noel", "noel")).await.ok();
}

#[tokio::test]
async fn attributes_that_the_schema_does_not_take_are_all_named() {
    let server = TestPool::new().await;
    let pool = server.pool().await;
    let attributes = json!([{ "Name": "custom:x", "Value": "1" }, { "Name": "custom:y", "Value": "2" }]);
    create(&server, &pool, json!({ "UserAttributes": attributes }))
        .await
        .assert_error(
            "InvalidParameterException",
            "Attributes did not conform to the schema: custom:x: Attribute does not exist in the schema.\n\
         custom:y: Attribute does not exist in the schema.\n",
        );
    create(
        &server,
        &pool,
        json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] }),
    )
    .await
    .assert_error(
        "InvalidParameterException",
        "Email is required to verify/un-verify an email",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_requests_for_one_name_one_makes_the_user() {
    let server = Arc::new(TestPool::new().await);
    let pool = server.pool_with(json!({ "UsernameAttributes": ["email"] })).await;
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (server, pool) = (server.clone(), pool.clone());
        requests.spawn(async move { create(&server, &pool, suppressed("mara@example.com")).await });
    }
    let answers = requests.join_all().await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((made.len(), refused.len()), (1, 15));
    for answer in refused {
        answer.assert_error(
            "UsernameExistsException",
            "An account with the given email already exists.",
        );
    }
    let users = server.call("ListUsers", json!({ "UserPoolId": pool })).await.ok();
    assert_eq!(users["Users"].as_array().map(Vec::len), Some(1));
}
