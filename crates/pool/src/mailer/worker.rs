//! The worker: takes what is due, delivers, settles. One loop per process; several processes may share an outbox.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_store::{Batch, CommitError, Scan};
use poolhouse_text::with_causes;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout};
use tracing::Instrument as _;

use super::Mailer;
use super::outbox::{Entry, Payload};
use super::pace::Pace;
use super::plan::{Step, TICK, Threads, due};
use super::route::{ATTEMPT, Delivered, Failure, Route};
use super::settle::{Outcome, report, settle};
use super::urgency::Urgency;
use crate::base::clock::{Clock, Millis};
use crate::base::platform::Platform;
use crate::base::shutdown::Shutdown;
use crate::base::spans;
use crate::base::tls;
use crate::records::outbox as rows;

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
    threads: Threads,
    pace: Pace,
    /// Whether something may be due for which there was no room.
    starved: bool,
    settle_at: Instant,
    scan_at: Instant,
    tidy_at: Instant,
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
        let (platform, carriers) = (mailer.platform.clone(), &mailer.settings.carriers);
        let connections = mailer.settings.connections.max(1);
        let route = match mailer.inbox() {
            _ if !carriers.is_empty() => Route::carriers(carriers, connections, &tls::source(), &mailer.aws),
            Some(inbox) => Route::inbox(inbox.clone(), connections),
            None => return None,
        };
        let gateway = mailer.settings.sms.as_ref();
        let route = route.with_texts(gateway, &tls::source(), mailer.inbox());
        Some(Worker {
            platform,
            mailer: mailer.clone(),
            route: Arc::new(route),
            sending: JoinSet::new(),
            claims: HashMap::new(),
            ended: Vec::new(),
            threads: Threads::default(),
            pace: Pace::new(mailer.settings.others_per_minute),
            starved: false,
            settle_at: Instant::now(),
            scan_at: Instant::now(),
            tidy_at: Instant::now(),
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
            self.tidy();
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
        // A mail that is not done by then keeps its lease until it ends.
        let _ = timeout(FAREWELL, under_way).await;
        if let Err(error) = self.pass(Pass::Last).await {
            tracing::error!(error = with_causes(&error), "outbox not settled");
        }
        self.route.close().await;
    }

    /// Once a second, connections that were idle for too long end, beside everything else.
    fn tidy(&mut self) {
        let now = Instant::now();
        if now >= self.tidy_at {
            self.tidy_at = now + TICK;
            let route = self.route.clone();
            tokio::spawn(async move { route.close_idle().await });
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
        let scan = match self.room(Urgency::Code) {
            0 => Instant::now() + TICK,
            _ => self.scan_at,
        };
        if self.ended.is_empty() {
            scan
        } else {
            scan.min(self.settle_at)
        }
    }

    /// How many more mails of this urgency may be started.
    fn room(&self, urgency: Urgency) -> usize {
        let others = self
            .claims
            .values()
            .filter(|entry| entry.urgency != Urgency::Code);
        let room = self.route.room(urgency, (self.sending.len(), others.count()));
        match urgency {
            Urgency::Code => room,
            Urgency::Notice | Urgency::Invitation => room.min(self.pace.room()),
        }
    }

    /// Starts what is handed over and what is due, and settles what has ended, in one commit.
    async fn pass(&mut self, pass: Pass) -> Result<(), CommitError> {
        while let Some(ended) = self.sending.try_join_next_with_id() {
            self.note(ended);
        }
        let now = self.platform.now();
        let mut steps = match pass {
            Pass::Last => Vec::new(),
            Pass::Timely | Pass::Whole => self.start_held(now).await?,
        };
        let put_back = !steps.is_empty();
        if pass == Pass::Whole || pass == Pass::Timely && self.scan_at <= Instant::now() {
            self.look(&mut steps, now).await?;
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

    /// Looks for rows that are due, the most urgent first, as many as there is room for.
    async fn look(&mut self, steps: &mut Vec<Step>, now: Millis) -> Result<(), CommitError> {
        let mut taken = 0;
        let mut wait = TICK;
        for urgency in Urgency::ALL {
            let room = self.room(urgency).saturating_sub(taken);
            if room == 0 {
                self.starved = true;
                continue;
            }
            let scan = Scan::prefix(rows::rank_prefix(urgency.rank()), room);
            let found = self.platform.store.scan(scan).await;
            let found = found.map_err(CommitError::Store)?;
            let due = due(&self.platform, found, &self.threads, now);
            wait = wait.min(due.wait(room, now));
            taken += due.steps.len();
            if urgency != Urgency::Code {
                self.pace.spend(due.steps.len());
            }
            steps.extend(due.steps);
        }
        self.scan_at = Instant::now() + wait;
        Ok(())
    }

    /// Starts mails that this process wrote and that are in the store by now. Returns what is to be done about the
    /// others: those without time left in their lease go back among the rows that are due.
    async fn start_held(&mut self, now: Millis) -> Result<Vec<Step>, CommitError> {
        let mut held = self.mailer.handover.take();
        let (mut steps, mut later) = (Vec::new(), Vec::new());
        while self.room(Urgency::Code) > 0
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
            let entry = found
                .as_ref()
                .and_then(|found| row.entry(found).or_else(|| Entry::parse(&self.platform, found)));
            match entry {
                None => later.extend(Some(row).filter(|row| found.is_none() && !row.is_given_up(now))),
                // Its lease is over: the scan finds it, like any other.
                Some(entry) if entry.due <= now => {}
                Some(entry) if entry.mail.expires <= now => steps.push(Step::expired(&self.platform, &entry)),
                Some(entry) if self.threads.has_newer(&entry) => steps.push(Step::replaced(&entry)),
                Some(entry) if entry.due < Millis(now.0 + ATTEMPT_MILLIS) => {
                    steps.push(Step::back(&entry, now));
                }
                Some(entry) if entry.mail.sealed == row.mail.sealed => {
                    self.deliver(entry, Some(row.payload), now)
                }
                Some(entry) => self.start(entry, now),
            }
        }
        self.mailer.handover.extend(held.into_iter().chain(later));
        Ok(steps)
    }

    /// Commits everything in one batch; where one of the rows has changed hands, each by itself.
    async fn commit(&mut self, steps: Vec<Step>, now: Millis) -> Result<(), CommitError> {
        let settled: Vec<Batch> = self
            .ended
            .iter()
            .map(|(entry, outcome)| settle(&self.platform, entry, outcome, now))
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
        let payload = entry.payload(&self.platform);
        self.deliver(entry, payload, now);
    }

    /// Delivers what was in the row; `None`: it does not open.
    fn deliver(&mut self, entry: Entry, payload: Option<Payload>, now: Millis) {
        self.threads.see(&entry, now);
        let life = Duration::from_millis(u64::try_from(entry.mail.expires.0 - now.0).unwrap_or(0));
        let (route, clock) = (self.route.clone(), self.platform.clock.clone());
        let task = self
            .sending
            .spawn(async move { Some(deliver(&route, &payload?, &*clock, life).await) });
        self.claims.insert(task.id(), entry);
    }

    fn note(&mut self, ended: Result<(Id, Outcome), JoinError>) {
        let (id, outcome) = ended.unwrap_or_else(|panicked| (panicked.id(), None));
        if let Some(entry) = self.claims.remove(&id) {
            report(&entry, &outcome, &self.mailer.numbers);
            if std::mem::take(&mut self.starved) {
                self.scan_at = Instant::now();
            }
            if self.ended.is_empty() {
                self.settle_at = Instant::now() + SETTLE_WITHIN;
            }
            self.ended.push((entry, outcome));
        }
    }
}

/// [`ATTEMPT`] by the server's clock.
const ATTEMPT_MILLIS: i64 = ATTEMPT.as_secs() as i64 * 1000;

/// One attempt, within its own limit and the mail's life.
async fn deliver(route: &Route, payload: &Payload, clock: &dyn Clock, life: Duration) -> Delivered {
    if payload.discard {
        return Delivered::untried(Ok(()));
    }
    let span = spans::mail();
    let sending = route.deliver(payload, clock).instrument(span.clone());
    let delivered = match timeout(life.min(ATTEMPT), sending).await {
        Ok(delivered) => delivered,
        // The carriers' own deadlines end sooner, so this is a mail whose life ended under way.
        Err(_) => Delivered::untried(Err(Failure::Unreachable)),
    };
    let outcome = if delivered.result.is_ok() {
        "sent"
    } else {
        "not_sent"
    };
    span.record("outcome", outcome);
    delivered
}
