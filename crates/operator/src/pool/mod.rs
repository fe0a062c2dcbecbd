//! A user pool as data: its description and its app clients', what differs, what an update must carry.

pub(crate) mod attribute;
pub(crate) mod diff;
pub(crate) mod flows;
pub(crate) mod members;
pub(crate) mod policy;
mod state;
pub(crate) mod triggers;

pub(crate) use diff::differences;
pub(crate) use state::{Client, State, USUAL_SESSION_MINUTES};
pub(crate) use triggers::Trigger;
