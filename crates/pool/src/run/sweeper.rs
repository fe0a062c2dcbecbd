//! Removing what has had its time: sign-ins that nobody finished, refresh tokens that ended, failures, quotas and ledgers
//! that count no more, and what deleted pools left behind.
//!
//! Nothing depends on it: every record carries its own end and is refused after it. Several servers may sweep one store.

use std::sync::Arc;
use std::time::Duration;

use poolhouse_store::{Batch, CommitError, Expect, Row, Scan};
use tokio::time::sleep;

use crate::auth::lockout::Failures;
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::shutdown::Shutdown;
use crate::ops::pools;
use crate::records::document::Document;
use crate::records::{RefreshRecord, keys};
use crate::request::App;
use crate::users::quota::Used;
use poolhouse_text::with_causes;

/// The time between two rounds.
const PAUSE: Duration = Duration::from_secs(4);
/// Rows of one page, which is also one commit.
const PAGE: usize = 500;
/// Pages of rows to be deleted in one round, of each kind: 2,500 rows a second, more than anybody can have written.
const PAGES: usize = 20;

/// Sweeps in rounds of bounded work.
pub struct Sweeper {
    app: Arc<App>,
    crawls: [Crawl; 4],
}

/// How long an expired refresh token stays, so that whoever comes back with it is told that it has expired and not that
/// it was revoked.
const EXPIRED_KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

/// A slow walk through rows that are not ordered by their end: one page a round, and from the beginning after the last.
/// As long as there is something to delete it goes on, so that a flood of names nobody has is gone as fast as it came.
struct Crawl {
    prefix: &'static str,
    after: Option<String>,
    is_over: fn(&Row, Millis) -> bool,
}

impl Sweeper {
    /// A sweeper for the server's store.
    pub fn new(app: &Arc<App>) -> Sweeper {
        let crawl = |prefix, is_over| Crawl {
            prefix,
            after: None,
            is_over,
        };
        Sweeper {
            app: app.clone(),
            crawls: [
                crawl(keys::LOCKOUTS, is_forgotten),
                crawl(keys::QUOTAS, is_renewed),
                crawl(keys::LEDGERS, is_spent),
                crawl(keys::REFRESH_TOKENS, is_expired),
            ],
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

    /// One round.
    ///
    /// # Errors
    /// When the store fails; the next round goes on.
    pub async fn round(&mut self) -> Result<(), ApiError> {
        let now = self.app.platform.clock.now();
        self.sessions(now).await?;
        for crawl in &mut self.crawls {
            crawl.step(&self.app, now).await?;
        }
        pools::purge_deleted(&self.app).await
    }

    /// Sign-ins lie in the order in which they expire, so the first that has not expired ends the walk.
    async fn sessions(&self, now: Millis) -> Result<(), ApiError> {
        for _ in 0..PAGES {
            let end = keys::session(now, "");
            let page = self
                .app
                .platform
                .store
                .scan(Scan::prefix(keys::SESSIONS, PAGE))
                .await?;
            let expired: Vec<Row> = page.into_iter().take_while(|row| row.key < end).collect();
            let more = expired.len() == PAGE;
            delete(&self.app, expired).await?;
            if !more {
                break;
            }
        }
        Ok(())
    }
}

impl Crawl {
    async fn step(&mut self, app: &App, now: Millis) -> Result<(), ApiError> {
        for _ in 0..PAGES {
            let scan = Scan {
                prefix: self.prefix.to_owned(),
                after: self.after.take(),
                limit: PAGE,
            };
            let page = app.platform.store.scan(scan).await?;
            let is_last = page.len() < PAGE;
            if !is_last {
                self.after = page.last().map(|row| row.key.clone());
            }
            let over: Vec<Row> = page.into_iter().filter(|row| (self.is_over)(row, now)).collect();
            let is_done = is_last || over.is_empty();
            delete(app, over).await?;
            if is_done {
                break;
            }
        }
        Ok(())
    }
}

/// Deletes rows as they were read. If one of them changed meanwhile it lives on, and the others wait for the next round.
async fn delete(app: &App, rows: Vec<Row>) -> Result<(), ApiError> {
    if rows.is_empty() {
        return Ok(());
    }
    let batch = rows.into_iter().fold(Batch::new(), |batch, row| {
        batch.delete(row.key, Expect::Version(row.version))
    });
    match app.platform.commit(batch).await {
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn is_forgotten(row: &Row, now: Millis) -> bool {
    read::<Failures>(row).is_some_and(|failures| failures.forgotten(now))
}

fn is_renewed(row: &Row, now: Millis) -> bool {
    read::<Used>(row).is_some_and(|used| used.renewed(now))
}

fn is_spent(row: &Row, now: Millis) -> bool {
    let ledger = serde_json::from_str::<String>(&row.body);
    ledger.is_ok_and(|ledger| poolhouse_confirm::ledger_is_spent(&ledger, now.seconds()))
}

fn is_expired(row: &Row, now: Millis) -> bool {
    read::<RefreshRecord>(row).is_some_and(|family| family.expires.plus_seconds(EXPIRED_KEPT_SECONDS) <= now)
}

/// A row that cannot be read is left for somebody to look at.
fn read<T: Document>(row: &Row) -> Option<T> {
    serde_json::from_str(&row.body)
        .ok()
        .and_then(|document| T::from_document(&document))
}
