//! Writing: a few connections, each with one statement under way, and as many callers as there are in it (group commit).
//!
//! Whoever finds a writer idle is sent at once. Whoever finds all busy waits in the queue, and the first writer that is free
//! takes everything there that may go together.
//!
//! **Nothing is sent twice unless it certainly was not applied**: the database said that it rolled it back. When the
//! connection ends instead, the group is fenced over another one: that waits until the lost statement has ended, or keeps it
//! from beginning. What a read says afterwards is final.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::connector::Connector;
use super::fault::{Fault, silent};
use super::last::Last;
use super::placement::Placement;
use super::queue::{Answer, Order, Queue};
use super::statement::Statement;
use crate::{CommitError, StoreError};

/// How long a statement may take: longer than the database itself lets it wait for a lock.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a group whose answer was lost is looked after.
const FENCE: Duration = Duration::from_secs(5);
/// How often a batch that loses races by itself is sent.
const RACES: usize = 20;
/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(100);

/// What all writers share.
pub(super) struct Writers {
    pub(super) connector: Arc<Connector>,
    pub(super) queue: Queue,
    pub(super) statement: Statement,
    /// The statement that fences a group.
    pub(super) fence: String,
    pub(super) placement: Placement,
    /// Why the last attempt to reach the database failed.
    pub(super) trouble: Last,
    /// Statements sent, for those who count.
    pub(super) sent: AtomicUsize,
}

/// How a group went.
enum Outcome {
    /// Everybody has an answer.
    Answered,
    /// These were not applied, and the connection is of no use.
    Unsent(Vec<Order>, StoreError),
    /// Nobody knows what became of these.
    Lost(Vec<Order>, i64, StoreError),
}

/// One writer: serves the queue until it is closed and empty.
pub(super) async fn serve(writers: Arc<Writers>) {
    let mut client = None;
    loop {
        let Some(connected) = writers.connected(client.take()).await else {
            return;
        };
        let Some(orders) = writers.queue.take().await else {
            return;
        };
        client = writers.deal_with(connected, orders).await;
    }
}

impl Writers {
    /// The connection that there is, or a new one, however long it takes: those who wait give up by themselves. `None` once
    /// the queue is closed and nobody waits.
    async fn connected(&self, client: Option<Client>) -> Option<Client> {
        if let Some(client) = client.filter(|client| !client.is_closed()) {
            return Some(client);
        }
        loop {
            match self.connector.connect().await {
                Ok(client) => return Some(client),
                Err(error) => self.trouble.set(error),
            }
            if self.queue.is_over() {
                return None;
            }
            sleep(PAUSE).await;
        }
    }

    /// Sends a group and sees to its end. Answers the connection, if it is good for more.
    async fn deal_with(&self, client: Client, orders: Vec<Order>) -> Option<Client> {
        // It may have ended while there was nothing to do.
        let outcome = match client.is_closed() {
            true => Outcome::Unsent(orders, silent()),
            false => self.send(&client, orders).await,
        };
        match outcome {
            Outcome::Answered => return Some(client),
            Outcome::Unsent(orders, error) => self.later(orders, error),
            Outcome::Lost(orders, id, error) => {
                drop(client);
                self.look_after(orders, id, error).await;
            }
        }
        None
    }

    /// Sends a group, in halves where it loses a race: of two batches that put one row, one comes second.
    async fn send(&self, client: &Client, orders: Vec<Order>) -> Outcome {
        let mut parts = vec![(orders, 0)];
        while let Some((mut orders, races)) = parts.pop() {
            let Some(id) = orders.first().map(|order| order.version.get()) else {
                continue;
            };
            self.sent.fetch_add(1, Ordering::Relaxed);
            let sent = self.statement.send(client, id, &orders, &self.placement);
            let sent = timeout(ANSWER, sent).await;
            match sent.unwrap_or_else(|_| Err(Fault::Lost(silent()))) {
                Ok(conflicts) => {
                    let answers = conflicts.into_iter().map(|conflict| match conflict {
                        None => Ok(()),
                        Some(key) => Err(CommitError::Conflict { key }),
                    });
                    self.answer(orders, answers);
                }
                Err(Fault::Raced) if orders.len() > 1 => {
                    let second = orders.split_off(orders.len() / 2);
                    parts.extend([(second, 0), (orders, 0)]);
                }
                Err(Fault::Raced) if races < RACES => parts.push((orders, races + 1)),
                Err(Fault::Raced) => self.refuse(orders, &StoreError::Busy.into()),
                Err(Fault::Refused(error)) => self.refuse(orders, &error.into()),
                Err(Fault::Demoted(error)) => {
                    orders.extend(parts.into_iter().rev().flat_map(|(part, _)| part));
                    // Where every host says so, nobody is to ask them without end.
                    sleep(PAUSE).await;
                    return Outcome::Unsent(orders, error);
                }
                Err(Fault::Lost(error)) => {
                    // The other parts were not sent.
                    let others = parts.into_iter().rev().flat_map(|(part, _)| part);
                    self.later(others.collect(), error.clone());
                    return Outcome::Lost(orders, id, error);
                }
            }
        }
        Outcome::Answered
    }

    /// Lets those wait again whose time is not over.
    fn later(&self, orders: Vec<Order>, error: StoreError) {
        let now = Instant::now();
        let (over, waiting) = orders.into_iter().partition(|order| order.deadline <= now);
        self.refuse(over, &error.clone().into());
        self.trouble.set(error);
        self.queue.put_back(waiting);
    }

    /// Fences a group, so that what a read finds afterwards stays true.
    async fn look_after(&self, orders: Vec<Order>, id: i64, error: StoreError) {
        let fenced = timeout_at(Instant::now() + FENCE, self.fence(id)).await;
        let cause = match fenced {
            Ok(()) => error,
            Err(_) => StoreError::Unsettled,
        };
        self.refuse(orders, &CommitError::Uncertain(cause));
    }

    async fn fence(&self, id: i64) {
        loop {
            match self.connector.connect().await {
                Ok(client) => match client.execute_typed(&self.fence, &[(&id, Type::INT8)]).await {
                    Ok(_) => return,
                    Err(error) => self.trouble.set(Fault::of(error).into_error()),
                },
                Err(error) => self.trouble.set(error),
            }
            sleep(PAUSE).await;
        }
    }

    fn refuse(&self, orders: Vec<Order>, error: &CommitError) {
        self.answer(orders, std::iter::repeat_with(|| Err(error.clone())));
    }

    /// First lets others have the keys, then answers: whoever hears an answer may come again at once.
    fn answer(&self, orders: Vec<Order>, answers: impl Iterator<Item = Answer>) {
        self.queue.done(orders.iter().map(|order| &order.batch));
        for (order, answer) in orders.into_iter().zip(answers) {
            // A caller who no longer waits does not need it.
            drop(order.reply.send(answer));
        }
    }
}
