//! `AdminUpdateAuthEventFeedback`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{self, FeedbackValueType};
use poolhouse_store::{Batch, CommitError};

use super::view;
use crate::base::error::ApiError;
use crate::records::{Feedback, OfUser, RecordBatch, Stored, audit_log, load};
use crate::request::Ctx;

/// Entries of a user among which an event is looked for.
const MOST: usize = 5000;

/// Keeps whether an event was the user's own doing. It is shown with the event, and decides nothing.
///
/// # Errors
/// `ResourceNotFoundException`, also `Event not found.`; `UserNotFoundException`; `UserPoolAddOnNotEnabledException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminUpdateAuthEventFeedbackRequest,
) -> Result<shapes::AdminUpdateAuthEventFeedbackResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    view::check_is_on(&pool)?;
    let user = ctx.user(&pool, &input.username).await?.value;
    let id = audit_log::find(ctx.platform(), pool.id(), &user.sub, &input.event_id, MOST).await?;
    let key = OfUser::key(pool.id(), &user.sub, &id.ok_or_else(not_found)?);
    let row: Option<Stored<OfUser>> = load(ctx.platform(), &key).await?;
    let row = row.ok_or_else(not_found)?;
    let said = OfUser {
        feedback: Some(Feedback {
            is_valid: input.feedback_value == FeedbackValueType::Valid,
            provider: "Admin".to_owned(),
            at: ctx.now,
        }),
        ..row.value.clone()
    };
    match ctx.platform().commit(Batch::new().replace(&row, &said)).await {
        Ok(_) => Ok(shapes::AdminUpdateAuthEventFeedbackResponse::default()),
        Err(CommitError::Conflict { .. }) => Err(ApiError::concurrent_modification()),
        Err(error) => Err(error.into()),
    }
}

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::ResourceNotFoundException, "Event not found.")
}
