//! `UserMigration`: a user whom the pool does not know yet signs in with a password that an older directory knows.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::UserStatusType;

use super::lockout::Attempt;
use super::subject::Subject;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{Metadata, Migrated, UserMigration, UserMigrationSource};
use crate::triggers::{self, About};
use crate::users::aliases::Taken;
use crate::users::attributes::Change;
use crate::users::{credentials, registration};

/// What came of a sign-in by a name that the pool does not know.
pub enum Migration {
    /// The pool has no function to ask.
    None,
    /// The function does not know the user, or not with this password.
    Unknown(Attempt),
    /// The user is in the pool now.
    Made(Box<Stored<UserRecord>>, Attempt),
}

/// Asks the pool's UserMigration function for the user and creates what it answers.
///
/// The attempt is counted before the function is asked, or it would be a way around the lockout: the older directory is
/// guessed at as easily as the pool. `subject` is whom the pool makes up for `name`; `metadata` is `ClientMetadata`, which becomes `validationData`.
///
/// # Errors
/// `Password attempts exceeded` during a lock of the name, which the function then does not hear of; when the answer
/// cannot be made a user; store failures.
pub async fn migrate(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    subject: &Subject,
    name: &str,
    password: &str,
    metadata: &Metadata,
) -> Result<Migration, ApiError> {
    let event = UserMigration {
        source: UserMigrationSource::Authentication { password },
        validation: Some(metadata),
        metadata: None,
    };
    if !triggers::has_function(pool, &event) {
        return Ok(Migration::None);
    }
    let attempt = Attempt::begin(ctx, pool.id(), subject.id().to_owned()).await?;
    let attempt = attempt.counted_first(ctx).await?;
    let about = About {
        pool,
        username: name,
        user: None,
        client: Some(client),
    };
    match triggers::call(ctx, &about, &event).await {
        Ok(Some(Some(migrated))) => {
            let user = Box::new(create(ctx, pool, name, Some(password), migrated).await?);
            Ok(Migration::Made(user, attempt))
        }
        Ok(Some(None) | None) => Ok(Migration::Unknown(attempt)),
        // A function that throws does not know the user, or the password is wrong: either way it is "not found".
        Err(error) if error.code == ErrorCode::UserLambdaValidationException => {
            Ok(Migration::Unknown(attempt))
        }
        Err(error) => Err(error),
    }
}

/// Whether the pool has a function to ask.
pub fn is_on(pool: &PoolRecord) -> bool {
    let event = UserMigration {
        source: UserMigrationSource::ForgotPassword,
        validation: None,
        metadata: None,
    };
    triggers::has_function(pool, &event)
}

/// Asks the pool's UserMigration function for a user who has forgotten its password, and creates what it answers: a user
/// without a password so far. The caller has counted the call.
///
/// # Errors
/// When the answer cannot be made a user; store failures.
pub async fn forgotten(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    name: &str,
    metadata: Option<&Metadata>,
) -> Result<Option<Box<Stored<UserRecord>>>, ApiError> {
    let event = UserMigration {
        source: UserMigrationSource::ForgotPassword,
        validation: None,
        metadata,
    };
    let about = About {
        pool,
        username: name,
        user: None,
        client: Some(client),
    };
    match triggers::call(ctx, &about, &event).await {
        Ok(Some(Some(migrated))) => {
            let user = create(ctx, pool, name, None, migrated).await?;
            Ok(Some(Box::new(user)))
        }
        Ok(Some(None) | None) => Ok(None),
        Err(error) if error.code == ErrorCode::UserLambdaValidationException => Ok(None),
        Err(error) => Err(error),
    }
}

async fn create(
    ctx: &Ctx,
    pool: &PoolRecord,
    name: &str,
    password: Option<&str>,
    migrated: Migrated,
) -> Result<Stored<UserRecord>, ApiError> {
    let given = Change {
        set: migrated.attributes,
        remove: Vec::new(),
    };
    let mut user = registration::new_user(ctx, pool, name, given)?;
    user.status = if migrated.confirmed {
        UserStatusType::Confirmed
    } else {
        UserStatusType::ResetRequired
    };
    // The password policy does not apply: the older directory took this password.
    user.sealed_verifier = match password {
        Some(password) => Some(credentials::seal_verifier(ctx, pool, &user, password).await?),
        None => None,
    };
    let taken = if migrated.force_alias_creation {
        Taken::Move
    } else {
        Taken::Refuse
    };
    let rows = registration::rows(ctx, pool, &user, taken).await?;
    ctx.platform().commit(rows).await?;
    let created = ctx.user_by_sub(pool, &user.sub).await?;
    created.ok_or_else(|| ApiError::internal("a user who was just migrated is not there"))
}
