//! What foreign functions are told, and the answers that the service takes from them.

use std::sync::Arc;

use poolhouse_pool::testing::{Answer, RecordingFunction, TestPool};
use poolhouse_triggers::Place;
use serde_json::{Value, json};

use crate::triggers::{Scene, arn};
use crate::{PASSWORD, claims};

/// Functions that ask for one custom challenge, which Create makes with this response, and take any answer.
async fn challenging(response: Value) -> (Scene, Arc<RecordingFunction>) {
    let create = RecordingFunction::new(move |event| {
        event["response"] = response.clone();
        Ok(())
    });
    let define = RecordingFunction::new(|event| {
        let answered = event["request"]["session"] != json!([]);
        event["response"] = json!({ "issueTokens": answered, "challengeName": "CUSTOM_CHALLENGE" });
        Ok(())
    });
    let verify = RecordingFunction::new(|event| {
        event["response"]["answerCorrect"] = json!(true);
        Ok(())
    });
    let scene = Scene::new(&[
        ("DefineAuthChallenge", &define),
        ("CreateAuthChallenge", &create),
        ("VerifyAuthChallengeResponse", &verify),
    ])
    .await;
    (scene, verify)
}

async fn begun(scene: &Scene) -> Answer {
    scene.initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" })).await
}

async fn answered(scene: &Scene, session: &Value) -> Answer {
    let body = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": scene.client,
        "Session": session,
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": "any" },
    });
    scene.server.call("RespondToAuthChallenge", body).await
}

#[tokio::test]
async fn numbers_and_booleans_in_a_challenge_arrive_as_text() {
    let (scene, verify) = challenging(json!({
        "publicChallengeParameters": { "attemptsLeft": 3, "trigger": true, "nothing": null },
        "privateChallengeParameters": { "answer": 42, "strict": false },
        "challengeMetadata": 7,
    }))
    .await;
    let challenge = begun(&scene).await.ok();
    assert_eq!(
        challenge["ChallengeParameters"],
        json!({ "USERNAME": "mara", "attemptsLeft": "3", "trigger": "true" })
    );
    answered(&scene, &challenge["Session"]).await.ok();
    let [event] = verify.events().try_into().unwrap();
    assert_eq!(
        event["request"]["privateChallengeParameters"],
        json!({ "answer": "42", "strict": "false" })
    );
}

#[tokio::test]
async fn lists_and_objects_in_a_challenge_are_not_recognised() {
    for value in [json!([1]), json!([]), json!({ "a": 1 }), json!({})] {
        for member in ["publicChallengeParameters", "privateChallengeParameters"] {
            let (scene, _) = challenging(json!({ member: { "p": value } })).await;
            begun(&scene)
                .await
                .assert_error("InvalidLambdaResponseException", "Unrecognizable lambda output");
        }
    }
}

#[tokio::test]
async fn an_event_has_no_client_metadata_where_the_request_had_none() {
    let (scene, verify) = challenging(json!({})).await;
    let challenge = begun(&scene).await.ok();
    answered(&scene, &challenge["Session"]).await.ok();
    let [event] = verify.events().try_into().unwrap();
    let members: Vec<&String> = event["request"].as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["userAttributes", "privateChallengeParameters", "challengeAnswer"]
    );
}

/// The service fills `userNotFound` in for clients that hide which users exist.
#[tokio::test]
async fn an_event_says_whether_the_user_was_found_only_to_clients_that_hide_it() {
    for (mode, expected) in [("LEGACY", None), ("ENABLED", Some(json!(false)))] {
        let before = RecordingFunction::silent();
        let scene = Scene::new(&[("PreAuthentication", &before)]).await;
        let settings = json!({
            "PreventUserExistenceErrors": mode,
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        });
        let client = scene.server.client_with(&scene.pool, settings).await;
        let client = client["ClientId"].as_str().unwrap().to_owned();
        scene
            .server
            .password_sign_in(&client, "mara", PASSWORD)
            .await
            .ok();
        let [event] = before.events().try_into().unwrap();
        assert_eq!(event["request"].get("userNotFound"), expected.as_ref(), "{mode}");
    }
}

/// As events come back that went through typed structs: members that the types do not know are gone, and there is null
/// where nothing was.
#[tokio::test]
async fn members_of_the_request_that_a_handler_drops_are_no_error() {
    let after = RecordingFunction::new(|event| {
        event["request"] = json!({ "clientMetadata": null });
        Ok(())
    });
    let scene = Scene::new(&[("PostAuthentication", &after)]).await;
    scene.sign_in().await.ok();
}

#[tokio::test]
async fn an_older_directory_may_answer_booleans_and_is_told_what_the_service_tells() {
    let migration = RecordingFunction::new(|event| {
        event["response"] = json!({
            "userAttributes": { "email": "noel@example.com", "email_verified": true, "name": null },
            "finalUserStatus": "CONFIRMED",
        });
        Ok(())
    });
    let scene = Scene::new(&[("UserMigration", &migration)]).await;
    scene
        .server
        .password_sign_in(&scene.client, "noel", PASSWORD)
        .await
        .ok();
    let [event] = migration.events().try_into().unwrap();
    assert_eq!(
        event["request"],
        json!({ "password": PASSWORD, "validationData": null, "userAttributes": null })
    );
    let user = json!({ "UserPoolId": scene.pool, "Username": "noel" });
    let user = scene.server.call("AdminGetUser", user).await.ok();
    let attributes = user["UserAttributes"].as_array().unwrap();
    let verified = json!({ "Name": "email_verified", "Value": "true" });
    assert!(attributes.contains(&verified), "{attributes:?}");
    assert!(attributes.iter().all(|attribute| attribute["Name"] != "name"));
}

#[tokio::test]
async fn groups_and_roles_of_a_function_are_in_the_tokens() {
    let function = RecordingFunction::new(|event| {
        event["response"]["claimsOverrideDetails"]["groupOverrideDetails"] = json!({
            "groupsToOverride": ["staff"],
            "iamRolesToOverride": ["arn:a", "arn:b"],
            "preferredRole": "arn:b",
        });
        Ok(())
    });
    let scene = Scene::new(&[("PreTokenGeneration", &function)]).await;
    let tokens = scene.sign_in().await.ok()["AuthenticationResult"].clone();
    let of = |token: &str| {
        let claims = claims(&tokens[token]);
        ["cognito:groups", "cognito:roles", "cognito:preferred_role"].map(|name| claims[name].clone())
    };
    let staff = json!(["staff"]);
    assert_eq!(
        of("IdToken"),
        [staff.clone(), json!(["arn:a", "arn:b"]), json!("arn:b")]
    );
    assert_eq!(of("AccessToken"), [staff, Value::Null, Value::Null]);
}

#[tokio::test]
async fn functions_are_told_the_addresses_that_sign_a_user_in() {
    for (kinds, email, phone) in [
        (json!(["email"]), json!("mara@example.com"), Value::Null),
        (json!(["phone_number"]), Value::Null, json!("+4915112345678")),
        (json!([]), Value::Null, Value::Null),
    ] {
        let function = RecordingFunction::silent();
        let places = vec![("PreAuthentication".to_owned(), function.clone() as Arc<dyn Place>)];
        let server = TestPool::with_functions(places, |_| {}).await;
        let config = json!({ "PreAuthentication": arn("PreAuthentication") });
        let pool = json!({ "AliasAttributes": kinds, "LambdaConfig": config });
        let pool = server.pool_with(pool).await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", PASSWORD).await;
        let number = json!([{ "Name": "phone_number", "Value": "+4915112345678" }]);
        let update = json!({ "UserPoolId": pool, "Username": "mara", "UserAttributes": number });
        server.call("AdminUpdateUserAttributes", update).await.ok();
        server.password_sign_in(&client, "mara", PASSWORD).await.ok();
        let told = function.events()[0]["request"]["userAttributes"].clone();
        assert_eq!(
            (&told["cognito:email_alias"], &told["cognito:phone_number_alias"]),
            (&email, &phone)
        );
    }
}
