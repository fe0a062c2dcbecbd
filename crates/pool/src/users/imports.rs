//! Jobs that import users: where a file is put, and what is uploaded there.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::UserImportJobStatusType;
use poolhouse_crypto::{constant_time_eq, hmac_sha256, random_id};
use poolhouse_store::{Batch, Expect};
use poolhouse_text::hex;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::records::{FilePart, ImportJob, RecordBatch, Stored, Upload, load};
use crate::request::Ctx;

/// How long a URL takes a file, as on the service.
const URL_SECONDS: i64 = 15 * 60;
/// The most bytes of a file.
pub const LARGEST: usize = 100 * 1024 * 1024;
/// Bytes of a part, at which it ends with the line.
const PART: usize = 128 * 1024;
/// The path under which files are put.
pub const PATH: &str = "/user-import";

/// The job of this id.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(ctx: &Ctx, pool_id: &str, id: &str) -> Result<Stored<ImportJob>, ApiError> {
    let job = ctx.load(&ImportJob::key(pool_id, id)).await?;
    let mut job = job.ok_or_else(|| {
        ApiError::new(
            ErrorCode::ResourceNotFoundException,
            format!("User import job {id} does not exist."),
        )
    })?;
    job.value = job.value.at(ctx.now);
    Ok(job)
}

/// A state in which a job does not do what is asked.
pub fn precondition(message: String) -> ApiError {
    ApiError::new(ErrorCode::PreconditionNotMetException, message)
}

/// Where the job's file is put, by anybody who has the URL, for the next quarter of an hour.
pub fn url(ctx: &Ctx, job: &ImportJob) -> String {
    let base = ctx.app.settings.issuer.trim_end_matches('/');
    let until = ctx.now.plus_seconds(URL_SECONDS).seconds();
    let (pool_id, id) = (&job.pool_id, &job.id);
    let signature = signature(ctx.platform(), job, until);
    format!("{base}{PATH}/{pool_id}/{id}?expires={until}&signature={signature}")
}

fn signature(platform: &Platform, job: &ImportJob, until: i64) -> String {
    let key = platform.name("user import url", job.pool_id.as_bytes());
    hex::encode(&hmac_sha256(&key, &[job.id.as_bytes(), &until.to_be_bytes()]))
}

/// A file on its way in.
pub struct Arriving {
    platform: Platform,
    job: Stored<ImportJob>,
    upload: Upload,
    bytes: usize,
    rest: Vec<u8>,
}

/// Why a file is not taken.
#[derive(Debug)]
pub enum NotTaken {
    /// The URL is not, or not any more, one that takes a file.
    Denied(&'static str),
    /// It is too large.
    TooLarge,
    /// It is not UTF-8.
    NotText,
    /// The store failed.
    Failed(ApiError),
}

impl<E: Into<ApiError>> From<E> for NotTaken {
    fn from(error: E) -> NotTaken {
        NotTaken::Failed(error.into())
    }
}

impl Arriving {
    /// Takes a file for this job, if the URL says so.
    ///
    /// # Errors
    /// [`NotTaken`]
    pub async fn begin(
        platform: &Platform,
        (pool_id, id): (&str, &str),
        (until, given): (i64, &str),
    ) -> Result<Arriving, NotTaken> {
        let now = platform.now();
        let denied = || NotTaken::Denied("The URL takes no file.");
        let job = load(platform, &ImportJob::key(pool_id, id))
            .await?
            .ok_or_else(denied)?;
        let signature = signature(platform, &job.value, until);
        if !constant_time_eq(signature.as_bytes(), given.as_bytes()) {
            return Err(denied());
        }
        if now.seconds() >= until {
            return Err(NotTaken::Denied("Request has expired"));
        }
        check_waiting(&job.value, now)?;
        let upload = Upload {
            id: random_id(10, &*platform.entropy),
            parts: 0,
        };
        Ok(Arriving {
            platform: platform.clone(),
            job,
            upload,
            bytes: 0,
            rest: Vec::new(),
        })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`NotTaken`]
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), NotTaken> {
        self.bytes += bytes.len();
        if self.bytes > LARGEST {
            return Err(NotTaken::TooLarge);
        }
        self.rest.extend_from_slice(bytes);
        while self.rest.len() >= PART {
            let Some(end) = self.rest[PART - 1..].iter().position(|byte| *byte == b'\n') else {
                return match self.rest.len() > 2 * PART {
                    true => Err(NotTaken::NotText),
                    false => Ok(()),
                };
            };
            let rest = self.rest.split_off(PART + end);
            let part = std::mem::replace(&mut self.rest, rest);
            self.keep(part).await?;
        }
        Ok(())
    }

    /// The file is whole. It takes the place of one before.
    ///
    /// # Errors
    /// [`NotTaken`], also if the job was started in the meantime.
    pub async fn finish(mut self) -> Result<(), NotTaken> {
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_empty() {
            self.keep(rest).await?;
        }
        let before = self.job.value.clone();
        let after = ImportJob {
            upload: Some(self.upload),
            ..before.clone()
        };
        let batch = before.without_file(Batch::new()).replace(&self.job, &after);
        match self.platform.commit(batch).await {
            Ok(_) => Ok(()),
            Err(poolhouse_store::CommitError::Conflict { .. }) => {
                Err(NotTaken::Denied("The job was changed in the meantime."))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn keep(&mut self, bytes: Vec<u8>) -> Result<(), NotTaken> {
        let text = String::from_utf8(bytes).map_err(|_| NotTaken::NotText)?;
        let job = &self.job.value;
        let part = FilePart {
            text,
            created: job.created,
        };
        let key = job.part_key(&self.upload.id, self.upload.parts);
        let batch = Batch::new().record(key, Expect::Any, &part);
        self.platform.commit(batch).await?;
        self.upload.parts += 1;
        Ok(())
    }
}

fn check_waiting(job: &ImportJob, now: Millis) -> Result<(), NotTaken> {
    match job.clone().at(now).status {
        UserImportJobStatusType::Created => Ok(()),
        _ => Err(NotTaken::Denied("The job was started, or has expired.")),
    }
}
