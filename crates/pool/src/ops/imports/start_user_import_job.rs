//! `StartUserImportJob`

use poolhouse_api::shapes::{self, UserImportJobStatusType};
use poolhouse_store::{Batch, CommitError};

use crate::base::error::ApiError;
use crate::records::{ImportJob, Importing, RecordBatch};
use crate::request::Ctx;
use crate::users::imports::{self, precondition};

/// Starts a job. It goes on by itself, after a restart of the server, too.
///
/// # Errors
/// `ResourceNotFoundException`; `PreconditionNotMetException` without a file, for a job that was started before, in a pool that
/// verifies nothing by itself, and while another job is active.
pub async fn run(
    ctx: &Ctx,
    input: shapes::StartUserImportJobRequest,
) -> Result<shapes::StartUserImportJobResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let job = imports::find(ctx, pool.id(), &input.job_id).await?;
    if job.value.status != UserImportJobStatusType::Created {
        let status = job.value.status.as_str();
        return Err(precondition(format!(
            "The user import job cannot be started. Its status is {status}."
        )));
    }
    if job.value.upload.is_none() {
        return Err(precondition(format!(
            "No csv file was uploaded for {}",
            job.value.id
        )));
    }
    let automatic = pool.settings.auto_verified_attributes.as_deref();
    if automatic.unwrap_or_default().is_empty() {
        return Err(precondition(
            "The user pool has no auto verified attributes.".to_owned(),
        ));
    }
    let started = ImportJob {
        status: UserImportJobStatusType::Pending,
        started: Some(ctx.now),
        actor: ctx.audit.actor(),
        ..job.value.clone()
    };
    let active = Importing {
        pool_id: pool.id().to_owned(),
        job_id: started.id.clone(),
    };
    let batch = Batch::new()
        .replace(&job, &started)
        .create(Importing::key(), &active);
    match ctx.platform().commit(batch).await {
        Ok(_) => {}
        Err(CommitError::Conflict { key }) if key == Importing::key().as_str() => {
            return Err(precondition("Another user import job is active.".to_owned()));
        }
        Err(CommitError::Conflict { .. }) => return Err(ApiError::concurrent_modification()),
        Err(error) => return Err(error.into()),
    }
    let url = imports::url(ctx, &started);
    Ok(shapes::StartUserImportJobResponse {
        user_import_job: Some(started.described(url)),
    })
}
