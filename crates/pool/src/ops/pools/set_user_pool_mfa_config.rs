//! `SetUserPoolMfaConfig`

use poolhouse_api::shapes::{SetUserPoolMfaConfigRequest, SetUserPoolMfaConfigResponse};
use poolhouse_store::Batch;

use super::get_user_pool_mfa_config::shown;
use super::mfa;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Sets which second factors a pool has, and when they are asked for, in place of what it had: a factor that is left out is
/// switched off, and an absent `MfaConfiguration` means `OFF`, as on AWS. What users have registered stays.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` in the service's words for what does not go together, and with the
/// member's name for passkeys; `FeatureUnavailableInTierException`; `ConcurrentModificationException`.
pub async fn run(
    ctx: &Ctx,
    input: SetUserPoolMfaConfigRequest,
) -> Result<SetUserPoolMfaConfigResponse, ApiError> {
    let before = ctx.pool(&input.user_pool_id).await?.into_owned();
    let mut pool = before.value.clone();
    mfa::set(ctx, &mut pool, input)?;
    pool.settings.last_modified_date = Some(ctx.now.timestamp());
    let batch = Batch::new().replace(&before, &pool);
    ctx.platform()
        .commit(batch)
        .await
        .map_err(ApiError::lost_update)?;
    let shown = shown(&pool);
    Ok(SetUserPoolMfaConfigResponse {
        mfa_configuration: shown.mfa_configuration,
        sms_mfa_configuration: shown.sms_mfa_configuration,
        software_token_mfa_configuration: shown.software_token_mfa_configuration,
        email_mfa_configuration: shown.email_mfa_configuration,
        web_authn_configuration: shown.web_authn_configuration,
    })
}

#[cfg(test)]
mod tests;
