//! What a domain may be.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{RoutingType, UserPoolTierType};

use crate::base::error::ApiError;
use crate::records::{DomainRecord, PoolRecord, Stored};
use crate::request::{Ctx, hosted};

/// The classic pages.
pub const CLASSIC: i64 = 1;
/// Managed login.
const MANAGED: i64 = 2;

/// Checks the form of a domain's name: a prefix has no dot, a custom domain has one.
///
/// # Errors
/// `InvalidParameterException`
pub fn name(domain: &str, is_custom: bool) -> Result<(), ApiError> {
    match (is_custom, domain.contains('.')) {
        (true, true) | (false, false) => Ok(()),
        (true, false) => Err(ApiError::invalid_parameter(
            "A custom domain is a whole name, such as auth.example.com. For a prefix leave CustomDomainConfig out.",
        )),
        (false, true) => Err(ApiError::invalid_parameter(
            "A domain prefix has no dots. For a domain of your own, give CustomDomainConfig.",
        )),
    }
}

/// Checks that a key which is kept to some pools takes no name at which this server is reached itself: what comes there for other
/// pools would come to this one.
///
/// # Errors
/// `InvalidParameterException`
pub fn host(ctx: &Ctx, domain: &str) -> Result<(), ApiError> {
    let settings = &ctx.app.settings;
    let of_others = settings.hosted.bases.iter().filter(|(name, _)| *name != domain);
    let mut bases = of_others.map(|(_, base)| base).chain([&settings.issuer]);
    let is_there = |base: &String| {
        let authority = base.split_once("://").map_or("", |(_, rest)| rest);
        let host = authority.split(['/', ':']).next().unwrap_or_default();
        host.eq_ignore_ascii_case(domain)
    };
    match ctx.asker.pools.is_some() && bases.any(is_there) {
        true => Err(ApiError::invalid_parameter(
            "This server is reached by that name itself. Only an access key for all pools can make it a domain.",
        )),
        false => Ok(()),
    }
}

/// Checks what managed login is asked for.
///
/// # Errors
/// `InvalidParameterException` for a version that there is not; `FeatureUnavailableInTierException`.
pub fn version(pool: &PoolRecord, asked: Option<i64>) -> Result<Option<i64>, ApiError> {
    match asked {
        None | Some(CLASSIC) => Ok(asked),
        Some(MANAGED) if pool.settings.user_pool_tier == Some(UserPoolTierType::Lite) => Err(ApiError::new(
            ErrorCode::FeatureUnavailableInTierException,
            "The following features need to be disabled for the LITE pricing tier configured: Managed login",
        )),
        Some(MANAGED) => Ok(asked),
        Some(_) => Err(ApiError::invalid_parameter("ManagedLoginVersion must be 1 or 2.")),
    }
}

/// Checks that no other region is to take over: there is none.
///
/// # Errors
/// `InvalidParameterException` that names the member.
pub fn routing(asked: Option<&RoutingType>) -> Result<(), ApiError> {
    match asked.and_then(|routing| routing.failover.as_ref()) {
        Some(_) => Err(ApiError::unsupported_member("Routing.Failover")),
        None => Ok(()),
    }
}

/// The domain of this name, which is this pool's.
///
/// # Errors
/// `InvalidParameterException` `No such domain or user pool exists.`, also for one of another pool.
pub async fn find(ctx: &Ctx, pool_id: &str, domain: &str) -> Result<Stored<DomainRecord>, ApiError> {
    let found = hosted::domain(ctx, domain).await?;
    found
        .filter(|found| found.value.pool_id == pool_id)
        .ok_or_else(none)
}

/// There is no such domain.
fn none() -> ApiError {
    ApiError::invalid_parameter("No such domain or user pool exists.")
}
