//! Removing what has had its time: rows past their expiry, and what deleted pools and users left behind.
//!
//! Nothing depends on it: every record carries its own end and is refused after it. Several servers may sweep one store.

use std::time::Duration;

use tokio::time::sleep;

use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::base::shutdown::Shutdown;
use crate::records::purge;
use poolhouse_text::with_causes;

/// The time between two rounds.
const PAUSE: Duration = Duration::from_secs(1);
/// Rows that one transaction sweeps: so few that a sign-in which waits behind it does not notice.
const PAGE: usize = 200;

/// Sweeps in rounds.
pub struct Sweeper {
    platform: Platform,
}

impl Sweeper {
    /// A sweeper for the pool's store.
    pub fn new(platform: &Platform) -> Sweeper {
        Sweeper {
            platform: platform.clone(),
        }
    }

    /// Sweeps until told to stop.
    pub async fn run(mut self, shutdown: Shutdown) {
        while !shutdown.is_requested() {
            if let Err(error) = self.round().await {
                tracing::warn!(error = with_causes(&error), "sweep cut short");
            }
            tokio::select! {
                () = sleep(PAUSE) => {}
                () = shutdown.requested() => {}
            }
        }
    }

    /// One round: everything that is due, and a bounded part of what was deleted.
    ///
    /// # Errors
    /// When the store fails; the next round goes on.
    pub async fn round(&mut self) -> Result<(), ApiError> {
        let now = self.platform.now();
        while self.platform.store.sweep(now.0, PAGE).await? == PAGE {}
        purge::purge_deleted(&self.platform).await
    }
}
