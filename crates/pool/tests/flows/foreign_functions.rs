//! Custom authentication by functions that are not ours.

use std::sync::Arc;

use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{Answer, RecordingFunction};
use poolhouse_store::Scan;
use serde_json::{Value, json};

use crate::triggers::{Scene, arn};
use crate::{PASSWORD, WRONG};

/// Functions in the style of the samples everywhere: code only, the answer is "42".
pub fn code_only() -> [Arc<RecordingFunction>; 3] {
    let define = RecordingFunction::new(|event| {
        let session = event["request"]["session"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let right = session.last().is_some_and(|last| last["challengeResult"] == true);
        event["response"]["issueTokens"] = json!(right);
        event["response"]["failAuthentication"] = json!(!right && session.len() >= 2);
        event["response"]["challengeName"] = json!("CUSTOM_CHALLENGE");
        Ok(())
    });
    let create = RecordingFunction::new(|event| {
        event["response"]["publicChallengeParameters"] = json!({ "hint": "the answer" });
        event["response"]["privateChallengeParameters"] = json!({ "answer": "42" });
        event["response"]["challengeMetadata"] = json!("ROUND");
        Ok(())
    });
    let verify = RecordingFunction::new(|event| {
        let right =
            event["request"]["privateChallengeParameters"]["answer"] == event["request"]["challengeAnswer"];
        event["response"]["answerCorrect"] = json!(right);
        Ok(())
    });
    [define, create, verify]
}

/// A pool with these functions, and Mara.
pub async fn scene(
    define: &Arc<RecordingFunction>,
    create: &Arc<RecordingFunction>,
    verify: &Arc<RecordingFunction>,
) -> Scene {
    Scene::new(&[
        ("DefineAuthChallenge", define),
        ("CreateAuthChallenge", create),
        ("VerifyAuthChallengeResponse", verify),
    ])
    .await
}

/// Mara's answer to the challenge.
pub async fn answer(scene: &Scene, session: &Value, answer: &str) -> Answer {
    let body = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": scene.client,
        "Session": session,
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": answer },
        "ClientMetadata": { "locale": "de" },
    });
    scene.server.call("RespondToAuthChallenge", body).await
}

#[tokio::test]
async fn foreign_functions_see_the_rounds_as_the_service_shows_them() {
    let [define, create, verify] = code_only();
    let scene = scene(&define, &create, &verify).await;
    let first = scene
        .initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" }))
        .await
        .ok();
    assert_eq!(
        first["ChallengeParameters"],
        json!({ "USERNAME": "mara", "hint": "the answer" })
    );
    let [event] = define.events().try_into().unwrap();
    assert_eq!(event["request"]["session"], json!([]));
    assert_eq!(event["request"]["clientMetadata"], Value::Null);
    let [event] = create.events().try_into().unwrap();
    assert_eq!(event["request"]["challengeName"], "CUSTOM_CHALLENGE");

    let second = answer(&scene, &first["Session"], "41").await.ok();
    let [event] = verify.events().try_into().unwrap();
    assert_eq!(
        event["request"]["privateChallengeParameters"],
        json!({ "answer": "42" })
    );
    assert_eq!(event["request"]["challengeAnswer"], "41");
    assert_eq!(event["request"]["clientMetadata"], json!({ "locale": "de" }));
    let [event] = define.events().try_into().unwrap();
    let wrong = json!({ "challengeName": "CUSTOM_CHALLENGE", "challengeResult": false, "challengeMetadata": "ROUND" });
    assert_eq!(event["request"]["session"], json!([wrong]));

    let tokens = answer(&scene, &second["Session"], "42").await.ok();
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());
    let [event] = define.events().try_into().unwrap();
    assert_eq!(event["request"]["session"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_define_that_fails_the_sign_in_wins() {
    let [_, create, verify] = code_only();
    let define = RecordingFunction::new(|event| {
        event["response"] = json!({ "issueTokens": true, "failAuthentication": true });
        Ok(())
    });
    let scene = scene(&define, &create, &verify).await;
    let answer = scene.initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" })).await;
    answer.assert_error("NotAuthorizedException", WRONG);
}

#[tokio::test]
async fn nobody_is_signed_in_who_does_not_exist_whatever_define_says() {
    let [_, create, verify] = code_only();
    let define = RecordingFunction::new(|event| {
        assert_eq!(event["request"]["userNotFound"], true);
        event["response"]["issueTokens"] = json!(true);
        Ok(())
    });
    let scene = scene(&define, &create, &verify).await;
    let hiding = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let client = scene.server.client_with(&scene.pool, hiding).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let scene = Scene { client, ..scene };
    let answer = scene
        .initiate("CUSTOM_AUTH", json!({ "USERNAME": "nobody" }))
        .await;
    answer.assert_error("NotAuthorizedException", WRONG);
    assert_eq!(define.events().len(), 1);
}

#[tokio::test]
async fn a_challenge_that_cannot_come_next_is_not_recognised() {
    let [_, create, verify] = code_only();
    for name in ["PASSWORD_VERIFIER", "SMS_MFA", "NO_SUCH_CHALLENGE", ""] {
        let define = RecordingFunction::new(move |event| {
            event["response"]["challengeName"] = json!(name);
            Ok(())
        });
        let scene = scene(&define, &create, &verify).await;
        let answer = scene.initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" })).await;
        answer.assert_error("InvalidLambdaResponseException", "Unrecognizable lambda output");
    }
}

/// Functions that run elsewhere may mail and write, so they are asked once for each answer: the session is consumed
/// before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_answers_at_once_functions_elsewhere_see_one() {
    let [define, create, verify] = code_only();
    let scene = scene(&define, &create, &verify).await;
    let begun = scene
        .initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" }))
        .await
        .ok();
    let scene = Arc::new(scene);
    let mut answers = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (scene, session) = (scene.clone(), begun["Session"].clone());
        answers.spawn(async move { answer(&scene, &session, "42").await.status });
    }
    let answers = answers.join_all().await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(verify.events().len(), 1);
}

#[tokio::test]
async fn d5_no_functions_can_keep_a_sign_in_alive_for_longer_than_half_an_hour() {
    let [define, create, verify] = code_only();
    let endless = RecordingFunction::new(|event| {
        let session = event["request"]["session"].as_array();
        let right =
            session.is_some_and(|list| list.last().is_some_and(|last| last["challengeResult"] == true));
        event["response"]["issueTokens"] = json!(right);
        event["response"]["failAuthentication"] = json!(false);
        event["response"]["challengeName"] = json!("CUSTOM_CHALLENGE");
        Ok(())
    });
    let scene = scene(&endless, &create, &verify).await;
    drop(define);
    let client = json!({
        "UserPoolId": scene.pool,
        "ClientId": scene.client,
        "AuthSessionValidity": 15,
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"],
    });
    scene.server.call("UpdateUserPoolClient", client).await.ok();
    let asked = scene
        .initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" }))
        .await
        .ok();
    let mut session = asked["Session"].clone();
    for _ in 0..3 {
        scene.server.clock().advance_seconds(599);
        session = answer(&scene, &session, "41").await.ok()["Session"].clone();
    }
    scene.server.clock().advance_seconds(3);
    answer(&scene, &session, "42").await.assert_error(
        "NotAuthorizedException",
        "Invalid session for the user, session is expired.",
    );
    assert_eq!(verify.events().len(), 3, "nothing is judged any more");
}

#[tokio::test]
async fn a_place_token_reaches_no_function_before_a_right_code_nor_after_the_epoch_has_moved() {
    let [define, _, verify] = code_only();
    let create = RecordingFunction::new(|event| {
        event["response"]["publicChallengeParameters"] = json!({ "deviceToken": "token" });
        event["response"]["privateChallengeParameters"] = json!({ "answer": "42" });
        Ok(())
    });
    let scene = scene(&define, &create, &verify).await;
    // What Verify sees of the token beside this answer.
    let seen = async |answer: &str| {
        let asked = scene.initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" })).await;
        let body = json!({
            "ChallengeName": "CUSTOM_CHALLENGE",
            "ClientId": scene.client,
            "Session": asked.ok()["Session"],
            "ChallengeResponses": { "USERNAME": "mara", "ANSWER": answer },
            "ClientMetadata": { "deviceToken": "token", "locale": "de" },
        });
        verify.events();
        scene.server.call("RespondToAuthChallenge", body).await.ok();
        let event = verify.events().remove(0);
        assert_eq!(event["request"]["clientMetadata"]["locale"], "de");
        event["request"]["clientMetadata"]["deviceToken"].clone()
    };
    assert_eq!(seen("41").await, Value::Null, "nobody has typed a right code");
    assert_eq!(seen("42").await, Value::Null);
    assert_eq!(seen("41").await, "token");
    let out = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.server.call("AdminUserGlobalSignOut", out).await.ok();
    assert_eq!(seen("42").await, Value::Null, "the epoch has moved");
    assert_eq!(seen("41").await, "token");
    scene.server.clock().advance_seconds(90 * 24 * 3600);
    assert_eq!(seen("41").await, Value::Null, "its time is over");
}

#[tokio::test]
async fn door_a_define_that_asks_for_no_password_gives_no_tokens() {
    let [define, create, verify] = code_only();
    let scene = scene(&define, &create, &verify).await;
    scene.server.require_code(&scene.pool, None, true).await;
    let parameters = json!({ "USERNAME": "mara" });
    let first = scene.initiate("CUSTOM_AUTH", parameters).await.ok();
    answer(&scene, &first["Session"], "42").await.assert_error(
        "NotAuthorizedException",
        "This user pool requires a confirm code after the password: CUSTOM_AUTH must begin with SRP_A and end with CUSTOM_CHALLENGE.",
    );
}

#[tokio::test]
async fn tokens_without_a_right_code_make_no_place_token_good() {
    let [_, _, verify] = code_only();
    let lenient = RecordingFunction::new(|event| {
        let session = event["request"]["session"].as_array();
        event["response"]["issueTokens"] = json!(session.is_some_and(|list| !list.is_empty()));
        event["response"]["failAuthentication"] = json!(false);
        event["response"]["challengeName"] = json!("CUSTOM_CHALLENGE");
        Ok(())
    });
    let create = RecordingFunction::new(|event| {
        event["response"]["publicChallengeParameters"] = json!({ "deviceToken": "token" });
        event["response"]["privateChallengeParameters"] = json!({ "answer": "42" });
        Ok(())
    });
    let scene = scene(&lenient, &create, &verify).await;
    let places = async || {
        let rows = scene.server.store().scan(Scan::prefix("", 1000)).await.unwrap();
        rows.iter().filter(|row| row.key.contains("/places")).count()
    };
    for (typed, noted) in [("41", 0), ("42", 1)] {
        let asked = scene.initiate("CUSTOM_AUTH", json!({ "USERNAME": "mara" })).await;
        let tokens = answer(&scene, &asked.ok()["Session"], typed).await.ok();
        assert!(tokens["AuthenticationResult"].is_object(), "{typed}");
        assert_eq!(places().await, noted, "{typed}");
    }
}

#[tokio::test]
async fn door_a_browser_passes_for_the_code_only_where_the_server_lets_browsers_be_trusted() {
    for (days, status) in [(0, 400), (14, 200)] {
        let [_, _, verify] = code_only();
        let define = RecordingFunction::new(|event| {
            let answered = event["request"]["session"].as_array().map_or(0, Vec::len);
            let has_token = event["request"]["clientMetadata"]["deviceToken"].is_string();
            let next = ["PASSWORD_VERIFIER", "CUSTOM_CHALLENGE"];
            event["response"]["issueTokens"] = json!(answered > 2 || (answered == 2 && has_token));
            event["response"]["failAuthentication"] = json!(false);
            event["response"]["challengeName"] = json!(next[usize::from(answered > 1)]);
            Ok(())
        });
        let create = RecordingFunction::new(|event| {
            event["response"]["publicChallengeParameters"] = json!({ "deviceToken": "token" });
            event["response"]["privateChallengeParameters"] = json!({ "answer": "42" });
            Ok(())
        });
        let functions = [
            ("DefineAuthChallenge", &define),
            ("CreateAuthChallenge", &create),
            ("VerifyAuthChallengeResponse", &verify),
        ];
        let config = functions.map(|(trigger, _)| (trigger.to_owned(), json!(arn(trigger))));
        let config = Value::Object(config.into_iter().collect());
        let scene = Scene::with_settings(&functions, config, |settings| {
            settings.confirm.trusted_device_days = days;
        })
        .await;
        scene.server.require_code(&scene.pool, None, true).await;
        let asked = with_token(&scene).await.ok();
        assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
        answer(&scene, &asked["Session"], "42").await.ok();
        let again = with_token(&scene).await;
        assert_eq!(again.status, status, "{days} days: {}", again.text);
    }
}

/// Mara's password by SRP, with the token of her browser beside the proof.
async fn with_token(scene: &Scene) -> Answer {
    let srp = SrpClient::new(&scene.pool, PASSWORD);
    let parameters = json!({ "USERNAME": "mara", "CHALLENGE_NAME": "SRP_A", "SRP_A": srp.public_a() });
    let asked = scene.initiate("CUSTOM_AUTH", parameters).await.ok();
    let body = json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ClientId": scene.client,
        "Session": asked["Session"],
        "ChallengeResponses": srp.responses(&asked["ChallengeParameters"], scene.server.app().platform.now()),
        "ClientMetadata": { "deviceToken": "token" },
    });
    scene.server.call("RespondToAuthChallenge", body).await
}

/// Before functions elsewhere are asked, the attempt is counted as if it had failed.
#[tokio::test]
async fn right_passwords_are_forgotten_as_failures_where_functions_run_elsewhere() {
    let function = RecordingFunction::silent();
    let scene = Scene::new(&[("PostAuthentication", &function)]).await;
    for _ in 0..7 {
        scene.sign_in().await.ok();
    }
    for _ in 0..4 {
        let wrong = scene
            .server
            .password_sign_in(&scene.client, "mara", "Wrong-Horse-9!")
            .await;
        wrong.assert_error("NotAuthorizedException", WRONG);
    }
    // The fifth failure in a row would lock; a right password begins a new row.
    scene.sign_in().await.ok();
    let wrong = scene
        .server
        .password_sign_in(&scene.client, "mara", "Wrong-Horse-9!")
        .await;
    wrong.assert_error("NotAuthorizedException", WRONG);
    scene.sign_in().await.ok();
}
