//! Where mail to be sent lies. The row's document is the outbox's own (`mailer::outbox`).

use super::key::Directory;
use crate::base::clock::Millis;

/// What the keys of the outbox begin with.
pub const PREFIX: &str = Directory::Outbox.prefix();

/// `outbox/DUE/ID`: the first rows of a scan are the ones to send.
pub fn key(due: Millis, id: &str) -> String {
    format!("{PREFIX}{:013}/{id}", due.0)
}
