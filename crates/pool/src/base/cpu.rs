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

/// Runs CPU-bound work, at most `width` pieces at a time, with a bounded queue behind them.
#[derive(Clone)]
pub struct CpuPool {
    permits: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
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

/// A place in the queue, and the turn itself.
type Turn = (OwnedSemaphorePermit, OwnedSemaphorePermit);

/// Pieces of work that may wait per running one. At about one millisecond each, a full queue is a fraction of a
/// second of waiting; past it the answer is `TooManyRequestsException`, at once.
const QUEUE_PER_WORKER: usize = 256;

impl CpuPool {
    /// A pool that keeps at most `width` cores busy, and counts what it refuses.
    pub fn new(width: usize, numbers: Arc<Numbers>) -> CpuPool {
        let width = width.max(1);
        CpuPool {
            permits: Arc::new(Semaphore::new(width)),
            waiting: Arc::new(Semaphore::new(width * QUEUE_PER_WORKER)),
            width,
            numbers,
        }
    }

    /// Runs a millisecond of `work` at most, when its turn comes, on this thread.
    ///
    /// # Errors
    /// `TooManyRequestsException` when the queue is full.
    pub async fn run<T>(&self, work: impl FnOnce() -> T) -> Result<T, ApiError> {
        let _turn = self.turn().await?;
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
        let turn = self.turn().await?;
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
        let placed = self.width * QUEUE_PER_WORKER - self.waiting.available_permits();
        let running = self.width.saturating_sub(self.permits.available_permits());
        Busy {
            running,
            waiting: placed.saturating_sub(running),
        }
    }

    async fn turn(&self) -> Result<Turn, ApiError> {
        let waiting = self.waiting.clone().try_acquire_owned();
        let place = waiting.map_err(|_| {
            self.numbers.arithmetic_refused.add([]);
            ApiError::too_many_requests()
        })?;
        let permit = self.permits.clone().acquire_owned().await;
        Ok((place, permit.map_err(ApiError::internal)?))
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
        let running = pool.turn().await.unwrap();
        let mut queued: Vec<_> = (1..QUEUE_PER_WORKER).map(|_| Box::pin(pool.turn())).collect();
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
}
