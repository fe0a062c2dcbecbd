//! What goes wrong shows where an operator looks: in the metrics, in the log, in the audit log. What takes a process of its own to go
//! wrong, `cargo xtask fault` looks at in the same three places.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use poolhouse_mail::smtp::Relay;
use poolhouse_pool::base::clock::{Clock as _, Millis};
use poolhouse_pool::base::settings::MailCarrier;
use poolhouse_pool::records::audit_log;
use poolhouse_pool::records::{AuditEntry, Refused};
use poolhouse_pool::run::Timekeeper;
use poolhouse_pool::testing::{Answer, Lines, Mood, Moody, RecordingFunction, TestStore};
use poolhouse_store::testing::{Losing, Loss};
use poolhouse_store::{Memory, Store};
use poolhouse_testkit::TestServer;
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-horse-7";

/// A server with somebody who signs in by password and code, and what it logs.
struct Scene {
    server: TestServer,
    lines: Lines,
    _logging: tracing::subscriber::DefaultGuard,
    pool: String,
    client: String,
}

impl Scene {
    async fn at(server: TestServer) -> Scene {
        let pool = server.open_confirm_pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", PASSWORD).await;
        let lines = Lines::default();
        Scene {
            _logging: tracing::subscriber::set_default(lines.clone()),
            lines,
            server,
            pool,
            client,
        }
    }

    async fn on(store: Arc<dyn Store>) -> Scene {
        Scene::at(TestServer::on(store, 7, |_| {}).await).await
    }

    /// Signs in by password alone, over HTTP.
    async fn sign_in(&self) -> Answer {
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.client,
            "AuthParameters": { "USERNAME": "mara", "PASSWORD": PASSWORD },
        });
        self.server.call("InitiateAuth", body).await
    }

    /// Proves the password and is asked for the code.
    async fn challenge(&self) -> Value {
        let (pool, client) = (&self.pool, &self.client);
        let answer = self.server.custom_sign_in(pool, client, "mara", PASSWORD).await;
        answer.ok()["Session"].clone()
    }

    async fn answer(&self, session: &Value, code: &str) -> Answer {
        let body = json!({
            "ClientId": self.client,
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": session,
            "ChallengeResponses": { "USERNAME": "mara", "ANSWER": code },
        });
        self.server.call("RespondToAuthChallenge", body).await
    }

    /// What the metrics say of a series.
    async fn counted(&self, series: &str) -> Option<f64> {
        let text = self.server.numbers().await.text;
        let of_it = |line: &str| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok();
        text.lines().find_map(of_it)
    }

    /// Asserts that the metrics say this.
    async fn assert_counted(&self, series: &str, value: f64) {
        assert_eq!(self.counted(series).await, Some(value), "{series}");
    }

    /// Asserts that one line of the log says all of this.
    #[track_caller]
    fn assert_logged(&self, words: &[&str]) {
        let lines = self.lines.all();
        let says_all = |line: &String| words.iter().all(|word| line.contains(word));
        assert!(lines.iter().any(says_all), "{words:?} in {lines:#?}");
    }

    /// The entries of sign-ins, by how they ended and why.
    async fn entries(&self) -> Vec<(String, Option<String>)> {
        let platform = &self.server.app().platform;
        let pool = Some(self.pool.as_str());
        let prefix = AuditEntry::prefix(pool);
        let entries = audit_log::entries(platform, pool, &prefix, 1000).await.unwrap();
        let entries = entries.into_iter().map(|(_, entry)| entry);
        let sign_ins = entries.filter(AuditEntry::is_of_sign_in);
        sign_ins.map(|entry| (entry.outcome, entry.why)).collect()
    }

    /// How often the audit log counts this, once it is written.
    async fn refused(&self, what: &str) -> Option<u64> {
        self.server.clock().advance_seconds(11);
        self.server.sweep().await;
        let platform = &self.server.app().platform;
        let mut sum = None;
        for pool in [Some(self.pool.as_str()), None] {
            let prefix = Refused::prefix(pool);
            for (_, _, minute) in audit_log::refused(platform, pool, &prefix, 10).await.unwrap() {
                let count = minute.counts.get(what).copied();
                sum = count.map(|count| count + sum.unwrap_or(0)).or(sum);
            }
        }
        sum
    }
}

/// An entry, as [`Scene::entries`] has it.
fn ended(outcome: &str, why: Option<&str>) -> (String, Option<String>) {
    (outcome.to_owned(), why.map(str::to_owned))
}

#[tokio::test]
async fn a_store_without_room_and_one_that_fails_show_in_metrics_log_and_audit_log() {
    for (mood, call, words) in [
        (Mood::Full, "commit", "no room left"),
        (Mood::Fails, "get", "fenced"),
    ] {
        let store = Arc::new(Moody::default());
        let scene = Scene::on(store.clone()).await;
        store.become_(mood);
        let refused = scene.sign_in().await;
        assert!(refused.status >= 500, "{refused:?}");
        // A full disk may have room again soon; a server that lost a sync has to be started again.
        let again = match mood {
            Mood::Full => "1",
            _ => "",
        };
        assert_eq!(refused.header("retry-after"), again, "{refused:?}");
        let code = refused["__type"].as_str().unwrap().to_owned();
        let errors = format!("poolhouse_store_errors_total{{call=\"{call}\"}}");
        assert!(scene.counted(&errors).await >= Some(1.0), "{errors}");
        scene
            .assert_counted(
                &format!("poolhouse_requests_total{{operation=\"InitiateAuth\",outcome=\"{code}\"}}"),
                1.0,
            )
            .await;
        scene.assert_logged(&["request failed", "InitiateAuth", words]);
        store.become_(Mood::Well);
        assert_eq!(scene.refused(&format!("InitiateAuth {code}")).await, Some(1));
        assert_eq!(scene.entries().await, []);
    }
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_shows_in_metrics_and_log_and_the_audit_log_has_what_went_in() {
    for (loss, is_in) in [(Loss::Before, false), (Loss::After, true)] {
        let store = Arc::new(Losing::new(TestStore::new()));
        let scene = Scene::on(store.clone()).await;
        store.lose(format!("p/{}/audit/", scene.pool), loss);
        let answer = scene.sign_in().await;
        assert_eq!(answer.status, if is_in { 200 } else { 503 }, "{answer:?}");
        assert_eq!(store.waiting(), 0);
        let errors = "poolhouse_store_errors_total{call=\"commit\"}";
        assert!(scene.counted(errors).await >= Some(1.0), "{errors}");
        match is_in {
            true => assert_eq!(scene.entries().await, [ended("tokens", None)]),
            false => {
                scene.assert_logged(&["request failed", "InitiateAuth", "the connection broke"]);
                assert_eq!(scene.entries().await, []);
            }
        }
    }
}

/// A relay at which nobody listens.
fn nobodys() -> MailCarrier {
    let place = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = place.local_addr().unwrap();
    MailCarrier::Smtp(Relay::parse(&format!("smtp://{address}")).unwrap())
}

#[tokio::test]
async fn a_relay_that_is_down_shows_in_metrics_and_log_and_the_audit_log_has_what_came_of_the_sign_in() {
    let server = TestServer::with(|settings| settings.mail.carriers = vec![nobodys()]).await;
    let scene = Scene::at(server).await;
    let session = scene.challenge().await;
    let text = scene.server.numbers().await.text;
    let deferred = text
        .lines()
        .find(|line| line.starts_with("poolhouse_mail_attempts_total{") && line.contains("deferred"));
    assert!(deferred.is_some_and(|line| line.ends_with(" 1")), "{text}");
    scene.assert_counted("poolhouse_mail_queue", 1.0).await;
    scene.assert_logged(&["mail not accepted"]);
    scene.assert_logged(&["mail carrier rests"]);
    scene.server.clock().advance_seconds(170);
    scene
        .assert_counted("poolhouse_mail_queue_oldest_seconds", 170.0)
        .await;
    let guessed = scene.answer(&session, "00000000").await;
    assert_eq!(guessed.status, 200, "{guessed:?}");
    assert_eq!(scene.entries().await, [ended("code", Some("wrong"))]);
}

#[tokio::test]
async fn a_clock_that_is_set_back_shows_in_metrics_and_log_and_the_audit_log_goes_on() {
    // A database of its own clock would be asked the time, and is never behind itself.
    let scene = Scene::on(Arc::new(Memory::new())).await;
    let mut keeper = Timekeeper::new(&scene.server.app().platform);
    keeper.round().await.unwrap();
    scene.sign_in().await.ok();
    let clock = scene.server.clock();
    clock.set(Millis(clock.now().0 - 3_600_000));
    scene.sign_in().await.ok();
    keeper.round().await.unwrap();
    scene
        .assert_counted("poolhouse_clock_behind_seconds", 3600.0)
        .await;
    scene.assert_logged(&["clock is behind the time that is known", "seconds=3600"]);
    // By what is known: otherwise the second would stand an hour before the first.
    let platform = &scene.server.app().platform;
    let pool = Some(scene.pool.as_str());
    let prefix = AuditEntry::prefix(pool);
    let entries = audit_log::entries(platform, pool, &prefix, 1000).await.unwrap();
    let times: Vec<i64> = entries.iter().rev().take(2).map(|(id, _)| id.at.0).collect();
    assert!(times[0] - times[1] < 1000, "{times:?}");
    assert_eq!(scene.entries().await.len(), 2);
}

#[tokio::test]
async fn guesses_and_a_code_that_is_used_twice_show_in_metrics_log_and_audit_log() {
    let scene = Scene::on(Arc::new(TestStore::new())).await;
    let session = scene.challenge().await;
    let code = scene.server.code_to("mara@example.com").await;
    let wrong = if code.starts_with('0') {
        "11111111"
    } else {
        "00000000"
    };
    let next = scene.answer(&session, wrong).await.ok()["Session"].clone();
    scene.answer(&next, &code).await.ok();
    let again = scene.answer(&next, &code).await;
    assert_eq!(again.status, 400, "{again:?}");
    for (verdict, word) in [("wrong", "Wrong"), ("right", "Right")] {
        scene
            .assert_counted(
                &format!("poolhouse_code_answers_total{{verdict=\"{verdict}\"}}"),
                1.0,
            )
            .await;
        scene.assert_logged(&["confirm code answered", &format!("outcome=\"{word}\"")]);
    }
    scene
        .assert_counted(
            "poolhouse_requests_total{operation=\"RespondToAuthChallenge\",outcome=\"NotAuthorizedException\"}",
            1.0,
        )
        .await;
    assert_eq!(
        scene.entries().await,
        [ended("code", Some("wrong")), ended("tokens", None)]
    );
    let refused = scene
        .refused("RespondToAuthChallenge NotAuthorizedException")
        .await;
    assert_eq!(refused, Some(1));
}

#[tokio::test]
async fn a_function_that_fails_shows_in_metrics_log_and_audit_log() {
    let function = RecordingFunction::new(|_| Err("broken".to_owned()));
    let places = vec![(
        "broken".to_owned(),
        function as Arc<dyn poolhouse_triggers::Place>,
    )];
    let scene = Scene::at(TestServer::with_functions(places, |_| {}).await).await;
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:broken";
    let body = json!({ "UserPoolId": scene.pool, "LambdaConfig": { "PreTokenGeneration": arn } });
    scene.server.call("UpdateUserPool", body).await.ok();
    let refused = scene.sign_in().await;
    assert_eq!(refused.status, 400, "{refused:?}");
    let text = scene.server.numbers().await.text;
    let of_it = "poolhouse_function_calls_total{trigger=\"PreTokenGeneration\"";
    assert!(
        text.lines()
            .any(|line| line.starts_with(of_it) && !line.contains("answered")),
        "{text}"
    );
    scene.assert_logged(&["request", "InitiateAuth", "UserLambdaValidationException"]);
    assert_eq!(
        scene.entries().await,
        [ended("NotAuthorizedException", Some("unfinished"))]
    );
}
