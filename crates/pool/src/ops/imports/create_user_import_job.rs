//! `CreateUserImportJob`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{self, UserImportJobStatusType};
use poolhouse_crypto::{MIXED_ALPHANUMERIC, random_text};
use poolhouse_store::{Batch, Expect, Scan};

use crate::base::error::ApiError;
use crate::records::{Actor, ImportJob, PoolRecord, RecordBatch};
use crate::request::Ctx;
use crate::users::imports;

/// The most jobs of a pool, ended ones among them.
const MOST: usize = 1000;

/// Creates a job that waits for its file, which is put at `PreSignedUrl`.
///
/// # Errors
/// `ResourceNotFoundException`; `LimitExceededException` for more than 1,000 jobs; `InvalidParameterException` for
/// `PasswordHashingAlgorithm`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::CreateUserImportJobRequest,
) -> Result<shapes::CreateUserImportJobResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    if input.password_hashing_algorithm.is_some() {
        return Err(ApiError::unsupported_member("PasswordHashingAlgorithm"));
    }
    let jobs = Scan::prefix(ImportJob::all(pool.id()), MOST);
    if ctx.platform().store.scan(jobs).await?.len() >= MOST {
        return Err(ApiError::new(
            ErrorCode::LimitExceededException,
            "The user pool has 1,000 user import jobs.",
        ));
    }
    let job = ImportJob {
        pool_id: pool.id().to_owned(),
        id: format!(
            "import-{}",
            random_text(MIXED_ALPHANUMERIC, 10, &*ctx.platform().entropy)
        ),
        name: input.job_name,
        role: input.cloud_watch_logs_role_arn,
        status: UserImportJobStatusType::Created,
        created: ctx.now,
        started: None,
        completed: None,
        imported: 0,
        skipped: 0,
        failed: 0,
        message: None,
        upload: None,
        part: 0,
        line: 0,
        number: 0,
        actor: Actor::Anybody,
    };
    let batch = Batch::new()
        .check(PoolRecord::key(pool.id()), Expect::Present)
        .create(ImportJob::key(pool.id(), &job.id), &job);
    ctx.platform().commit(batch).await?;
    let url = imports::url(ctx, &job);
    Ok(shapes::CreateUserImportJobResponse {
        user_import_job: Some(job.described(url)),
    })
}
