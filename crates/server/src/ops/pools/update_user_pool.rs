//! `UpdateUserPool`

use poolhouse_api::shapes;
use poolhouse_store::{Batch, Expect};

use super::settings;
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::document::Document;

/// Replaces the settings of a pool: whatever the request leaves out is reset to its default, except for the name. What
/// a pool is created with (schema, usernames, aliases, case) cannot be changed and has no member here.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for what the service does not take and for what this
/// server refuses by name; `FeatureUnavailableInTierException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::UpdateUserPoolRequest,
) -> Result<shapes::UpdateUserPoolResponse, ApiError> {
    let mut pool = ctx
        .pool(input.user_pool_id.as_deref().unwrap_or_default())
        .await?;
    let name = input.pool_name.clone();
    let updated = &mut pool.value.settings;
    settings::apply(updated, as_creation(input))?;
    updated.name = name.or(updated.name.take());
    updated.last_modified_date = Some(ctx.now.timestamp());
    let batch = Batch::new().put(pool.key, Expect::Version(pool.version), pool.value.to_body());
    ctx.app.store.commit(batch).await?;
    Ok(shapes::UpdateUserPoolResponse::default())
}

/// The request as one for a new pool with these settings.
fn as_creation(input: shapes::UpdateUserPoolRequest) -> shapes::CreateUserPoolRequest {
    shapes::CreateUserPoolRequest {
        policies: input.policies,
        deletion_protection: input.deletion_protection,
        lambda_config: input.lambda_config,
        auto_verified_attributes: input.auto_verified_attributes,
        sms_verification_message: input.sms_verification_message,
        email_verification_message: input.email_verification_message,
        email_verification_subject: input.email_verification_subject,
        verification_message_template: input.verification_message_template,
        sms_authentication_message: input.sms_authentication_message,
        mfa_configuration: input.mfa_configuration,
        user_attribute_update_settings: input.user_attribute_update_settings,
        device_configuration: input.device_configuration,
        email_configuration: input.email_configuration,
        sms_configuration: input.sms_configuration,
        user_pool_tags: input.user_pool_tags,
        admin_create_user_config: input.admin_create_user_config,
        user_pool_add_ons: input.user_pool_add_ons,
        dcr_configuration: input.dcr_configuration,
        account_recovery_setting: input.account_recovery_setting,
        user_pool_tier: input.user_pool_tier,
        key_configuration: input.key_configuration,
        issuer_configuration: input.issuer_configuration,
        acr_configuration: input.acr_configuration,
        ..shapes::CreateUserPoolRequest::default()
    }
}
