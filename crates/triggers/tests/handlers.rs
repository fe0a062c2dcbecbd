//! Handlers in Node.js and Python, run by the real interpreters over the real Runtime API.
//!
//! What each comes to was compared with Lambda's own runtimes (aws-lambda-ric 3.3, awslambdaric 4.2), handler by handler. They
//! agree in all but one: for an async handler whose promise never settles, aws-lambda-ric 3.3 answers `null`, its
//! development version and ours `Runtime.NodeJsExit`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use poolhouse_triggers::{
    Function, Host, Interpreter, InvokeError, Invoked, LogSource, Place, Runtime, RuntimeApi,
};
use serde_json::{Value, json};
use tokio::time::Instant;

/// Long enough for a busy machine; nothing waits for it to pass.
const LONG: Duration = Duration::from_secs(60);

type Lines = Arc<Mutex<Vec<(LogSource, String)>>>;

struct Rig {
    place: RuntimeApi,
    lines: Lines,
}

/// What a call comes to, as far as it is the same on every machine.
#[derive(Debug, PartialEq)]
enum Came {
    Answer(Value),
    /// Type and message.
    Error(String, String),
    /// Type and message.
    Init(String, String),
    /// What follows the request id.
    Exited(String),
    ExitedAtStart(String),
}

fn folder(runtime: Runtime) -> PathBuf {
    let language = match runtime {
        Runtime::Node => "node",
        Runtime::Python => "python",
    };
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/handlers")
        .join(language)
}

/// Installed once, as a server does, and not by every test at a time.
fn installed(runtime: Runtime) -> PathBuf {
    static NODE: OnceLock<PathBuf> = OnceLock::new();
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let file = match runtime {
        Runtime::Node => &NODE,
        Runtime::Python => &PYTHON,
    };
    let install = || runtime.install(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap();
    file.get_or_init(install).clone()
}

fn rig(runtime: Runtime, handler: &str) -> Rig {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test finds its interpreter as a shell would"
    )]
    let path = std::env::var_os("PATH").unwrap();
    let interpreter = Interpreter {
        runtime,
        program: runtime
            .find(&path)
            .unwrap_or_else(|| panic!("no {} on the PATH", runtime.program())),
        file: installed(runtime),
    };
    let arn = "arn:aws:lambda:us-east-1:1:function:styles";
    let mut function =
        Function::interpreted("styles", arn, "us-east-1", &interpreter, folder(runtime), handler);
    // The folder belongs to the sources.
    function
        .environment
        .insert("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned());
    let lines = Lines::default();
    let log = Arc::clone(&lines);
    let host = Host {
        wall: Arc::new(now),
        random: Arc::new(|out| out.fill(7)),
        log: Arc::new(move |_, source, line| log.lock().unwrap().push((source, line.to_owned()))),
    };
    Rig {
        place: RuntimeApi::new(function, host),
        lines,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the handlers compare it with their own clock"
)]
fn now() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

impl Rig {
    async fn invoke(&self, event: &Value) -> Result<Invoked, InvokeError> {
        self.place
            .invoke(event.to_string().into_bytes(), Instant::now() + LONG)
            .await
    }

    async fn call(&self, event: &Value) -> Came {
        let reported = |payload: &[u8]| {
            let error: Value = serde_json::from_slice(payload).unwrap();
            let text = |member: &str| error[member].as_str().unwrap().to_owned();
            (text("errorType"), text("errorMessage"))
        };
        let exit = |text: String| text.split_once(" Error: ").unwrap().1.to_owned();
        match self.invoke(event).await {
            Ok(Invoked {
                payload,
                function_error: false,
            }) => Came::Answer(serde_json::from_slice(&payload).unwrap()),
            Ok(Invoked { payload, .. }) => {
                let (kind, message) = reported(&payload);
                Came::Error(kind, message)
            }
            Err(InvokeError::Init(payload)) => {
                let (kind, message) = reported(&payload);
                Came::Init(kind, message)
            }
            Err(InvokeError::Exited(text)) => Came::Exited(exit(text)),
            Err(InvokeError::ExitedAtStart(text)) => Came::ExitedAtStart(exit(text)),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn lines(&self, of: LogSource) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        lines
            .iter()
            .filter(|(source, _)| *source == of)
            .map(|(_, line)| line.clone())
            .collect()
    }

    /// Waits until the function has written this.
    async fn wrote(&self, text: &str) -> String {
        loop {
            let lines = self.lines(LogSource::Function);
            if let Some(line) = lines.into_iter().find(|line| line.contains(text)) {
                return line;
            }
            tokio::task::yield_now().await;
        }
    }
}

fn error(kind: &str, message: &str) -> Came {
    Came::Error(kind.to_owned(), message.to_owned())
}

fn init(kind: &str, message: &str) -> Came {
    Came::Init(kind.to_owned(), message.to_owned())
}

fn exited(code: i32) -> Came {
    Came::Exited(format!("Runtime exited with error: exit status {code}"))
}

fn answered(by: impl Into<Value>) -> Came {
    Came::Answer(json!({"text": "ключ", "answered": by.into()}))
}

/// Each handler is called twice, cold and warm.
async fn check(runtime: Runtime, handler: &str, expected: Came) {
    let rig = rig(runtime, handler);
    for _ in 0..2 {
        let mut came = rig.call(&json!({"text": "ключ"})).await;
        if let Came::Init(_, message) = &mut came {
            // Who required the module is a matter of folders.
            *message = message.lines().next().unwrap_or_default().to_owned();
        }
        assert_eq!(came, expected, "{handler}");
    }
}

#[tokio::test]
async fn node_handlers_answer_in_every_style() {
    for (handler, expected) in [
        ("styles.async", answered("async")),
        ("styles.promise", answered("promise")),
        ("styles.callback", answered("callback")),
        ("styles.callbackLater", Came::Answer(json!("finished"))),
        (
            "styles.callbackAtOnce",
            Came::Answer(json!("with an interval that lives on")),
        ),
        ("styles.callbackTwice", Came::Answer(json!("first"))),
        ("styles.callbackNothing", Came::Answer(Value::Null)),
        ("styles.done", Came::Answer(json!("done"))),
        ("styles.succeed", Came::Answer(json!("succeeded"))),
        ("styles.nothing", Came::Answer(Value::Null)),
        ("styles.never", Came::Answer(Value::Null)),
        ("styles.nested.inner.handler", Came::Answer(json!("nested"))),
        ("module.handler", answered("ES module")),
        ("typed/index.handler", answered(true)),
        ("folder/common.handler", answered("in a folder")),
    ] {
        check(Runtime::Node, handler, expected).await;
    }
}

#[tokio::test]
async fn errors_of_node_handlers_read_as_on_lambda() {
    let never_settled = "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly \
                         caused by a Promise that was never settled. For more information, see \
                         https://nodejs.org/docs/latest/api/process.html#exit-codes";
    for (handler, expected) in [
        ("styles.throws", error("Error", "thrown")),
        ("styles.rejects", error("RangeError", "rejected")),
        ("styles.callbackError", error("Error", "called back")),
        ("styles.callbackText", error("string", "only a text")),
        ("styles.doneWithError", error("Error", "not done")),
        ("styles.fail", error("TypeError", "failed")),
        ("styles.named", error("CodeMismatch", "a code was wrong")),
        (
            "styles.unprintable",
            error("TypeError", "Cannot convert object to primitive value"),
        ),
        (
            "styles.circular",
            error("Error", "Unable to stringify response body"),
        ),
        ("styles.neverAsync", error("Runtime.NodeJsExit", never_settled)),
        (
            "styles.unhandledRejection",
            error("Runtime.UnhandledPromiseRejection", "Error: nobody waits for it"),
        ),
        ("styles.uncaughtException", error("Error", "nobody catches it")),
        ("styles.exits", exited(3)),
    ] {
        check(Runtime::Node, handler, expected).await;
    }
}

#[tokio::test]
async fn node_handlers_that_cannot_be_loaded_say_why() {
    for (handler, expected) in [
        ("throws_at_load.handler", init("Error", "not today")),
        (
            "syntax_error.handler",
            init(
                "Runtime.UserCodeSyntaxError",
                "SyntaxError: Unexpected end of input",
            ),
        ),
        (
            "missing_module.handler",
            init(
                "Runtime.ImportModuleError",
                "Error: Cannot find module 'there-is-no-such-module'",
            ),
        ),
        (
            "nowhere.handler",
            init("Runtime.ImportModuleError", "Error: Cannot find module 'nowhere'"),
        ),
        (
            "styles.missing",
            init(
                "Runtime.HandlerNotFound",
                "styles.missing is undefined or not exported",
            ),
        ),
        (
            "styles.notAFunction",
            init("Runtime.HandlerNotFound", "styles.notAFunction is not a function"),
        ),
        ("styles", init("Runtime.MalformedHandlerName", "Bad handler")),
        (
            "../styles.async",
            init(
                "Runtime.MalformedHandlerName",
                "'../styles.async' is not a valid handler name. Use absolute paths when specifying root directories in \
                 handler names.",
            ),
        ),
    ] {
        check(Runtime::Node, handler, expected).await;
    }
    let Came::Init(kind, message) = rig(Runtime::Node, "missing_import.handler")
        .call(&json!({}))
        .await
    else {
        panic!("it imports what there is not")
    };
    assert_eq!(kind, "Error");
    assert!(
        message.starts_with("Cannot find package 'there-is-no-such-module' imported from "),
        "{message}"
    );
}

#[tokio::test]
async fn a_crash_while_starting_is_told_from_an_error_while_starting() {
    let crash = rig(Runtime::Node, "exits_at_load.handler");
    let came = crash.call(&json!({})).await;
    assert_eq!(
        came,
        Came::ExitedAtStart("Runtime exited with error: exit status 5".to_owned())
    );
    let reported = crash.lines(LogSource::Platform);
    assert!(
        matches!(&reported[..], [line] if line.starts_with("INIT_REPORT Init Duration: ")
            && line.ends_with(" ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError")),
        "{reported:?}"
    );

    let failure = rig(Runtime::Node, "missing_module.handler");
    let outcome = failure.invoke(&json!({})).await;
    let text = outcome.unwrap_err().to_string();
    assert!(
        text.starts_with(
            "the function cannot start: Runtime.ImportModuleError: Error: Cannot find module \
             'there-is-no-such-module'"
        ),
        "{text}"
    );
    let reported = failure.lines(LogSource::Platform);
    assert!(
        matches!(&reported[..], [line] if line.ends_with("\tError Type: Runtime.ImportModuleError")),
        "{reported:?}"
    );
}

/// A rejection that nobody handles, and an exception that nobody catches, end the process with a status of its own.
#[tokio::test]
async fn a_node_process_ends_after_what_nobody_caught() {
    for handler in ["styles.unhandledRejection", "styles.uncaughtException"] {
        let rig = rig(Runtime::Node, handler);
        rig.call(&json!({})).await;
        rig.wrote("Invoke Error").await;
        rig.call(&json!({})).await;
        let reports = rig.lines(LogSource::Platform);
        let cold = reports
            .iter()
            .filter(|line| line.contains("\tInit Duration: "))
            .count();
        assert_eq!(cold, 2, "{handler}: both calls started a process: {reports:?}");
    }
}

#[tokio::test]
async fn a_node_handler_sees_what_lambda_shows_it_and_keeps_its_memory() {
    let rig = rig(Runtime::Node, "styles.context");
    let id = "07070707-0707-4707-8707-070707070707";
    for calls in 1..=2 {
        let Came::Answer(answer) = rig.call(&json!({})).await else {
            panic!("it answers")
        };
        assert_eq!(answer["calls"], calls);
        assert_eq!(answer["told"]["functionName"], "styles");
        assert_eq!(answer["told"]["functionVersion"], "$LATEST");
        assert_eq!(answer["told"]["memoryLimitInMB"], "128");
        assert_eq!(answer["told"]["awsRequestId"], id);
        assert_eq!(answer["told"]["logGroupName"], "/aws/lambda/styles");
        assert_eq!(
            answer["told"]["invokedFunctionArn"],
            "arn:aws:lambda:us-east-1:1:function:styles"
        );
        assert_eq!(
            (&answer["hasTimeLeft"], &answer["traced"]),
            (&json!(true), &json!(true))
        );
        let environment = &answer["environment"];
        let root = folder(Runtime::Node).display().to_string();
        assert_eq!(environment["LAMBDA_TASK_ROOT"], root.as_str());
        assert_eq!(
            environment["NODE_PATH"],
            format!("/opt/nodejs/node_modules:{root}/node_modules:{root}")
        );
        assert_eq!(environment["HOME"], Value::Null);
        let execution = environment["AWS_EXECUTION_ENV"].as_str().unwrap();
        assert!(
            execution.starts_with("AWS_Lambda_nodejs") && execution.ends_with(".x"),
            "{execution}"
        );
        assert_eq!(answer["beside"], "found by NODE_PATH");
        assert_eq!(
            answer["started"],
            json!([]),
            "what a function starts inherits nothing of ours"
        );
    }
    let line = rig.wrote("call 2").await;
    assert!(
        line.ends_with(&format!("\t{id}\tINFO\tcall 2 {{ of: 'styles' }}")),
        "{line}"
    );

    let reports = rig.lines(LogSource::Platform);
    let [start, end, report, warm_start, _, warm_report] = &reports[..] else {
        panic!("{reports:?}")
    };
    assert_eq!(
        [start, warm_start],
        [&format!("START RequestId: {id} Version: $LATEST"); 2]
    );
    assert_eq!(end, &format!("END RequestId: {id}"));
    assert!(
        report.starts_with(&format!("REPORT RequestId: {id}\tDuration: ")),
        "{report}"
    );
    assert!(
        report.contains("\tInit Duration: ") && !warm_report.contains("\tInit Duration: "),
        "{reports:?}"
    );
}

#[tokio::test]
async fn python_handlers_answer_and_fail_as_on_lambda() {
    let marshal = "Unable to marshal response: Object of type set is not JSON serializable";
    for (handler, expected) in [
        (
            "styles.answers",
            Came::Answer(json!({"text": "ключ", "answered": "Python", "number": 1.5})),
        ),
        ("styles.nothing", Came::Answer(Value::Null)),
        ("package/inner.handler", answered("in a folder")),
        ("package.inner.handler", answered("in a folder")),
        ("styles.throws", error("ValueError", "thrown")),
        ("styles.named", error("CodeMismatch", "a code was wrong")),
        ("styles.unwritable", error("Runtime.MarshalError", marshal)),
        (
            "styles.not_a_function",
            error("TypeError", "'str' object is not callable"),
        ),
        ("styles.exits", exited(3)),
        ("throws_at_load.handler", init("RuntimeError", "not today")),
        (
            "missing_module.handler",
            init(
                "Runtime.ImportModuleError",
                "Unable to import module 'missing_module': No module named 'there_is_no_such_module'",
            ),
        ),
        (
            "styles.missing",
            init(
                "Runtime.HandlerNotFound",
                "Handler 'missing' missing on module 'styles'",
            ),
        ),
        (
            "styles",
            init(
                "Runtime.MalformedHandlerName",
                "Bad handler 'styles': not enough values to unpack (expected 2, got 1)",
            ),
        ),
    ] {
        check(Runtime::Python, handler, expected).await;
    }
    let Came::Init(kind, message) = rig(Runtime::Python, "syntax_error.handler")
        .call(&json!({}))
        .await
    else {
        panic!("it is not Python")
    };
    assert_eq!(kind, "Runtime.UserCodeSyntaxError");
    assert!(
        message.starts_with("Syntax error in module 'syntax_error': "),
        "{message}"
    );
}

#[tokio::test]
async fn a_python_error_brings_the_functions_frames_only() {
    let rig = rig(Runtime::Python, "styles.throws");
    let outcome = rig.invoke(&json!({})).await.unwrap();
    let error: Value = serde_json::from_slice(&outcome.payload).unwrap();
    let stack = error["stackTrace"].as_array().unwrap();
    assert!(
        matches!(&stack[..], [frame] if frame.as_str().is_some_and(|frame| frame.contains("in throws"))),
        "{error}"
    );
    assert_eq!(error["requestId"], "07070707-0707-4707-8707-070707070707");
}

#[tokio::test]
async fn a_python_handler_sees_what_lambda_shows_it_and_keeps_its_memory() {
    let rig = rig(Runtime::Python, "styles.context");
    let id = "07070707-0707-4707-8707-070707070707";
    for calls in 1..=2 {
        let Came::Answer(answer) = rig.call(&json!({})).await else {
            panic!("it answers")
        };
        assert_eq!(answer["calls"], calls);
        assert_eq!(answer["told"]["function_name"], "styles");
        assert_eq!(answer["told"]["aws_request_id"], id);
        assert_eq!(answer["told"]["memory_limit_in_mb"], "128");
        assert_eq!(
            (&answer["hasTimeLeft"], &answer["traced"]),
            (&json!(true), &json!(true))
        );
        let execution = answer["environment"]["AWS_EXECUTION_ENV"].as_str().unwrap();
        assert!(execution.starts_with("AWS_Lambda_python3."), "{execution}");
    }
    rig.wrote("call 2").await;
    let warning = rig.wrote("a warning").await;
    assert!(
        warning.starts_with("[WARNING]\t") && warning.ends_with(&format!("Z\t{id}\ta warning")),
        "{warning}"
    );
}
