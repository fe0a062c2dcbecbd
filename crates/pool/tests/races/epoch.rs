//! The security epoch: what was proven before a change is worth nothing after it, whenever the change comes.

use poolhouse_pool::testing::TestPool;
use serde_json::{Value, json};

use crate::{OTHER, PASSWORD, Scene};

const INVALID: &str = "Invalid session for the user.";

/// What ends the proofs of a user: calls on the user whom they name, by an administrator or with an access token.
fn movers() -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    let attributes =
        |name: &str, value: &str| json!({ "UserAttributes": [{ "Name": name, "Value": value }] });
    let moved = json!({ "UserAttributes": [
        { "Name": "email", "Value": "mara@example.org" }, { "Name": "email_verified", "Value": "true" },
    ] });
    let own = json!({ "PreviousPassword": PASSWORD, "ProposedPassword": OTHER });
    let reset = |permanent: bool| json!({ "Password": OTHER, "Permanent": permanent });
    let once = |operation: &'static str, members: Value| (operation, vec![(operation, members)]);
    vec![
        once("AdminSetUserPassword", reset(true)),
        ("temporary password", vec![("AdminSetUserPassword", reset(false))]),
        (
            "same password",
            vec![(
                "AdminSetUserPassword",
                json!({ "Password": PASSWORD, "Permanent": true }),
            )],
        ),
        once("ChangePassword", own),
        once("GlobalSignOut", json!({})),
        once("AdminUserGlobalSignOut", json!({})),
        (
            "off and on",
            vec![("AdminDisableUser", json!({})), ("AdminEnableUser", json!({}))],
        ),
        ("email", vec![("AdminUpdateUserAttributes", moved)]),
        (
            "email_verified",
            vec![("AdminUpdateUserAttributes", attributes("email_verified", "false"))],
        ),
        (
            "phone",
            vec![(
                "AdminUpdateUserAttributes",
                attributes("phone_number", "+4915112345678"),
            )],
        ),
        (
            "deleted",
            vec![(
                "AdminDeleteUserAttributes",
                json!({ "UserAttributeNames": ["email"] }),
            )],
        ),
    ]
}

/// What must not end them.
fn others() -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    let attribute = |name: &str, value: &str| {
        let members = json!({ "UserAttributes": [{ "Name": name, "Value": value }] });
        vec![("AdminUpdateUserAttributes", members)]
    };
    vec![
        ("custom", attribute("custom:authChallenge", "x")),
        ("nickname", attribute("nickname", "M")),
        ("verified", attribute("email_verified", "true")),
        ("enabled", vec![("AdminEnableUser", json!({}))]),
    ]
}

/// The calls as requests on Mara in this pool.
fn requests(pool: &str, token: &Value, calls: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    let request = |(operation, mut members): (&'static str, Value)| {
        if operation.starts_with("Admin") {
            members["UserPoolId"] = json!(pool);
            members["Username"] = json!("mara");
        } else {
            members["AccessToken"] = token.clone();
        }
        (operation, members)
    };
    calls.into_iter().map(request).collect()
}

async fn make(server: &TestPool, requests: Vec<(&'static str, Value)>) {
    for (operation, request) in requests {
        server.call(operation, request).await.ok();
    }
}

/// Mara with an access token that she has from before, and a code challenge that she can answer.
async fn challenged() -> (Scene, Value, Value, String) {
    let scene = Scene::with_codes().await;
    let token = scene.tokens().await["AccessToken"].clone();
    let asked = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD);
    let session = asked.await.ok()["Session"].clone();
    let code = scene.server.code_to("mara@example.com").await;
    (scene, token, session, code)
}

/// Before the next commit of a row of a user, another node makes these calls.
fn before_the_commit(scene: &Scene, token: &Value, calls: Vec<(&'static str, Value)>) {
    let requests = requests(&scene.pool, token, calls);
    scene.before(&scene.at("user/"), move |rival| async move {
        make(&rival, requests).await;
    });
}

async fn families(scene: &Scene) -> usize {
    scene.keys("/refresh/").await.len()
}

#[tokio::test]
async fn no_right_code_outlives_a_change_between_password_and_code() {
    for (name, calls) in movers() {
        let (scene, token, session, code) = challenged().await;
        let requests = requests(&scene.pool, &token, calls);
        make(&scene.server, requests).await;
        let before = families(&scene).await;
        for typed in [&code, "000000", &code] {
            let answer = scene
                .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": typed }))
                .await;
            assert_eq!((name, answer["message"].as_str()), (name, Some(INVALID)));
        }
        assert_eq!((name, families(&scene).await), (name, before));
    }
}

#[tokio::test]
async fn no_right_code_outlives_a_change_at_the_moment_of_its_commit() {
    for (name, calls) in movers() {
        let (scene, token, session, code) = challenged().await;
        before_the_commit(&scene, &token, calls);
        let answer = scene
            .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": code }))
            .await;
        assert_eq!((name, answer["message"].as_str()), (name, Some(INVALID)));
        assert!(families(&scene).await <= 1, "{name}: only the tokens from before");
        // Not later, either.
        let answer = scene
            .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": code }))
            .await;
        assert_eq!((name, answer["message"].as_str()), (name, Some(INVALID)));
    }
}

#[tokio::test]
async fn no_right_password_outlives_a_change_at_the_moment_of_its_commit() {
    for (name, calls) in movers() {
        let scene = Scene::new().await;
        let token = scene.tokens().await["AccessToken"].clone();
        before_the_commit(&scene, &token, calls);
        let answer = scene.sign_in().await;
        assert_eq!((name, answer["message"].as_str()), (name, Some(INVALID)));
        assert!(families(&scene).await <= 1, "{name}: only the tokens from before");
    }
}

#[tokio::test]
async fn what_changes_nothing_of_a_proof_ends_no_sign_in() {
    for (name, calls) in others() {
        let (scene, token, session, code) = challenged().await;
        let before = requests(&scene.pool, &token, calls.clone());
        make(&scene.server, before).await;
        before_the_commit(&scene, &token, calls);
        let answer = scene
            .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": code }))
            .await;
        assert!(
            answer["AuthenticationResult"].is_object(),
            "{name}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_session_renewed_before_or_at_a_change_is_worth_nothing_after_it() {
    for action in ["wait", "resend"] {
        let (scene, token, session, code) = challenged().await;
        scene.server.clock().advance_seconds(31);
        let out = vec![("AdminUserGlobalSignOut", json!({}))];
        before_the_commit(&scene, &token, out);
        let renewal = json!({
            "ChallengeName": "CUSTOM_CHALLENGE",
            "ClientId": scene.client,
            "Session": session,
            "ChallengeResponses": { "USERNAME": "mara", "ANSWER": "-" },
            "ClientMetadata": { "action": action },
        });
        let renewed = scene.server.call("RespondToAuthChallenge", renewal.clone()).await;
        let session = match renewed["Session"].as_str() {
            Some(session) => json!(session),
            None => renewal["Session"].clone(),
        };
        let refused = scene
            .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": code }))
            .await;
        refused.assert_error("NotAuthorizedException", INVALID);
        assert_eq!(families(&scene).await, 0);
    }
}

/// The client with this flow alone, and what a sign-in through it answers then.
fn only(scene: &Scene, flow: &str) -> Value {
    json!({ "UserPoolId": scene.pool, "ClientId": scene.client, "ExplicitAuthFlows": [flow] })
}

#[tokio::test]
async fn a_flow_that_is_switched_off_ends_the_sign_ins_under_way() {
    const OFF: &str = "CUSTOM_AUTH is not enabled for the client.";
    let (scene, _, session, code) = challenged().await;
    let off = only(&scene, "ALLOW_USER_SRP_AUTH");
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.call("UpdateUserPoolClient", off).await.ok();
    });
    for _ in 0..2 {
        let refused = scene
            .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": code }))
            .await;
        refused.assert_error("InvalidParameterException", OFF);
    }

    let scene = Scene::new().await;
    let off = only(&scene, "ALLOW_USER_SRP_AUTH");
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.call("UpdateUserPoolClient", off).await.ok();
    });
    let refused = scene.sign_in().await;
    refused.assert_error(
        "InvalidParameterException",
        "USER_PASSWORD_AUTH flow not enabled for this client",
    );
    assert_eq!(families(&scene).await, 0);
}

#[tokio::test]
async fn another_change_of_the_client_ends_no_sign_in() {
    let (scene, _, session, code) = challenged().await;
    let same = only(&scene, "ALLOW_CUSTOM_AUTH");
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.call("UpdateUserPoolClient", same).await.ok();
    });
    scene
        .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": code }))
        .await
        .ok();
}

/// A user with a temporary password who has chosen another, and is asked for the code.
async fn chosen() -> (Scene, Value, String) {
    let scene = Scene::with_codes().await;
    let temporary = json!({ "Password": "Temporary-Horse-1!", "Permanent": false });
    scene.on_mara("AdminSetUserPassword", temporary).await.ok();
    let asked = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "mara", "Temporary-Horse-1!")
        .await
        .ok();
    let choice = json!({ "NEW_PASSWORD": OTHER, "userAttributes.nickname": "M" });
    let asked = scene
        .respond("NEW_PASSWORD_REQUIRED", &asked["Session"], choice)
        .await
        .ok();
    let code = scene.server.code_to("mara@example.com").await;
    (scene, asked["Session"].clone(), code)
}

#[tokio::test]
async fn no_chosen_password_outlives_a_change_at_the_moment_it_would_count() {
    let calls = [
        (
            "AdminSetUserPassword",
            json!({ "Password": PASSWORD, "Permanent": true }),
        ),
        ("AdminUserGlobalSignOut", json!({})),
    ];
    for call in calls {
        let (scene, session, code) = chosen().await;
        before_the_commit(&scene, &Value::Null, vec![call]);
        let refused = scene
            .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": code }))
            .await;
        refused.assert_error("NotAuthorizedException", INVALID);
        let signed_in = scene.server.password_sign_in(&scene.client, "mara", OTHER).await;
        signed_in.assert_error("NotAuthorizedException", crate::WRONG);
    }
}

#[tokio::test]
async fn a_chosen_password_counts_over_an_attribute_that_is_written_at_that_moment() {
    let (scene, session, code) = chosen().await;
    let attribute = json!({ "UserAttributes": [{ "Name": "family_name", "Value": "F" }] });
    before_the_commit(
        &scene,
        &Value::Null,
        vec![("AdminUpdateUserAttributes", attribute)],
    );
    scene
        .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": code }))
        .await
        .ok();
    let user = scene.on_mara("AdminGetUser", json!({})).await.ok();
    let value = |name: &str| {
        let attributes = user["UserAttributes"].as_array().unwrap();
        let found = attributes.iter().find(|attribute| attribute["Name"] == name);
        found.map(|found| found["Value"].clone())
    };
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert_eq!(
        (value("nickname"), value("family_name")),
        (Some(json!("M")), Some(json!("F")))
    );
    scene
        .server
        .password_sign_in(&scene.client, "mara", OTHER)
        .await
        .ok();
}
