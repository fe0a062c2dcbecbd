//! What the operations on terms share.

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;

use crate::base::error::ApiError;
use crate::records::{Stored, TermsRecord};
use crate::request::Ctx;

/// The language of whoever has no link of their own.
const DEFAULT: &str = "cognito:default";

/// The terms with this id.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(ctx: &Ctx, pool_id: &str, id: &str) -> Result<Stored<TermsRecord>, ApiError> {
    let found = ctx.load(&TermsRecord::key(pool_id, &id.to_lowercase())).await?;
    found.ok_or_else(none)
}

/// There are no such terms.
pub fn none() -> ApiError {
    ApiError::new(ErrorCode::ResourceNotFoundException, "Terms do not exist.")
}

/// The app client has terms of this name.
pub fn exist(name: &str) -> ApiError {
    ApiError::new(
        ErrorCode::TermsExistsException,
        format!("The app client already has terms of the name {name}."),
    )
}

/// Checks the links: one for everybody, and each to be followed safely.
///
/// # Errors
/// `InvalidParameterException`
pub fn check(links: &BTreeMap<String, String>) -> Result<(), ApiError> {
    if !links.contains_key(DEFAULT) {
        return Err(ApiError::invalid_parameter(format!(
            "Links need one for {DEFAULT}."
        )));
    }
    let is_safe = |url: &str| {
        let host = url.strip_prefix("https://").unwrap_or_default();
        !host.is_empty() && !host.starts_with(['/', '?', '#', ':'])
    };
    match links.iter().find(|(_, url)| !is_safe(url)) {
        Some((language, _)) => Err(ApiError::invalid_parameter(format!(
            "The link for {language} must be an HTTPS URL."
        ))),
        None => Ok(()),
    }
}
