//! What the operations on managed login styles share.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::ManagedLoginBrandingType;
use poolhouse_store::{Batch, Expect};

use super::assets::{self, Given};
use super::settings;
use crate::base::error::ApiError;
use crate::records::{BrandingRecord, RecordBatch, Stored};
use crate::request::Ctx;

/// The style with this id.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(ctx: &Ctx, pool_id: &str, id: &str) -> Result<Stored<BrandingRecord>, ApiError> {
    // Ids are compared as they are written here, whatever the case of the request.
    let id = id.to_lowercase();
    let found = ctx.load(&BrandingRecord::key(pool_id, &id)).await?;
    found.ok_or_else(none)
}

/// There is no such style.
pub fn none() -> ApiError {
    ApiError::new(
        ErrorCode::ResourceNotFoundException,
        "Managed login branding does not exist.",
    )
}

/// A style that has the defaults has nothing of its own.
pub fn provided_excludes_own() -> ApiError {
    ApiError::invalid_parameter(
        "Settings and Assets cannot be given together with UseCognitoProvidedValues as true.",
    )
}

/// A style as the API describes it: what was given, or, where `merged`, over what is so by default.
///
/// # Errors
/// When the store fails.
pub async fn described(
    ctx: &Ctx,
    pool_id: &str,
    style: &BrandingRecord,
    merged: bool,
) -> Result<ManagedLoginBrandingType, ApiError> {
    let own = style.settings.clone();
    let shown = match (merged, own) {
        (false, own) => own,
        (true, None) => Some(settings::by_default()?),
        (true, Some(own)) => Some(settings::over(settings::by_default()?, &own)),
    };
    let pictures = assets::described(ctx, pool_id, style).await?;
    Ok(ManagedLoginBrandingType {
        managed_login_branding_id: Some(style.id.clone()),
        user_pool_id: Some(pool_id.to_owned()),
        use_cognito_provided_values: Some(style.provided),
        settings: shown,
        assets: Some(pictures).filter(|pictures| !pictures.is_empty()),
        creation_date: Some(style.created.timestamp()),
        last_modified_date: Some(style.modified.timestamp()),
    })
}

/// The rows of the bytes of pictures.
pub fn bytes(batch: Batch, pool_id: &str, id: &str, given: &[Given]) -> Batch {
    given.iter().fold(batch, |batch, one| {
        let key = BrandingRecord::asset(pool_id, id, &one.asset);
        batch.record(key, Expect::Any, &one.bytes)
    })
}

/// Everything of a style but its own row, to be deleted with it.
pub fn gone(batch: Batch, pool_id: &str, style: &BrandingRecord) -> Batch {
    let batch = batch.delete(BrandingRecord::of_client(pool_id, &style.client_id), Expect::Any);
    without_assets(batch, pool_id, style)
}

/// The bytes of a style's pictures, to be deleted.
pub fn without_assets(batch: Batch, pool_id: &str, style: &BrandingRecord) -> Batch {
    style.assets.iter().fold(batch, |batch, asset| {
        batch.delete(BrandingRecord::asset(pool_id, &style.id, asset), Expect::Any)
    })
}
