//! Functions as child processes that speak Lambda's Runtime API, as every runtime does.
//!
//! Each process is a sandbox with a Runtime API of its own on a loopback port: it asks there for events, one at a time,
//! and posts its answers. More processes are started as calls come in at once, and all but one are ended when they
//! have had nothing to do for a while. A process that does not answer in time is killed with everything it started; a
//! process that ends fails the call it had, and the next call gets a new one.

mod desk;
mod function;
mod host;
mod http;
mod lines;
mod peer;
mod report;
mod sandbox;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use poolhouse_text::hex;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use crate::place::{BoxFuture, InvokeError, Invoked, Place};
use desk::{Event, Outcome};
pub use function::Function;
pub use host::{Host, Log, LogSource, Random, WallClock};
use sandbox::Sandbox;

/// The place of one function on this machine.
///
/// Must be used inside a tokio runtime, whose end ends the processes too.
pub struct RuntimeApi {
    pool: Arc<Pool>,
}

struct Pool {
    function: Function,
    host: Host,
    /// One permit for each process there may be. Closed when the place is shut down.
    room: Semaphore,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    /// Who has waited longest is in front; the most recent is taken first, so that the others may be ended.
    sandboxes: VecDeque<(Sandbox, Instant)>,
    /// Whether somebody will come to end those who wait too long.
    reaped: bool,
    closed: bool,
}

impl RuntimeApi {
    /// The place of `function`. Its first process starts with the first call, or with
    /// [`warm_up`](Place::warm_up).
    #[must_use]
    pub fn new(function: Function, host: Host) -> Self {
        let room = Semaphore::new(function.sandboxes.clamp(1, Semaphore::MAX_PERMITS));
        let pool = Pool {
            function,
            host,
            room,
            idle: Mutex::default(),
        };
        Self { pool: Arc::new(pool) }
    }
}

impl Place for RuntimeApi {
    fn invoke<'a>(
        &'a self,
        payload: Vec<u8>,
        deadline: Instant,
    ) -> BoxFuture<'a, Result<Invoked, InvokeError>> {
        Box::pin(async move {
            if payload.len() > http::LARGEST_PAYLOAD {
                return Err(InvokeError::TooLarge);
            }
            let _room = self.pool.room(deadline).await?;
            let (sandbox, outcome) = self.pool.run(Bytes::from(payload), deadline).await?;
            // Whatever else happened, the process is in doubt, and dropping it ends it.
            if matches!(outcome, Ok(_) | Err(InvokeError::TooLarge)) {
                self.pool.put_back(sandbox);
            }
            outcome
        })
    }

    fn width(&self) -> usize {
        self.pool.function.sandboxes
    }

    fn warm_up(&self, deadline: Instant) -> BoxFuture<'_, Result<(), InvokeError>> {
        Box::pin(async move {
            let _room = self.pool.room(deadline).await?;
            let sandbox = match self.pool.take() {
                Some(sandbox) => sandbox,
                None => self.pool.start(deadline).await?,
            };
            self.pool.put_back(sandbox);
            Ok(())
        })
    }

    fn shut_down(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.pool.room.close();
            let idle = {
                let mut idle = self.pool.idle();
                idle.closed = true;
                std::mem::take(&mut idle.sandboxes)
            };
            let stops: JoinSet<()> = idle.into_iter().map(|(sandbox, _)| sandbox.stop()).collect();
            stops.join_all().await;
        })
    }
}

impl Pool {
    async fn room(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, InvokeError> {
        let room = timeout_at(deadline, self.room.acquire()).await;
        room.ok().and_then(Result::ok).ok_or(InvokeError::Refused)
    }

    /// Hands an event to a process that lives. The event of one that had ended meanwhile goes to the next.
    async fn run(
        self: &Arc<Self>,
        payload: Bytes,
        deadline: Instant,
    ) -> Result<(Sandbox, Outcome), InvokeError> {
        let mut event = self.event(payload, deadline);
        while let Some(sandbox) = self.take() {
            match sandbox.invoke(event, deadline).await {
                Ok(outcome) => return Ok((sandbox, outcome)),
                Err((untouched, _)) => event = untouched,
            }
        }
        let sandbox = self.start(deadline).await.map_err(|error| match error {
            InvokeError::ExitedAtStart(how) => InvokeError::ExitedAtStart(desk::exit_text(&event.id, &how)),
            other => other,
        })?;
        let outcome = sandbox.invoke(event, deadline).await;
        let outcome = outcome.unwrap_or_else(|(event, how)| {
            // It ended between being ready and being asked.
            Err(InvokeError::Exited(desk::exit_text(&event.id, &how)))
        });
        Ok((sandbox, outcome))
    }

    /// A new process that has asked for its first event.
    ///
    /// A start that takes longer goes on, as on Lambda, and the next call waits for it in its turn.
    async fn start(self: &Arc<Self>, deadline: Instant) -> Result<Sandbox, InvokeError> {
        let instance = self.random_hex(16);
        let sandbox = Sandbox::start(&self.function, &self.host, &instance)
            .await
            .map_err(InvokeError::CannotStart)?;
        match sandbox.ready(deadline).await {
            Ok(()) => Ok(sandbox),
            Err(error) => {
                if matches!(error, InvokeError::TimedOut) {
                    self.put_back(sandbox);
                }
                Err(error)
            }
        }
    }

    fn event(&self, payload: Bytes, deadline: Instant) -> Event {
        let now = (self.host.wall)();
        let left = deadline.saturating_duration_since(Instant::now()).as_millis();
        let deadline = now.saturating_add(i64::try_from(left).unwrap_or(i64::MAX));
        let trace = format!("Root=1-{:08x}-{};Sampled=0", now / 1000, self.random_hex(12));
        Event {
            id: self.request_id(),
            payload,
            deadline,
            trace,
        }
    }

    /// A version 4 UUID.
    fn request_id(&self) -> String {
        let mut bytes = [0; 16];
        (self.host.random)(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let mut id = hex::encode(&bytes);
        for hyphen in [20, 16, 12, 8] {
            id.insert(hyphen, '-');
        }
        id
    }

    fn random_hex(&self, count: usize) -> String {
        let mut bytes = vec![0; count];
        (self.host.random)(&mut bytes);
        hex::encode(&bytes)
    }

    fn take(&self) -> Option<Sandbox> {
        self.idle().sandboxes.pop_back().map(|(sandbox, _)| sandbox)
    }

    fn put_back(self: &Arc<Self>, sandbox: Sandbox) {
        let mut idle = self.idle();
        if idle.closed {
            return;
        }
        idle.sandboxes.push_back((sandbox, Instant::now()));
        if idle.sandboxes.len() > 1 && !std::mem::replace(&mut idle.reaped, true) {
            tokio::spawn(reap(Arc::downgrade(self)));
        }
    }

    /// Ends the processes that have been idle too long, all but one. Answers whether more may follow.
    fn end_idle(&self, now: Instant) -> bool {
        let mut idle = self.idle();
        while idle.sandboxes.len() > 1
            && idle
                .sandboxes
                .front()
                .is_some_and(|(_, since)| now >= *since + self.function.idle)
        {
            idle.sandboxes.pop_front();
        }
        idle.reaped = idle.sandboxes.len() > 1;
        idle.reaped
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn reap(pool: std::sync::Weak<Pool>) {
    loop {
        let Some(pause) = pool.upgrade().map(|pool| pool.function.idle) else {
            return;
        };
        sleep(pause).await;
        let Some(pool) = pool.upgrade() else { return };
        if !pool.end_idle(Instant::now()) {
            return;
        }
    }
}
