//! The work of user import jobs: line by line, each user in the commit that says how far the job has come.
//!
//! So a server that is killed goes on at the line where it was, and of several servers none does a line twice: the job's row is
//! written over as it was read, and who loses that race leaves the job to the other for a while.

use std::sync::Arc;
use std::time::Duration;

use poolhouse_api::Operation;
use poolhouse_api::shapes::UserImportJobStatusType;
use poolhouse_crypto::uuid_v4;
use poolhouse_store::{Batch, CommitError, Expect};
use poolhouse_text::with_causes;
use tokio::time::sleep;

use crate::base::error::ApiError;
use crate::base::shutdown::Shutdown;
use crate::records::{
    FilePart, ImportJob, Importing, LogLine, PoolRecord, RecordBatch, Stored, UserRecord, load,
};
use crate::request::{App, Asker, Ctx};
use crate::users::aliases::Taken;
use crate::users::import_line::{self, Columns};
use crate::users::registration;

/// Between two looks at whether there is a job.
const PAUSE: Duration = Duration::from_secs(1);
/// Lines of one round.
const LINES: usize = 200;
/// How often a line is tried that others' changes get in the way of.
const RACES: usize = 16;
/// The service's words for the ends of a job.
const SUCCEEDED: &str = "Import Job Completed Successfully.";
const TOO_MANY: &str = "Too many users have failed or been skipped during the import.";
/// Ours, for a file that is none.
const NO_HEADER: &str = "The header in the csv file does not match the header of the user pool.";
const GONE: &str = "The csv file is not there any more.";
/// What the log says of users that there are.
const EXISTS: &str = "The user already exists.";

/// Imports users in rounds.
pub struct Importer {
    app: Arc<App>,
}

/// What a round came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// There is more to do.
    More,
    /// There is no job, or another server does it.
    Nothing,
}

/// What becomes of a line.
enum Verdict {
    Imported,
    Skipped,
    Failed(String),
}

/// A job at work.
struct Work<'a> {
    app: &'a Arc<App>,
    pool: PoolRecord,
    job: Stored<ImportJob>,
}

/// Why a job is left for now.
enum Left {
    /// Somebody else has changed it.
    ToOthers,
    Failed(ApiError),
}

impl<E: Into<ApiError>> From<E> for Left {
    fn from(error: E) -> Left {
        Left::Failed(error.into())
    }
}

impl Importer {
    /// An importer for the pool's services.
    pub fn new(app: &Arc<App>) -> Importer {
        Importer { app: app.clone() }
    }

    /// Works until told to stop. A line under way is finished.
    pub async fn run(self, shutdown: Shutdown) {
        while !shutdown.is_requested() {
            match self.round().await {
                Ok(Round::More) => continue,
                Ok(Round::Nothing) => {}
                Err(error) => tracing::warn!(error = with_causes(&error), "user import cut short"),
            }
            tokio::select! {
                () = sleep(PAUSE) => {}
                () = shutdown.requested() => {}
            }
        }
    }

    /// One round: some lines of the job that is active.
    ///
    /// # Errors
    /// When the store fails; the next round goes on.
    pub async fn round(&self) -> Result<Round, ApiError> {
        let platform = &self.app.platform;
        let Some(active) = load(platform, &Importing::key()).await? else {
            return Ok(Round::Nothing);
        };
        let Importing { pool_id, job_id } = &active.value;
        let pool = load(platform, &PoolRecord::key(pool_id)).await?;
        let job = load(platform, &ImportJob::key(pool_id, job_id)).await?;
        let (Some(pool), Some(job)) = (pool, job) else {
            // The pool was deleted, and the job with it.
            return match platform.commit(Batch::new().remove(&active)).await {
                Ok(_) | Err(CommitError::Conflict { .. }) => Ok(Round::Nothing),
                Err(error) => Err(error.into()),
            };
        };
        let mut work = Work {
            app: &self.app,
            pool: pool.value,
            job,
        };
        match work.some_lines().await {
            Ok(round) => Ok(round),
            Err(Left::ToOthers) => Ok(Round::Nothing),
            Err(Left::Failed(error)) => Err(error),
        }
    }
}

impl Work<'_> {
    async fn some_lines(&mut self) -> Result<Round, Left> {
        let Some(first) = self.part(0).await? else {
            return self.end(UserImportJobStatusType::Failed, GONE).await;
        };
        let mut lines = first.text.lines();
        let header = lines.next().unwrap_or_default();
        let Some(columns) = Columns::read(&self.pool, header) else {
            return self.end(UserImportJobStatusType::Failed, NO_HEADER).await;
        };
        if self.job.value.number == 0 {
            self.begin().await?;
        }
        let mut done = 0;
        while done < LINES {
            let place = self.job.value.part;
            let Some(part) = self.part(place).await? else {
                let parts = self.job.value.upload.as_ref().map_or(0, |upload| upload.parts);
                return match place < parts {
                    true => self.end(UserImportJobStatusType::Failed, GONE).await,
                    false => self.finish().await,
                };
            };
            let skip = usize::try_from(self.job.value.line).unwrap_or(usize::MAX);
            for line in part.text.lines().skip(skip).take(LINES - done) {
                self.line(&columns, line).await?;
                done += 1;
            }
            if self.job.value.line >= part.text.lines().count() as u64 {
                // In memory alone: the next line is committed with it.
                self.job.value.part += 1;
                self.job.value.line = 0;
            }
        }
        Ok(Round::More)
    }

    /// A part of the file; none behind its end.
    async fn part(&self, number: u64) -> Result<Option<FilePart>, Left> {
        let job = &self.job.value;
        let Some(upload) = job.upload.as_ref().filter(|upload| number < upload.parts) else {
            return Ok(None);
        };
        let part = load(&self.app.platform, &job.part_key(&upload.id, number)).await?;
        Ok(part.map(|part| part.value))
    }

    async fn begin(&mut self) -> Result<(), Left> {
        let begun = ImportJob {
            status: UserImportJobStatusType::InProgress,
            line: 1,
            number: 1,
            ..self.job.value.clone()
        };
        let batch = Batch::new().replace(&self.job, &begun);
        self.commit_to(batch, begun).await
    }

    /// Imports the user of a line, or says in the log why not.
    async fn line(&mut self, columns: &Columns, line: &str) -> Result<(), Left> {
        if line.trim().is_empty() {
            let next = self.next();
            let batch = Batch::new().replace(&self.job, &next);
            return self.commit_to(batch, next).await;
        }
        for _ in 0..RACES {
            let ctx = self.request();
            let made = columns.user(&ctx, &self.pool, line);
            let rows = match &made {
                Ok(user) => registration::rows(&ctx, &self.pool, user, Taken::Refuse).await,
                Err(error) => Err(ApiError::new(error.code, error.message.clone())),
            };
            let (user, rows) = match (made, rows) {
                (Ok(user), Ok(rows)) => (user, rows),
                (_, Err(error)) | (Err(error), _) if error.status() >= 500 => {
                    return Err(Left::Failed(error));
                }
                (_, Err(error)) | (Err(error), _) => return self.note(verdict(&error)).await,
            };
            if self.import(&ctx, &user, rows).await? {
                return Ok(());
            }
        }
        self.note(Verdict::Failed("Rate exceeded".to_owned())).await
    }

    /// Commits a user; whether that is done.
    async fn import(&mut self, ctx: &Ctx, user: &UserRecord, rows: Batch) -> Result<bool, Left> {
        let (next, batch) = self.after(&Verdict::Imported);
        match ctx.platform().commit(rows.merge(batch)).await {
            Ok(version) => {
                self.job = Stored {
                    version,
                    value: next,
                    ..self.job.clone()
                };
                Ok(true)
            }
            Err(CommitError::Conflict { key }) if key == self.job.key => Err(Left::ToOthers),
            Err(CommitError::Conflict { key }) => {
                let error = registration::conflict(&self.pool, user, &key, EXISTS);
                if import_line::is_taken(&error) {
                    self.note(Verdict::Skipped).await?;
                    return Ok(true);
                }
                match key == PoolRecord::key(self.pool.id()).as_str() {
                    true => Err(Left::ToOthers),
                    false => Ok(false),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn note(&mut self, verdict: Verdict) -> Result<(), Left> {
        let (next, batch) = self.after(&verdict);
        self.commit_to(batch, next).await
    }

    /// The job after the next line, and the rows that say so.
    fn after(&self, verdict: &Verdict) -> (ImportJob, Batch) {
        let mut next = self.next();
        let number = next.number;
        let text = match verdict {
            Verdict::Imported => {
                next.imported += 1;
                format!("[SUCCEEDED] Line Number {number} - The import succeeded.")
            }
            Verdict::Skipped => {
                next.skipped += 1;
                format!("[SKIPPED] Line Number {number} - {EXISTS}")
            }
            Verdict::Failed(why) => {
                next.failed += 1;
                format!("[FAILED] Line Number {number} - {why}")
            }
        };
        let at = self.app.platform.now();
        let batch = Batch::new().replace(&self.job, &next);
        let batch = batch.record(next.log_key(number), Expect::Any, &LogLine { text, at });
        (next, batch)
    }

    fn next(&self) -> ImportJob {
        let mut next = self.job.value.clone();
        next.line += 1;
        next.number += 1;
        next
    }

    async fn finish(&mut self) -> Result<Round, Left> {
        let ImportJob {
            imported,
            skipped,
            failed,
            ..
        } = self.job.value;
        match failed + skipped > imported {
            true => self.end(UserImportJobStatusType::Failed, TOO_MANY).await,
            false => self.end(UserImportJobStatusType::Succeeded, SUCCEEDED).await,
        }
    }

    /// Ends the job. Its file, which holds what is known of people, goes with it.
    async fn end(&mut self, status: UserImportJobStatusType, message: &str) -> Result<Round, Left> {
        let before = self.job.value.clone();
        let ended = ImportJob {
            status,
            message: Some(message.to_owned()),
            completed: Some(self.app.platform.now()),
            upload: None,
            ..before.clone()
        };
        let batch = before.without_file(Batch::new()).replace(&self.job, &ended);
        let batch = batch.delete(Importing::key(), Expect::Any);
        let (job, status) = (before.id.clone(), status.as_str());
        self.commit_to(batch, ended).await?;
        tracing::info!(
            pool = self.pool.id(),
            job,
            status,
            message,
            "a user import job ended"
        );
        Ok(Round::Nothing)
    }

    async fn commit_to(&mut self, batch: Batch, next: ImportJob) -> Result<(), Left> {
        match self.app.platform.commit(batch).await {
            Ok(version) => {
                self.job = Stored {
                    version,
                    value: next,
                    ..self.job.clone()
                };
                Ok(())
            }
            Err(CommitError::Conflict { .. }) => Err(Left::ToOthers),
            Err(error) => Err(error.into()),
        }
    }

    /// The request that a line stands for: a user that is made has an entry in the audit log, in the name of who started the job.
    fn request(&self) -> Ctx {
        let platform = &self.app.platform;
        let id = uuid_v4(&*platform.entropy);
        let ctx = Ctx::new(self.app.clone(), id, platform.now(), Asker::default());
        ctx.audit.serves(Operation::StartUserImportJob);
        ctx.audit.asked_by(self.job.value.actor.clone());
        ctx
    }
}

fn verdict(error: &ApiError) -> Verdict {
    match import_line::is_taken(error) {
        true => Verdict::Skipped,
        false => Verdict::Failed(error.message.clone()),
    }
}
