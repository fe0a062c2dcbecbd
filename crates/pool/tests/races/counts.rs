//! What is counted at the same moment is counted: wrong passwords, calls in an hour, mailed codes.

use std::sync::Arc;

use poolhouse_pool::testing::{Answer, RecordingFunction, TestPool, TestStore};
use poolhouse_pool::users::quota::CHANGE_PASSWORD;
use poolhouse_store::Store;
use poolhouse_store::testing::Hooked;
use poolhouse_triggers::Place;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{OTHER, PASSWORD, Scene, WRONG, request};

const EXCEEDED: &str = "Password attempts exceeded";

/// Another node judges so many wrong passwords of Mara's before the server's next commit about her.
fn failing_first(scene: &Scene, times: usize) {
    let client = scene.client.clone();
    let now = scene.server.app().platform.now();
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.clock().set(now);
        for _ in 0..times {
            let answer = rival.password_sign_in(&client, "mara", OTHER).await;
            answer.assert_error("NotAuthorizedException", WRONG);
        }
    });
}

#[tokio::test]
async fn a_right_password_does_not_sign_in_past_a_lock_that_came_first() {
    // Without failures before, and with one.
    for before in [0, 1] {
        let scene = Scene::new().await;
        for _ in 0..before {
            scene.server.password_sign_in(&scene.client, "mara", OTHER).await;
        }
        failing_first(&scene, 5 - before);
        scene
            .sign_in()
            .await
            .assert_error("NotAuthorizedException", EXCEEDED);
        assert_eq!(scene.keys("/refresh/").await, [] as [String; 0]);
        assert_eq!(scene.keys("/lockout").await.len(), 1);
    }
}

#[tokio::test]
async fn a_right_password_signs_in_after_a_failure_that_came_first_and_forgets_it() {
    let scene = Scene::new().await;
    failing_first(&scene, 4);
    scene.sign_in().await.ok();
    // Four more carry no penalty again.
    for _ in 0..4 {
        let wrong = scene.server.password_sign_in(&scene.client, "mara", OTHER).await;
        wrong.assert_error("NotAuthorizedException", crate::WRONG);
    }
    scene.sign_in().await.ok();
}

#[tokio::test]
async fn a_wrong_password_is_counted_beside_others_and_not_judged_past_the_lock() {
    let scene = Scene::new().await;
    let wrong = async || scene.server.password_sign_in(&scene.client, "mara", OTHER).await;
    failing_first(&scene, 3);
    wrong().await.assert_error("NotAuthorizedException", WRONG);
    // That makes four. The fifth comes first, so the sixth is not judged.
    failing_first(&scene, 1);
    wrong().await.assert_error("NotAuthorizedException", EXCEEDED);
    let row = scene.keys("/lockout").await.remove(0);
    let row = scene.server.app().platform.get(&row).await.unwrap().unwrap();
    assert!(row.body.contains("\"count\":5"), "{}", row.body);
}

/// A pool whose functions for these triggers run elsewhere.
async fn with_remote(functions: &[(&str, &Arc<RecordingFunction>)]) -> Scene {
    let store = Arc::new(Hooked::new(TestStore::new()));
    let behind: Arc<dyn Store> = store.clone();
    let arn = |trigger: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:remote-{trigger}");
    let places = functions
        .iter()
        .map(|(trigger, function)| (arn(trigger), (*function).clone() as Arc<dyn Place>));
    let server = TestPool::build(behind, 7, |_| {}, places.collect());
    let config = functions
        .iter()
        .map(|(trigger, _)| ((*trigger).to_owned(), json!(arn(trigger))));
    let config = Value::Object(config.collect());
    let pool = server.pool_with(json!({ "LambdaConfig": config })).await;
    Scene::in_pool(server, store, pool, json!({})).await
}

/// While a function that runs elsewhere thinks about a right password, others get four wrong ones judged: they stay counted,
/// and the function is not asked again.
async fn four_wrong_beside_a_right_one(scene: &Scene, at: &str, sign_in: impl AsyncFnOnce() -> Answer) {
    let sub = sub(scene).await;
    let (client, now) = (scene.client.clone(), scene.server.app().platform.now());
    scene.before(&scene.at(&format!("user/{sub}/{at}")), move |rival| async move {
        rival.clock().set(now);
        for _ in 0..4 {
            let answer = rival.password_sign_in(&client, "mara", OTHER).await;
            answer.assert_error("NotAuthorizedException", WRONG);
        }
    });
    sign_in().await.ok();
    let row = scene.keys("/lockout").await.remove(0);
    let row = scene.server.app().platform.get(&row).await.unwrap().unwrap();
    let row: Value = serde_json::from_str(&row.body).unwrap();
    assert_eq!((&row["count"], &row["ofDay"]), (&json!(0), &json!(4)));
}

#[tokio::test]
async fn l1_wrong_passwords_beside_a_right_one_that_functions_elsewhere_judge_stay_counted() {
    let function = RecordingFunction::silent();
    let scene = with_remote(&[("PostAuthentication", &function)]).await;
    four_wrong_beside_a_right_one(&scene, "refresh/", || scene.sign_in()).await;
    assert_eq!(function.events().len(), 1);
}

#[tokio::test]
async fn l1_wrong_passwords_beside_a_custom_sign_in_with_functions_elsewhere_stay_counted() {
    let define = RecordingFunction::new(|event| {
        let answered = event["request"]["session"].as_array().map_or(0, Vec::len);
        let next = ["", "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE"];
        event["response"]["issueTokens"] = json!(false);
        event["response"]["failAuthentication"] = json!(false);
        event["response"]["challengeName"] = json!(next[answered]);
        Ok(())
    });
    let create = RecordingFunction::silent();
    let verify = RecordingFunction::silent();
    let functions = [
        ("DefineAuthChallenge", &define),
        ("CreateAuthChallenge", &create),
        ("VerifyAuthChallengeResponse", &verify),
    ];
    let scene = with_remote(&functions).await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    let sign_in = || server.custom_sign_in(pool, client, "mara", PASSWORD);
    four_wrong_beside_a_right_one(&scene, "session/", sign_in).await;
    assert_eq!((define.events().len(), create.events().len()), (2, 1));
}

#[tokio::test]
async fn of_two_browsers_that_get_a_right_code_at_the_same_moment_both_are_noted() {
    let scene = Scene::with_codes().await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    let mut answers = Vec::new();
    for _ in 0..2 {
        let begun = server.custom_sign_in(pool, client, "mara", PASSWORD).await.ok();
        answers.push(json!({
            "ChallengeName": "CUSTOM_CHALLENGE",
            "ClientId": client,
            "Session": begun["Session"],
            "ChallengeResponses": { "USERNAME": "mara", "ANSWER": server.code_to("mara@example.com").await },
        }));
        server.clock().advance_seconds(20);
    }
    let now = request(server).now;
    let first = answers.remove(0);
    let places = scene.at(&format!("user/{}/places", sub(&scene).await));
    scene.before(&places, move |rival| async move {
        rival.clock().set(now);
        rival.call("RespondToAuthChallenge", first).await.ok();
    });
    server
        .call("RespondToAuthChallenge", answers.remove(0))
        .await
        .ok();
    let noted = server.app().platform.get(&places).await.unwrap().unwrap();
    let noted: Value = serde_json::from_str(&noted.body).unwrap();
    assert_eq!(noted["places"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_call_is_refused_when_the_hours_last_one_came_first() {
    let scene = Scene::new().await;
    let sub = sub(&scene).await;
    // The first count of an hour and the last.
    for before in [0, 4] {
        for _ in 0..before {
            let ctx = request(&scene.server);
            CHANGE_PASSWORD.count(&ctx, &scene.pool, &sub).await.unwrap();
        }
        let (pool, who, now) = (scene.pool.clone(), sub.clone(), request(&scene.server).now);
        scene.before(&scene.at("user/"), move |rival| async move {
            rival.clock().set(now);
            for _ in before..5 {
                CHANGE_PASSWORD
                    .count(&request(&rival), &pool, &who)
                    .await
                    .unwrap();
            }
        });
        let refused = CHANGE_PASSWORD
            .count(&request(&scene.server), &scene.pool, &sub)
            .await;
        assert_eq!(
            refused.unwrap_err().message,
            "Attempt limit exceeded, please try after some time."
        );
        scene.server.clock().advance_seconds(3600);
    }
}

#[tokio::test]
async fn of_sixty_four_calls_at_once_five_are_let_through() {
    let scene = Arc::new(Scene::new().await);
    let sub = sub(&scene).await;
    scene.together("user/", 64);
    let mut calls = JoinSet::new();
    for _ in 0..64 {
        let (scene, sub) = (scene.clone(), sub.clone());
        calls.spawn(async move {
            let counted = CHANGE_PASSWORD
                .count(&request(&scene.server), &scene.pool, &sub)
                .await;
            counted.is_ok()
        });
    }
    let through = calls.join_all().await.into_iter().filter(|through| *through);
    assert_eq!(through.count(), 5);
}

#[tokio::test]
async fn nothing_is_counted_for_a_user_deleted_at_the_same_moment() {
    let scene = Scene::new().await;
    let sub = sub(&scene).await;
    scene.first_on_mara("user/", "AdminDeleteUser", json!({}));
    let refused = CHANGE_PASSWORD
        .count(&request(&scene.server), &scene.pool, &sub)
        .await;
    assert_eq!(refused.unwrap_err().message, "User does not exist.");
    assert_eq!(scene.keys("/user/").await, [] as [String; 0]);
}

async fn sub(scene: &Scene) -> String {
    let profile = scene.keys("/profile").await.remove(0);
    profile.split('/').nth(3).unwrap().to_owned()
}

/// A pool that asks for a code and keeps the ledger in its own row alone, or in the user's attribute too.
async fn with_ledger(mirrored: bool) -> Scene {
    if mirrored {
        return Scene::with_codes().await;
    }
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
    let functions = json!({
        "DefineAuthChallenge": arn("2faDefine"),
        "CreateAuthChallenge": arn("2faCreate"),
        "VerifyAuthChallengeResponse": arn("2faVerify"),
    });
    Scene::of(json!({ "LambdaConfig": functions }), json!({})).await
}

/// What a sign-in's challenge says, but for the names that no other one has.
async fn challenge(scene: &Scene) -> Value {
    let server = &scene.server;
    let challenge = server
        .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
        .await;
    let mut told = challenge.ok()["ChallengeParameters"].clone();
    for name in ["signIn", "deviceToken"] {
        assert!(told[name].take().is_string());
    }
    told
}

#[tokio::test]
async fn of_two_sign_ins_at_the_same_moment_the_second_knows_what_was_mailed_to_the_first() {
    for mirrored in [true, false] {
        // The bucket has three places: the first of the two takes the last one.
        let one_by_one = with_ledger(mirrored).await;
        for _ in 0..3 {
            assert_eq!(challenge(&one_by_one).await["result"], "sent");
        }
        let second = challenge(&one_by_one).await;
        assert_eq!(second["result"], "held");
        let mails = one_by_one.server.unread_mails();
        one_by_one.server.ignore_mail();

        let scene = with_ledger(mirrored).await;
        for _ in 0..2 {
            assert_eq!(challenge(&scene).await["result"], "sent");
        }
        let (pool, client, now) = (
            scene.pool.clone(),
            scene.client.clone(),
            request(&scene.server).now,
        );
        let (tell, told) = tokio::sync::oneshot::channel();
        scene.before(&scene.at("user/"), move |rival| async move {
            rival.clock().set(now);
            rival.custom_sign_in(&pool, &client, "mara", PASSWORD).await.ok();
            tell.send(rival.unread_mails()).unwrap();
        });
        assert_eq!(challenge(&scene).await, second, "mirrored: {mirrored}");
        assert_eq!(scene.server.unread_mails() + told.await.unwrap(), mails);
        scene.server.ignore_mail();
    }
}

/// Two sign-ins of Mara's get a wrong code each, the first from another node right before the second is committed or,
/// not raced, before the second comes. Answers the ledger.
async fn two_wrong_codes(raced: bool) -> Value {
    let scene = with_ledger(false).await;
    let server = &scene.server;
    let mut wrong = Vec::new();
    for _ in 0..2 {
        let begun = server
            .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
            .await;
        wrong.push(json!({
            "ChallengeName": "CUSTOM_CHALLENGE",
            "ClientId": scene.client,
            "Session": begun.ok()["Session"],
            "ChallengeResponses": { "USERNAME": "mara", "ANSWER": "no code" },
        }));
    }
    server.ignore_mail();
    let (second, first) = (wrong.pop(), wrong.pop().unwrap());
    if raced {
        let now = request(server).now;
        scene.before(&scene.at("user/"), move |rival| async move {
            rival.clock().set(now);
            rival.call("RespondToAuthChallenge", first).await.ok();
        });
    } else {
        server.call("RespondToAuthChallenge", first).await.ok();
    }
    let again = server.call("RespondToAuthChallenge", second.unwrap()).await.ok();
    assert_eq!(again["ChallengeParameters"]["result"], "wrong");
    let key = scene.keys("/ledger").await.remove(0);
    let ledger = server.app().platform.get(&key).await.unwrap().unwrap();
    serde_json::from_str(&ledger.body).unwrap()
}

#[tokio::test]
async fn of_two_wrong_codes_in_two_sign_ins_at_the_same_moment_both_are_counted() {
    assert_eq!(two_wrong_codes(true).await, two_wrong_codes(false).await);
}

#[tokio::test]
async fn no_code_is_mailed_to_a_user_deleted_at_the_same_moment() {
    for mirrored in [true, false] {
        let scene = with_ledger(mirrored).await;
        scene.first_on_mara("user/", "AdminDeleteUser", json!({}));
        let (pool, client) = (&scene.pool, &scene.client);
        let refused = scene.server.custom_sign_in(pool, client, "mara", PASSWORD).await;
        refused.assert_error("NotAuthorizedException", WRONG);
        assert_eq!(scene.server.unread_mails(), 0);
        assert_eq!(scene.keys("/user/").await, [] as [String; 0]);
    }
}
