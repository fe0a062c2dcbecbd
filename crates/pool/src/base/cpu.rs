//! A bound on arithmetic. Modular exponentiation and RSA take up to half a millisecond each: without a bound a flood of
//! sign-ins would keep every thread of the executor busy, and something small would wait behind it.
//!
//! The work runs on the thread that asks. Handing it to another one and being woken up again costs as much as part of
//! the arithmetic (docs/decisions/threads.md), and gains nothing as long as the executor has more threads than there are
//! permits here. That is what [`EXECUTOR_THREADS_BEYOND`] is for.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::base::error::ApiError;
use crate::base::metrics::Numbers;

/// Threads that the executor needs beyond the pool's width: one may be waiting for the disk in a commit, and one is
/// there for everybody else.
pub const EXECUTOR_THREADS_BEYOND: usize = 2;

/// Runs CPU-bound work, at most `width` pieces at a time, with bounded queues behind them.
///
/// What begins something has a queue of its own, of which no more than `width` pieces stand in line with what goes on with
/// something: a flood of first steps costs the people who are in the middle of a sign-in a few milliseconds.
#[derive(Clone)]
pub struct CpuPool {
    permits: Arc<Semaphore>,
    begins: Queue,
    goes_on: Queue,
    width: usize,
    numbers: Arc<Numbers>,
}

/// What a pool is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    /// Pieces of work under way.
    pub running: usize,
    /// Pieces that wait for a turn.
    pub waiting: usize,
}

/// Who may wait, and who of them may stand in line for a turn.
#[derive(Clone)]
struct Queue {
    waiting: Arc<Semaphore>,
    in_line: Arc<Semaphore>,
}

impl Queue {
    fn new(waiting: usize, in_line: usize) -> Queue {
        Queue {
            waiting: Arc::new(Semaphore::new(waiting)),
            in_line: Arc::new(Semaphore::new(in_line)),
        }
    }
}

/// A place in the queue, one in the line, and the turn itself.
type Turn = [OwnedSemaphorePermit; 3];

/// Pieces of work that may wait per running one. At half a millisecond each, a full queue is some fifty milliseconds of waiting;
/// past it the answer is `TooManyRequestsException`, at once.
const QUEUE_PER_WORKER: usize = 128;

impl CpuPool {
    /// A pool that keeps at most `width` cores busy, and counts what it refuses.
    pub fn new(width: usize, numbers: Arc<Numbers>) -> CpuPool {
        let width = width.max(1);
        let queue = width * QUEUE_PER_WORKER;
        CpuPool {
            permits: Arc::new(Semaphore::new(width)),
            begins: Queue::new(queue, width),
            goes_on: Queue::new(queue, queue),
            width,
            numbers,
        }
    }

    /// Runs a millisecond of `work` at most, when its turn comes, on this thread.
    ///
    /// # Errors
    /// `TooManyRequestsException` when the queue is full.
    pub async fn run<T>(&self, work: impl FnOnce() -> T) -> Result<T, ApiError> {
        let _turn = self.turn(&self.begins).await?;
        Ok(work())
    }

    /// As [`run`](Self::run), for what goes on with something that was begun before.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn go_on<T>(&self, work: impl FnOnce() -> T) -> Result<T, ApiError> {
        let _turn = self.turn(&self.goes_on).await?;
        Ok(work())
    }

    /// Runs `work` that takes longer, when its turn comes, on a thread of its own.
    ///
    /// # Errors
    /// As [`run`](Self::run); `InternalErrorException` when the work panicked.
    pub async fn run_long<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = self.turn(&self.begins).await?;
        let work = move || {
            // The work goes on when its caller has gone, and so does its turn.
            let _turn = turn;
            work()
        };
        spawn_blocking(work).await.map_err(ApiError::internal)
    }

    /// How busy it is at this moment.
    pub fn busy(&self) -> Busy {
        // Read one after the other, so what ends in between may be counted twice or not at all, and nothing below nought.
        let placed = |queue: &Queue| self.width * QUEUE_PER_WORKER - queue.waiting.available_permits();
        let placed = placed(&self.begins) + placed(&self.goes_on);
        let running = self.width.saturating_sub(self.permits.available_permits());
        Busy {
            running,
            waiting: placed.saturating_sub(running),
        }
    }

    async fn turn(&self, queue: &Queue) -> Result<Turn, ApiError> {
        let waiting = queue.waiting.clone().try_acquire_owned();
        let place = waiting.map_err(|_| {
            self.numbers.arithmetic_refused.add([]);
            ApiError::too_many_requests()
        })?;
        let in_line = queue.in_line.clone().acquire_owned().await;
        let in_line = in_line.map_err(ApiError::internal)?;
        let permit = self.permits.clone().acquire_owned().await;
        Ok([place, in_line, permit.map_err(ApiError::internal)?])
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use poolhouse_api::ErrorCode;

    use super::*;

    #[tokio::test]
    async fn a_full_queue_is_answered_at_once_and_heals() {
        let pool = CpuPool::new(1, Arc::default());
        let running = pool.turn(&pool.begins).await.unwrap();
        let mut queued: Vec<_> = (1..QUEUE_PER_WORKER)
            .map(|_| Box::pin(pool.turn(&pool.begins)))
            .collect();
        let mut cx = Context::from_waker(Waker::noop());
        for turn in &mut queued {
            assert!(turn.as_mut().poll(&mut cx).is_pending(), "one at a time");
        }
        let refused = pool.run(|| 7).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::TooManyRequestsException);
        let full = Busy {
            running: 1,
            waiting: QUEUE_PER_WORKER - 1,
        };
        assert_eq!(pool.busy(), full);
        drop((queued, running));
        assert_eq!(pool.run(|| 7).await.unwrap(), 7);
        assert_eq!(pool.run_long(|| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_sign_in_under_way_goes_before_those_that_begin() {
        let pool = CpuPool::new(1, Arc::default());
        let running = pool.turn(&pool.begins).await.unwrap();
        let mut begin: Vec<_> = (0..3).map(|_| Box::pin(pool.turn(&pool.begins))).collect();
        let mut goes_on = Box::pin(pool.turn(&pool.goes_on));
        let mut cx = Context::from_waker(Waker::noop());
        for turn in &mut begin {
            assert!(turn.as_mut().poll(&mut cx).is_pending());
        }
        assert!(goes_on.as_mut().poll(&mut cx).is_pending());
        drop(running);
        assert!(
            goes_on.as_mut().poll(&mut cx).is_ready(),
            "before all that wait to begin"
        );
    }
}
