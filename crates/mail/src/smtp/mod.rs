//! An SMTP submission client that cannot hang and does not guess.
//!
//! Every conversation runs against one wall-clock deadline ([`Deadlines::total`]) and a shorter one per step, so a
//! server that stalls or drips costs a known time. Replies are read into a bounded buffer. A connection is used
//! again only when both sides agree on where the conversation stands; a send that is cancelled takes its
//! connection with it, because [`Connection::send`] consumes it.
//!
//! How it ended is one of four [`Class`]es. The one that mail libraries forget is [`Class::Unknown`]: the message
//! was written and no reply came, so the relay may or may not have it.

mod auth;
mod client;
mod connection;
mod dial;
mod hello;
pub(crate) mod message;
mod relay;
mod transaction;
mod trust;
mod url;
mod wire;

pub use client::Client;
pub use connection::{Accepted, Connection, Sent};
pub(crate) use dial::handshake_problem;
pub use poolhouse_outbound::{TlsSource, client_config};
pub use relay::{Relay, RelayFileError, Security};
pub use url::RelayError;

use crate::address::Envelope;
pub use crate::deadlines::Deadlines;
pub use crate::error::{Class, Phase, Problem, SendError};
pub use crate::reply::Reply;

/// Sends one message over a connection of its own.
///
/// `bytes` are a whole RFC 5322 message as [`crate::Email::to_bytes`] makes it; one with a bare CR or LF, or a line
/// over 998 bytes, is refused before anything is connected.
pub async fn send(
    relay: &Relay,
    tls: &TlsSource,
    envelope: &Envelope,
    bytes: &[u8],
    deadlines: &Deadlines,
) -> Result<Accepted, SendError> {
    message::check_message(bytes)?;
    message::check_recipient(relay, envelope)?;
    let clock = deadlines.start();
    let sent = Connection::open_by(relay, tls, &clock)
        .await?
        .send_by(envelope, bytes, &clock)
        .await;
    if let Some(connection) = sent.connection {
        connection.quit(&clock).await;
    }
    sent.outcome
}
