//! Handlers in Node.js and Python, run by the real interpreters over the real Runtime API.
//!
//! What each comes to was compared with Lambda's own runtimes (aws-lambda-ric 3.3, awslambdaric 4.2), handler by handler. They
//! agree in all but one: for an async handler whose promise never settles, aws-lambda-ric 3.3 answers `null`, its
//! development version and ours `Runtime.NodeJsExit`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod node;
mod python;

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
