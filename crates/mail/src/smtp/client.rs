//! A relay with a bounded number of connections, kept while they are sound.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::address::Envelope;

use super::connection::{Accepted, Connection};
use super::message::{check_message, check_recipient};
use super::relay::Relay;
use crate::deadlines::{Clock, Deadlines};
use crate::error::{Phase, Problem, SendError};
use poolhouse_outbound::TlsSource;

/// How long an idle connection is kept. The strictest large relays hang up after ten seconds.
const KEEP_IDLE: Duration = Duration::from_secs(8);

/// Sends mail to one relay over at most a fixed number of connections, so that a relay that stalls holds up its own
/// mail and nothing else.
pub struct Client {
    relay: Relay,
    tls: TlsSource,
    deadlines: Deadlines,
    permits: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Client {
    /// A client for `relay` with at most `connections` at a time (at least one).
    pub fn new(relay: Relay, tls: TlsSource, deadlines: Deadlines, connections: usize) -> Self {
        let permits = Semaphore::new(connections.max(1));
        Self {
            relay,
            tls,
            deadlines,
            permits,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// The relay.
    pub fn relay(&self) -> &Relay {
        &self.relay
    }

    /// Sends one message, over a kept connection if there is one. Waiting for a free connection counts against
    /// [`Deadlines::total`].
    pub async fn send(&self, envelope: &Envelope, message: &[u8]) -> Result<Accepted, SendError> {
        check_message(message)?;
        check_recipient(&self.relay, envelope)?;
        let clock = self.deadlines.start();
        let permit = async { self.permits.acquire().await.map_err(|_| Problem::Closed) };
        let _permit = clock.run(Phase::Check, permit).await?;
        if let Some(connection) = self.take_idle() {
            let result = self.send_over(connection, envelope, message, &clock).await;
            if !result.as_ref().is_err_and(had_hung_up) {
                return result;
            }
        }
        let connection = Connection::open_by(&self.relay, &self.tls, &clock).await?;
        self.send_over(connection, envelope, message, &clock).await
    }

    async fn send_over(
        &self,
        connection: Connection,
        envelope: &Envelope,
        message: &[u8],
        clock: &Clock,
    ) -> Result<Accepted, SendError> {
        let sent = connection.send_by(envelope, message, clock).await;
        if let Some(connection) = sent.connection {
            self.idle().push(Idle {
                connection,
                since: Instant::now(),
            });
        }
        sent.outcome
    }

    /// The connection that was used last; those that were idle for too long are dropped.
    fn take_idle(&self) -> Option<Connection> {
        let now = Instant::now();
        let mut idle = self.idle();
        idle.retain(|kept| now.duration_since(kept.since) < KEEP_IDLE);
        idle.pop().map(|kept| kept.connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        // Nothing panics while it holds the lock; a poisoned list of connections is still a list of connections.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A relay may hang up on an idle connection at any time. Before MAIL was answered nothing has happened yet.
fn had_hung_up(error: &SendError) -> bool {
    let gone = match error.problem() {
        Problem::Closed | Problem::Io(_) => true,
        Problem::Refused(reply) => reply.code() == 421,
        _ => false,
    };
    gone && error.phase() == Phase::Mail
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("relay", &self.relay)
            .finish_non_exhaustive()
    }
}
