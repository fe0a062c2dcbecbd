//! Runs Lambda trigger functions: the Runtime API host, deadlines, attempts and error mapping.
//!
//! A function runs in a [`Place`]: one attempt, bytes in and bytes out. The [`Invoker`] above it makes of an event a
//! checked answer or one of the service's exceptions, as Amazon Cognito does: five seconds, further attempts, and the
//! same sentences. It fails closed: without the whole event and a response of the right form there is no answer.

mod error;
pub mod event;
mod invoker;
mod place;
mod runtime;
mod runtime_api;
mod shape;
mod trigger;

pub use error::{ErrorKind, TriggerError};
pub use invoker::{Invoker, Policy};
pub use place::{BoxFuture, InvokeError, Invoked, Place};
pub use runtime::{Interpreter, Runtime};
pub use runtime_api::{Function, Host, Log, LogSource, Random, RuntimeApi, WallClock};
pub use shape::{check_reply, check_response};
pub use trigger::Trigger;
