//! One connection to a relay: opened, encrypted, signed in, and used for one mail after another.

use std::fmt;
use std::net::SocketAddr;

use crate::address::Envelope;

use super::auth::sign_in;
use super::dial::{Dialled, dial, encrypt, look_up};
use super::hello::{Extensions, greeting, hello};
use super::message::check_message;
use super::relay::{Relay, Security};
use super::wire::Wire;
use crate::deadlines::{Clock, Deadlines};
use crate::error::{Phase, Problem, SendError, expect};
use crate::reply::Reply;
use crate::words;
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

    /// Asks the relay's addresses in turn, until one lets us in. Wrong credentials are wrong at all of them.
    pub(super) async fn open_by(relay: &Relay, tls: &TlsSource, clock: &Clock) -> Result<Self, SendError> {
        let addresses = look_up(relay, clock).await?;
        Self::open_at(relay, tls, &addresses, clock).await
    }

    async fn open_at(
        relay: &Relay,
        tls: &TlsSource,
        addresses: &[SocketAddr],
        clock: &Clock,
    ) -> Result<Self, SendError> {
        let mut failure = SendError::new(Phase::Connect, Problem::Lacking("an IP address"));
        for address in addresses {
            let opened = match dial(*address, addresses.len(), clock).await {
                Ok(dialled) => Self::open_over(relay, tls, dialled, clock).await,
                Err(error) => Err(error),
            };
            match opened {
                Ok(connection) => return Ok(connection),
                Err(error) if error.phase() == Phase::Auth || clock.is_over() => return Err(error),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// A connection over a stream that is open already, to a test that plays the relay. `is_private` says that nobody
    /// else can listen.
    #[cfg(feature = "testing")]
    pub async fn over(
        relay: &Relay,
        tls: &TlsSource,
        stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
        is_private: bool,
        deadlines: &Deadlines,
    ) -> Result<Self, SendError> {
        let dialled = Dialled {
            stream: Box::new(stream),
            own_name: "[127.0.0.1]".to_owned(),
            on_this_machine: is_private,
        };
        Self::open_over(relay, tls, dialled, &deadlines.start()).await
    }

    async fn open_over(
        relay: &Relay,
        tls: &TlsSource,
        dialled: Dialled,
        clock: &Clock,
    ) -> Result<Self, SendError> {
        let Dialled {
            stream,
            own_name,
            on_this_machine,
        } = dialled;
        let own_name = relay.own_name().unwrap_or(&own_name);
        if relay.security() == Security::Implicit {
            let mut wire = encrypt(relay, tls, stream, clock).await?;
            greeting(&mut wire, clock).await?;
            let extensions = hello(&mut wire, own_name, clock).await?;
            return Self::signed_in(relay, tls, wire, extensions, true, clock).await;
        }
        let mut wire = Wire::new(stream);
        greeting(&mut wire, clock).await?;
        let extensions = hello(&mut wire, own_name, clock).await?;
        let encrypts = match relay.security() {
            Security::StartTls if !extensions.starttls => {
                goodbye(&mut wire, clock).await;
                return Err(SendError::new(Phase::StartTls, Problem::Lacking("STARTTLS")));
            }
            Security::StartTls | Security::Opportunistic => extensions.starttls,
            Security::Implicit | Security::None => false,
        };
        if !encrypts {
            return Self::signed_in(relay, tls, wire, extensions, on_this_machine, clock).await;
        }
        let reply = wire.command(Phase::StartTls, "STARTTLS", clock).await?;
        expect(reply, Phase::StartTls, |code| code == 220)?;
        let stream = wire
            .into_stream()
            .map_err(|problem| SendError::new(Phase::StartTls, problem))?;
        let mut wire = encrypt(relay, tls, stream, clock).await?;
        // What was offered in the clear may have been written by anyone on the way: ask again.
        let extensions = hello(&mut wire, own_name, clock).await?;
        Self::signed_in(relay, tls, wire, extensions, true, clock).await
    }

    async fn signed_in(
        relay: &Relay,
        tls: &TlsSource,
        mut wire: Wire,
        extensions: Extensions,
        private: bool,
        clock: &Clock,
    ) -> Result<Self, SendError> {
        if let Some(login) = relay.login() {
            let signed_in = match private {
                true => sign_in(&mut wire, &extensions, login, tls, clock).await,
                false => Err(SendError::new(
                    Phase::Auth,
                    Problem::Lacking("TLS, which a password needs"),
                )),
            };
            if let Err(error) = signed_in {
                goodbye(&mut wire, clock).await;
                return Err(error);
            }
        }
        Ok(Self {
            wire,
            extensions,
            used: false,
        })
    }

    /// Says goodbye without waiting for the answer.
    pub(super) async fn quit(mut self, clock: &Clock) {
        goodbye(&mut self.wire, clock).await;
    }
}

async fn goodbye(wire: &mut Wire, clock: &Clock) {
    // The mail is settled; a relay that is gone by now has nothing to add.
    let _ = clock.run(Phase::Mail, wire.write(b"QUIT\r\n")).await;
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

    /// The same without addresses and codes.
    pub fn words(&self) -> String {
        words::masked(&self.reply.text())
    }

    /// What the relay calls the mail, where it says so in a way that is known: `queued as 4F2A`, `OK id=1rXy-00`.
    pub fn queue_id(&self) -> Option<String> {
        let text = self.reply.text();
        let behind = ["queued as ", "id=", "Queued mail for delivery: ", "message id "];
        let (_, id) = behind.iter().find_map(|mark| text.split_once(mark))?;
        let legal = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
        let id: String = id.chars().take_while(legal).take(64).collect();
        Some(id).filter(|id| !id.is_empty())
    }
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Accepted({})", self.reply)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

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
        let result = {
            let tls = TlsSource::lazy(|| Err(rustls::Error::General("unused".to_owned())));
            Connection::signed_in(&relay, &tls, Wire::new(Box::new(ours)), offered, false, &clock).await
        };
        let error = result.unwrap_err();
        assert_eq!(error.class(), Class::Config);
        assert_eq!(
            error.to_string(),
            "the mail relay does not offer TLS, which a password needs"
        );
        let mut heard = Vec::new();
        theirs.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, b"QUIT\r\n");
    }

    /// Says one line to each client, and keeps the connection.
    async fn greeter(line: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(line.as_bytes()).await.unwrap();
            // Answers every command with the same line.
            let mut heard = [0; 512];
            while stream.read(&mut heard).await.is_ok_and(|read| read > 0) {
                stream.write_all(b"250 ok\r\n").await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn of_several_addresses_the_first_that_lets_us_in_is_used() {
        let tls = TlsSource::lazy(|| Err(rustls::Error::General("unused".to_owned())));
        let relay = Relay::parse("smtp://localhost").unwrap();
        let (closed, busy) = (
            greeter("554 not here\r\n").await,
            greeter("421 too busy\r\n").await,
        );
        let open = greeter("220 welcome\r\n").await;
        let clock = Deadlines::default().start();
        let addresses = [closed, busy, open];
        assert!(
            Connection::open_at(&relay, &tls, &addresses, &clock)
                .await
                .is_ok()
        );
        let (closed, busy) = (
            greeter("554 not here\r\n").await,
            greeter("421 too busy\r\n").await,
        );
        let error = Connection::open_at(&relay, &tls, &[closed, busy], &clock)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "the mail relay refused greeting with 421");
    }

    #[test]
    fn the_queue_id_is_found_where_relays_say_it() {
        for (line, id) in [
            ("2.0.0 Ok: queued as 4FzQ2x1", Some("4FzQ2x1")),
            ("OK id=1rXyZ-0001-2s", Some("1rXyZ-0001-2s")),
            ("2.0.0 queued as <ada@example.com>", None),
            ("2.0.0 OK 1677 gsmtp", None),
        ] {
            let mut reply = Reply::new(250);
            reply.push(line.as_bytes());
            assert_eq!(Accepted { reply }.queue_id().as_deref(), id, "{line}");
        }
    }
}
