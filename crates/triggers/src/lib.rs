//! Runs Lambda trigger functions: the Runtime API host, deadlines, attempts and error mapping.

mod error;
pub mod event;
mod invoker;
mod place;
mod trigger;

pub use error::{ErrorKind, TriggerError};
pub use event::check_reply;
pub use invoker::{Invoker, Policy};
pub use place::{BoxFuture, InvokeError, Invoked, Place};
pub use trigger::Trigger;
