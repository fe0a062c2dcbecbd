//! The Runtime API loop: ids, deadlines, connections that close, settings that are wrong.

use std::time::Duration;

use poolhouse_lambda::runtime::{Function, Invocation, report_init_error};
use poolhouse_lambda::{Create, Failure, InitError, Limits};
use serde_json::{Value, json};
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::host::Report;
use crate::world::{NOW, World, define_event};

/// A function that never answers.
struct Stuck;

impl Function for Stuck {
    const SECRETS: &[&'static str] = &[];

    fn limit(&self) -> Duration {
        Duration::from_millis(3500)
    }

    fn overdue(&self) -> Failure {
        Failure::neutral("Overdue", "the call's time was up")
    }

    async fn call(&mut self, _event: Value, _invocation: &Invocation) -> Result<Value, Failure> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn each_report_carries_the_id_of_its_event() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run_define();
            for number in 1..=3 {
                let Report::Answer { id, .. } = world.host.invoke(&define_event()).await else {
                    panic!("no answer");
                };
                assert_eq!(id, format!("call-{number}"));
            }
            let broken = world.host.invoke_with("{\"not\": json", Vec::new(), false).await;
            let error = json!({ "errorMessage": "Sign-in is not available", "errorType": "MalformedEvent" });
            let kind = "Function.MalformedEvent".to_owned();
            assert_eq!(
                broken,
                Report::Failed {
                    id: "call-4".to_owned(),
                    kind,
                    error
                }
            );
        })
        .await;
}

#[tokio::test]
async fn a_host_that_closes_its_connections_is_connected_to_again() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run_define();
            for _ in 0..3 {
                let report = world
                    .host
                    .invoke_with(&define_event().to_string(), Vec::new(), true)
                    .await;
                assert!(matches!(report, Report::Answer { .. }), "{report:?}");
            }
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_own_limit_or_at_the_hosts_whichever_is_sooner() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            world.run(|_, _, _| Ok(Stuck));
            let millis = NOW * 1000;
            for (deadline, ends) in [
                (None, 3500),
                // Five minutes, as the article sets it.
                (Some(millis + 300_000), 3500),
                (Some(millis + 2_000), 1800),
                // A duration where the date belongs, as some hosts send it.
                (Some(600_000), 3500),
            ] {
                let headers = deadline
                    .map(|ms| ("lambda-runtime-deadline-ms", ms.to_string()))
                    .into_iter()
                    .collect();
                let start = Instant::now();
                let report = world.host.invoke_with("{}", headers, false).await;
                assert!(matches!(report, Report::Failed { .. }), "{report:?}");
                assert_eq!(start.elapsed().as_millis(), ends, "{deadline:?}");
            }
        })
        .await;
}

#[tokio::test]
async fn wrong_settings_are_named_in_the_log_and_kept_from_the_client() {
    for (name, value, words) in [
        ("SMTP_URL", None, "MAIL_URL is not set; it looks like ses://"),
        (
            "SMTP_URL",
            Some("smtp://u:hunter2@"),
            "SMTP_URL cannot be used: the SMTP URL names no valid host",
        ),
        (
            "MAIL_FROM",
            Some("nobody"),
            "MAIL_FROM cannot be used: the address has no @",
        ),
        ("OTP_KEY", Some("tooshort"), "OTP_KEY is no usable key"),
        (
            "MAIL_TEMPLATES",
            Some("no/such/folder"),
            "MAIL_TEMPLATES cannot be used: the mail template en/mail.html is not there",
        ),
        ("CODE_TTL_SECONDS", Some("3600"), "CODE_TTL_SECONDS is 3600"),
        ("AWS_REGION", Some("eu central"), "AWS_REGION cannot be used"),
        (
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
            Some("pool.example"),
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
        ),
    ] {
        let mut world = World::new().await.with(name, value.map(str::to_owned));
        let made = Create::new(&world.vars(), world.log(), world.clock(), Limits::default());
        let error: InitError = made.map(drop).unwrap_err();
        report_init_error(&world.host.address.to_string(), &error, &world.log())
            .await
            .unwrap();
        let error = json!({ "errorMessage": "Sign-in is not available", "errorType": "InvalidSettings" });
        assert_eq!(
            world.host.report().await,
            Report::Init {
                kind: "Runtime.InvalidSettings".to_owned(),
                error
            }
        );
        let reason = world.logged()[0]["reason"].as_str().unwrap().to_owned();
        assert!(reason.starts_with(words), "{reason}");
        assert!(
            !reason.contains("hunter2") && !reason.contains("tooshort"),
            "{reason}"
        );
    }
}
