//! What a server that signs somebody in says of whom it does that for.

use poolhouse_api::shapes::ContextDataType;

use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord};
use crate::request::check_address;

/// Checks that sign-ins are taken from the address that `ContextData` names. A server that names none vouches for it; one
/// that names what is no address might mean a blocked one.
///
/// # Errors
/// As [`check_address`].
pub fn check(
    pool: &PoolRecord,
    client: &ClientRecord,
    context: Option<&ContextDataType>,
) -> Result<(), ApiError> {
    match context {
        Some(context) => check_address(pool, client, context.ip_address.parse().ok()),
        None => Ok(()),
    }
}
