//! Finding an identity provider by what a request names.

use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{IdentityProviderRecord, Stored};
use crate::request::Ctx;

/// What the client is told of a provider that nobody can be sent to.
pub const UNAVAILABLE: &str = "identity provider is not available";

/// Characters of the longest name of a provider, and of the longest identifier.
const LONGEST_NAME: usize = 32;
const LONGEST_IDENTIFIER: usize = 40;

/// The provider of this name, if the pool has it.
///
/// # Errors
/// When the store fails.
pub async fn find(
    ctx: &Ctx,
    pool_id: &str,
    name: &str,
) -> Result<Option<Stored<IdentityProviderRecord>>, ApiError> {
    if !may_be(name, LONGEST_NAME) {
        return Ok(None);
    }
    Ok(ctx.load(&IdentityProviderRecord::key(pool_id, name)).await?)
}

/// The name of the provider that has this identifier: to the letter, or, for one that may be the domain of an address, in small letters.
///
/// # Errors
/// When the store fails.
pub async fn by_identifier(ctx: &Ctx, pool_id: &str, identifier: &str) -> Result<Option<String>, ApiError> {
    if !may_be(identifier, LONGEST_IDENTIFIER) {
        return Ok(None);
    }
    let row = |identifier: &str| IdentityProviderRecord::identifier(pool_id, identifier);
    if let Some(found) = ctx.referenced(&row(identifier)).await? {
        return Ok(Some(found.0));
    }
    let small = identifier.to_lowercase();
    if !identifier.contains('.') || small == identifier {
        return Ok(None);
    }
    Ok(ctx.referenced(&row(&small)).await?.map(|found| found.0))
}

/// One of the provider's secrets, opened. `None`: it has none of this name.
///
/// # Errors
/// When it does not open.
pub fn secret(
    ctx: &Ctx,
    provider: &Stored<IdentityProviderRecord>,
    name: &str,
) -> Result<Option<String>, ApiError> {
    let Some(sealed) = provider.value.sealed.get(name) else {
        return Ok(None);
    };
    let opened = ctx
        .platform()
        .open(Purpose::ProviderSecrets, &provider.key, sealed);
    let opened = opened.map_err(ApiError::internal)?;
    Ok(Some(String::from_utf8_lossy(&opened).into_owned()))
}

fn may_be(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.chars().count()) && !text.contains('\0')
}
