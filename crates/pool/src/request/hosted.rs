//! Lookups of what the hosted pages and the tokens' scopes depend on.

use poolhouse_store::Scan;

use super::Ctx;
use crate::base::load::LoadError;
use crate::records::document::decode;
use crate::records::key::Directory;
use crate::records::ui_customization::ALL;
use crate::records::{
    BrandingRecord, DomainRecord, Key, Reference, ResourceServerRecord, Stored, UiCustomizationRecord,
};

/// The scope of app clients that may register others, which no resource server has.
pub const REGISTER_SCOPE: &str = "aws.cognito/dcr/register";

/// Domains that [`all_domains`] reads at most.
pub const DOMAINS: usize = 100;

/// The domain of this name, whatever its pool.
///
/// # Errors
/// When the store fails.
pub async fn domain(ctx: &Ctx, name: &str) -> Result<Option<Stored<DomainRecord>>, LoadError> {
    let found = ctx.load(&DomainRecord::key(name)).await?;
    if let Some(found) = &found {
        ctx.asker.noted.found_pool(&found.value.pool_id);
    }
    Ok(found)
}

/// The domains of a pool: its prefix, its custom domain, or both.
///
/// # Errors
/// When the store fails.
pub async fn domains_of(ctx: &Ctx, pool_id: &str) -> Result<Vec<Stored<DomainRecord>>, LoadError> {
    let noted = [false, true].map(|custom| DomainRecord::of_pool(pool_id, custom));
    ctx.read_ahead(noted.clone().map(String::from)).await?;
    let mut keys = Vec::new();
    for key in noted {
        let name: Option<Stored<Reference>> = ctx.load(&key).await?;
        keys.extend(name.map(|name| DomainRecord::key(&name.value.0)));
    }
    ctx.read_ahead(keys.iter().map(|key| key.as_str().to_owned()))
        .await?;
    let mut found = Vec::new();
    for key in keys {
        found.extend(ctx.load(&key).await?);
    }
    Ok(found)
}

/// The domains of this server in the order of their names, at most [`DOMAINS`] of them.
///
/// # Errors
/// When the store fails.
pub async fn all_domains(ctx: &Ctx) -> Result<Vec<Stored<DomainRecord>>, LoadError> {
    let scan = Scan::prefix(Directory::Domain.prefix(), DOMAINS);
    let rows = ctx.platform().scan(scan).await?;
    rows.into_iter().map(decode).collect()
}

/// A resource server of a pool.
///
/// # Errors
/// When the store fails.
pub async fn resource_server(
    ctx: &Ctx,
    pool_id: &str,
    identifier: &str,
) -> Result<Option<Stored<ResourceServerRecord>>, LoadError> {
    ctx.load(&ResourceServerRecord::key(pool_id, identifier)).await
}

/// Whether a resource server of the pool has this scope, identifier included. Identifiers may have slashes; names of scopes
/// have none.
///
/// # Errors
/// When the store fails.
pub async fn scope_exists(ctx: &Ctx, pool_id: &str, full_scope: &str) -> Result<bool, LoadError> {
    Ok(unknown_scope(ctx, pool_id, &[full_scope]).await?.is_none())
}

/// The first of these scopes that no resource server of the pool has; all are looked up in one round trip.
///
/// # Errors
/// When the store fails.
pub async fn unknown_scope<'a>(
    ctx: &Ctx,
    pool_id: &str,
    scopes: &[&'a str],
) -> Result<Option<&'a str>, LoadError> {
    let known = |scope: &&&str| **scope != REGISTER_SCOPE;
    let scopes: Vec<&'a str> = scopes.iter().filter(known).copied().collect();
    if scopes.is_empty() {
        return Ok(None);
    }
    let identifiers = scopes.iter().filter_map(|scope| part(scope));
    let keys: Vec<Key<ResourceServerRecord>> = identifiers
        .map(|(identifier, _)| ResourceServerRecord::key(pool_id, identifier))
        .collect();
    let mut keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut servers = Vec::new();
    for row in ctx.platform().get_many(&keys).await?.into_iter().flatten() {
        servers.push(decode::<ResourceServerRecord>(row)?.value);
    }
    let is_known = |scope: &str| {
        part(scope).is_some_and(|(identifier, name)| {
            servers
                .iter()
                .any(|server| server.identifier == identifier && server.has(name))
        })
    };
    Ok(scopes.iter().copied().find(|scope| !is_known(scope)))
}

/// How the classic pages look for an app client, or for [`ALL`]: its own look, or else that of all.
///
/// # Errors
/// When the store fails.
pub async fn look(
    ctx: &Ctx,
    pool_id: &str,
    client_id: &str,
) -> Result<Option<Stored<UiCustomizationRecord>>, LoadError> {
    let [own, of_all] = [client_id, ALL].map(|client| UiCustomizationRecord::key(pool_id, client));
    ctx.read_ahead([own.clone().into(), of_all.clone().into()])
        .await?;
    match ctx.load(&own).await? {
        Some(found) => Ok(Some(found)),
        None if own == of_all => Ok(None),
        None => ctx.load(&of_all).await,
    }
}

/// The managed login style of an app client, if it has one. The bytes of its pictures lie at [`BrandingRecord::asset`].
///
/// # Errors
/// When the store fails.
pub async fn style(
    ctx: &Ctx,
    pool_id: &str,
    client_id: &str,
) -> Result<Option<Stored<BrandingRecord>>, LoadError> {
    let id = ctx.load(&BrandingRecord::of_client(pool_id, client_id)).await?;
    match id {
        Some(id) => ctx.load(&BrandingRecord::key(pool_id, &id.value.0)).await,
        None => Ok(None),
    }
}

/// The identifier and the scope's own name. An identifier has 256 characters at most, and a longer one is none.
fn part(scope: &str) -> Option<(&str, &str)> {
    let (identifier, name) = scope.rsplit_once('/')?;
    let may_be = |text: &str| !text.is_empty() && text.len() <= 256 && !text.contains('\0');
    (may_be(identifier) && may_be(name)).then_some((identifier, name))
}
