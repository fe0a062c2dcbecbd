//! What the two operations on the look of the classic pages share.

use poolhouse_api::shapes::UICustomizationType;

use crate::base::error::ApiError;
use crate::records::UiCustomizationRecord;
use crate::request::{Ctx, hosted};

/// Checks that a pool has pages at all.
///
/// # Errors
/// `InvalidParameterException` `There has to be an existing domain associated with this user pool`
pub async fn check_domain(ctx: &Ctx, pool_id: &str) -> Result<(), ApiError> {
    match hosted::domains_of(ctx, pool_id).await?.is_empty() {
        true => Err(ApiError::invalid_parameter(
            "There has to be an existing domain associated with this user pool",
        )),
        false => Ok(()),
    }
}

/// A look as the API describes it.
pub fn described(pool_id: &str, look: &UiCustomizationRecord) -> UICustomizationType {
    let image = look.image.as_ref();
    UICustomizationType {
        user_pool_id: Some(pool_id.to_owned()),
        client_id: Some(look.client_id.clone()),
        image_url: image
            .map(|image| format!("/_look/{}/{}.{}", look.client_id, image.digest, image.extension)),
        css: look.css.clone(),
        css_version: Some(look.modified.digits()),
        last_modified_date: Some(look.modified.timestamp()),
        creation_date: Some(look.created.timestamp()),
    }
}
