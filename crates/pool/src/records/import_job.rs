//! Jobs that import users from a file: the job with how far it has come, the file, and what became of each of its lines.

use poolhouse_api::shapes::{self, UserImportJobStatusType};
use poolhouse_store::{Batch, Expect};
use serde_json::{Value, json};

use super::audit::Actor;
use super::document::{Document, integer, text};
use super::key::{Directory, Key};
use crate::base::clock::Millis;

/// How long a job waits for its file and its start.
const WAITS_SECONDS: i64 = 24 * 3600;
/// How long a file lies at most: longer than a job that was started in time takes.
const FILE_SECONDS: i64 = 7 * 24 * 3600;
/// How long the log of a job lies.
const LOG_SECONDS: i64 = 90 * 24 * 3600;
/// What the service says of a job that nobody started.
const EXPIRED: &str = "The user import job has expired.";

/// A file that was uploaded, in parts that end with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Which of the job's uploads it is.
    pub id: String,
    /// How many parts it has.
    pub parts: u64,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportJob {
    /// Its pool.
    pub pool_id: String,
    /// `JobId`
    pub id: String,
    /// `JobName`
    pub name: String,
    /// `CloudWatchLogsRoleArn`, which nothing asks.
    pub role: String,
    /// What was last said of it.
    pub status: UserImportJobStatusType,
    /// When it was created.
    pub created: Millis,
    /// When it was started.
    pub started: Option<Millis>,
    /// When it ended.
    pub completed: Option<Millis>,
    /// Users that were made.
    pub imported: u64,
    /// Lines about users that there were.
    pub skipped: u64,
    /// Lines that were refused.
    pub failed: u64,
    /// How it ended.
    pub message: Option<String>,
    /// The file.
    pub upload: Option<Upload>,
    /// The part of the file that is next.
    pub part: u64,
    /// How many lines of that part are done.
    pub line: u64,
    /// How many lines of the whole file are done, its header among them.
    pub number: u64,
    /// Who started it.
    pub actor: Actor,
}

impl ImportJob {
    /// Where it lies.
    pub fn key(pool_id: &str, id: &str) -> Key<ImportJob> {
        Key::of_pool(pool_id, format_args!("import/{id}"))
    }

    /// What the keys of a pool's jobs begin with.
    pub fn all(pool_id: &str) -> String {
        Key::<ImportJob>::of_pool(pool_id, "import/").into()
    }

    /// The same, expired if nobody started it in time.
    #[must_use]
    pub fn at(self, now: Millis) -> ImportJob {
        let ends = self.created.plus_seconds(WAITS_SECONDS);
        if self.status != UserImportJobStatusType::Created || now < ends {
            return self;
        }
        ImportJob {
            status: UserImportJobStatusType::Expired,
            completed: Some(ends),
            message: Some(EXPIRED.to_owned()),
            ..self
        }
    }

    /// As the API shows it, with where its file is to be put.
    pub fn described(self, url: String) -> shapes::UserImportJobType {
        let count = |number: u64| i64::try_from(number).ok();
        shapes::UserImportJobType {
            job_name: Some(self.name),
            job_id: Some(self.id),
            user_pool_id: Some(self.pool_id),
            pre_signed_url: Some(url),
            creation_date: Some(self.created.timestamp()),
            start_date: self.started.map(Millis::timestamp),
            completion_date: self.completed.map(Millis::timestamp),
            status: Some(self.status),
            cloud_watch_logs_role_arn: Some(self.role),
            imported_users: count(self.imported),
            skipped_users: count(self.skipped),
            failed_users: count(self.failed),
            completion_message: self.message,
            password_hashing_algorithm: None,
        }
    }

    /// Where a part of its file lies.
    pub fn part_key(&self, upload: &str, part: u64) -> Key<FilePart> {
        let id = &self.id;
        Key::of_pool(&self.pool_id, format_args!("import-file/{id}/{upload}-{part:06}"))
    }

    /// Deletes its file.
    pub fn without_file(&self, batch: Batch) -> Batch {
        let Some(upload) = &self.upload else { return batch };
        let parts = (0..upload.parts).map(|part| self.part_key(&upload.id, part));
        parts.fold(batch, |batch, key| batch.delete(key, Expect::Any))
    }

    /// Where it is noted what became of a line.
    pub fn log_key(&self, number: u64) -> Key<LogLine> {
        let id = &self.id;
        Key::of_pool(&self.pool_id, format_args!("import-log/{id}/{number:010}"))
    }

    /// What the keys of its log begin with.
    pub fn log(pool_id: &str, id: &str) -> String {
        Key::<LogLine>::of_pool(pool_id, format_args!("import-log/{id}/")).into()
    }
}

impl Document for ImportJob {
    fn to_document(&self) -> Value {
        let upload = self.upload.as_ref();
        json!({
            "pool": self.pool_id,
            "id": self.id,
            "name": self.name,
            "role": self.role,
            "status": self.status.as_str(),
            "created": self.created.0,
            "started": self.started.map(|at| at.0),
            "completed": self.completed.map(|at| at.0),
            "imported": self.imported,
            "skipped": self.skipped,
            "failed": self.failed,
            "message": self.message,
            "upload": upload.map(|upload| json!([upload.id, upload.parts])),
            "next": [self.part, self.line, self.number],
            "actor": self.actor.to_text(),
        })
    }

    fn from_document(document: &Value) -> Option<ImportJob> {
        let count = |member: &str| document.get(member)?.as_u64();
        let moment = |member: &str| integer(document, member).map(Millis);
        let next = |place: usize| document.get("next")?.get(place)?.as_u64();
        let upload = document.get("upload").filter(|upload| !upload.is_null());
        Some(ImportJob {
            pool_id: text(document, "pool")?,
            id: text(document, "id")?,
            name: text(document, "name")?,
            role: text(document, "role")?,
            status: UserImportJobStatusType::parse(&text(document, "status")?)?,
            created: moment("created")?,
            started: moment("started"),
            completed: moment("completed"),
            imported: count("imported")?,
            skipped: count("skipped")?,
            failed: count("failed")?,
            message: text(document, "message"),
            upload: match upload {
                None => None,
                Some(upload) => Some(Upload {
                    id: upload.get(0)?.as_str()?.to_owned(),
                    parts: upload.get(1)?.as_u64()?,
                }),
            },
            part: next(0)?,
            line: next(1)?,
            number: next(2)?,
            actor: match text(document, "actor") {
                None => Actor::Anybody,
                Some(actor) => Actor::from_text(&actor)?,
            },
        })
    }
}

/// Lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePart {
    /// The lines, each with its end.
    pub text: String,
    /// When the job was created.
    pub created: Millis,
}

impl Document for FilePart {
    fn to_document(&self) -> Value {
        json!({ "text": self.text, "created": self.created.0 })
    }

    fn from_document(document: &Value) -> Option<FilePart> {
        Some(FilePart {
            text: text(document, "text")?,
            created: Millis(integer(document, "created")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.created.plus_seconds(FILE_SECONDS))
    }
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// In the service's words.
    pub text: String,
    /// When.
    pub at: Millis,
}

impl Document for LogLine {
    fn to_document(&self) -> Value {
        json!([self.text, self.at.0])
    }

    fn from_document(document: &Value) -> Option<LogLine> {
        Some(LogLine {
            text: document.get(0)?.as_str()?.to_owned(),
            at: Millis(document.get(1)?.as_i64()?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.at.plus_seconds(LOG_SECONDS))
    }
}

/// `meta/importing`: the one job that is active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Importing {
    /// Its pool.
    pub pool_id: String,
    /// Its id.
    pub job_id: String,
}

impl Importing {
    /// Where it is noted.
    pub fn key() -> Key<Importing> {
        Key::listed(Directory::Meta, "importing")
    }
}

impl Document for Importing {
    fn to_document(&self) -> Value {
        json!([self.pool_id, self.job_id])
    }

    fn from_document(document: &Value) -> Option<Importing> {
        Some(Importing {
            pool_id: document.get(0)?.as_str()?.to_owned(),
            job_id: document.get(1)?.as_str()?.to_owned(),
        })
    }
}
