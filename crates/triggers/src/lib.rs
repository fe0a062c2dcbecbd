//! Runs Lambda trigger functions: the Runtime API host, deadlines, attempts and error mapping.

mod error;
pub mod event;
mod trigger;

pub use error::{ErrorKind, TriggerError};
pub use event::check_reply;
pub use trigger::Trigger;
