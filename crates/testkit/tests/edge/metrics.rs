//! Numbers for operators, and whether the server can work.

use std::sync::Arc;

use poolhouse_pool::base::metrics;
use poolhouse_pool::testing::{Mood, Moody};
use poolhouse_testkit::TestServer;
use serde_json::json;

/// The value of a line, by everything before it.
fn value(text: &str, line: &str) -> Option<String> {
    text.lines()
        .find_map(|found| found.strip_prefix(line)?.strip_prefix(' '))
        .map(str::to_owned)
}

async fn answer_code(
    server: &TestServer,
    client: &str,
    challenge: &serde_json::Value,
    code: &str,
) -> poolhouse_testkit::Answer {
    let body = json!({
        "ClientId": client,
        "ChallengeName": "CUSTOM_CHALLENGE",
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": code },
    });
    server.call("RespondToAuthChallenge", body).await
}

#[tokio::test]
async fn sign_ins_codes_mails_and_lockouts_are_counted_and_nobody_is_named() {
    let server = TestServer::new().await;
    let pool = server.confirm_pool().await;
    let client = server.client(&pool).await;
    let sub = server.user(&pool, "mara", "Correct-horse-7").await;
    let challenge = server
        .custom_sign_in(&pool, &client, "mara", "Correct-horse-7")
        .await
        .ok();
    let code = server.code_to("mara@example.com").await;
    let again = answer_code(&server, &client, &challenge, "nothing").await.ok();
    let tokens = answer_code(&server, &client, &again, &code).await.ok();
    let token = tokens["AuthenticationResult"]["AccessToken"].as_str().unwrap();
    for _ in 0..6 {
        server.custom_sign_in(&pool, &client, "mara", "wrong").await;
    }
    server.call("GetUser", json!({ "AccessToken": "x" })).await;

    let answer = server.numbers().await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let text = &answer.text;
    for (line, expected) in [
        (
            "poolhouse_requests_total{operation=\"GetUser\",outcome=\"NotAuthorizedException\"}",
            "1",
        ),
        (
            "poolhouse_requests_total{operation=\"RespondToAuthChallenge\",outcome=\"ok\"}",
            "2",
        ),
        (
            "poolhouse_request_seconds_count{operation=\"RespondToAuthChallenge\"}",
            "2",
        ),
        (
            "poolhouse_sign_ins_total{flow=\"CUSTOM_AUTH\",outcome=\"tokens\"}",
            "1",
        ),
        (
            "poolhouse_sign_ins_total{flow=\"CUSTOM_AUTH\",outcome=\"begun\"}",
            "7",
        ),
        (
            "poolhouse_sign_ins_total{flow=\"CUSTOM_AUTH\",outcome=\"continued\"}",
            "2",
        ),
        (
            "poolhouse_sign_ins_total{flow=\"CUSTOM_AUTH\",outcome=\"denied\"}",
            "6",
        ),
        ("poolhouse_code_mails_total{result=\"sent\"}", "1"),
        ("poolhouse_code_answers_total{verdict=\"wrong\"}", "1"),
        ("poolhouse_code_answers_total{verdict=\"right\"}", "1"),
        ("poolhouse_lockouts_total", "1"),
        ("poolhouse_locked_out_total", "1"),
        ("poolhouse_mail_queue", "0"),
        ("poolhouse_mail_queue_oldest_seconds", "0.000"),
        ("poolhouse_arithmetic_running", "0"),
        ("poolhouse_arithmetic_waiting", "0"),
        ("poolhouse_arithmetic_refused_total", "0"),
        (
            "poolhouse_function_calls_total{trigger=\"VerifyAuthChallengeResponse\",outcome=\"answered\"}",
            "2",
        ),
        ("poolhouse_key_age_seconds{key=\"master\"}", "0.000"),
        ("poolhouse_key_age_seconds{key=\"signing\"}", "0.000"),
        ("poolhouse_store_conflicts_total", "0"),
    ] {
        assert_eq!(value(text, line).as_deref(), Some(expected), "{line}\n{text}");
    }
    for metric in metrics::ALL {
        assert!(
            text.contains(&format!("# TYPE {} ", metric.name)),
            "{}",
            metric.name
        );
    }
    for secret in [
        "mara",
        &sub,
        &pool,
        &client,
        "example.com",
        &code,
        "Correct-horse",
        token,
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn keys_grow_old_and_a_wait_in_the_queue_is_told() {
    let server = TestServer::new().await;
    server.confirm_pool().await;
    server.numbers().await;
    server.clock().advance_seconds(90);
    let text = server.numbers().await.text;
    for key in ["master", "code", "signing"] {
        let line = format!("poolhouse_key_age_seconds{{key=\"{key}\"}}");
        assert_eq!(value(&text, &line).as_deref(), Some("90.000"), "{key}");
    }
}

#[tokio::test]
async fn a_store_that_fails_is_counted_and_what_was_counted_is_told_all_the_same() {
    let store = Arc::new(Moody::default());
    let server = TestServer::on(store.clone(), 7, |_| {}).await;
    let client = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "none", "AuthParameters": { "USERNAME": "a", "PASSWORD": "b" } });
    server.call("InitiateAuth", client.clone()).await;
    store.become_(Mood::Fails);
    assert_eq!(server.call("InitiateAuth", client).await.status, 500);
    let ready = server.get("/health/ready").await;
    assert_eq!(
        (ready.status, ready.text.as_str()),
        (503, "{\"message\":\"The store does not answer.\"}")
    );
    assert_eq!(server.get("/health").await.status, 503);
    let live = server.get("/health/live").await;
    assert_eq!((live.status, live.text.as_str()), (200, "{\"status\":\"ok\"}"));
    let text = server.numbers().await.text;
    assert!(
        value(&text, "poolhouse_store_errors_total{call=\"get\"}").is_some(),
        "{text}"
    );
    assert_eq!(
        value(
            &text,
            "poolhouse_requests_total{operation=\"InitiateAuth\",outcome=\"InternalErrorException\"}"
        )
        .as_deref(),
        Some("1")
    );
}

/// A file of `deploy/`.
fn deployed(file: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy")
        .join(file);
    std::fs::read_to_string(path).unwrap()
}

/// The names of ours in a text.
fn named(text: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '_';
    let places = text.match_indices("poolhouse_").map(|(place, _)| &text[place..]);
    let names = places.map(|rest| &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())]);
    names.collect()
}

#[test]
fn dashboard_and_alerts_ask_for_metrics_that_there_are() {
    let lines: Vec<String> = metrics::ALL
        .iter()
        .flat_map(|metric| {
            let suffixes = metric.kind.suffixes().iter();
            suffixes.map(move |suffix| format!("{}{suffix}", metric.name))
        })
        .collect();
    let mut shown = String::new();
    for file in ["grafana/poolhouse.json", "prometheus/alerts.yml"] {
        let text = deployed(file);
        let names = named(&text);
        assert!(names.len() > 5, "{file}");
        for name in names {
            assert!(lines.iter().any(|line| line == name), "{file}: {name}");
        }
        shown.push_str(&text);
    }
    for metric in metrics::ALL {
        assert!(shown.contains(metric.name), "{} is shown nowhere", metric.name);
    }
}

#[test]
fn the_dashboard_is_one_that_grafana_reads() {
    let dashboard: serde_json::Value = serde_json::from_str(&deployed("grafana/poolhouse.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids: Vec<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), panels.len());
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
        for target in panel["targets"].as_array().unwrap() {
            let expression = target["expr"].as_str().unwrap();
            assert!(expression.contains("instance=~\"$instance\""), "{expression}");
        }
    }
}
