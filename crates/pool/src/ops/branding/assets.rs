//! The pictures of a managed login style.

use poolhouse_api::shapes::{AssetCategoryType, AssetType, ColorSchemeModeType};
use poolhouse_api::{Blob, ErrorCode};
use poolhouse_crypto::sha256;
use poolhouse_text::hex;

use super::images;
use crate::base::error::ApiError;
use crate::records::{AssetBytes, BrandingAsset, BrandingRecord, Key};
use crate::request::Ctx;

/// Bytes of all the pictures of a style together.
const TOGETHER: i64 = 2_000_000;
/// Pictures that a style can have.
const MOST: usize = 40;

/// A picture as it was given.
pub struct Given {
    /// What is known of it.
    pub asset: BrandingAsset,
    /// Its bytes in base64.
    pub bytes: AssetBytes,
}

/// The pictures of a request.
///
/// # Errors
/// `InvalidParameterException` for one without bytes, of another kind than its extension says, or given twice.
pub fn given(asked: Option<Vec<AssetType>>) -> Result<Vec<Given>, ApiError> {
    let mut found: Vec<Given> = Vec::new();
    for asked in asked.into_iter().flatten() {
        let one = checked(asked)?;
        if found.iter().any(|other| is_same_place(&other.asset, &one.asset)) {
            return Err(ApiError::invalid_parameter(format!(
                "The asset {} is given twice.",
                place(one.asset.category, one.asset.mode)
            )));
        }
        found.push(one);
    }
    Ok(found)
}

fn checked(asked: AssetType) -> Result<Given, ApiError> {
    let (category, mode) = (asked.category, asked.color_mode);
    let named = place(category, mode);
    let Some(base64) = asked.bytes.filter(|bytes| !bytes.0.is_empty()) else {
        return Err(ApiError::invalid_parameter(format!(
            "The asset {named} needs Bytes."
        )));
    };
    let bytes = images::bytes(&base64);
    if images::kind(&bytes) != Some(asked.extension) {
        return Err(ApiError::invalid_parameter(format!(
            "The asset {named} is not of the kind {}.",
            asked.extension.as_str()
        )));
    }
    let asset = BrandingAsset {
        category,
        mode,
        extension: asked.extension,
        resource_id: asked.resource_id,
        digest: hex::encode(&sha256(&[&bytes])),
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
    };
    Ok(Given {
        asset,
        bytes: AssetBytes(base64.0),
    })
}

/// What a message calls it.
fn place(category: AssetCategoryType, mode: ColorSchemeModeType) -> String {
    format!("{} for {}", category.as_str(), mode.as_str())
}

/// Whether one would take the other's place.
pub fn is_same_place(one: &BrandingAsset, other: &BrandingAsset) -> bool {
    one.category == other.category && one.mode == other.mode
}

/// Checks what a style's pictures come to.
///
/// # Errors
/// `LimitExceededException`
pub fn check_size(assets: &[BrandingAsset]) -> Result<(), ApiError> {
    let bytes: i64 = assets.iter().map(|asset| asset.bytes).sum();
    if bytes <= TOGETHER && assets.len() <= MOST {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::LimitExceededException,
        format!("A style can have at most {MOST} assets, and {TOGETHER} bytes of them."),
    ))
}

/// The pictures of a style, read in one round trip.
///
/// # Errors
/// When the store fails.
pub async fn described(ctx: &Ctx, pool_id: &str, style: &BrandingRecord) -> Result<Vec<AssetType>, ApiError> {
    let key = |asset: &BrandingAsset| -> Key<AssetBytes> { BrandingRecord::asset(pool_id, &style.id, asset) };
    ctx.read_ahead(style.assets.iter().map(|asset| key(asset).into()))
        .await?;
    let mut found = Vec::with_capacity(style.assets.len());
    for asset in &style.assets {
        let bytes = ctx.load(&key(asset)).await?;
        found.push(AssetType {
            category: asset.category,
            color_mode: asset.mode,
            extension: asset.extension,
            bytes: bytes.map(|bytes| Blob(bytes.value.0)),
            resource_id: asset.resource_id.clone(),
        });
    }
    Ok(found)
}
