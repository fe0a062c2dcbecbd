//! Functions as processes, through the real Runtime API.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "helpers of tests"
)]

mod function;
mod lifetime;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use poolhouse_triggers::{Function, Host, InvokeError, Invoked, Place, RuntimeApi};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Long enough for a busy machine; nothing waits for it to pass.
const LONG: Duration = Duration::from_secs(60);

struct Rig {
    place: RuntimeApi,
    log: Mutex<mpsc::UnboundedReceiver<String>>,
}

fn rig(prepare: impl FnOnce(&mut Function)) -> Rig {
    let program = std::env::current_exe().unwrap();
    let mut function = Function::bootstrap(
        "teller",
        "arn:aws:lambda:us-east-1:1:function:teller",
        "us-east-1",
        program,
    );
    function.arguments = ["--exact", "the_function", "--ignored", "--nocapture"]
        .map(str::to_owned)
        .to_vec();
    prepare(&mut function);
    let (lines, log) = mpsc::unbounded_channel();
    let next = AtomicU8::new(0);
    let host = Host {
        wall: Arc::new(|| 1_700_000_000_000),
        random: Arc::new(move |out| out.fill(next.fetch_add(1, Ordering::Relaxed))),
        log: Arc::new(move |name, _, line| drop(lines.send(format!("{name}: {line}")))),
    };
    Rig {
        place: RuntimeApi::new(function, host),
        log: Mutex::new(log),
    }
}

impl Rig {
    async fn invoke(&self, event: Value) -> Result<Invoked, InvokeError> {
        self.invoke_within(LONG, event).await
    }

    async fn invoke_within(&self, time: Duration, event: Value) -> Result<Invoked, InvokeError> {
        self.place
            .invoke(event.to_string().into_bytes(), Instant::now() + time)
            .await
    }

    async fn tell(&self) -> Value {
        let told = self.invoke(json!({"do": "tell"})).await.unwrap();
        assert!(!told.function_error);
        serde_json::from_slice(&told.payload).unwrap()
    }

    /// The next line that the function wrote and the test harness in its process did not.
    async fn logged(&self, start: &str) -> String {
        loop {
            let line = std::future::poll_fn(|cx| self.log.lock().unwrap().poll_recv(cx))
                .await
                .unwrap();
            if line.starts_with(start) {
                return line;
            }
        }
    }
}

/// Waits until the process with this id stands still.
async fn frozen(pid: &Value) {
    let status = format!("/proc/{pid}/status");
    let stands = || std::fs::read_to_string(&status).is_ok_and(|status| status.contains("State:\tT"));
    while !stands() {
        tokio::task::yield_now().await;
    }
}

/// Waits until no process has this id, or only a dead one that nobody has asked about.
async fn gone(pid: &Value) {
    let status = format!("/proc/{pid}/status");
    let lives = || std::fs::read_to_string(&status).is_ok_and(|status| !status.contains("State:\tZ"));
    while lives() {
        tokio::task::yield_now().await;
    }
}

fn answer(payload: &str) -> Invoked {
    Invoked {
        payload: payload.into(),
        function_error: false,
    }
}

#[test]
#[ignore = "not a test: the process that the tests start as their function"]
fn the_function() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the function is a process, and this is its main"
    )]
    function::run(&std::env::vars().collect());
}

#[tokio::test]
async fn a_function_answers_one_event_after_the_other_in_one_process() {
    let rig = rig(|_| {});
    let event = json!({"do": "echo", "text": "ключ \u{1F511}"});
    assert_eq!(
        rig.invoke(event.clone()).await.unwrap(),
        answer(&event.to_string())
    );
    let (first, second) = (rig.tell().await, rig.tell().await);
    assert_eq!(first["pid"], second["pid"]);
    assert_eq!((&first["calls"], &second["calls"]), (&json!(2), &json!(3)));
}

#[tokio::test]
async fn a_function_sees_its_event_as_on_lambda() {
    let rig = rig(|function| {
        function.environment = BTreeMap::from([("OTP_KEY".to_owned(), "k".to_owned())]);
        function.directory = std::fs::canonicalize(env!("CARGO_TARGET_TMPDIR")).unwrap();
    });
    let told = rig.tell().await;
    let header = |name: &str| told["headers"][name].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        header("lambda-runtime-aws-request-id"),
        "01010101-0101-4101-8101-010101010101"
    );
    assert_eq!(
        header("lambda-runtime-trace-id"),
        format!("Root=1-6553f100-{};Sampled=0", "00".repeat(12))
    );
    assert_eq!(
        header("lambda-runtime-invoked-function-arn"),
        "arn:aws:lambda:us-east-1:1:function:teller"
    );
    assert_eq!(header("content-type"), "application/json");
    let left = header("lambda-runtime-deadline-ms").parse::<i64>().unwrap() - 1_700_000_000_000;
    assert!((30_000..=60_000).contains(&left), "{left} ms");

    assert_eq!(told["environment"]["OTP_KEY"], "k");
    assert_eq!(told["environment"]["AWS_LAMBDA_FUNCTION_NAME"], "teller");
    assert_eq!(
        told["environment"]["HOME"],
        Value::Null,
        "nothing of the server's own environment"
    );
    assert_eq!(told["environment"]["CARGO_MANIFEST_DIR"], Value::Null);
    assert_eq!(told["directory"], told["environment"]["LAMBDA_TASK_ROOT"]);
}

#[tokio::test]
async fn an_error_of_the_function_arrives_as_it_was_put_and_the_process_lives_on() {
    let rig = rig(|_| {});
    let before = rig.tell().await;
    let error = rig.invoke(json!({"do": "throw", "message": "no"})).await.unwrap();
    let body = r#"{"errorMessage":"no","errorType":"Error","trace":["at x"]}"#;
    assert_eq!(
        error,
        Invoked {
            payload: body.into(),
            function_error: true
        }
    );
    assert_eq!(rig.tell().await["pid"], before["pid"]);
}

#[tokio::test]
async fn a_process_that_ends_fails_its_call_and_the_next_call_gets_a_new_one() {
    let rig = rig(|_| {});
    let before = rig.tell().await;
    let cases = [
        (
            json!({"do": "exit", "code": 129}),
            "Runtime exited with error: exit status 129",
        ),
        (
            json!({"do": "exit", "code": 0}),
            "Runtime exited without providing a reason",
        ),
        (
            json!({"do": "abort"}),
            "Runtime exited with error: signal: aborted",
        ),
    ];
    for (event, how) in cases {
        let Err(InvokeError::Exited(text)) = rig.invoke(event).await else {
            panic!("{how}")
        };
        assert!(text.starts_with("RequestId: "), "{text}");
        assert!(text.contains(&format!(" Error: {how}")), "{text}");
        assert_ne!(rig.tell().await["pid"], before["pid"]);
    }
}

#[tokio::test]
async fn a_process_that_was_killed_while_idle_costs_the_next_call_nothing() {
    let rig = rig(|_| {});
    let told = rig.tell().await;
    let pid = rustix::process::Pid::from_raw(told["pid"].as_i64().unwrap().try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    gone(&told["pid"]).await;
    // Whether or not the host has heard of it yet.
    let mut outcome = rig.invoke(json!({"do": "tell"})).await;
    if matches!(outcome, Err(InvokeError::Exited(_))) {
        outcome = rig.invoke(json!({"do": "tell"})).await;
    }
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[tokio::test]
async fn a_function_that_hangs_is_killed_at_its_deadline() {
    let rig = rig(|_| {});
    let before = rig.tell().await;
    let outcome = rig
        .invoke_within(Duration::from_millis(50), json!({"do": "hang"}))
        .await;
    assert!(matches!(outcome, Err(InvokeError::TimedOut)), "{outcome:?}");
    gone(&before["pid"]).await;
    assert_ne!(rig.tell().await["pid"], before["pid"]);
}

#[tokio::test]
async fn a_call_that_is_given_up_ends_its_process() {
    let rig = rig(|_| {});
    let before = rig.tell().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let event = json!({"do": "meet", "at": listener.local_addr().unwrap()});
    let mut call = Box::pin(rig.invoke(event));
    tokio::select! {
        _ = &mut call => unreachable!("nobody lets it go"),
        met = listener.accept() => drop(met.unwrap()),
    }
    drop(call);
    gone(&before["pid"]).await;
}

#[tokio::test]
async fn an_answer_of_7_mb_is_refused_on_both_sides() {
    let rig = rig(|_| {});
    let outcome = rig.invoke(json!({"do": "answer-7-mb"})).await;
    assert!(matches!(outcome, Err(InvokeError::TooLarge)), "{outcome:?}");
    assert_eq!(
        rig.logged("teller: 413").await,
        "teller: 413 {\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 bytes).\",\
         \"errorType\":\"RequestEntityTooLarge\"}"
    );
    let too_large = rig
        .place
        .invoke(vec![b' '; 7 * 1024 * 1024], Instant::now() + LONG)
        .await;
    assert!(matches!(too_large, Err(InvokeError::TooLarge)));
    assert_eq!(rig.tell().await["calls"], 2);
}

/// What a runtime may do wrong, and what it is told, each as AWS's emulator says it.
#[tokio::test]
async fn a_runtime_that_breaks_the_rules_is_told_so() {
    let rig = rig(|_| {});
    let transition = |from: &str, to: &str| {
        let text = format!(
            "State transition from {from} to {to} failed for runtime. Error: State transition is not allowed"
        );
        json!({"errorMessage": text, "errorType": "InvalidStateTransition"}).to_string()
    };
    let wrong_id = json!({"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}).to_string();
    let mode =
        json!({"errorMessage": "Invalid function response mode", "errorType": "InvalidFunctionResponseMode"});
    let buffered = "Lambda-Runtime-Function-Response-Mode: buffered\r\n";
    let streaming = "Lambda-Runtime-Function-Response-Mode: streaming\r\n";
    let cases = [
        (
            ["POST", "invocation/some-other/response", "", "{}"],
            400,
            wrong_id.clone(),
        ),
        (["POST", "invocation/some-other/error", "", "{}"], 400, wrong_id),
        (
            ["POST", "invocation/{id}/response", buffered, "{}"],
            400,
            mode.to_string(),
        ),
        (
            ["POST", "init/error", "", "{}"],
            403,
            transition("Ready", "InitError"),
        ),
        (["DELETE", "invocation/next", "", ""], 405, String::new()),
        (["GET", "nothing", "", ""], 404, "404 page not found\n".to_owned()),
        (
            ["GET", "invocation/next", "", ""],
            200,
            "the event again".to_owned(),
        ),
        (
            ["POST", "invocation/{id}/response", streaming, "first"],
            202,
            r#"{"status":"OK"}"#.to_owned(),
        ),
        (
            ["POST", "invocation/{id}/response", "", "second"],
            403,
            transition("ResponseSent", "InvocationResponse"),
        ),
        (
            ["POST", "invocation/{id}/error", "", "third"],
            403,
            transition("ResponseSent", "InvocationErrorResponse"),
        ),
    ];
    let event =
        json!({"do": "call-the-api", "calls": cases.iter().map(|(call, ..)| call).collect::<Vec<_>>()});
    let listed = event.to_string();
    // The first answer counts, whatever the process says afterwards.
    assert_eq!(rig.invoke(event).await.unwrap(), answer("first"));
    let told = rig.logged("teller: [[").await;
    let told: Value = serde_json::from_str(told.trim_start_matches("teller: ")).unwrap();
    for (n, (call, status, body)) in cases.iter().enumerate() {
        let body = if body == "the event again" { &listed } else { body };
        assert_eq!(told[n], json!([status, body]), "{call:?}");
    }
}

#[tokio::test]
async fn what_a_function_prints_is_logged_under_its_name() {
    let rig = rig(|_| {});
    rig.invoke(json!({"do": "log", "line": "hello from the function"}))
        .await
        .unwrap();
    assert_eq!(
        rig.logged("teller: hello").await,
        "teller: hello from the function"
    );
    let second = rig.invoke(json!({"do": "log", "line": "x"}));
    second.await.unwrap();
    assert_eq!(rig.logged("teller: and").await, "teller: and an error");
}
