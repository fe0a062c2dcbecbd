//! One connection to a relay: opened, encrypted, signed in, and used for one mail after another.

use std::fmt;

use crate::address::Envelope;

use super::auth::sign_in;
use super::dial::{Dialled, dial, encrypt};
use super::hello::{Extensions, greeting, hello};
use super::message::check_message;
use super::relay::{Relay, Security};
use super::reply::Reply;
use super::wire::Wire;
use crate::deadlines::{Clock, Deadlines};
use crate::error::{Phase, Problem, SendError};
use poolhouse_outbound::TlsSource;

/// A connection that has said hello, is encrypted as its relay's settings ask, and is signed in.
pub struct Connection {
    pub(super) wire: Wire,
    pub(super) extensions: Extensions,
    /// Whether a mail went over it before, so that RSET comes first.
    pub(super) used: bool,
}

/// How one send ended, and the connection if it can be used again.
#[derive(Debug)]
pub struct Sent {
    /// Accepted, or why not.
    pub outcome: Result<Accepted, SendError>,
    /// `None` after anything that leaves the conversation's state in doubt.
    pub connection: Option<Connection>,
}

/// A mail that the relay took.
#[derive(Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What the relay answered, usually with the id in its queue.
    pub reply: Reply,
}

impl Connection {
    /// Connects, says hello, encrypts and signs in, within the deadlines.
    pub async fn open(relay: &Relay, tls: &TlsSource, deadlines: &Deadlines) -> Result<Self, SendError> {
        Self::open_by(relay, tls, &deadlines.start()).await
    }

    /// Sends one message. The call takes the connection and gives it back only if it is sound, so that a cancelled
    /// send cannot leave half a conversation to the next mail.
    pub async fn send(self, envelope: &Envelope, message: &[u8], deadlines: &Deadlines) -> Sent {
        match check_message(message) {
            Ok(()) => self.send_by(envelope, message, &deadlines.start()).await,
            Err(error) => Sent {
                outcome: Err(error),
                connection: Some(self),
            },
        }
    }

    pub(super) async fn open_by(relay: &Relay, tls: &TlsSource, clock: &Clock) -> Result<Self, SendError> {
        let Dialled {
            stream,
            own_name,
            on_this_machine,
        } = dial(relay, clock).await?;
        if relay.security() == Security::Implicit {
            let mut wire = encrypt(relay, tls, stream, clock).await?;
            greeting(&mut wire, clock).await?;
            let extensions = hello(&mut wire, &own_name, clock).await?;
            return Self::signed_in(relay, wire, extensions, true, clock).await;
        }
        let mut wire = Wire::new(stream);
        greeting(&mut wire, clock).await?;
        let extensions = hello(&mut wire, &own_name, clock).await?;
        let encrypts = match relay.security() {
            Security::StartTls if !extensions.starttls => {
                return Err(SendError::new(Phase::StartTls, Problem::Lacking("STARTTLS")));
            }
            Security::StartTls | Security::Opportunistic => extensions.starttls,
            Security::Implicit | Security::None => false,
        };
        if !encrypts {
            return Self::signed_in(relay, wire, extensions, on_this_machine, clock).await;
        }
        wire.command(Phase::StartTls, "STARTTLS", clock)
            .await?
            .expect(Phase::StartTls, |code| code == 220)?;
        let stream = wire
            .into_stream()
            .map_err(|problem| SendError::new(Phase::StartTls, problem))?;
        let mut wire = encrypt(relay, tls, stream, clock).await?;
        // What was offered in the clear may have been written by anyone on the way: ask again.
        let extensions = hello(&mut wire, &own_name, clock).await?;
        Self::signed_in(relay, wire, extensions, true, clock).await
    }

    async fn signed_in(
        relay: &Relay,
        mut wire: Wire,
        extensions: Extensions,
        private: bool,
        clock: &Clock,
    ) -> Result<Self, SendError> {
        if let Some(credentials) = relay.credentials() {
            if !private {
                return Err(SendError::new(
                    Phase::Auth,
                    Problem::Lacking("TLS, which a password needs"),
                ));
            }
            sign_in(&mut wire, &extensions, credentials, clock).await?;
        }
        Ok(Self {
            wire,
            extensions,
            used: false,
        })
    }

    /// Says goodbye without waiting for the answer.
    pub(super) async fn quit(mut self, clock: &Clock) {
        // The mail is settled; a relay that is gone by now has nothing to add.
        let _ = clock.run(Phase::Mail, self.wire.write(b"QUIT\r\n")).await;
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("extensions", &self.extensions)
            .field("used", &self.used)
            .finish()
    }
}

impl Accepted {
    /// The relay's words, usually with the id in its queue, for the log. At most 256 characters.
    pub fn queue_text(&self) -> String {
        self.reply.text().chars().take(256).collect()
    }
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Accepted({})", self.reply)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;
    use crate::smtp::Class;

    #[tokio::test]
    async fn a_password_is_not_said_in_the_clear_to_another_machine() {
        let relay = Relay::parse("smtp://ada:hunter2@relay.example?tls=none").unwrap();
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let offered = Extensions {
            auth_plain: true,
            ..Extensions::default()
        };
        let clock = Deadlines::default().start();
        let result = Connection::signed_in(&relay, Wire::new(Box::new(ours)), offered, false, &clock).await;
        let error = result.unwrap_err();
        assert_eq!(error.class(), Class::Config);
        assert_eq!(
            error.to_string(),
            "the mail relay does not offer TLS, which a password needs"
        );
        let mut heard = Vec::new();
        theirs.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, b"");
    }
}
