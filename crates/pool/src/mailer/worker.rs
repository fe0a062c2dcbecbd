//! The worker: takes what is due, delivers, settles. One loop per process; several processes may share an outbox.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_store::{Batch, CommitError, Expect, Row, Scan};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout};

use super::outbox::{Entry, Payload};
use super::route::{ATTEMPT, Failure, Route};
use super::settle::{Outcome, settle};
use super::{LEASE_SECONDS, Mailer};
use crate::base::clock::Millis;
use crate::base::platform::Platform;
use crate::base::shutdown::Shutdown;
use crate::base::tls;
use crate::records::outbox as rows;
use poolhouse_text::with_causes;

/// How long the worker sleeps if nothing wakes it: rows of other processes and ended leases announce themselves to
/// nobody.
const TICK: Duration = Duration::from_secs(1);
/// How long an ended delivery waits for others to be settled in the same commit. A crash in that time sends its mail
/// again, the same bytes, after the lease.
const SETTLE_WITHIN: Duration = Duration::from_millis(100);
/// Ended deliveries that are settled at once.
const MOST_UNSETTLED: usize = 64;
/// How long a stopping worker waits for mails under way. The leases of those that take longer end by themselves.
const FAREWELL: Duration = Duration::from_secs(5);

/// Sends what lies in the outbox.
pub struct Worker {
    platform: Platform,
    mailer: Arc<Mailer>,
    route: Arc<Route>,
    sending: JoinSet<Outcome>,
    claims: HashMap<Id, Entry>,
    ended: Vec<(Entry, Outcome)>,
    settle_at: Instant,
    scan_at: Instant,
}

/// How thorough a pass over the outbox is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// What is in memory, and the store where it is time for it.
    Timely,
    /// Everything.
    Whole,
    /// Nothing new.
    Last,
}

impl Worker {
    /// A worker for the server's outbox; `None` if the server has nowhere to send mail.
    pub fn new(mailer: &Arc<Mailer>) -> Option<Worker> {
        let (platform, carriers) = (mailer.platform.clone(), &mailer.carriers);
        let route = match mailer.inbox() {
            _ if !carriers.is_empty() => Route::carriers(carriers, &tls::source(), &mailer.aws),
            Some(inbox) => Route::Inbox(inbox.clone()),
            None => return None,
        };
        Some(Worker {
            platform,
            mailer: mailer.clone(),
            route: Arc::new(route),
            sending: JoinSet::new(),
            claims: HashMap::new(),
            ended: Vec::new(),
            settle_at: Instant::now(),
            scan_at: Instant::now(),
        })
    }

    /// Works until told to stop.
    pub async fn run(mut self, shutdown: Shutdown) {
        while !shutdown.is_requested() {
            if let Err(error) = self.pass(Pass::Timely).await {
                tracing::error!(error = with_causes(&error), "outbox cannot be worked on");
                self.scan_at = Instant::now() + TICK;
                self.settle_at = Instant::now() + TICK;
            }
            let pause = self.pause();
            tokio::select! {
                Some(ended) = self.sending.join_next_with_id() => self.note(ended),
                () = self.mailer.due.notified() => {}
                () = tokio::time::sleep_until(pause) => {}
                () = shutdown.requested() => {}
            }
        }
        let under_way = async {
            while let Some(ended) = self.sending.join_next_with_id().await {
                self.note(ended);
            }
        };
        // Whoever is not done by then keeps its lease until it ends.
        let _ = timeout(FAREWELL, under_way).await;
        if let Err(error) = self.pass(Pass::Last).await {
            tracing::error!(error = with_causes(&error), "outbox not settled");
        }
    }

    /// Delivers everything that is due by the server's clock, and returns when nothing is under way.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drain(&mut self) -> Result<(), CommitError> {
        loop {
            self.pass(Pass::Whole).await?;
            match self.sending.join_next_with_id().await {
                Some(ended) => self.note(ended),
                None if self.scan_at <= Instant::now() => {}
                None => return Ok(()),
            }
        }
    }

    /// When the next pass is due if nothing happens.
    fn pause(&self) -> Instant {
        // Without room nothing is looked for until a delivery ends or a carrier's rest does.
        let no_room = self.route.room(self.sending.len()) == 0;
        let scan = if no_room {
            Instant::now() + TICK
        } else {
            self.scan_at
        };
        if self.ended.is_empty() {
            scan
        } else {
            scan.min(self.settle_at)
        }
    }

    /// Starts what is handed over and what is due, and settles what has ended, in one commit.
    async fn pass(&mut self, pass: Pass) -> Result<(), CommitError> {
        while let Some(ended) = self.sending.try_join_next_with_id() {
            self.note(ended);
        }
        let now = self.platform.clock.now();
        let room = |worker: &Worker| match pass {
            Pass::Last => 0,
            _ => worker.route.room(worker.sending.len()),
        };
        let mut steps = self.start_held(room(self), now).await?;
        let put_back = !steps.is_empty();
        let room = room(self);
        if room > 0 && (pass == Pass::Whole || self.scan_at <= Instant::now()) {
            let rows = self.platform.store.scan(Scan::prefix(rows::PREFIX, room)).await;
            let due = due(&self.platform, rows.map_err(CommitError::Store)?, now);
            self.scan_at = Instant::now() + due.wait(room, now);
            steps.extend(due.steps);
        }
        let settles =
            pass != Pass::Timely || self.settle_at <= Instant::now() || self.ended.len() >= MOST_UNSETTLED;
        if settles || !steps.is_empty() {
            self.commit(steps, now).await?;
        }
        if put_back {
            self.scan_at = Instant::now();
        }
        Ok(())
    }

    /// Starts mails that this process wrote and that are in the store by now. Returns what is to be done about the
    /// others: those without time left in their lease go back among the rows that are due.
    async fn start_held(&mut self, mut room: usize, now: Millis) -> Result<Vec<Step>, CommitError> {
        let mut held = self.mailer.handover.take();
        let (mut steps, mut later) = (Vec::new(), Vec::new());
        while room > 0
            && let Some(row) = held.pop_front()
        {
            let found = match self.platform.store.get(&row.key).await {
                Ok(found) => found,
                Err(error) => {
                    self.mailer
                        .handover
                        .extend(std::iter::once(row).chain(held).chain(later));
                    return Err(error.into());
                }
            };
            match found.as_ref().and_then(|row| Entry::parse(&self.platform, row)) {
                None if found.is_some() || row.is_given_up(now) => {}
                None => later.push(row),
                // Its lease is over: the scan finds it, like any other.
                Some(entry) if entry.due <= now => {}
                Some(entry) if entry.expires <= now => steps.push(Step::expired(&entry)),
                Some(entry) if entry.due < Millis(now.0 + ATTEMPT_MILLIS) => {
                    steps.push(Step::back(&entry, now));
                }
                Some(entry) => {
                    room -= 1;
                    self.start(entry, now);
                }
            }
        }
        self.mailer.handover.extend(held.into_iter().chain(later));
        Ok(steps)
    }

    /// Commits everything in one batch; where one of the rows has changed hands, each by itself.
    async fn commit(&mut self, steps: Vec<Step>, now: Millis) -> Result<(), CommitError> {
        let entropy = &*self.platform.entropy;
        let settled: Vec<Batch> = self
            .ended
            .iter()
            .map(|(entry, outcome)| settle(entry, outcome, now, entropy))
            .collect();
        let whole = settled
            .iter()
            .cloned()
            .chain(steps.iter().map(|step| step.batch.clone()));
        let mut whole = whole.fold(Batch::new(), Batch::merge);
        if steps.is_empty() {
            // A power cut that takes this sends these mails again, the same bytes, after their leases.
            whole = whole.deferred();
        }
        if whole.is_empty() {
            return Ok(());
        }
        match self.platform.commit(whole).await {
            Ok(version) => {
                self.ended.clear();
                steps
                    .into_iter()
                    .filter_map(|step| step.claimed(version))
                    .for_each(|entry| self.start(entry, now));
                return Ok(());
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        for batch in settled {
            match self.platform.commit(batch).await {
                Ok(_) | Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
            // In order, so that what failed to be written is still there for the next pass.
            self.ended.remove(0);
        }
        for step in steps {
            match self.platform.commit(step.batch.clone()).await {
                Ok(version) => step
                    .claimed(version)
                    .into_iter()
                    .for_each(|entry| self.start(entry, now)),
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Starts delivering a mail whose row this worker holds.
    fn start(&mut self, entry: Entry, now: Millis) {
        let life = Duration::from_millis(u64::try_from(entry.expires.0 - now.0).unwrap_or(0));
        let payload = entry.payload(&self.platform);
        let route = self.route.clone();
        let task = self
            .sending
            .spawn(async move { Some(deliver(&route, &payload?, now, life).await) });
        self.claims.insert(task.id(), entry);
    }

    fn note(&mut self, ended: Result<(Id, Outcome), JoinError>) {
        let (id, outcome) = ended.unwrap_or_else(|panicked| (panicked.id(), None));
        if let Some(entry) = self.claims.remove(&id) {
            if self.ended.is_empty() {
                self.settle_at = Instant::now() + SETTLE_WITHIN;
            }
            self.ended.push((entry, outcome));
        }
    }
}

/// What a page of the outbox asks for.
struct Due {
    steps: Vec<Step>,
    /// When the first row falls due that does not yet.
    first_later: Option<Millis>,
}

impl Due {
    /// How long it is until there may be more to find, after a page that had room for so many.
    fn wait(&self, room: usize, now: Millis) -> Duration {
        match self.first_later {
            Some(later) => TICK.min(Duration::from_millis(u64::try_from(later.0 - now.0).unwrap_or(0))),
            None if self.steps.len() < room => TICK,
            None => Duration::ZERO,
        }
    }
}

/// One row's part of the commit: a claim, or another end of a row's stay where it is.
struct Step {
    batch: Batch,
    claims: Option<Entry>,
}

impl Step {
    fn claim(entry: &Entry, now: Millis) -> Step {
        let (batch, claimed) = entry.moved(now.plus_seconds(LEASE_SECONDS), entry.failures);
        Step {
            batch,
            claims: Some(claimed),
        }
    }

    fn expired(entry: &Entry) -> Step {
        tracing::warn!(mail = entry.id, "mail expired, removed");
        Step {
            batch: entry.removed(),
            claims: None,
        }
    }

    fn back(entry: &Entry, now: Millis) -> Step {
        Step {
            batch: entry.moved(now, entry.failures).0,
            claims: None,
        }
    }

    fn unreadable(row: Row) -> Step {
        tracing::error!(key = row.key, "row of the outbox cannot be read, removed");
        Step {
            batch: Batch::new().delete(row.key, Expect::Version(row.version)),
            claims: None,
        }
    }

    /// The claimed mail, once the commit has given its row this version.
    fn claimed(self, version: poolhouse_store::Version) -> Option<Entry> {
        self.claims.map(|entry| Entry { version, ..entry })
    }
}

fn due(platform: &Platform, rows: Vec<Row>, now: Millis) -> Due {
    let mut due = Due {
        steps: Vec::new(),
        first_later: None,
    };
    for row in rows {
        let step = match Entry::parse(platform, &row) {
            None => Step::unreadable(row),
            Some(entry) if entry.due > now => {
                due.first_later = Some(entry.due);
                break;
            }
            Some(entry) if entry.expires <= now => Step::expired(&entry),
            Some(entry) => Step::claim(&entry, now),
        };
        due.steps.push(step);
    }
    due
}

/// [`ATTEMPT`] by the server's clock.
const ATTEMPT_MILLIS: i64 = ATTEMPT.as_secs() as i64 * 1000;

/// One attempt, within its own limit and the mail's life.
async fn deliver(route: &Route, payload: &Payload, now: Millis, life: Duration) -> Result<(), Failure> {
    if payload.discard {
        return Ok(());
    }
    match timeout(life.min(ATTEMPT), route.deliver(payload, now)).await {
        Ok(delivered) => delivered,
        // The carriers' own deadlines end sooner, so this is a mail whose life ended under way.
        Err(_) => Err(Failure::Unreachable),
    }
}
