//! A bounded pool for arithmetic. Modular exponentiation and RSA take up to a millisecond each: on the async executor
//! they would stall every other connection, and without a bound a flood of sign-ins would take all cores.

use std::sync::Arc;
use tokio::sync::Semaphore;

use crate::error::ApiError;

/// Runs CPU-bound work, at most `width` pieces at a time, with a bounded queue behind them.
#[derive(Clone)]
pub struct CpuPool {
    permits: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// Pieces of work that may wait per running one. At about one millisecond each, a full queue is a fraction of a
/// second of waiting; past it the answer is `TooManyRequestsException`, at once.
const QUEUE_PER_WORKER: usize = 256;

impl CpuPool {
    /// A pool that keeps at most `width` cores busy.
    pub fn new(width: usize) -> CpuPool {
        let width = width.max(1);
        CpuPool {
            permits: Arc::new(Semaphore::new(width)),
            waiting: Arc::new(Semaphore::new(width * QUEUE_PER_WORKER)),
        }
    }

    /// Runs `work` off the executor and returns its result.
    ///
    /// # Errors
    /// `TooManyRequestsException` when the queue is full, `InternalErrorException` when the work panicked.
    pub async fn run<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let _place = self
            .waiting
            .try_acquire()
            .map_err(|_| ApiError::too_many_requests())?;
        let permit = self
            .permits
            .clone()
            .acquire_owned()
            .await
            .map_err(ApiError::internal)?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(ApiError::internal)
    }
}
