//! Relays and pools that fail: what the person is told, how long it takes, what is kept.
//!
//! The clock is paused: when nothing can proceed, time jumps to the next deadline.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::pool::Mood;
use crate::world::{World, code, create_event, verify_event};

const NOT_SENT: &str = "The confirm code could not be sent. Please try again";

/// A relay that answers the first `replies` and then nothing more.
async fn stalling_relay(replies: &'static [&'static str]) -> String {
    relay(replies, true).await
}

/// A relay that says its replies, one for each thing it hears, and then stalls or hangs up.
async fn relay(replies: &'static [&'static str], stalls: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut heard = vec![0; 65_536];
                for (at, reply) in replies.iter().enumerate() {
                    if at > 0 {
                        let _ = stream.read(&mut heard).await;
                    }
                    let _ = stream.write_all(reply.as_bytes()).await;
                }
                if stalls {
                    let _ = stream.read_to_end(&mut heard).await;
                } else {
                    let _ = stream.read(&mut heard).await;
                }
            });
        }
    });
    url
}

const UP_TO_THE_DOT: [&str; 5] = [
    "220 relay\r\n",
    "250 relay\r\n",
    "250 ok\r\n",
    "250 ok\r\n",
    "354 go\r\n",
];

#[tokio::test(start_paused = true)]
async fn a_relay_that_stalls_anywhere_fails_clearly_within_the_deadline() {
    LocalSet::new()
        .run_until(async {
            for replies in 0..=UP_TO_THE_DOT.len() {
                let url = stalling_relay(&UP_TO_THE_DOT[..replies]).await;
                let mut world = World::new().await.with("SMTP_URL", Some(url));
                world.run_create();
                let start = Instant::now();
                let failure = world.host.failure(&create_event()).await;
                assert_eq!(
                    failure,
                    (NOT_SENT.to_owned(), "Function.MailNotSent".to_owned()),
                    "{replies} replies"
                );
                assert!(
                    start.elapsed() <= Duration::from_millis(3500),
                    "{replies} replies: {:?}",
                    start.elapsed()
                );
                assert!(
                    start.elapsed() >= Duration::from_millis(2500),
                    "{replies} replies: {:?}",
                    start.elapsed()
                );
                world.assert_log_is_clean();
            }
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_second_relay_takes_the_mail_when_the_first_one_stalls_or_refuses() {
    LocalSet::new()
        .run_until(async {
            let hangs_up = relay(&UP_TO_THE_DOT, false).await;
            let refuses = relay(&["220 relay\r\n", "421 busy\r\n"], false).await;
            for first in [
                stalling_relay(&[]).await,
                hangs_up,
                refuses,
                "smtp://127.0.0.1:9".to_owned(),
            ] {
                let world = World::new().await;
                let both = format!("{first}, {}", world.vars["SMTP_URL"]);
                let mut world = world.with("SMTP_URL", Some(both));
                world.run_create();
                let created = world.host.answer(&create_event()).await;
                assert_eq!(created["response"]["publicChallengeParameters"]["result"], "sent");
                assert_eq!(world.mails().len(), 1, "{first}");
                assert_eq!(world.logged()[0]["attempts"], 2, "{first}");
            }
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_log_says_why_a_relay_was_not_reached_and_what_to_look_at() {
    LocalSet::new()
        .run_until(async {
            let url = "smtp://127.0.0.1:9".to_owned();
            let mut world = World::new().await.with("SMTP_URL", Some(url));
            world.run_create();
            assert_eq!(world.host.failure(&create_event()).await.0, NOT_SENT);
            let reason = world.logged()[0]["reason"].as_str().unwrap().to_owned();
            assert_eq!(
                reason,
                "the connection to the mail relay failed at connect: Connection refused (os error 111). Nothing listens there: \
                 look at host and port in its URL."
            );
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_recipient_is_not_tried_again() {
    LocalSet::new()
        .run_until(async {
            let refuses = relay(
                &[
                    "220 relay\r\n",
                    "250 relay\r\n",
                    "250 ok\r\n",
                    "550 5.1.1 <ada@example.com> no\r\n",
                ],
                false,
            )
            .await;
            let world = World::new().await;
            let both = format!("{refuses},{}", world.vars["SMTP_URL"]);
            let mut world = world.with("SMTP_URL", Some(both));
            world.run_create();
            let created = world.host.answer(&create_event()).await;
            let public = &created["response"]["publicChallengeParameters"];
            // There is no code until a mail of it has left, and no use in trying again at once.
            assert_eq!(
                (&public["result"], &public["mail"], &public["resendIn"]),
                (&json!("held"), &json!("refused"), &json!("30"))
            );
            assert_eq!(world.mails().len(), 0);
            let logged = &world.logged()[0];
            assert_eq!(logged["reason"], "the mail relay refused RCPT TO with 550 5.1.1");
            assert_eq!(logged["errorType"], "MailNotSent");
            world.assert_log_is_clean();
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_did_not_leave_is_taken_out_of_the_ledger_and_one_that_may_have_stays() {
    LocalSet::new()
        .run_until(async {
            let mut refused = World::new()
                .await
                .with("SMTP_URL", Some("smtp://127.0.0.1:9".to_owned()));
            refused.run_create();
            refused.host.failure(&create_event()).await;
            assert_eq!(refused.pool.attribute(), None);
            let calls = [
                "AdminGetUser",
                "AdminUpdateUserAttributes",
                "AdminUpdateUserAttributes",
            ];
            assert_eq!(refused.pool.calls(), calls);

            let silent_after_the_dot = stalling_relay(&UP_TO_THE_DOT).await;
            let mut unknown = World::new().await.with("SMTP_URL", Some(silent_after_the_dot));
            unknown.run_create();
            unknown.host.failure(&create_event()).await;
            assert!(unknown.pool.attribute().is_some());
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn after_a_failed_mail_the_next_try_mails_at_once() {
    LocalSet::new()
        .run_until(async {
            let working = World::new().await;
            let smtp = working.vars["SMTP_URL"].clone();
            let mut world = World::new()
                .await
                .with("SMTP_URL", Some("smtp://127.0.0.1:9".to_owned()));
            world.run_create();
            world.host.failure(&create_event()).await;
            // Past the window of repeated deliveries, inside the pause between two mails.
            world.advance(20);
            world.host = crate::host::Host::start().await;
            let mut world = world.with("SMTP_URL", Some(smtp));
            world.run_create();
            let created = world.host.answer(&create_event()).await;
            assert_eq!(created["response"]["publicChallengeParameters"]["result"], "sent");
            assert_eq!(working.mails().len(), 1);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_cannot_be_written_or_read_does_not_stop_a_sign_in() {
    LocalSet::new()
        .run_until(async {
            for (mood, reason) in [
                (
                    Mood::ReadOnly,
                    "the user pool refused with 400 NotAuthorizedException",
                ),
                (Mood::Ill, "the user pool refused with 500 InternalErrorException"),
                (Mood::Silent, "the user pool did not answer in time"),
            ] {
                let mut world = World::new().await;
                world.pool.set_mood(mood);
                world.run_create();
                let start = Instant::now();
                let created = world.host.answer(&create_event()).await;
                assert!(
                    start.elapsed() <= Duration::from_millis(1600),
                    "{:?}",
                    start.elapsed()
                );
                let sent = code(&world.mails()[0]);
                let logged = world.logged();
                assert_eq!(logged.last().unwrap()["ledger"], "not written");
                let cause = json!(reason);
                assert!(
                    logged
                        .iter()
                        .any(|line| line["level"] == "WARN" && line["cause"] == cause),
                    "{logged:?}"
                );

                world.host = crate::host::Host::start().await;
                world.run_verify();
                let verified = world.host.answer(&verify_event(&created, &sent, None)).await;
                assert_eq!(verified["response"]["answerCorrect"], true);
                let verified = world.host.answer(&verify_event(&created, "wrong", None)).await;
                assert_eq!(verified["response"]["answerCorrect"], false);
                world.assert_log_is_clean();
            }
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn pool_and_relay_stalling_together_still_end_in_time() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new()
                .await
                .with("SMTP_URL", Some(stalling_relay(&[]).await));
            world.pool.set_mood(Mood::Silent);
            world.run_create();
            let start = Instant::now();
            assert_eq!(world.host.failure(&create_event()).await.0, NOT_SENT);
            assert!(
                start.elapsed() <= Duration::from_millis(3500),
                "{:?}",
                start.elapsed()
            );
        })
        .await;
}

#[tokio::test]
async fn events_that_cannot_be_served_fail_with_words_for_the_person_and_reasons_for_the_operator() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run_create();
            let mut unverified = create_event();
            unverified["request"]["userAttributes"]["email_verified"] = json!("false");
            let mut other_pool = create_event();
            other_pool["userPoolId"] = json!("eu-central-1_Other");
            let contact = "No confirm code can be sent to this account. Please contact support";
            for (event, message, kind) in [
                (unverified, contact, "Function.UnverifiedAddress"),
                (other_pool, "Sign-in is not available", "Function.OtherPool"),
                (json!([]), "Sign-in is not available", "Function.MalformedEvent"),
                (
                    json!("text"),
                    "Sign-in is not available",
                    "Function.MalformedEvent",
                ),
            ] {
                assert_eq!(
                    world.host.failure(&event).await,
                    (message.to_owned(), kind.to_owned())
                );
            }
            let reasons: Vec<_> = world.logged().iter().map(|line| line["reason"].clone()).collect();
            assert_eq!(
                reasons[0],
                "email_verified is not true; ALLOW_UNVERIFIED_EMAIL=true would mail all the same"
            );
            assert_eq!(
                reasons[1],
                "the event's userPoolId is not the USER_POOL_ID that is set"
            );
            assert_eq!(world.mails().len(), 0);
        })
        .await;
}
