//! The worker: claims what is due, delivers, settles. One loop per process; several processes may share an outbox.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_mail::smtp::SendError;
use poolhouse_store::{Batch, CommitError, Row, Scan, Version};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::timeout;

use super::outbox::{Entry, Payload};
use super::route::{ATTEMPT, Failure, REST, Route};
use crate::app::App;
use crate::clock::Millis;
use crate::error::with_causes;
use crate::records::keys;
use crate::shutdown::Shutdown;
use crate::tls;

/// How long a claim lasts, in seconds: longer than [`ATTEMPT`], so that nobody else sends a mail that is under way.
const LEASE_SECONDS: i64 = 30;
/// Seconds from one attempt to the next. The last step repeats until the mail expires.
const SCHEDULE: [i64; 6] = [5, 15, 30, 60, 120, 240];
/// How long the worker sleeps if nothing wakes it: rows of other processes and ended leases announce themselves to
/// nobody.
const TICK: Duration = Duration::from_secs(1);
/// How long a stopping worker waits for mails under way. The leases of those that take longer end by themselves.
const FAREWELL: Duration = Duration::from_secs(5);

/// How one mail ended. `None`: it could not be opened or delivering it panicked, and it never will be delivered.
type Outcome = Option<Result<(), Failure>>;

/// Sends what lies in the outbox.
pub struct Worker {
    app: Arc<App>,
    route: Arc<Route>,
    sending: JoinSet<Outcome>,
    claims: HashMap<Id, Entry>,
    settled: Vec<(Entry, Outcome)>,
}

/// What one pass over the outbox left to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// There may be more that is due.
    Again,
    /// Nothing is due before a wake-up, the end of a delivery, or this long from now.
    Wait(Duration),
}

impl Worker {
    /// A worker for the server's outbox; `None` if the server has nowhere to send mail.
    pub fn new(app: &Arc<App>) -> Option<Worker> {
        let carriers = &app.settings.mail.carriers;
        let route = match app.mailer.inbox() {
            _ if !carriers.is_empty() => Route::carriers(carriers, &tls::source(), &app.clock),
            Some(inbox) => Route::Inbox(inbox.clone()),
            None => return None,
        };
        Some(Worker {
            app: app.clone(),
            route: Arc::new(route),
            sending: JoinSet::new(),
            claims: HashMap::new(),
            settled: Vec::new(),
        })
    }

    /// Works until told to stop.
    pub async fn run(mut self, shutdown: Shutdown) {
        while !shutdown.is_requested() {
            let pause = match self.pass(true).await {
                Ok(Next::Again) => continue,
                Ok(Next::Wait(pause)) => pause,
                Err(error) => {
                    tracing::error!(error = with_causes(&error), "outbox cannot be worked on");
                    TICK
                }
            };
            tokio::select! {
                Some(ended) = self.sending.join_next_with_id() => self.note(ended),
                () = self.app.mailer.due.notified() => {}
                () = tokio::time::sleep(pause) => {}
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
        if let Err(error) = self.pass(false).await {
            tracing::error!(error = with_causes(&error), "outbox not settled");
        }
    }

    /// Delivers everything that is due by the server's clock, and returns when nothing is under way.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drain(&mut self) -> Result<(), CommitError> {
        loop {
            let next = self.pass(true).await?;
            match self.sending.join_next_with_id().await {
                Some(ended) => self.note(ended),
                None if next == Next::Again => {}
                None => return Ok(()),
            }
        }
    }

    /// Settles what has ended and claims what is due, all in one commit.
    async fn pass(&mut self, claims: bool) -> Result<Next, CommitError> {
        while let Some(ended) = self.sending.try_join_next_with_id() {
            self.note(ended);
        }
        let now = self.app.clock.now();
        let settled: Vec<Batch> = self
            .settled
            .iter()
            .map(|(entry, outcome)| self.settle(entry, outcome, now))
            .collect();
        let room = if claims {
            self.route.room(self.sending.len())
        } else {
            0
        };
        let rows = match room {
            0 => Vec::new(),
            room => self
                .app
                .store
                .scan(Scan::prefix(keys::OUTBOX, room))
                .await
                .map_err(CommitError::Store)?,
        };
        let due = due(rows, now);
        let next = match due.first_later {
            Some(later) => {
                Next::Wait(TICK.min(Duration::from_millis(u64::try_from(later.0 - now.0).unwrap_or(0))))
            }
            None if due.steps.len() < room || room == 0 => Next::Wait(TICK),
            None => Next::Again,
        };
        self.commit(settled, due.steps).await?;
        Ok(next)
    }

    /// Commits everything in one batch; where one of the rows has changed hands, each by itself.
    async fn commit(&mut self, settled: Vec<Batch>, steps: Vec<Step>) -> Result<(), CommitError> {
        let whole = settled
            .iter()
            .cloned()
            .chain(steps.iter().map(|step| step.batch.clone()));
        let whole = whole.fold(Batch::new(), Batch::merge);
        if whole.is_empty() {
            return Ok(());
        }
        match self.app.store.commit(whole).await {
            Ok(version) => {
                self.settled.clear();
                steps.into_iter().for_each(|step| self.start(step, version));
                return Ok(());
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        for batch in settled {
            let done = self.app.store.commit(batch).await;
            if let Err(error @ CommitError::Store(_)) = done {
                return Err(error);
            }
            // In order, so that what failed to be written is still there for the next pass.
            self.settled.remove(0);
        }
        for step in steps {
            match self.app.store.commit(step.batch.clone()).await {
                Ok(version) => self.start(step, version),
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Starts delivering a claimed mail.
    fn start(&mut self, step: Step, version: Version) {
        let Some(mut entry) = step.claimed else { return };
        entry.version = version;
        let now = self.app.clock.now();
        let life = Duration::from_millis(u64::try_from(entry.expires.0 - now.0).unwrap_or(0));
        let payload = entry.payload(&self.app);
        let route = self.route.clone();
        let task = self
            .sending
            .spawn(async move { Some(deliver(&route, &payload?, now, life).await) });
        self.claims.insert(task.id(), entry);
    }

    fn note(&mut self, ended: Result<(Id, Outcome), JoinError>) {
        let (id, outcome) = ended.unwrap_or_else(|panicked| (panicked.id(), None));
        if let Some(entry) = self.claims.remove(&id) {
            self.settled.push((entry, outcome));
        }
    }

    /// What an outcome means for the mail's row.
    fn settle(&self, entry: &Entry, outcome: &Outcome, now: Millis) -> Batch {
        let (wait, failures) = match outcome {
            Some(Ok(())) => {
                tracing::info!(mail = entry.id, failures = entry.failures, "mail accepted");
                return entry.removed();
            }
            Some(Err(Failure::Unreachable)) => (milliseconds(REST), entry.failures),
            Some(Err(Failure::Later(error))) => {
                log_failure(entry, error, "mail deferred");
                (self.backoff(entry.failures), entry.failures + 1)
            }
            Some(Err(Failure::Never(error))) => {
                log_failure(entry, error, "mail refused for good");
                return entry.removed();
            }
            Some(Err(Failure::Unclear(error))) => {
                log_failure(entry, error, "mail perhaps delivered, not repeated");
                return entry.removed();
            }
            None => {
                tracing::error!(mail = entry.id, "mail cannot be read or sent, removed");
                return entry.removed();
            }
        };
        let due = Millis(now.0.saturating_add(wait));
        if due >= entry.expires {
            tracing::warn!(mail = entry.id, "mail expired, removed");
            return entry.removed();
        }
        entry.moved(due, failures).0
    }

    /// Milliseconds until the next attempt: the schedule's step, 20 % more or less at random, so that mails that
    /// failed together do not come back together.
    fn backoff(&self, failures: u32) -> i64 {
        let step = usize::try_from(failures)
            .unwrap_or(usize::MAX)
            .min(SCHEDULE.len() - 1);
        let mut random = [0; 2];
        self.app.entropy.fill(&mut random);
        let thousandths = 800 + i64::from(u16::from_be_bytes(random)) * 400 / i64::from(u16::MAX);
        SCHEDULE[step] * thousandths
    }
}

/// What a page of the outbox asks for.
struct Due {
    steps: Vec<Step>,
    /// When the first row falls due that does not yet.
    first_later: Option<Millis>,
}

/// One row's part of the commit: a claim, or the end of a row that nobody will send.
struct Step {
    batch: Batch,
    claimed: Option<Entry>,
}

fn due(rows: Vec<Row>, now: Millis) -> Due {
    let mut due = Due {
        steps: Vec::new(),
        first_later: None,
    };
    for row in rows {
        let step = match Entry::parse(&row) {
            None => {
                tracing::error!(key = row.key, "row of the outbox cannot be read, removed");
                let batch = Batch::new().delete(row.key, poolhouse_store::Expect::Version(row.version));
                Step { batch, claimed: None }
            }
            Some(entry) if entry.due > now => {
                due.first_later = Some(entry.due);
                break;
            }
            Some(entry) if entry.expires <= now => {
                tracing::warn!(mail = entry.id, "mail expired, removed");
                Step {
                    batch: entry.removed(),
                    claimed: None,
                }
            }
            Some(entry) => {
                let (batch, claimed) = entry.moved(now.plus_seconds(LEASE_SECONDS), entry.failures);
                Step {
                    batch,
                    claimed: Some(claimed),
                }
            }
        };
        due.steps.push(step);
    }
    due
}

/// One attempt, within its own limit and the mail's life.
async fn deliver(route: &Route, payload: &Payload, now: Millis, life: Duration) -> Result<(), Failure> {
    if payload.discard {
        return Ok(());
    }
    match timeout(life.min(ATTEMPT), route.deliver(payload, now)).await {
        Ok(delivered) => delivered,
        // The relays' own deadlines end sooner, so this is a mail whose life ended under way.
        Err(_) => Err(Failure::Unreachable),
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn log_failure(entry: &Entry, error: &SendError, what: &'static str) {
    let code = error.reply().map(|reply| reply.code());
    tracing::warn!(mail = entry.id, failures = entry.failures, %error, class = ?error.class(), code, what, "mail");
}
