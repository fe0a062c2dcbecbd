//! Where batches wait, and what goes into the next statement.
//!
//! Two batches that name one key, which at least one of them writes, never go into one statement, nor into two that are
//! under way at once: the second waits here, where it holds up nobody else, and not in the database, where it would hold up
//! its whole group.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::{Batch, CommitError, Version};

/// What one caller is told.
pub(super) type Answer = Result<(), CommitError>;

/// How many waiting batches are looked at for the next statement.
const LOOK: usize = 512;
/// The most steps in a statement that holds more than one batch.
const STEPS: usize = 2_000;

/// A batch that waits, or is under way.
pub(super) struct Order {
    pub(super) batch: Batch,
    pub(super) version: Version,
    /// When its caller stops waiting for its turn.
    pub(super) deadline: Instant,
    pub(super) reply: oneshot::Sender<Answer>,
}

/// How the keys of batches that are under way are used: by so many that only look, or by one that writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Checked(usize),
    Written,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Order>,
    under_way: HashMap<String, Use>,
    closed: bool,
}

/// The batches that wait.
pub(super) struct Queue {
    state: Mutex<State>,
    work: Notify,
    /// The most batches in a statement.
    group: usize,
}

/// Why a batch does not wait.
pub(super) struct Closed;

impl Queue {
    pub(super) fn new(group: usize) -> Self {
        Self {
            state: Mutex::default(),
            work: Notify::new(),
            group: group.max(1),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can panic halfway through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a batch wait for its turn.
    pub(super) fn push(&self, order: Order) -> Result<(), Closed> {
        let mut state = self.state();
        if state.closed {
            return Err(Closed);
        }
        state.waiting.push_back(order);
        drop(state);
        self.work.notify_one();
        Ok(())
    }

    /// Takes back a batch that still waits: it was not sent and will not be. `false`: it is under way, or answered.
    pub(super) fn withdraw(&self, version: Version) -> bool {
        let mut state = self.state();
        let place = state.waiting.iter().position(|order| order.version == version);
        place.and_then(|place| state.waiting.remove(place)).is_some()
    }

    /// Lets batches that were not applied wait again, before all others.
    pub(super) fn put_back(&self, orders: Vec<Order>) {
        let mut state = self.state();
        for order in orders.into_iter().rev() {
            release(&mut state.under_way, &order.batch);
            state.waiting.push_front(order);
        }
        drop(state);
        self.work.notify_one();
    }

    /// Says that batches are no longer under way.
    pub(super) fn done<'a>(&self, batches: impl Iterator<Item = &'a Batch>) {
        let mut state = self.state();
        batches.for_each(|batch| release(&mut state.under_way, batch));
        let more = !state.waiting.is_empty();
        drop(state);
        if more {
            self.work.notify_one();
        }
    }

    /// The batches for the next statement, which are under way from now on: at least one. `None` once the queue is closed and
    /// empty.
    pub(super) async fn take(&self) -> Option<Vec<Order>> {
        loop {
            // Before looking, so that nothing that comes meanwhile is missed.
            let work = self.work.notified();
            {
                let mut state = self.state();
                let group = state.gather(self.group);
                let (more, closed) = (!state.waiting.is_empty(), state.closed);
                drop(state);
                if !group.is_empty() {
                    if more {
                        self.work.notify_one();
                    }
                    return Some(group);
                }
                if closed && !more {
                    // For the next writer.
                    self.work.notify_one();
                    return None;
                }
            }
            work.await;
        }
    }

    /// Whether it takes no more batches.
    pub(super) fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// Whether it takes no more batches and none waits.
    pub(super) fn is_over(&self) -> bool {
        let state = self.state();
        state.closed && state.waiting.is_empty()
    }

    /// Takes no more batches.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.work.notify_one();
    }
}

impl State {
    /// From the front, whatever does not meet a batch that is under way or waits before it.
    fn gather(&mut self, most: usize) -> Vec<Order> {
        let (mut group, mut kept) = (Vec::new(), VecDeque::new());
        // The keys of those that are passed over, whom nobody behind them may overtake.
        let mut passed = HashMap::new();
        let mut steps = 0;
        while group.len() < most
            && steps < STEPS
            && kept.len() < LOOK
            && let Some(order) = self.waiting.pop_front()
        {
            if meets(&self.under_way, &order.batch) || meets(&passed, &order.batch) {
                hold(&mut passed, &order.batch);
                kept.push_back(order);
            } else {
                steps += order.batch.keys().count();
                hold(&mut self.under_way, &order.batch);
                group.push(order);
            }
        }
        kept.append(&mut self.waiting);
        self.waiting = kept;
        group
    }
}

fn meets(held: &HashMap<String, Use>, batch: &Batch) -> bool {
    !held.is_empty()
        && batch.steps().any(|(key, step)| match held.get(key) {
            None => false,
            Some(Use::Written) => true,
            Some(Use::Checked(_)) => step.write.is_some(),
        })
}

fn hold(held: &mut HashMap<String, Use>, batch: &Batch) {
    for (key, step) in batch.steps() {
        let used = match (step.write.is_some(), held.get(key)) {
            (true, _) | (_, Some(Use::Written)) => Use::Written,
            (false, Some(Use::Checked(others))) => Use::Checked(others + 1),
            (false, None) => Use::Checked(1),
        };
        held.insert(key.to_owned(), used);
    }
}

fn release(held: &mut HashMap<String, Use>, batch: &Batch) {
    for key in batch.keys() {
        match held.get_mut(key) {
            Some(Use::Checked(others)) if *others > 1 => *others -= 1,
            _ => drop(held.remove(key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Expect;
    use crate::testing::fresh_version;

    fn order(batch: Batch) -> Order {
        Order {
            batch,
            version: fresh_version(),
            deadline: Instant::now(),
            reply: oneshot::channel().0,
        }
    }

    fn keys(group: &[Order]) -> Vec<Vec<&str>> {
        group.iter().map(|order| order.batch.keys().collect()).collect()
    }

    fn put(key: &str) -> Batch {
        Batch::new().put(key, Expect::Any, "{}")
    }

    fn check(key: &str) -> Batch {
        Batch::new().check(key, Expect::Present)
    }

    fn queue(group: usize, batches: Vec<Batch>) -> Queue {
        let queue = Queue::new(group);
        for batch in batches {
            assert!(queue.push(order(batch)).is_ok());
        }
        queue
    }

    #[tokio::test]
    async fn who_only_looks_at_a_key_shares_a_statement_and_who_writes_it_waits() {
        let both = put("a").merge(check("shared"));
        let queue = queue(9, vec![both, check("shared"), put("a"), put("shared"), put("b")]);
        let first = queue.take().await.unwrap();
        assert_eq!(keys(&first), [vec!["a", "shared"], vec!["shared"], vec!["b"]]);
        queue.done(first[..1].iter().map(|order| &order.batch));
        // One of the two that look at it is still under way.
        assert_eq!(keys(&queue.take().await.unwrap()), [["a"]]);
        queue.done(first[1..].iter().map(|order| &order.batch));
        assert_eq!(keys(&queue.take().await.unwrap()), [["shared"]]);
    }

    #[tokio::test]
    async fn nobody_overtakes_a_batch_that_waits_for_the_same_key() {
        let queue = queue(9, vec![check("k"), put("k"), check("k"), put("other")]);
        let first = queue.take().await.unwrap();
        assert_eq!(keys(&first), [["k"], ["other"]]);
        queue.done(first.iter().map(|order| &order.batch));
        let second = queue.take().await.unwrap();
        assert!(keys(&second) == [["k"]] && second[0].batch.writes("k"));
        queue.done(second.iter().map(|order| &order.batch));
        let third = queue.take().await.unwrap();
        assert!(keys(&third) == [["k"]] && !third[0].batch.writes("k"));
    }

    #[tokio::test]
    async fn a_statement_holds_no_more_batches_than_it_may() {
        let queue = queue(2, vec![put("a"), put("b"), put("c")]);
        assert_eq!(keys(&queue.take().await.unwrap()), [["a"], ["b"]]);
        assert_eq!(keys(&queue.take().await.unwrap()), [["c"]]);
    }

    #[tokio::test]
    async fn a_batch_that_was_put_back_comes_first_and_one_that_was_withdrawn_never() {
        let queue = queue(1, vec![put("a"), put("b"), put("c")]);
        let first = queue.take().await.unwrap();
        assert!(!queue.withdraw(first[0].version), "it is under way");
        queue.put_back(first);
        let first = queue.take().await.unwrap();
        assert_eq!(keys(&first), [["a"]]);
        let second = queue.take().await.unwrap();
        let version = second[0].version;
        queue.put_back(second);
        assert!(queue.withdraw(version) && !queue.withdraw(version));
        assert_eq!(keys(&queue.take().await.unwrap()), [["c"]]);
    }

    #[tokio::test]
    async fn a_closed_queue_gives_out_what_waits_and_then_nothing() {
        let queue = queue(1, vec![put("a")]);
        queue.close();
        assert!(queue.push(order(put("b"))).is_err());
        assert_eq!(queue.take().await.unwrap().len(), 1);
        assert!(queue.take().await.is_none() && queue.take().await.is_none());
    }
}
