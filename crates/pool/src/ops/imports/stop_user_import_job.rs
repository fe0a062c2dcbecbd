//! `StopUserImportJob`

use poolhouse_api::shapes::{self, UserImportJobStatusType};
use poolhouse_store::{Batch, CommitError, Expect};

use crate::base::error::ApiError;
use crate::records::{ImportJob, Importing, RecordBatch};
use crate::request::Ctx;
use crate::users::imports::{self, precondition};

/// How often a job is stopped anew that goes on meanwhile.
const RACES: usize = 64;
/// The service's words.
const STOPPED: &str = "The Import Job was stopped by the developer.";

/// Stops a job, for good. Users whom it has imported stay.
///
/// # Errors
/// `ResourceNotFoundException`; `PreconditionNotMetException` for a job that has ended.
pub async fn run(
    ctx: &Ctx,
    input: shapes::StopUserImportJobRequest,
) -> Result<shapes::StopUserImportJobResponse, ApiError> {
    use UserImportJobStatusType as Status;
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    for _ in 0..RACES {
        let job = imports::find(ctx, pool.id(), &input.job_id).await?;
        let is_active = matches!(job.value.status, Status::Pending | Status::InProgress);
        if !is_active && job.value.status != Status::Created {
            let status = job.value.status.as_str();
            return Err(precondition(format!(
                "The user import job cannot be stopped. Its status is {status}."
            )));
        }
        let stopped = ImportJob {
            status: Status::Stopped,
            completed: Some(ctx.now),
            message: Some(STOPPED.to_owned()),
            upload: None,
            ..job.value.clone()
        };
        let batch = job.value.without_file(Batch::new()).replace(&job, &stopped);
        let batch = match is_active {
            true => batch.delete(Importing::key(), Expect::Any),
            false => batch,
        };
        match ctx.platform().commit(batch).await {
            Ok(_) => {
                let url = imports::url(ctx, &stopped);
                return Ok(shapes::StopUserImportJobResponse {
                    user_import_job: Some(stopped.described(url)),
                });
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}
