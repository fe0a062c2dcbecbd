//! Where mail to be sent lies. The row's document is the outbox's own (`mailer::outbox`).

use super::key::Directory;
use crate::base::clock::Millis;

/// What the keys of the outbox begin with.
pub const PREFIX: &str = Directory::Outbox.prefix();

/// What the keys of the mails of one rank begin with.
pub fn rank_prefix(rank: u8) -> String {
    format!("{PREFIX}{rank}/")
}

/// `outbox/RANK/DUE/ID`: the first rows of a scan of a rank are the ones to send.
pub fn key(rank: u8, due: Millis, id: &str) -> String {
    format!("{PREFIX}{rank}/{:013}/{id}", due.0)
}

/// What a mail is sealed under: the row's name without the moment it is due, for a row that moves keeps its seal.
pub fn sealing_context(id: &str) -> String {
    format!("{PREFIX}{id}")
}

/// What the record of a mail's attempts is sealed under.
pub fn attempts_context(id: &str) -> String {
    format!("{PREFIX}{id}/attempts")
}
