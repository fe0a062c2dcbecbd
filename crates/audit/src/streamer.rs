//! Sending the log on while it is written.
//!
//! An entry bears the time at which its request was taken up, and is there when that is done: up to two minutes later. So the
//! cursor stays two minutes behind, and what lies between it and now is read again and again; what was sent of it is known as long
//! as this server runs. One that takes over, or starts again, sends those two minutes once more. A line is thus sent at least once.

use std::collections::BTreeSet;
use std::time::Duration;

use poolhouse_outbound::TlsSource;
use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::base::shutdown::Shutdown;
use poolhouse_pool::records::stream::StreamCursor;
use poolhouse_pool::records::{RecordBatch as _, load};
use poolhouse_store::{Batch, CommitError, Expect, Version};
use poolhouse_text::with_causes;
use tokio::time::{Instant, sleep};

use crate::carry::{Carried, Carrier};
use crate::destination::StreamSettings;
use crate::error::StreamError;
use crate::reading::Reading;

/// How long a request may take and be sent all the same.
const LATE_SECONDS: i64 = 120;
/// What every round reads again before the last one; all of what may be late, only one of so many does.
const RECENT_SECONDS: i64 = 5;
const ROUNDS: u32 = 15;
/// Lines that are handed over at a time.
const BATCH: usize = 100;
/// How long a server has a stream for itself, and what is left of that when it asks for more.
const LEASE_SECONDS: i64 = 60;
const RENEWED_SECONDS: i64 = 30;
/// Between two rounds, and at most after failures.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A round that takes long is followed by a pause so many times as long: with thousands of pools, reading must not be all that the
/// store does.
const REST: u32 = 20;
/// Minutes of refusals begin so long before what is read.
const MINUTE_SECONDS: i64 = 60;

/// Sends one stream on.
pub struct Streamer {
    platform: Platform,
    name: String,
    server: String,
    carrier: Carrier,
    held: Option<(StreamCursor, Version)>,
    sent: BTreeSet<(Millis, String)>,
    round: u32,
    /// When the last round began that came to its end.
    looked: Millis,
}

impl Streamer {
    /// A stream of this database, by the server with this id on the machine with this name.
    pub fn new(
        platform: &Platform,
        settings: &StreamSettings,
        tls: TlsSource,
        (server, host): (String, String),
    ) -> Streamer {
        Streamer {
            platform: platform.clone(),
            name: settings.name.clone(),
            server,
            carrier: Carrier::new(settings.to.clone(), tls, host),
            held: None,
            sent: BTreeSet::new(),
            round: 0,
            looked: Millis(0),
        }
    }

    /// Sends until told to stop. What fails is tried again, less and less often.
    pub async fn run(mut self, shutdown: Shutdown) {
        let (mut pause, mut has_failed) = (PAUSE, false);
        while !shutdown.is_requested() {
            let begun = Instant::now();
            match self.round().await {
                Ok(()) => {
                    if has_failed {
                        tracing::info!(stream = self.name, "the audit stream goes on");
                    }
                    has_failed = false;
                    pause = PAUSE.max(begun.elapsed() * REST).min(LONGEST_PAUSE);
                }
                Err(error) => {
                    if !has_failed || pause == LONGEST_PAUSE {
                        let error = with_causes(&error);
                        tracing::warn!(
                            stream = self.name,
                            error,
                            "the audit stream waits; nothing of it is lost"
                        );
                    }
                    pause = if has_failed {
                        (pause * 2).min(LONGEST_PAUSE)
                    } else {
                        PAUSE
                    };
                    has_failed = true;
                }
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = shutdown.requested() => {}
            }
        }
        if let Err(error) = self.let_go().await {
            let error = with_causes(&error);
            tracing::warn!(
                stream = self.name,
                error,
                "the audit stream's cursor is behind: some lines will come again"
            );
        }
    }

    /// Sends what is there and was not sent yet, if no other server does.
    ///
    /// # Errors
    /// [`StreamError`]; the next round begins where this one was to begin.
    pub async fn round(&mut self) -> Result<(), StreamError> {
        let done = self.hold_and_send().await;
        if done.is_err() {
            self.platform.numbers.audit_failures.add([]);
            // Whatever was on its way may be lost there, too.
            self.sent.clear();
            self.round = 0;
        }
        done
    }

    async fn hold_and_send(&mut self) -> Result<(), StreamError> {
        if !self.hold().await? {
            self.sent.clear();
            return Ok(());
        }
        self.send().await
    }

    async fn send(&mut self) -> Result<(), StreamError> {
        let Some(cursor) = self.held.as_ref().map(|(cursor, _)| cursor.from) else {
            return Ok(());
        };
        let now = self.platform.now();
        let late = now.plus_seconds(-LATE_SECONDS);
        let is_whole = self.round.is_multiple_of(ROUNDS) || cursor < late.plus_seconds(-LATE_SECONDS);
        let from = match is_whole {
            true => cursor,
            false => cursor.max(self.looked.plus_seconds(-RECENT_SECONDS)),
        };
        let mut reading = Reading::of(&self.platform, None, None, from, Some(now)).await?;
        loop {
            let (mut lines, mut names) = (Vec::new(), Vec::new());
            while lines.len() < BATCH
                && let Some(line) = reading.next(&self.platform).await?
            {
                if line.is_final(now) && !self.sent.contains(&line.name()) {
                    names.push(line.name());
                    lines.push(Carried::of(&line));
                }
            }
            let Some((last, _)) = names.last().cloned() else {
                break;
            };
            self.carrier.carry(&lines, now).await?;
            lines
                .iter()
                .for_each(|_| self.platform.numbers.audit_lines.add([]));
            self.sent.extend(names);
            if is_whole {
                self.advance(last.min(late)).await?;
            }
            if self.held.is_none() {
                return Ok(());
            }
        }
        if is_whole {
            self.advance(late).await?;
        }
        self.round = self.round.wrapping_add(1);
        self.looked = now;
        Ok(())
    }

    /// Moves the cursor here; in the database, once the lease is due.
    async fn advance(&mut self, to: Millis) -> Result<(), StreamError> {
        let Some((cursor, _)) = &mut self.held else {
            return Ok(());
        };
        cursor.from = cursor.from.max(to);
        let kept = cursor.from.plus_seconds(-MINUTE_SECONDS);
        self.sent.retain(|(at, _)| *at >= kept);
        if !self.hold().await? {
            // Another server has taken over what was sent until now.
            self.sent.clear();
        }
        Ok(())
    }

    /// Whether the stream is this server's to send; renews that, and notes the cursor, when it is time.
    async fn hold(&mut self) -> Result<bool, StreamError> {
        let now = self.platform.now();
        if let Some((cursor, _)) = &self.held
            && cursor.until > now.plus_seconds(RENEWED_SECONDS)
        {
            return Ok(true);
        }
        let (from, expect) = match self.held.take() {
            Some((cursor, version)) => (cursor.from, Expect::Version(version)),
            None => match load(&self.platform, &StreamCursor::key(&self.name)).await? {
                // The stream begins when it is switched on.
                None => (now, Expect::Absent),
                Some(stored) if stored.value.until > now && stored.value.holder != self.server => {
                    return Ok(false);
                }
                Some(stored) => (stored.value.from, Expect::Version(stored.version)),
            },
        };
        let cursor = StreamCursor {
            from,
            holder: self.server.clone(),
            until: now.plus_seconds(LEASE_SECONDS),
        };
        self.note(cursor, expect).await
    }

    /// Gives the stream up, with the cursor where it is.
    async fn let_go(&mut self) -> Result<(), StreamError> {
        let Some((cursor, version)) = self.held.take() else {
            return Ok(());
        };
        let free = StreamCursor {
            until: Millis(0),
            ..cursor
        };
        self.note(free, Expect::Version(version)).await.map(drop)
    }

    async fn note(&mut self, cursor: StreamCursor, expect: Expect) -> Result<bool, StreamError> {
        let batch = Batch::new().record(StreamCursor::key(&self.name), expect, &cursor);
        match self.platform.commit(batch).await {
            Ok(version) => {
                self.held = Some((cursor, version));
                Ok(true)
            }
            Err(CommitError::Conflict { .. }) => Ok(false),
            Err(error) => Err(StreamError::Cursor(error)),
        }
    }
}
