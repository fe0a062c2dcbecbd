//! `CreateUserPoolClient`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{self, ClientTypeType, UserPoolClientType};
use poolhouse_crypto::random_id;
use poolhouse_store::{Batch, CommitError, Expect, Scan};

use super::secret;
use super::settings::{self, Doing};
use crate::ctx::{Ctx, reference};
use crate::error::ApiError;
use crate::records::document::Document;
use crate::records::{ClientRecord, keys};

/// The most app clients that a pool can have. Two requests at the same moment may exceed it by one.
const CLIENTS: usize = 1_000;

/// Creates an app client. The answer shows its secret, if it has one.
///
/// # Errors
/// `ResourceNotFoundException`; `LimitExceededException`; `InvalidParameterException`, `InvalidOAuthFlowException` or
/// `ScopeDoesNotExistException` for settings that are not taken.
pub async fn run(
    ctx: &Ctx,
    mut input: shapes::CreateUserPoolClientRequest,
) -> Result<shapes::CreateUserPoolClientResponse, ApiError> {
    let pool = ctx
        .pool(input.user_pool_id.as_deref().unwrap_or_default())
        .await?;
    let pool_id = pool.value.id();
    let secret = secret::choose(ctx, input.generate_secret, input.client_secret.take())?;
    let id = random_id(26, &*ctx.app.entropy);
    let mut client = UserPoolClientType {
        user_pool_id: Some(pool_id.to_owned()),
        client_name: input.client_name.clone(),
        client_id: Some(id.clone()),
        creation_date: Some(ctx.now.timestamp()),
        last_modified_date: Some(ctx.now.timestamp()),
        client_type: Some(ClientTypeType::Regular),
        ..UserPoolClientType::default()
    };
    settings::apply(&pool.value, &mut client, input, secret.is_some(), Doing::Creating)?;
    check_room(ctx, pool_id).await?;

    let sealed_secret = secret.map(|secret| secret::seal(ctx, pool_id, &id, &secret));
    let record = ClientRecord {
        settings: client,
        sealed_secret,
    };
    let batch = Batch::new()
        .check(pool.key.clone(), Expect::Present)
        .put(keys::client(pool_id, &id), Expect::Absent, record.to_body())
        .put(keys::client_pool(&id), Expect::Absent, reference(pool_id));
    match ctx.app.store.commit(batch).await {
        Ok(_) => Ok(shapes::CreateUserPoolClientResponse {
            user_pool_client: Some(secret::shown(ctx, record)?),
        }),
        Err(CommitError::Conflict { key }) if key == pool.key => Err(ApiError::pool_not_found(pool_id)),
        Err(error) => Err(error.into()),
    }
}

async fn check_room(ctx: &Ctx, pool_id: &str) -> Result<(), ApiError> {
    let clients = ctx
        .app
        .store
        .scan(Scan::prefix(keys::clients(pool_id), CLIENTS))
        .await?;
    if clients.len() < CLIENTS {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::LimitExceededException,
        format!("A user pool can have at most {CLIENTS} app clients."),
    ))
}
