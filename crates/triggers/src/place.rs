//! Where a function runs.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use tokio::time::Instant;

/// A boxed future, so that a [`Place`] can stand behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A place where one function runs: bytes in, bytes out, one attempt per call.
pub trait Place: Send + Sync + 'static {
    /// Invokes the function once. Whatever happens, the future is done shortly after `deadline`.
    fn invoke(&self, payload: Bytes, deadline: Instant) -> BoxFuture<'_, Result<Invoked, InvokeError>>;

    /// Gets the function ready, so that the first sign-in does not wait for it.
    fn warm_up(&self) -> BoxFuture<'_, Result<(), InvokeError>> {
        Box::pin(async { Ok(()) })
    }

    /// Ends whatever runs.
    fn shut_down(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// What a function handed back.
#[derive(Clone, PartialEq, Eq)]
pub enum Invoked {
    /// Its answer.
    Answer(Bytes),
    /// The error it reported, as the runtime put it: a JSON object with `errorMessage` and `errorType`.
    Error(Bytes),
}

/// Why a function handed nothing back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvokeError {
    /// The function cannot be started; the text says why.
    CannotStart(String),
    /// The function did not answer before the deadline.
    TimedOut,
    /// The function ended without an answer; the text is what the service says about it.
    Exited(String),
    /// The answer is larger than a function may give.
    TooLarge,
}

impl fmt::Display for InvokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvokeError::CannotStart(why) => write!(f, "the function cannot be started: {why}"),
            InvokeError::TimedOut => f.write_str("the function did not answer in time"),
            InvokeError::Exited(how) => write!(f, "the function ended without an answer: {how}"),
            InvokeError::TooLarge => f.write_str("the function's answer is too large"),
        }
    }
}

impl std::error::Error for InvokeError {}
