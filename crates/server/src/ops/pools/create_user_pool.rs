//! `CreateUserPool`

use poolhouse_api::shapes::{self, UserPoolType};
use poolhouse_crypto::{MIXED_ALPHANUMERIC, random_text};
use poolhouse_store::Expect;

use super::{schema, settings};
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::document::Document;
use crate::records::{PoolRecord, keys};

/// Creates a pool with two signing keys. Only `PoolName` is needed.
///
/// # Errors
/// `InvalidParameterException` for what the service does not take and for what this server refuses by name;
/// `FeatureUnavailableInTierException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::CreateUserPoolRequest,
) -> Result<shapes::CreateUserPoolResponse, ApiError> {
    let (aliases, usernames) = (input.alias_attributes.clone(), input.username_attributes.clone());
    if aliases.iter().flatten().next().is_some() && usernames.iter().flatten().next().is_some() {
        return Err(ApiError::invalid_parameter(
            "Only one of the aliasAttributes or usernameAttributes can be set in a User pool.",
        ));
    }
    let region = &ctx.app.settings.region;
    let id = format!(
        "{region}_{}",
        random_text(MIXED_ALPHANUMERIC, 9, &*ctx.app.entropy)
    );
    let mut pool = UserPoolType {
        arn: Some(format!(
            "arn:aws:cognito-idp:{region}:{}:userpool/{id}",
            ctx.app.settings.account
        )),
        name: input.pool_name.clone(),
        creation_date: Some(ctx.now.timestamp()),
        last_modified_date: Some(ctx.now.timestamp()),
        schema_attributes: Some(schema::of_new_pool(input.schema.clone())?),
        alias_attributes: aliases,
        username_attributes: usernames,
        username_configuration: input.username_configuration.clone(),
        estimated_number_of_users: Some(0),
        id: Some(id.clone()),
        ..UserPoolType::default()
    };
    settings::apply(&mut pool, input)?;

    let key = keys::pool(&id);
    let record = PoolRecord {
        settings: pool.clone(),
        sealed_seed: seed(ctx, &key),
    };
    let signing_keys = ctx.app.signing_keys.generate(ctx, &id).await?;
    ctx.app
        .store
        .commit(signing_keys.put(key, Expect::Absent, record.to_body()))
        .await?;
    Ok(shapes::CreateUserPoolResponse {
        user_pool: Some(pool),
    })
}

/// 32 random bytes, sealed under the pool's row.
fn seed(ctx: &Ctx, key: &str) -> String {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    ctx.app.entropy.fill(&mut *seed);
    ctx.app.sealer.seal(key, &*seed, &*ctx.app.entropy)
}
