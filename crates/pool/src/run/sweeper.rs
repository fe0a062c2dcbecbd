//! Removing what has had its time: rows past their expiry, and what deleted pools and users left behind. On the way, what
//! was refused is written for the audit log, and limits are looked up that were set on another server.
//!
//! Nothing depends on it: every record carries its own end and is refused after it. Several servers may sweep one store.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::base::shutdown::Shutdown;
use crate::records::purge;
use crate::request::{Admission, App, Refusals};
use poolhouse_text::with_causes;

/// The time between two rounds.
const PAUSE: Duration = Duration::from_secs(1);
/// Rows that one transaction sweeps: about a millisecond, which a sign-in that waits behind it does not notice.
const PAGE: usize = 50;
/// After a full page the sweeper rests so many times as long as the page took: as much of the machine is left to sign-ins. Without
/// rest, each second's end of a flood was a fifth of a second in which everybody waited for a core.
const REST: u32 = 3;
/// A round that has lasted so long rests no more: what is due goes within five seconds.
const AT_EASE: Duration = Duration::from_secs(2);

/// Sweeps in rounds.
pub struct Sweeper {
    platform: Platform,
    refusals: Arc<Refusals>,
    admission: Arc<Admission>,
    audit_days: u32,
}

impl Sweeper {
    /// A sweeper for the pool's store.
    pub fn new(app: &App) -> Sweeper {
        Sweeper {
            platform: app.platform.clone(),
            refusals: app.refusals.clone(),
            admission: app.admission.clone(),
            audit_days: app.settings.audit_days,
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
        if let Err(error) = self.refusals.write_all(&self.platform, self.audit_days).await {
            tracing::warn!(
                error = with_causes(&error),
                "the last refusals are not in the audit log"
            );
        }
    }

    /// One round: everything that is due, and a bounded part of what was deleted.
    ///
    /// # Errors
    /// When the store fails; the next round goes on.
    pub async fn round(&mut self) -> Result<(), ApiError> {
        let (now, round) = (self.platform.now(), Instant::now());
        self.admission.look(&self.platform).await?;
        loop {
            let page = Instant::now();
            if self.platform.store.sweep(now.0, PAGE).await? < PAGE {
                break;
            }
            if round.elapsed() < AT_EASE {
                sleep(page.elapsed() * REST).await;
            }
        }
        self.refusals.write(&self.platform, self.audit_days).await?;
        purge::purge_deleted(&self.platform).await
    }
}
