//! Finding a provider, and showing it.

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::IdentityProviderType;
use poolhouse_store::{Batch, Expect};

use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::oauth::federation::defaults;
use crate::records::{IdentityProviderRecord, RecordBatch, Reference, Stored};
use crate::request::Ctx;

/// What is a secret and not shown: it cannot be needed where it came from.
const HIDDEN: &str = "private_key";

/// The provider of this name.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(ctx: &Ctx, pool_id: &str, name: &str) -> Result<Stored<IdentityProviderRecord>, ApiError> {
    let found = ctx.load(&IdentityProviderRecord::key(pool_id, name)).await?;
    found.ok_or_else(|| {
        ApiError::new(
            ErrorCode::ResourceNotFoundException,
            format!("Identity provider {name} does not exist."),
        )
    })
}

/// A provider as every operation but the list shows it: with what the service adds, and with the secret of an app client.
///
/// # Errors
/// `InternalErrorException` if a secret does not open.
pub fn described(
    ctx: &Ctx,
    pool_id: &str,
    provider: &IdentityProviderRecord,
) -> Result<IdentityProviderType, ApiError> {
    let row = IdentityProviderRecord::key(pool_id, &provider.name);
    let mut shown = provider.details.clone();
    for (name, sealed) in provider.sealed.iter().filter(|(name, _)| *name != HIDDEN) {
        let opened = ctx
            .platform()
            .open(Purpose::ProviderSecrets, row.as_str(), sealed)
            .map_err(ApiError::internal)?;
        shown.insert(name.clone(), String::from_utf8_lossy(&opened).into_owned());
    }
    defaults::add(provider.kind, &mut shown);
    let mapped = match provider.mapping.is_empty() {
        true => defaults::mapping(provider.kind),
        false => provider.mapping.clone(),
    };
    Ok(IdentityProviderType {
        user_pool_id: Some(pool_id.to_owned()),
        provider_name: Some(provider.name.clone()),
        provider_type: Some(provider.kind),
        provider_details: Some(shown),
        attribute_mapping: Some(mapped).filter(|mapped| !mapped.is_empty()),
        idp_identifiers: provider.identifiers.clone(),
        acr_mapping: provider.acr.clone(),
        last_modified_date: Some(provider.modified.timestamp()),
        creation_date: Some(provider.created.timestamp()),
    })
}

/// `ProviderDetails` apart: what may be read, and what is sealed under the provider's row.
pub fn parted(
    ctx: &Ctx,
    pool_id: &str,
    name: &str,
    given: BTreeMap<String, String>,
) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let row = IdentityProviderRecord::key(pool_id, name);
    let is_secret = |member: &String| crate::records::identity_provider::SECRETS.contains(&member.as_str());
    let (secret, plain): (BTreeMap<_, _>, BTreeMap<_, _>) =
        given.into_iter().partition(|(member, _)| is_secret(member));
    let seal = |value: String| {
        ctx.platform()
            .seal(Purpose::ProviderSecrets, row.as_str(), value.as_bytes())
    };
    let sealed = secret.into_iter().map(|(member, value)| (member, seal(value)));
    (plain, sealed.collect())
}

/// The rows of the identifiers that a provider gains and loses. Each is one provider's.
pub fn identifiers(
    pool_id: &str,
    name: &str,
    before: Option<&Vec<String>>,
    after: Option<&Vec<String>>,
) -> Batch {
    let lists = |list: Option<&Vec<String>>, id: &String| list.is_some_and(|list| list.contains(id));
    let gone = before.into_iter().flatten().filter(|id| !lists(after, id));
    let batch = gone.fold(Batch::new(), |batch, id| {
        batch.delete(IdentityProviderRecord::identifier(pool_id, id), Expect::Any)
    });
    let come = after.into_iter().flatten().filter(|id| !lists(before, id));
    come.fold(batch, |batch, id| {
        let key = IdentityProviderRecord::identifier(pool_id, id);
        batch.create(key, &Reference(name.to_owned()))
    })
}

/// Checks that a provider is not given an identifier twice.
///
/// # Errors
/// `InvalidParameterException`
pub fn check_identifiers(given: Option<&Vec<String>>) -> Result<(), ApiError> {
    let list = given.map(Vec::as_slice).unwrap_or_default();
    let twice = list
        .iter()
        .enumerate()
        .find(|(index, id)| list[..*index].contains(id));
    match twice {
        Some((_, id)) => Err(ApiError::invalid_parameter(format!(
            "The identifier {id} is given twice."
        ))),
        None => Ok(()),
    }
}

/// What it means that a commit lost over one of the identifiers' rows; `None` if it did not.
pub fn taken(pool_id: &str, given: Option<&Vec<String>>, key: &str) -> Option<ApiError> {
    let is_row = |id: &&String| IdentityProviderRecord::identifier(pool_id, id).as_str() == key;
    let id = given.into_iter().flatten().find(is_row)?;
    Some(ApiError::invalid_parameter(format!(
        "The identifier {id} belongs to another identity provider of the user pool."
    )))
}
