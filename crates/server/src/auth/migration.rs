//! `UserMigration`: a user whom the pool does not know yet signs in with a password that an older directory knows.

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::UserStatusType;
use serde_json::{Value, json};

use super::aliases::Taken;
use super::attributes::Change;
use super::{credentials, registration};
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, Stored, UserRecord};
use crate::triggers::{self, Trigger, TriggerCall};

/// What the function is given to recognise the user by.
pub struct Request<'a> {
    /// The password as typed.
    pub password: &'a str,
    /// `ClientMetadata`, which becomes `validationData`.
    pub metadata: &'a BTreeMap<String, String>,
}

/// Asks the pool's UserMigration function for the user and creates what it answers. `Ok(None)` if the pool has no such
/// function, or the function does not know the user: then the sign-in goes on as for any unknown name.
///
/// # Errors
/// When the answer cannot be made a user, and store failures.
pub async fn migrate(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    name: &str,
    request: Request<'_>,
) -> Result<Option<Stored<UserRecord>>, ApiError> {
    let Some(arn) = pool.lambda(|lambdas| lambdas.user_migration.clone()) else {
        return Ok(None);
    };
    let validation = if request.metadata.is_empty() {
        Value::Null
    } else {
        json!(request.metadata)
    };
    let call = TriggerCall {
        trigger: Trigger::UserMigration,
        source: "UserMigration_Authentication",
        arn: &arn,
        username: name,
        client_id: Some(client.id()),
        request: json!({ "password": request.password, "validationData": validation, "clientMetadata": null }),
    };
    let event = match triggers::call(ctx, pool, call).await {
        Ok(event) => event,
        // A function that throws does not know the user, or the password is wrong: either way it is "not found".
        Err(error) if error.code == ErrorCode::UserLambdaValidationException => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(answer) = Migrated::read(&event) else {
        return Ok(None);
    };
    create(ctx, pool, name, request.password, answer).await.map(Some)
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
    user.sealed_verifier = Some(credentials::seal_verifier(ctx, pool, &user.username, password).await?);
    let rows = registration::rows(ctx, pool, &user, taken).await?;
    ctx.app.store.commit(rows).await?;
    let created = ctx.user_by_username(pool, &user.username).await?;
    created.ok_or_else(|| ApiError::internal("a user who was just migrated is not there"))
}
