//! Which claim of a provider becomes which attribute of a user.

use std::collections::BTreeMap;

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;

use crate::base::error::ApiError;
use crate::records::PoolRecord;
use crate::users::schema;

/// The attribute that is no attribute: by what a provider knows somebody.
pub const USERNAME: &str = "username";

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

/// The mapping of a provider for which none was given.
pub fn by_default(kind: Kind) -> BTreeMap<String, String> {
    let subject = match kind {
        Kind::Oidc | Kind::Google | Kind::SignInWithApple => "sub",
        Kind::Facebook => "id",
        Kind::LoginWithAmazon => "user_id",
        Kind::Saml => return BTreeMap::new(),
    };
    BTreeMap::from([(USERNAME.to_owned(), subject.to_owned())])
}
