//! What is known of the time beyond this process: on PostgreSQL the database's clock, on a database without one a moment that is
//! noted in it every ten seconds. A server that starts, or runs on, with a clock that is behind that goes by what is known.
//!
//! The note is not synced by itself: it is on disk with the next sign-in. A power cut takes at most what nobody was told of, and ten
//! seconds.

use std::time::Duration;

use poolhouse_store::{Batch, CommitError, Expect, StoreError};
use poolhouse_text::with_causes;
use tokio::time::sleep;

use crate::base::clock::{Clock as _, Millis};
use crate::base::load::LoadError;
use crate::base::platform::Platform;
use crate::base::shutdown::Shutdown;
use crate::records::{KnownMoment, RecordBatch as _, load};

/// Between two rounds.
const PAUSE: Duration = Duration::from_secs(10);
/// A clock that is behind by no more milliseconds is not worth a word: servers of a database differ by as much.
pub const TOLERATED: i64 = 5_000;
/// A server has run for so many milliseconds before it notes its time: a machine that has just started may still be about to set its
/// clock right.
const SETTLED: i64 = 60_000;
/// Rounds between two lines in the log about a clock that stays behind: ten minutes.
const TOLD_EVERY: u32 = 60;

/// Keeps the time.
pub struct Timekeeper {
    platform: Platform,
    begun: Millis,
    /// Rounds since the log was told that the clock is behind.
    told: Option<u32>,
}

impl Timekeeper {
    /// Of this platform, whose process has just begun.
    pub fn new(platform: &Platform) -> Timekeeper {
        Timekeeper {
            platform: platform.clone(),
            begun: platform.clock.ran(),
            told: None,
        }
    }

    /// Goes by what is known from now on. To be called before anybody is served.
    ///
    /// # Errors
    /// When the store fails, or what is noted was not written by this server.
    pub async fn look(&self) -> Result<(), LoadError> {
        if !self.ask_the_database().await?
            && let Some(noted) = load(&self.platform, &KnownMoment::key()).await?
        {
            self.platform.clock.learn(noted.value.0);
        }
        Ok(())
    }

    /// Keeps the time until told to stop.
    pub async fn run(mut self, shutdown: Shutdown) {
        while !shutdown.is_requested() {
            if let Err(error) = self.round().await {
                tracing::warn!(error = with_causes(&error), "the time cannot be kept");
            }
            tokio::select! {
                () = sleep(PAUSE) => {}
                () = shutdown.requested() => {}
            }
        }
    }

    /// Asks the database how late it is, or notes it there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn round(&mut self) -> Result<(), CommitError> {
        let has_a_clock = self.ask_the_database().await?;
        self.tell();
        if has_a_clock || self.platform.clock.ran().0 - self.begun.0 < SETTLED {
            return Ok(());
        }
        let known = KnownMoment(self.platform.clock.known());
        let batch = Batch::new().record(KnownMoment::key(), Expect::Any, &known);
        self.platform.commit(batch.deferred()).await.map(drop)
    }

    /// Whether the database has a clock; what it says is known from now on.
    async fn ask_the_database(&self) -> Result<bool, StoreError> {
        let told = self.platform.store.clock().await?;
        if let Some(told) = told {
            self.platform.clock.learn(Millis(told));
        }
        Ok(told.is_some())
    }

    /// Says in the log that the clock is behind, and that it is not any more.
    fn tell(&mut self) {
        let behind = self.platform.clock.behind();
        if behind <= TOLERATED {
            if self.told.take().is_some() {
                tracing::info!("this machine's clock is right again");
            }
            return;
        }
        let rounds = self.told.map_or(0, |rounds| rounds + 1);
        self.told = Some(rounds);
        if rounds.is_multiple_of(TOLD_EVERY) {
            let seconds = behind / 1000;
            tracing::error!(
                seconds,
                "this machine's clock is behind the time that is known: codes, sessions and tokens end by what is known. Set the clock \
                 right; if it is right, see poolhouse clock"
            );
        }
    }
}
