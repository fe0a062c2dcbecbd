//! Time limits for a mail carrier, in all and for each step.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::error::{Phase, Problem, SendError};

/// Wall-clock limits of one mail. Each is the longest time for its whole step, not for one read: a relay that sends
/// a byte a second runs into them like one that sends nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// From the first DNS look-up to the reply to the final dot.
    pub total: Duration,
    /// For DNS, TCP and TLS together.
    pub connect: Duration,
    /// For the greeting and for each reply to a command.
    pub command: Duration,
    /// For the reply to the final dot, when relays scan and store, or to a request that holds the whole mail.
    pub accept: Duration,
}

impl Default for Deadlines {
    /// What a queue worker wants: 30 s in all, 20 s of them for the final dot, 5 s for everything else.
    fn default() -> Self {
        Self {
            total: Duration::from_secs(30),
            connect: Duration::from_secs(5),
            command: Duration::from_secs(5),
            accept: Duration::from_secs(20),
        }
    }
}

impl Deadlines {
    /// Limits for a caller who has `total` and no more: every step may use what is left.
    pub fn within(total: Duration) -> Self {
        Self {
            total,
            connect: total,
            command: total,
            accept: total,
        }
    }

    pub(crate) fn start(&self) -> Clock {
        Clock {
            limits: *self,
            end: Instant::now() + self.total,
        }
    }
}

/// The limits of one mail, running.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    limits: Deadlines,
    end: Instant,
}

impl Clock {
    /// Runs one step within its own limit and the whole one.
    pub(crate) async fn run<T>(
        &self,
        phase: Phase,
        step: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, SendError> {
        match timeout_at(self.deadline(phase), step).await {
            Ok(result) => result.map_err(|problem| SendError::new(phase, problem)),
            Err(_) => Err(SendError::new(phase, Problem::Deadline)),
        }
    }

    /// What each of `addresses` may take to answer.
    pub(crate) fn connect_share(&self, addresses: usize) -> Duration {
        self.limits.connect / u32::try_from(addresses.max(1)).unwrap_or(u32::MAX)
    }

    /// Whether the whole limit has passed.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    fn deadline(&self, phase: Phase) -> Instant {
        let limit = match phase {
            Phase::Check => self.limits.total,
            Phase::Connect | Phase::Tls => self.limits.connect,
            Phase::Accept | Phase::Request => self.limits.accept,
            _ => self.limits.command,
        };
        self.end.min(Instant::now() + limit)
    }
}
