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
/// How long a relay that had too many connections is spared one more.
const FEWER_FOR: Duration = Duration::from_secs(300);

/// Sends mail to one relay over at most a fixed number of connections, so that a relay that stalls holds up its own
/// mail and nothing else. A relay that says it has too many gets fewer.
pub struct Client {
    relay: Relay,
    tls: TlsSource,
    deadlines: Deadlines,
    permits: Semaphore,
    pool: Mutex<Pool>,
}

struct Pool {
    idle: Vec<Idle>,
    /// Connections that carry a mail now, or are being opened for one.
    busy: usize,
    /// The most that the relay is known to take.
    limit: usize,
    /// The most that we were told to use.
    most: usize,
    /// When the limit was last changed.
    changed: Instant,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Client {
    /// A client for `relay` with at most `connections` at a time (at least one).
    pub fn new(relay: Relay, tls: TlsSource, deadlines: Deadlines, connections: usize) -> Self {
        let most = connections.max(1);
        Self {
            relay,
            tls,
            deadlines,
            permits: Semaphore::new(most),
            pool: Mutex::new(Pool {
                idle: Vec::new(),
                busy: 0,
                limit: most,
                most,
                changed: Instant::now(),
            }),
        }
    }

    /// The relay.
    pub fn relay(&self) -> &Relay {
        &self.relay
    }

    /// How many connections it is given at most, by what it has said so far.
    pub fn limit(&self) -> usize {
        self.pool().limit
    }

    /// Sends one message, over a kept connection if there is one. Waiting for a free connection counts against
    /// [`Deadlines::total`]. Where the relay has too many connections and another of ours is open, the mail waits for
    /// that one, and there are fewer from then on.
    pub async fn send(&self, envelope: &Envelope, message: &[u8]) -> Result<Accepted, SendError> {
        check_message(message)?;
        check_recipient(&self.relay, envelope)?;
        let clock = self.deadlines.start();
        self.one_more();
        loop {
            let permit = async { self.permits.acquire().await.map_err(|_| Problem::Closed) };
            let permit = clock.run(Phase::Check, permit).await?;
            let busy = Busy::one_of(self);
            match self.send_once(envelope, message, &clock).await {
                Err(error) if error.is_too_busy() && !clock.is_over() && self.has_another() => {
                    if self.one_less() {
                        permit.forget();
                    }
                    drop(busy);
                }
                outcome => return outcome,
            }
        }
    }

    async fn send_once(
        &self,
        envelope: &Envelope,
        message: &[u8],
        clock: &Clock,
    ) -> Result<Accepted, SendError> {
        if let Some(connection) = self.take_idle() {
            let result = self.send_over(connection, envelope, message, clock).await;
            if !result.as_ref().is_err_and(had_hung_up) {
                return result;
            }
        }
        let connection = Connection::open_by(&self.relay, &self.tls, clock).await?;
        self.send_over(connection, envelope, message, clock).await
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
            self.pool().idle.push(Idle {
                connection,
                since: Instant::now(),
            });
        }
        sent.outcome
    }

    /// Says goodbye on connections that were idle for so long that the relay is about to. To be called once a second.
    pub async fn close_idle(&self) {
        let now = Instant::now();
        let ended = {
            let mut pool = self.pool();
            let (kept, ended) = std::mem::take(&mut pool.idle)
                .into_iter()
                .partition(|kept| now.duration_since(kept.since) < KEEP_IDLE);
            pool.idle = kept;
            ended
        };
        say_goodbye(ended).await;
    }

    /// Says goodbye on every connection that carries no mail.
    pub async fn close(&self) {
        let ended = std::mem::take(&mut self.pool().idle);
        say_goodbye(ended).await;
    }

    /// The connection that was used last, unless that is too long ago.
    fn take_idle(&self) -> Option<Connection> {
        let now = Instant::now();
        let mut pool = self.pool();
        let fresh = |kept: &Idle| now.duration_since(kept.since) < KEEP_IDLE;
        match pool.idle.last().is_some_and(fresh) {
            true => pool.idle.pop().map(|kept| kept.connection),
            false => None,
        }
    }

    /// Whether a connection is open beside the one that is in use here.
    fn has_another(&self) -> bool {
        let pool = self.pool();
        pool.busy > 1 || !pool.idle.is_empty()
    }

    /// One connection less than there were. `false`: there is only one.
    fn one_less(&self) -> bool {
        let mut pool = self.pool();
        let fewer = pool.limit > 1;
        pool.limit -= usize::from(fewer);
        pool.changed = Instant::now();
        fewer
    }

    /// One connection more, if it is long ago that there were too many.
    fn one_more(&self) {
        let mut pool = self.pool();
        if pool.limit < pool.most && pool.changed.elapsed() >= FEWER_FOR {
            pool.limit += 1;
            pool.changed = Instant::now();
            self.permits.add_permits(1);
        }
    }

    fn pool(&self) -> std::sync::MutexGuard<'_, Pool> {
        // Nothing panics while it holds the lock; a poisoned list of connections is still a list of connections.
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a connection in use until it is dropped, also by a send that is cancelled.
struct Busy<'a>(&'a Client);

impl<'a> Busy<'a> {
    fn one_of(client: &'a Client) -> Self {
        client.pool().busy += 1;
        Self(client)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.pool().busy -= 1;
    }
}

async fn say_goodbye(connections: Vec<Idle>) {
    let clock = Deadlines::within(Duration::from_secs(1)).start();
    for ended in connections {
        ended.connection.quit(&clock).await;
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
