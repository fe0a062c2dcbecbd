//! Somewhere a function runs.

use std::error::Error;
use std::fmt;
use std::io;
use std::pin::Pin;

use serde_json::Value;
use tokio::time::Instant;

/// A boxed future, so that [`Place`] can stand behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where one function runs: a child process, a remote service, a test.
///
/// Bytes go in and bytes come out, so that a mistake in either's JSON shows in every place alike. One call is one
/// attempt; attempts, deadlines and what the client is told are the [`Invoker`](crate::Invoker)'s part.
pub trait Place: Send + Sync {
    /// Hands the function one event. When `deadline` passes, or the future is dropped, the attempt is over, and the
    /// place sees to it that its late answer is never taken for that of another call.
    fn invoke<'a>(
        &'a self,
        payload: Vec<u8>,
        deadline: Instant,
    ) -> BoxFuture<'a, Result<Invoked, InvokeError>>;

    /// How many calls the place serves at a time.
    fn width(&self) -> usize;

    /// Makes the function ready for its first event, so that nobody waits for its start.
    fn warm_up(&self, deadline: Instant) -> BoxFuture<'_, Result<(), InvokeError>> {
        let _ = deadline;
        Box::pin(std::future::ready(Ok(())))
    }

    /// Ends whatever was started. Later calls are refused.
    fn shut_down(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// What the function said.
#[derive(Clone, PartialEq, Eq)]
pub struct Invoked {
    /// Its answer, or with `function_error` a JSON object with `errorMessage` and `errorType`. Nobody has looked at
    /// it yet: it may be any bytes.
    pub payload: Vec<u8>,
    /// Whether the function answered with an error of its own.
    pub function_error: bool,
}

/// Answers hold codes and claims, so only their length is printed.
impl fmt::Debug for Invoked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invoked")
            .field("payload_bytes", &self.payload.len())
            .field("function_error", &self.function_error)
            .finish()
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum InvokeError {
    /// The function's program could not be started.
    CannotStart(io::Error),
    /// The function is elsewhere, and could not be invoked there.
    Unreachable(Box<dyn Error + Send + Sync>),
    /// The deadline passed.
    TimedOut,
    /// The function's process ended before it answered. The text is the service's, for example `RequestId: … Error:
    /// Runtime exited with error: exit status 1`.
    Exited(String),
    /// The function's process ended before it asked for its first event. The text is as with `Exited`.
    ExitedAtStart(String),
    /// The function reported that it cannot start, in the same form as an error of its own.
    Init(Vec<u8>),
    /// The answer is larger than Lambda allows.
    TooLarge,
    /// The place takes no more calls: it is full, or was shut down.
    Refused,
}

impl fmt::Display for InvokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CannotStart(_) => f.write_str("the function's program cannot be started"),
            Self::Unreachable(_) => f.write_str("the function cannot be invoked"),
            Self::TimedOut => f.write_str("the function did not answer in time"),
            Self::Exited(how) => write!(f, "the function's process ended: {how}"),
            Self::ExitedAtStart(how) => write!(f, "the function's process ended while it started: {how}"),
            Self::Init(payload) => match report_of(payload) {
                (kind, Some(message)) => write!(f, "the function cannot start: {kind}: {message}"),
                (kind, None) => write!(f, "the function cannot start: {kind}"),
            },
            Self::TooLarge => f.write_str("the function's answer is too large"),
            Self::Refused => f.write_str("the function takes no more calls"),
        }
    }
}

impl Error for InvokeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::CannotStart(cause) => Some(cause),
            Self::Unreachable(cause) => Some(&**cause),
            _ => None,
        }
    }
}

/// The most bytes of a function's error message that an error repeats.
const LONGEST_MESSAGE: usize = 2048;
/// The type of an error that names none, as Lambda calls it.
const UNKNOWN: &str = "Runtime.Unknown";

/// Type and message of an error that a function reported: what its payload says, each a single line.
pub(crate) fn report_of(payload: &[u8]) -> (String, Option<String>) {
    let error: Value = serde_json::from_slice(payload).unwrap_or_default();
    let line = |member: &str| {
        let text = error.get(member)?.as_str()?;
        let text = &text[..text.floor_char_boundary(LONGEST_MESSAGE)];
        Some(text.split(char::is_control).collect::<Vec<_>>().join(" "))
    };
    let kind = line("errorType").unwrap_or_else(|| UNKNOWN.to_owned());
    (kind, line("errorMessage"))
}
