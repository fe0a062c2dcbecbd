//! Which claim of a provider becomes which attribute of a user.

use std::collections::BTreeMap;

use crate::base::error::ApiError;
use crate::oauth::federation::defaults::USERNAME;
use crate::records::PoolRecord;
use crate::users::schema;

/// Checks that every attribute that is mapped is one of the pool's.
///
/// # Errors
/// `InvalidParameterException` that names the attribute.
pub fn check(pool: &PoolRecord, mapping: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let is_known = |name: &&String| *name == USERNAME || schema::has(pool, name);
    match mapping.keys().find(|name| !is_known(name)) {
        Some(unknown) => Err(ApiError::invalid_parameter(format!(
            "The attribute {unknown} of AttributeMapping is not in the schema of user pool {}.",
            pool.id()
        ))),
        None => Ok(()),
    }
}
