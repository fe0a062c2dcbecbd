//! Ledgers in a table: counted exactly, or not answered at all.

use std::time::Duration;

use poolhouse_lambda::{Create, Limits, Vars};
use serde_json::{Value, json};
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::host::{Host, Report};
use crate::table::{Mood, Table};
use crate::world::{NOW, USER, World, code, create_event, define_event, verify_event};

const GET: &str = "GetItem";
const UPDATE: &str = "UpdateItem";

/// A cold Verify function of this world.
async fn cold_verify(world: &mut World) {
    world.host = Host::start().await;
    world.run_verify();
}

/// A challenge that a cold function made, and its code.
async fn challenge(world: &mut World) -> (Value, String) {
    world.host = Host::start().await;
    world.run_create();
    let created = world.host.answer(&create_event()).await;
    let sent = code(&world.mails()[0]);
    (created, sent)
}

#[tokio::test]
async fn the_table_takes_the_place_of_the_attribute() {
    LocalSet::new()
        .run_until(async {
            let (table, mut world) = Table::start().await;
            let (created, sent) = challenge(&mut world).await;
            assert_eq!(table.calls(), [GET, UPDATE]);
            let items = table.items();
            let item = &items[&format!("eu-central-1_Test/{USER}/{USER}")];
            assert_eq!(
                (&item["writes"]["N"], &item["expires"]["N"]),
                (&json!("1"), &json!((NOW + 2 * 86_400).to_string()))
            );
            assert!(!item["ledger"]["S"].as_str().unwrap().contains(&sent));

            cold_verify(&mut world).await;
            let verified = world.host.answer(&verify_event(&created, &sent, None)).await;
            assert_eq!(verified["response"]["answerCorrect"], true);
            assert_eq!(
                (table.calls().as_slice(), table.writes()),
                ([GET, UPDATE].map(str::to_owned).as_slice(), 2)
            );
            assert!(world.pool.calls().is_empty());
            assert!(world.logged().iter().all(|line| line["ledger"] == "written"));
            world.assert_log_is_clean();
        })
        .await;
}

#[tokio::test]
async fn l4_with_a_table_parallel_guesses_are_counted_exactly() {
    LocalSet::new()
        .run_until(async {
            let (table, mut world) = Table::start().await;
            let (created, sent) = challenge(&mut world).await;
            let before = table.writes();
            let mut guesses = tokio::task::JoinSet::new();
            for number in 0..40 {
                world.host = Host::start().await;
                world.run_verify();
                let mut host = std::mem::replace(&mut world.host, Host::start().await);
                // Every fourth one is the code.
                let answer = if number % 4 == 3 {
                    sent.clone()
                } else {
                    format!("no code {number}")
                };
                let event = verify_event(&created, &answer, None);
                guesses.spawn_local(async move { host.invoke(&event).await });
            }
            let reports = guesses.join_all().await;
            let outcomes = |name: &str| {
                let of = |line: &Value| line["outcome"] == name;
                world.logged().into_iter().filter(of).count() as u64
            };
            let (right, wrong) = (outcomes("Right"), outcomes("Wrong"));
            // The tenth wrong code locks. Nothing is judged that is not written, and nothing is written twice.
            assert!(wrong <= 10, "{wrong} wrong codes were judged");
            assert_eq!(table.writes() - before, right + wrong);
            let is_right = |report: &Report| match report {
                Report::Answer { event, .. } => event["response"]["answerCorrect"] == true,
                Report::Failed { kind, .. } => {
                    assert_eq!(kind, "Function.NotCounted");
                    false
                }
                Report::Init { .. } => panic!("{report:?}"),
            };
            assert_eq!(
                reports.iter().filter(|report| is_right(report)).count() as u64,
                right
            );
            assert!(
                right + wrong + outcomes("Locked") < 40,
                "nobody was overtaken: this test tests nothing"
            );
        })
        .await;
}

#[tokio::test]
async fn l1_wrong_codes_of_ten_sign_ins_lock_across_cold_functions() {
    LocalSet::new()
        .run_until(async {
            let (_, mut world) = Table::start().await;
            let (created, sent) = challenge(&mut world).await;
            for _ in 0..10 {
                cold_verify(&mut world).await;
                let verified = world.host.answer(&verify_event(&created, "wrong", None)).await;
                assert_eq!(verified["response"]["answerCorrect"], false);
            }
            cold_verify(&mut world).await;
            let verified = world.host.answer(&verify_event(&created, &sent, None)).await;
            assert_eq!(verified["response"]["answerCorrect"], false);
            assert_eq!(world.logged().last().unwrap()["outcome"], "Locked");
            world.advance(33);
            let verified = world.host.answer(&verify_event(&created, &sent, None)).await;
            assert_eq!(verified["response"]["answerCorrect"], true);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_counted_is_neither_mailed_nor_judged() {
    LocalSet::new()
        .run_until(async {
            for (mood, reason) in [
                (
                    Mood::Missing,
                    "the table of counters refused with 400 ResourceNotFoundException",
                ),
                (
                    Mood::Ill,
                    "the table of counters refused with 500 InternalServerError",
                ),
                (Mood::Silent, "the table of counters did not answer in time"),
                (
                    Mood::Contended(usize::MAX),
                    "others counted the same user at the same moment, again and again",
                ),
            ] {
                let (table, mut world) = Table::start().await;
                let (created, sent) = challenge(&mut world).await;
                table.set_mood(mood);
                let expected = (
                    "Sign-in is not available".to_owned(),
                    "Function.NotCounted".to_owned(),
                );
                // A minute later: not the event that was answered before, and no pause holds its mail back.
                world.advance(60);
                world.host = Host::start().await;
                world.run_create();
                let start = Instant::now();
                assert_eq!(world.host.failure(&create_event()).await, expected, "{reason}");
                assert_eq!(world.logged().last().unwrap()["reason"], reason);
                cold_verify(&mut world).await;
                for answer in [&sent, "wrong"] {
                    assert_eq!(
                        world.host.failure(&verify_event(&created, answer, None)).await,
                        expected
                    );
                    assert_eq!(world.logged().last().unwrap()["reason"], reason);
                }
                assert!(
                    start.elapsed() <= Duration::from_millis(3 * 850),
                    "{:?}",
                    start.elapsed()
                );
                assert_eq!(world.mails().len(), 1, "the one of the challenge before");
                world.assert_log_is_clean();
            }
        })
        .await;
}

#[tokio::test]
async fn a_call_that_was_overtaken_counts_over_what_the_other_one_left() {
    LocalSet::new()
        .run_until(async {
            let (table, mut world) = Table::start().await;
            table.set_mood(Mood::Contended(2));
            let (created, _) = challenge(&mut world).await;
            assert_eq!(table.calls(), [GET, UPDATE, GET, UPDATE, GET, UPDATE]);
            assert_eq!((table.writes(), world.mails().len()), (3, 1));
            table.set_mood(Mood::Contended(1));
            cold_verify(&mut world).await;
            world.host.answer(&verify_event(&created, "wrong", None)).await;
            assert_eq!(table.calls(), [GET, UPDATE, GET, UPDATE]);
            assert_eq!(table.writes(), 5);
        })
        .await;
}

#[tokio::test]
async fn r1_an_event_that_comes_three_times_to_cold_functions_mails_one_code() {
    LocalSet::new()
        .run_until(async {
            let (_, mut world) = Table::start().await;
            for _ in 0..3 {
                world.host = Host::start().await;
                world.run_create();
                world.host.answer(&create_event()).await;
                world.advance(5);
            }
            let codes: Vec<_> = world.mails().iter().map(|mail| code(mail)).collect();
            assert_eq!(codes.len(), 3, "nothing tells whether the first mail left");
            assert!(codes.iter().all(|other| *other == codes[0]));
        })
        .await;
}

#[tokio::test]
async fn a_mail_that_did_not_leave_is_not_counted_in_the_table() {
    LocalSet::new()
        .run_until(async {
            let (table, world) = Table::start().await;
            let smtp = world.vars["SMTP_URL"].clone();
            let mut world = world.with("SMTP_URL", Some("smtp://127.0.0.1:9".to_owned()));
            world.run_create();
            world.host.failure(&create_event()).await;
            assert_eq!(table.calls(), [GET, UPDATE, UPDATE]);
            world.advance(20);
            let mut world = world.with("SMTP_URL", Some(smtp));
            world.host = Host::start().await;
            world.run_create();
            world.host.answer(&create_event()).await;
            assert_eq!(world.mails().len(), 1);
        })
        .await;
}

#[tokio::test]
async fn d3_a_user_who_does_not_exist_costs_as_many_calls_and_leaves_nothing() {
    LocalSet::new()
        .run_until(async {
            let (table, mut world) = Table::start().await;
            let unknown = |mut event: Value| {
                event["userName"] = json!("nobody");
                event["request"]["userNotFound"] = json!(true);
                event["request"]["userAttributes"] = json!({});
                event
            };
            world.run_create();
            let created = world.host.answer(&unknown(create_event())).await;
            assert_eq!(created["response"]["publicChallengeParameters"]["result"], "sent");
            assert_eq!(table.calls(), [GET, UPDATE]);
            cold_verify(&mut world).await;
            let verified = world
                .host
                .answer(&unknown(verify_event(&created, "123456", None)))
                .await;
            assert_eq!(verified["response"]["answerCorrect"], false);
            assert_eq!(table.calls(), [GET, UPDATE]);
            assert!(table.items().is_empty() && world.mails().is_empty());
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_trusted_device_is_looked_up_in_the_table_and_not_trusted_without_it() {
    LocalSet::new()
        .run_until(async {
            let (table, world) = Table::start().await;
            let mut world = world.with("TRUSTED_DEVICE_DAYS", Some("30".to_owned()));
            let (created, sent) = challenge(&mut world).await;
            let token = &created["response"]["publicChallengeParameters"]["deviceToken"];
            let mut verifying = verify_event(&created, &sent, None);
            verifying["request"]["clientMetadata"] = json!({ "rememberDevice": "true" });
            cold_verify(&mut world).await;
            world.host.answer(&verifying).await;
            let expires = (NOW + 32 * 86_400).to_string();
            assert!(
                table
                    .items()
                    .values()
                    .all(|item| item["expires"]["N"] == json!(expires))
            );
            table.calls();

            world.host = Host::start().await;
            world.run_define();
            let mut event = define_event();
            let asked = world.host.answer(&event).await;
            assert_eq!(asked["response"]["challengeName"], "CUSTOM_CHALLENGE");
            assert!(table.calls().is_empty(), "no token, nothing to look up");
            event["request"]["clientMetadata"] = json!({ "deviceToken": token });
            let trusted = world.host.answer(&event).await;
            assert_eq!(trusted["response"]["issueTokens"], true);
            assert_eq!(table.calls(), [GET]);
            table.set_mood(Mood::Silent);
            let asked = world.host.answer(&event).await;
            assert_eq!(asked["response"]["challengeName"], "CUSTOM_CHALLENGE");
            let warned = world
                .logged()
                .into_iter()
                .rev()
                .find(|line| line["level"] == "WARN")
                .unwrap();
            assert_eq!(
                warned["message"],
                "the table was not read; no device is trusted, and every answer counts"
            );
        })
        .await;
}

#[tokio::test]
async fn a_table_that_cannot_be_used_is_told_at_the_start() {
    let (_, world) = Table::start().await;
    let refused = |changes: &[(&'static str, Option<&str>)]| {
        let mut vars = world.vars.clone();
        for (name, value) in changes {
            match value {
                Some(value) => drop(vars.insert(name, (*value).to_owned())),
                None => drop(vars.remove(name)),
            }
        }
        let vars = Vars::new(move |name| vars.get(name).cloned());
        let made = Create::new(&vars, world.log(), world.clock(), Limits::default());
        made.err().map(|error| error.to_string())
    };
    let cannot = |why: &str| Some(format!("COUNTERS_TABLE cannot be used: {why}"));
    assert_eq!(refused(&[]), None);
    let arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/codes";
    assert_eq!(refused(&[("COUNTERS_TABLE", Some(arn))]), None);
    assert_eq!(
        refused(&[("COUNTERS_TABLE", Some("my codes"))]),
        cannot("it is neither the name nor the ARN of a table")
    );
    assert_eq!(
        refused(&[("OTP_KEY", None)]),
        cannot("it needs OTP_KEY, which signs what is counted")
    );
    assert_eq!(
        refused(&[("AWS_ACCESS_KEY_ID", None)]),
        cannot("it needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are not set")
    );
}
