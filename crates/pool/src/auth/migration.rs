//! `UserMigration`: a user whom the pool does not know yet signs in with a password that an older directory knows.

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::UserStatusType;
use serde_json::{Value, json};

use super::lockout::Attempt;
use super::subject::Subject;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::triggers::{self, Trigger, TriggerCall};
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
/// guessed at as easily as the pool. `metadata` is `ClientMetadata`, which becomes `validationData`.
///
/// # Errors
/// `Password attempts exceeded` during a lock of the name, which the function then does not hear of; when the answer
/// cannot be made a user; store failures.
pub async fn migrate(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    name: &str,
    password: &str,
    metadata: &BTreeMap<String, String>,
) -> Result<Migration, ApiError> {
    let Some(arn) = pool.lambda(|lambdas| lambdas.user_migration.clone()) else {
        return Ok(Migration::None);
    };
    let who = Subject::Unknown(name.to_owned()).id(ctx, pool)?;
    let attempt = Attempt::begin(ctx, pool.id(), who).await?;
    let attempt = attempt.counted_first(ctx).await?;
    let validation = if metadata.is_empty() {
        Value::Null
    } else {
        json!(metadata)
    };
    let call = TriggerCall {
        trigger: Trigger::UserMigration,
        source: "UserMigration_Authentication",
        arn: &arn,
        username: name,
        client_id: Some(client.id()),
        request: json!({ "password": password, "validationData": validation, "clientMetadata": null }),
    };
    let event = match triggers::call(&ctx.app.functions, &ctx.request_id, pool, call).await {
        Ok(event) => event,
        // A function that throws does not know the user, or the password is wrong: either way it is "not found".
        Err(error) if error.code == ErrorCode::UserLambdaValidationException => {
            return Ok(Migration::Unknown(attempt));
        }
        Err(error) => return Err(error),
    };
    let Some(answer) = Migrated::read(&event) else {
        return Ok(Migration::Unknown(attempt));
    };
    let user = Box::new(create(ctx, pool, name, password, answer).await?);
    Ok(Migration::Made(user, attempt))
}

/// What the function knows of the user.
struct Migrated {
    attributes: Vec<(String, String)>,
    status: UserStatusType,
    taken: Taken,
}

impl Migrated {
    /// Reads `response`; `None` where it has no attributes, which means that the function does not know the user.
    fn read(event: &Value) -> Option<Migrated> {
        let response = event.get("response")?;
        let attributes = response
            .get("userAttributes")?
            .as_object()
            .filter(|map| !map.is_empty())?;
        Some(Migrated {
            attributes: attributes
                .iter()
                .filter(|(name, _)| {
                    !matches!(name.as_str(), "sub" | "username") && !name.starts_with("cognito:")
                })
                .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect(),
            status: match response.get("finalUserStatus").and_then(Value::as_str) {
                Some("CONFIRMED") => UserStatusType::Confirmed,
                _ => UserStatusType::ResetRequired,
            },
            taken: match response.get("forceAliasCreation") {
                Some(Value::Bool(true)) => Taken::Move,
                _ => Taken::Refuse,
            },
        })
    }
}

async fn create(
    ctx: &Ctx,
    pool: &PoolRecord,
    name: &str,
    password: &str,
    migrated: Migrated,
) -> Result<Stored<UserRecord>, ApiError> {
    let Migrated {
        attributes,
        status,
        taken,
    } = migrated;
    let given = Change {
        set: attributes,
        remove: Vec::new(),
    };
    let mut user = registration::new_user(ctx, pool, name, given)?;
    user.status = status;
    // The password policy does not apply: the older directory took this password.
    user.sealed_verifier = Some(credentials::seal_verifier(ctx, pool, &user, password).await?);
    let rows = registration::rows(ctx, pool, &user, taken).await?;
    ctx.platform().commit(rows).await?;
    let created = ctx.user_by_sub(pool, &user.sub).await?;
    created.ok_or_else(|| ApiError::internal("a user who was just migrated is not there"))
}
