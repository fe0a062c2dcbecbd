//! Attempts, deadlines, the queue, and what the client is told, on a clock that the tests hold.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use poolhouse_triggers::event::{Event, build};
use poolhouse_triggers::{
    BoxFuture, ErrorKind, InvokeError, Invoked, Invoker, Place, Policy, Trigger, TriggerError,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// One step of a play: how long an attempt takes, and what it comes to.
type Step = (Duration, Result<Invoked, InvokeError>);

/// A place that plays what it was told, one step for each attempt.
#[derive(Default)]
struct Script {
    steps: Mutex<VecDeque<Step>>,
    deadlines: Mutex<Vec<Duration>>,
}

impl Place for Script {
    fn width(&self) -> usize {
        1
    }

    fn invoke<'a>(&'a self, _: Vec<u8>, deadline: Instant) -> BoxFuture<'a, Result<Invoked, InvokeError>> {
        Box::pin(async move {
            self.deadlines.lock().unwrap().push(deadline - Instant::now());
            let (time, outcome) = self.steps.lock().unwrap().pop_front().unwrap();
            tokio::time::sleep(time).await;
            outcome
        })
    }
}

const DEFINE: Trigger = Trigger::DefineAuthChallenge;
const AT_ONCE: Duration = Duration::ZERO;
const FOR_EVER: Duration = Duration::from_secs(3600);

fn event() -> Value {
    let request = json!({"userAttributes": {}, "session": []});
    build(Event {
        trigger: DEFINE,
        source: "DefineAuthChallenge_Authentication",
        region: "us-east-1",
        user_pool_id: "us-east-1_AbCd12345",
        user_name: "mara",
        client_id: Some("3n4b5urk1ft4fl3mg5e62d9ado"),
        request: request.as_object().unwrap().clone(),
    })
}

fn said(payload: impl Into<Vec<u8>>) -> Result<Invoked, InvokeError> {
    Ok(Invoked {
        payload: payload.into(),
        function_error: false,
    })
}

fn threw(payload: &str) -> Result<Invoked, InvokeError> {
    Ok(Invoked {
        payload: payload.into(),
        function_error: true,
    })
}

/// Plays the steps and answers the outcome, the time it took, and how many steps were not needed.
async fn play(steps: impl IntoIterator<Item = Step>) -> (Result<Value, TriggerError>, Duration, usize) {
    let script = Arc::new(Script {
        steps: Mutex::new(steps.into_iter().collect()),
        ..Script::default()
    });
    let invoker = Invoker::new(Arc::clone(&script) as Arc<dyn Place>, Policy::default());
    let start = Instant::now();
    let outcome = invoker.call(DEFINE, &event()).await;
    let unused = script.steps.lock().unwrap().len();
    (outcome, start.elapsed(), unused)
}

async fn refusal(steps: impl IntoIterator<Item = Step>) -> (ErrorKind, String) {
    let (outcome, _, unused) = play(steps).await;
    let error = outcome.unwrap_err();
    assert_eq!(unused, 0, "{error}");
    (error.kind(), error.to_string())
}

#[tokio::test(start_paused = true)]
async fn the_event_that_came_back_is_the_answer() {
    let mut reply = event();
    reply["response"] = json!({"issueTokens": true, "failAuthentication": false});
    let (outcome, time, _) = play([(AT_ONCE, said(reply.to_string()))]).await;
    assert_eq!(outcome.unwrap(), reply);
    assert_eq!(time, AT_ONCE);
}

#[tokio::test(start_paused = true)]
async fn three_attempts_of_five_seconds_and_no_more() {
    let (outcome, time, unused) = play((0..4).map(|_| (FOR_EVER, said("")))).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedLambda);
    assert_eq!(
        error.to_string(),
        "DefineAuthChallenge failed with error Socket timeout while invoking Lambda function."
    );
    assert_eq!((time, unused), (Duration::from_secs(15), 1));
}

#[tokio::test(start_paused = true)]
async fn every_attempt_is_told_its_own_deadline() {
    let script = Arc::new(Script::default());
    script
        .steps
        .lock()
        .unwrap()
        .extend((0..3).map(|_| (FOR_EVER, said(""))));
    let invoker = Invoker::new(Arc::clone(&script) as Arc<dyn Place>, Policy::default());
    invoker.call(DEFINE, &event()).await.unwrap_err();
    assert_eq!(*script.deadlines.lock().unwrap(), [Duration::from_secs(5); 3]);
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_may_succeed() {
    let failures = [
        Err(InvokeError::TimedOut),
        Err(InvokeError::Exited(
            "RequestId: 1 Error: Runtime exited with error: exit status 1".to_owned(),
        )),
        Err(InvokeError::CannotStart(io::Error::from(io::ErrorKind::NotFound))),
    ];
    for failure in failures {
        let (outcome, _, _) = play([(AT_ONCE, failure), (AT_ONCE, said(event().to_string()))]).await;
        assert_eq!(outcome.unwrap(), event());
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_final_whatever_it_is() {
    let steps = [
        threw(r#"{"errorMessage":"no"}"#),
        said("garbage"),
        said("{}"),
        Err(InvokeError::Init(b"{}".to_vec())),
        Err(InvokeError::TooLarge),
        Err(InvokeError::Refused),
    ];
    for step in steps {
        let (outcome, _, unused) = play([(AT_ONCE, step), (AT_ONCE, said(event().to_string()))]).await;
        assert!(outcome.is_err() && unused == 1, "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_went_wrong_is_said_in_the_services_words() {
    let thrice = |error: fn() -> InvokeError| {
        (0..3)
            .map(move |_| (AT_ONCE, Err(error())))
            .collect::<Vec<Step>>()
    };
    let once = |outcome| vec![(AT_ONCE, outcome)];
    let exited =
        || InvokeError::Exited("RequestId: 7 Error: Runtime exited with error: exit status 129".to_owned());
    let missing = || InvokeError::CannotStart(io::Error::from(io::ErrorKind::NotFound));
    let long = format!(r#"{{"errorMessage":"{}"}}"#, "é".repeat(5_000));

    use ErrorKind::{InvalidLambdaResponse, TooManyRequests, UnexpectedLambda, UserLambdaValidation};
    let cases = [
        (
            once(threw(
                r#"{"errorMessage":"Incorrect OTP!!","errorType":"Error","trace":["x"]}"#,
            )),
            UserLambdaValidation,
            "DefineAuthChallenge failed with error Incorrect OTP!!.",
        ),
        (
            once(threw(r#"{"errorMessage":"'email'","errorType":"KeyError"}"#)),
            UserLambdaValidation,
            "DefineAuthChallenge failed with error 'email'.",
        ),
        (
            once(threw(r#"{"errorType":"KeyError"}"#)),
            UserLambdaValidation,
            "DefineAuthChallenge failed with error KeyError.",
        ),
        (
            once(threw("not JSON")),
            UserLambdaValidation,
            "DefineAuthChallenge failed with error Unhandled.",
        ),
        (
            once(Err(InvokeError::Init(
                br#"{"errorMessage":"OTP_KEY is missing"}"#.to_vec(),
            ))),
            UserLambdaValidation,
            "DefineAuthChallenge failed with error OTP_KEY is missing.",
        ),
        (
            thrice(exited),
            UserLambdaValidation,
            "DefineAuthChallenge failed with error RequestId: 7 Error: Runtime exited with error: exit status 129.",
        ),
        (
            thrice(missing),
            UnexpectedLambda,
            "DefineAuthChallenge invocation failed due to error AccessDeniedException.",
        ),
        (
            thrice(|| InvokeError::TimedOut),
            UnexpectedLambda,
            "DefineAuthChallenge failed with error Socket timeout while invoking Lambda function.",
        ),
        (
            once(Err(InvokeError::TooLarge)),
            InvalidLambdaResponse,
            "Unrecognizable lambda output",
        ),
        (
            once(said("")),
            InvalidLambdaResponse,
            "Invalid lambda function output : Invalid JSON",
        ),
        (
            once(said("null")),
            InvalidLambdaResponse,
            "Invalid lambda function output : Invalid JSON",
        ),
        (
            once(said(event().to_string().replace("null", "NaN"))),
            InvalidLambdaResponse,
            "Invalid lambda function output : Invalid JSON",
        ),
        (
            once(said(format!("{} trailing", event()))),
            InvalidLambdaResponse,
            "Invalid lambda function output : Invalid JSON",
        ),
        (
            once(said("[".repeat(100_000))),
            InvalidLambdaResponse,
            "Invalid lambda function output : Invalid JSON",
        ),
        (
            once(Err(InvokeError::Refused)),
            TooManyRequests,
            "Too many requests",
        ),
    ];
    for (steps, kind, text) in cases {
        assert_eq!(refusal(steps).await, (kind, text.to_owned()));
    }
    let (_, text) = refusal(once(threw(&long))).await;
    assert!(
        text.len() <= 2_200 && text.ends_with("é."),
        "{} bytes",
        text.len()
    );
}

/// A place of this width that holds every call until it is let go.
struct Gate {
    width: usize,
    inside: AtomicUsize,
    out: Semaphore,
}

impl Gate {
    fn of_width(width: usize) -> Arc<Gate> {
        Arc::new(Gate {
            width,
            inside: AtomicUsize::new(0),
            out: Semaphore::new(0),
        })
    }
}

impl Place for Gate {
    fn width(&self) -> usize {
        self.width
    }

    fn invoke<'a>(&'a self, payload: Vec<u8>, _: Instant) -> BoxFuture<'a, Result<Invoked, InvokeError>> {
        Box::pin(async move {
            self.inside.fetch_add(1, Ordering::Relaxed);
            self.out.acquire().await.unwrap().forget();
            said(payload)
        })
    }
}

#[tokio::test(start_paused = true)]
async fn beyond_the_queue_callers_are_refused_at_once() {
    let gate = Gate::of_width(2);
    let policy = Policy {
        queue: 3,
        ..Policy::default()
    };
    let invoker = Arc::new(Invoker::new(Arc::clone(&gate) as Arc<dyn Place>, policy));
    let call = || {
        let invoker = Arc::clone(&invoker);
        tokio::spawn(async move { invoker.call(DEFINE, &event()).await })
    };
    let inside: Vec<_> = (0..5).map(|_| call()).collect();
    tokio::task::yield_now().await;
    assert_eq!(
        gate.inside.load(Ordering::Relaxed),
        2,
        "as many as the place is wide"
    );
    let start = Instant::now();
    let refused = call().await.unwrap().unwrap_err();
    assert_eq!(
        (refused.kind(), start.elapsed()),
        (ErrorKind::TooManyRequests, AT_ONCE)
    );

    gate.out.add_permits(5);
    for call in inside {
        assert_eq!(call.await.unwrap().unwrap(), event());
    }
    gate.out.add_permits(1);
    assert!(call().await.unwrap().is_ok(), "there is room again");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_in_the_queue_for_longer_than_one_attempt() {
    let invoker = Arc::new(Invoker::new(Gate::of_width(1), Policy::default()));
    let first = {
        let invoker = Arc::clone(&invoker);
        tokio::spawn(async move { invoker.call(DEFINE, &event()).await })
    };
    tokio::task::yield_now().await;
    let start = Instant::now();
    let second = invoker.call(DEFINE, &event()).await.unwrap_err();
    assert_eq!(
        (second.kind(), start.elapsed()),
        (ErrorKind::TooManyRequests, Duration::from_secs(5))
    );
    assert_eq!(
        first.await.unwrap().unwrap_err().kind(),
        ErrorKind::UnexpectedLambda
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever bytes a function sends, as an answer or as an error, there is a refusal and no panic.
    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), function_error in any::<bool>(), cut in 0_usize..400) {
        let mut torn = event().to_string().into_bytes();
        torn.truncate(cut.min(torn.len() - 1));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        for payload in [bytes, torn] {
            let outcome = Ok(Invoked { payload, function_error });
            let (outcome, _, _) = runtime.block_on(play([(AT_ONCE, outcome)]));
            prop_assert!(outcome.is_err());
        }
    }
}
