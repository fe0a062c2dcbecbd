//! `ConfirmDevice`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{ConfirmDeviceRequest, ConfirmDeviceResponse};
use poolhouse_crypto::srp::Verifier;
use poolhouse_store::{CommitError, Expect};

use super::reach;
use crate::auth::access_token::SignedIn;
use crate::auth::recent;
use crate::base::error::ApiError;
use crate::records::{DeviceRecord, FamilyDevice, Key, RecordBatch, RefreshRecord, Stored, UserRecord, load};
use crate::request::Ctx;
use crate::users::{devices, sign_out};

/// How often it is decided again when tokens of the user were exchanged or ended in between.
const RACES: usize = 64;

/// Confirms the key of a device that was handed to the user whom the token speaks for, in this sign-in or another: from then on
/// the device is known, and remembered, unless the pool leaves that to its users.
///
/// # Errors
/// `InvalidParameterException` `Invalid device key given.` for a key that was handed to nobody or somebody else, or with tokens
/// that are not good any more; for a verifier that is missing or none; `DeviceKeyExistsException` for a device that is
/// confirmed; `NotAuthorizedException` for a token that is not good (any more); `InvalidUserPoolConfigurationException`.
pub async fn run(ctx: &Ctx, input: ConfirmDeviceRequest) -> Result<ConfirmDeviceResponse, ApiError> {
    let signed_in = reach::by_token(ctx, Some(&input.access_token)).await?;
    let verifier = devices::read_verifier(input.device_secret_verifier_config.as_ref())?;
    recent::check_factors(ctx, &signed_in)?;
    confirm(ctx, &signed_in, input.device_key, input.device_name, &verifier).await?;
    Ok(ConfirmDeviceResponse {
        user_confirmation_necessary: Some(devices::wait_for_user(&signed_in.pool.value)),
    })
}

async fn confirm(
    ctx: &Ctx,
    signed_in: &SignedIn,
    device_key: String,
    name: Option<String>,
    verifier: &Verifier,
) -> Result<(), ApiError> {
    let (pool, user) = (&*signed_in.pool.value, &signed_in.user.value);
    if !DeviceRecord::has_form(&device_key) {
        return Err(invalid_key());
    }
    let key = DeviceRecord::key(pool.id(), &user.sub, &device_key);
    let sealed_verifier = devices::seal_verifier(ctx, &key, verifier);
    for _ in 0..RACES {
        let family = handed(ctx, signed_in, &device_key).await?;
        let family = family.ok_or_else(invalid_key)?;
        let device = DeviceRecord {
            device_key: device_key.clone(),
            group_key: group_of(&family).ok_or_else(invalid_key)?,
            sealed_verifier: sealed_verifier.clone(),
            name: name.clone(),
            is_remembered: !devices::wait_for_user(pool),
            created: ctx.now,
            modified: ctx.now,
            authenticated: ctx.now,
            address: ctx.asker.address,
        };
        let batch = devices::room_for_one(ctx, pool.id(), &user.sub)
            .await?
            .create(key.clone(), &device)
            .check(family.key.clone(), family.unchanged())
            .check(UserRecord::key(pool.id(), &user.sub), Expect::Present);
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict { key: lost }) if lost == key.as_str() => return Err(exists()),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

/// The family with whose tokens the key was handed out: mostly that of the token that asks.
async fn handed(
    ctx: &Ctx,
    signed_in: &SignedIn,
    device_key: &str,
) -> Result<Option<Stored<RefreshRecord>>, ApiError> {
    let own = load(ctx.platform(), &Key::from_text(signed_in.family.clone())).await?;
    let own = own.filter(|family: &Stored<RefreshRecord>| family.value.was_handed(device_key));
    match own {
        Some(family) => Ok(Some(family)),
        None => {
            let (pool, user) = (&signed_in.pool.value, &signed_in.user.value);
            sign_out::family_of_device(ctx, pool.id(), user, device_key).await
        }
    }
}

fn group_of(family: &Stored<RefreshRecord>) -> Option<String> {
    let device: Option<&FamilyDevice> = family.value.device.as_ref();
    device.and_then(|device| device.group.clone())
}

fn invalid_key() -> ApiError {
    ApiError::invalid_parameter("Invalid device key given.")
}

fn exists() -> ApiError {
    ApiError::new(ErrorCode::DeviceKeyExistsException, "Device key already exists.")
}
