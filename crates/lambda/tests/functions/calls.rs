//! Calls that go well, once and more than once.

use std::fs;
use std::path::Path;

use serde_json::json;
use tokio::task::LocalSet;

use crate::world::{World, code, create_event, define_event, token_event, verify_event};

#[tokio::test]
async fn a_code_is_mailed_and_its_answer_is_right() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run_create();
            let created = world.host.answer(&create_event()).await;
            let public = &created["response"]["publicChallengeParameters"];
            assert_eq!(
                (&public["result"], &public["attemptsLeft"]),
                (&json!("sent"), &json!("3"))
            );
            let mails = world.mails();
            assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ada@example.com"));
            assert_eq!(world.pool.calls(), ["AdminGetUser", "AdminUpdateUserAttributes"]);
            assert!(
                world
                    .pool
                    .attribute()
                    .is_some_and(|ledger| !ledger.contains(&code(&mails[0])))
            );

            let mut verifying = World::new().await;
            verifying.run_verify();
            let verified = verifying
                .host
                .answer(&verify_event(&created, &code(&mails[0]), None))
                .await;
            assert_eq!(verified["response"]["answerCorrect"], true);
            let logged = &world.logged()[0];
            assert_eq!(logged["message"], "challenge made");
            assert_eq!(
                (&logged["result"], &logged["ledger"]),
                (&json!("sent"), &json!("written"))
            );
            world.assert_log_is_clean();
            verifying.assert_log_is_clean();
        })
        .await;
}

#[tokio::test]
async fn the_rest_of_the_event_comes_back_untouched() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run_create();
            let mut event = create_event();
            event["anything"] = json!({ "deep": [null, 1.5, "text"] });
            let mut created = world.host.answer(&event).await;
            created["response"] = json!({});
            assert_eq!(created, event);
        })
        .await;
}

#[tokio::test]
async fn an_event_that_comes_three_times_mails_once_from_a_warm_function() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run_create();
            let mut answers = Vec::new();
            for _ in 0..3 {
                let created = world.host.answer(&create_event()).await;
                let mut public = created["response"]["publicChallengeParameters"].clone();
                let name = public["signIn"].take();
                public["deviceToken"].take();
                answers.push((public, name));
                world.advance(5);
            }
            assert!(answers.iter().all(|(public, _)| *public == answers[0].0));
            // Each may be another sign-in that looks the same, so each has a name of its own.
            assert!(answers[0].1 != answers[1].1 && answers[1].1 != answers[2].1);
            assert_eq!(world.mails().len(), 1);
        })
        .await;
}

#[tokio::test]
async fn an_event_that_comes_three_times_mails_one_code_from_cold_functions() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            let mut events = Vec::new();
            for _ in 0..3 {
                // A new function each time remembers nothing; what it knows, it reads from the pool.
                world.host = crate::host::Host::start().await;
                world.run_create();
                events.push(world.host.answer(&create_event()).await);
                world.advance(6);
            }
            let codes: Vec<String> = world.mails().iter().map(|mail| code(mail)).collect();
            assert_eq!(codes.len(), 3);
            assert!(codes.iter().all(|code| *code == codes[0]), "{codes:?}");
            for created in &events {
                // Whichever of the three answers the platform has used.
                let mut verifying = World::new().await;
                verifying.run_verify();
                let verified = verifying
                    .host
                    .answer(&verify_event(created, &codes[0], None))
                    .await;
                assert_eq!(verified["response"]["answerCorrect"], true);
            }
        })
        .await;
}

#[tokio::test]
async fn a_wrong_code_is_in_the_ledger_when_the_answer_is_given() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run_create();
            let created = world.host.answer(&create_event()).await;
            let before = world.pool.attribute();

            world.host = crate::host::Host::start().await;
            world.run_verify();
            let verified = world
                .host
                .answer(&verify_event(&created, "wrong", before.as_deref()))
                .await;
            assert_eq!(verified["response"]["answerCorrect"], false);
            assert!(world.pool.attribute().is_some() && world.pool.attribute() != before);
            assert_eq!(world.logged()[1]["outcome"], "Wrong");
        })
        .await;
}

#[tokio::test]
async fn an_unknown_user_takes_the_same_road_and_gets_no_mail() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run_create();
            let mut event = create_event();
            event["userName"] = json!("nobody");
            event["request"]["userNotFound"] = json!(true);
            event["request"]["userAttributes"] = json!({});
            let created = world.host.answer(&event).await;
            assert_eq!(created["response"]["publicChallengeParameters"]["result"], "sent");
            assert_eq!(world.mails().len(), 0);
            // As many calls to the pool as for a user who exists, none of which changes anything.
            assert_eq!(world.pool.calls(), ["AdminGetUser", "AdminGetUser"]);
        })
        .await;
}

#[tokio::test]
async fn define_decides_without_calling_anyone() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run_define();
            let defined = world.host.answer(&define_event()).await;
            let expected =
                json!({ "challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false });
            assert_eq!(defined["response"], expected);
            assert!(world.pool.calls().is_empty());
        })
        .await;
}

#[tokio::test]
async fn the_mail_is_in_the_operators_words_where_there_are_some() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates");
    fs::create_dir_all(folder.join("en")).unwrap();
    fs::write(folder.join("en/subject.txt"), "Welcome to {{app}}").unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await.with("MAIL_TEMPLATES", Some(folder));
            world.run_create();
            world.host.answer(&create_event()).await;
            assert_eq!(world.mails()[0].subject, "Welcome to Poolhouse");
        })
        .await;
}

#[tokio::test]
async fn tokens_come_without_the_ledger_and_not_for_setting_a_new_password() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run_pre_token();
            let mut event = token_event("TokenGeneration_Authentication");
            let answer = world.host.answer(&event).await;
            event["response"] =
                json!({ "claimsOverrideDetails": { "claimsToSuppress": ["custom:authChallenge"] } });
            assert_eq!(answer, event);
            let refused = world
                .host
                .failure(&token_event("TokenGeneration_NewPasswordChallenge"))
                .await;
            let words = "Your new password is set. Please sign in with it".to_owned();
            assert_eq!(refused, (words, "Function.NewPasswordOnly".to_owned()));
            assert_eq!(
                world.logged()[1]["reason"],
                "a sign-in that only set a new password asked for tokens"
            );
            assert!(world.pool.calls().is_empty());
            world.assert_log_is_clean();
        })
        .await;
}

#[tokio::test]
async fn without_credentials_or_key_the_sign_in_works_and_the_log_says_what_is_missing() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await.with("AWS_ACCESS_KEY_ID", None);
            world.run_create();
            world.host.answer(&create_event()).await;
            assert_eq!(world.logged()[0]["ledger"], "not kept: no credentials");
            assert_eq!((world.mails().len(), world.pool.calls().len()), (1, 0));

            let mut session_only = World::new().await;
            session_only.vars.remove("OTP_KEY");
            session_only.run_create();
            session_only.host.answer(&create_event()).await;
            assert_eq!(
                (session_only.mails().len(), session_only.pool.calls().len()),
                (1, 0)
            );
            let warnings = session_only.logged()[0]["warnings"].to_string();
            assert!(
                warnings.contains("OTP_KEY is not set: session-only mode"),
                "{warnings}"
            );
        })
        .await;
}
