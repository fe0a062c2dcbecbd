//! `USER_AUTH` for names that nobody has: the same answers, for the same work.

use std::sync::Arc;

use poolhouse_pool::testing::{TestPool, TestStore};
use poolhouse_store::testing::{Counting, Counts};
use serde_json::{Value, json};

use crate::user_auth::Choice;
use crate::{PASSWORD, WRONG};

async fn hiding(server: TestPool) -> Choice {
    Choice::of(
        server,
        json!({}),
        json!({ "PreventUserExistenceErrors": "ENABLED" }),
    )
    .await
}

/// An answer without what is random in it.
fn shape(answer: &Value) -> Value {
    let mut shape = answer.clone();
    shape["Session"] = json!(answer["Session"].as_str().map(str::len));
    shape["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] = Value::Null;
    shape["ChallengeParameters"]["USERNAME"] = Value::Null;
    shape
}

#[tokio::test]
async fn a_client_on_legacy_learns_that_there_is_no_such_user() {
    let scene = Choice::new().await;
    for parameters in [json!({}), json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })] {
        let answer = scene.begin("nobody", parameters).await;
        answer.assert_error("UserNotFoundException", "User does not exist.");
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_is_sent_a_code_that_nobody_gets() {
    let scene = hiding(TestPool::new().await).await;
    let by_mail = json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    let asked = scene.begin("nobody@example.com", by_mail.clone()).await.ok();
    assert_eq!(
        asked["ChallengeParameters"],
        json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL",
            "CODE_DELIVERY_DESTINATION": "n***@e***",
        })
    );
    scene.server.deliver_mail().await;
    assert_eq!(scene.server.unread_mails(), 0);
    let guess = json!({ "EMAIL_OTP_CODE": "12345678" });
    for _ in 0..3 {
        let answer = scene
            .answer(
                "nobody@example.com",
                "EMAIL_OTP",
                &asked["Session"],
                guess.clone(),
            )
            .await;
        answer.assert_error(
            "CodeMismatchException",
            "Invalid code or auth state for the user.",
        );
    }
    let answer = scene
        .answer("nobody@example.com", "EMAIL_OTP", &asked["Session"], guess)
        .await;
    answer.assert_error(
        "NotAuthorizedException",
        "Invalid session for the user, session can only be used once.",
    );
    let first = scene.begin("nobody", by_mail.clone()).await.ok();
    let second = scene.begin("nobody", by_mail.clone()).await.ok();
    assert_eq!(first["ChallengeParameters"], second["ChallengeParameters"]);
    // Chosen afterwards it goes to the same place.
    let asked = scene.begin("nobody", json!({})).await.ok();
    let chosen = json!({ "ANSWER": "EMAIL_OTP" });
    let third = scene
        .answer("nobody", "SELECT_CHALLENGE", &asked["Session"], chosen)
        .await
        .ok();
    assert_eq!(first["ChallengeParameters"], third["ChallengeParameters"]);
    for _ in 0..7 {
        scene.begin("nobody", by_mail.clone()).await.ok();
    }
    scene.begin("nobody", by_mail).await.assert_error(
        "TooManyRequestsException",
        "Attempt limit exceeded, please try after some time.",
    );
}

/// One way to fail: what begins, what is answered to each challenge.
type Way<'a> = (Value, &'a [Value]);

/// Goes this way; each answer, and the calls to the store that it took.
async fn go(scene: &Choice, store: &Counting<TestStore>, name: &str, way: &Way<'_>) -> Vec<(Value, Counts)> {
    let (begin, answers) = way;
    store.take();
    let mut answer = scene.begin(name, begin.clone()).await;
    let mut seen = vec![(shape(&answer.body), store.take())];
    for responses in *answers {
        let challenge = answer["ChallengeName"].as_str().unwrap_or("EMAIL_OTP").to_owned();
        let session = answer["Session"].clone();
        store.take();
        answer = scene.answer(name, &challenge, &session, responses.clone()).await;
        seen.push((shape(&answer.body), store.take()));
    }
    seen
}

#[tokio::test]
async fn known_unknown_and_disabled_users_get_the_same_answers_for_the_same_calls_to_the_store() {
    for by_sms in [false, true] {
        let store = Arc::new(Counting::new(TestStore::new()));
        let server = TestPool::on(store.clone(), 11, |_| {}).await;
        let allowed = if by_sms {
            json!(["PASSWORD", "SMS_OTP"])
        } else {
            json!(["PASSWORD", "EMAIL_OTP"])
        };
        let (code, key) = if by_sms {
            ("SMS_OTP", "SMS_OTP_CODE")
        } else {
            ("EMAIL_OTP", "EMAIL_OTP_CODE")
        };
        let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": allowed } });
        let pool = server.pool_with(json!({ "Policies": policies })).await;
        let client = json!({
            "PreventUserExistenceErrors": "ENABLED",
            "ExplicitAuthFlows": ["ALLOW_USER_AUTH"],
        });
        let client = server.client_with(&pool, client).await["ClientId"]
            .as_str()
            .unwrap()
            .to_owned();
        let scene = Choice { server, pool, client };
        let wrong = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "Wrong-Horse-9!" });
        let (by_code, guess) = (json!({ "PREFERRED_CHALLENGE": code }), json!({ key: "00000000" }));
        let chosen = json!({ "ANSWER": code });
        let typed = json!({ "ANSWER": "PASSWORD", "PASSWORD": "Wrong-Horse-9!" });
        let ways: [Way<'_>; 4] = [
            (wrong, &[]),
            (by_code, &[guess.clone(), guess.clone()]),
            (json!({}), &[typed]),
            (json!({}), &[chosen, guess]),
        ];
        for (number, way) in ways.iter().enumerate() {
            let [mara, gone, nobody] = ["mara", "gone", "nobody"].map(|who| format!("{who}{number}"));
            for name in [&mara, &gone] {
                scene.server.user(&scene.pool, name, PASSWORD).await;
                let phone = json!([{ "Name": "phone_number", "Value": "+491234568920" }]);
                let members = json!({ "Username": name, "UserAttributes": phone });
                scene.admin("AdminUpdateUserAttributes", members).await.ok();
            }
            scene
                .admin("AdminDisableUser", json!({ "Username": gone }))
                .await
                .ok();
            // The first call with a client looks up its pool, which is kept.
            scene.begin("anybody", json!({})).await.ok();
            let known = go(&scene, &store, &mara, way).await;
            assert!(known.iter().all(|(_, counts)| counts.reads() > 0), "{known:?}");
            for name in [&gone, &nobody] {
                assert_eq!(go(&scene, &store, name, way).await, known, "{name}");
            }
        }
        scene.server.ignore_mail();
    }
}

#[tokio::test]
async fn an_unknown_user_fails_by_every_choice_of_the_password() {
    let scene = hiding(TestPool::new().await).await;
    let asked = scene.begin("nobody", json!({})).await.ok();
    assert_eq!(
        asked["AvailableChallenges"],
        json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"])
    );
    let typed = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let answer = scene
        .answer("nobody", "SELECT_CHALLENGE", &asked["Session"], typed)
        .await;
    answer.assert_error("NotAuthorizedException", WRONG);
    let at_once = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    scene
        .begin("nobody", at_once)
        .await
        .assert_error("NotAuthorizedException", WRONG);
}
