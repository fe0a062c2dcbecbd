//! What a policy may be, finding it and showing it.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{CIMDPolicyType, UserPoolTierType};

use crate::base::error::ApiError;
use crate::records::{CimdPolicyRecord, ClientRecord, PoolRecord, Stored};
use crate::request::Ctx;

/// Checks that the pool's tier has such clients.
///
/// # Errors
/// `FeatureUnavailableInTierException`
pub fn tier(pool: &PoolRecord) -> Result<(), ApiError> {
    match pool.settings.user_pool_tier {
        Some(UserPoolTierType::Lite) => Err(ApiError::new(
            ErrorCode::FeatureUnavailableInTierException,
            "The following features need to be disabled for the LITE pricing tier configured: Client ID metadata documents",
        )),
        _ => Ok(()),
    }
}

/// Checks the patterns: each names a host, or a part of one, and none is given twice.
///
/// # Errors
/// `InvalidParameterException` that shows the pattern.
pub fn patterns(given: &[String]) -> Result<(), ApiError> {
    for (index, pattern) in given.iter().enumerate() {
        if !names_a_host(pattern) {
            return Err(ApiError::invalid_parameter(format!(
                "The URL pattern {pattern} names no host."
            )));
        }
        if given[..index].contains(pattern) {
            return Err(ApiError::invalid_parameter(format!(
                "The URL pattern {pattern} is given twice."
            )));
        }
    }
    Ok(())
}

/// Whether the host is more than a star, with nobody's name before it and a path behind it: a star in the host must not reach into
/// the path.
fn names_a_host(pattern: &str) -> bool {
    let Some((host, _)) = pattern
        .strip_prefix("https://")
        .and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let says_something = host.bytes().any(|b| b.is_ascii_alphanumeric());
    says_something && !host.contains(['@', '[', ']', ';', '=', '!', '$', '%', '&', '\'', '(', ')'])
}

/// The policy with this id.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(ctx: &Ctx, pool_id: &str, id: &str) -> Result<Stored<CimdPolicyRecord>, ApiError> {
    let found = ctx.load(&CimdPolicyRecord::key(pool_id, id)).await?;
    found.ok_or_else(|| {
        ApiError::new(
            ErrorCode::ResourceNotFoundException,
            format!("CIMD policy {id} does not exist."),
        )
    })
}

/// The policy as the API describes it, without its app client once that is deleted.
///
/// # Errors
/// When the store fails.
pub async fn described(
    ctx: &Ctx,
    pool_id: &str,
    policy: &CimdPolicyRecord,
) -> Result<CIMDPolicyType, ApiError> {
    let client = ctx.load(&ClientRecord::key(pool_id, &policy.client_id)).await?;
    Ok(CIMDPolicyType {
        user_pool_id: pool_id.to_owned(),
        cimd_policy_id: policy.id.clone(),
        client_id: client.map(|_| policy.client_id.clone()),
        policy_name: policy.name.clone(),
        cache_duration: Some(policy.cache_seconds),
        url_patterns: Some(policy.patterns.clone()),
        creation_date: Some(policy.created.timestamp()),
        last_modified_date: Some(policy.modified.timestamp()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_a_host_that_a_star_does_not_stand_for() {
        for pattern in [
            "https://a.example/*",
            "https://*.a.example/clients/*",
            "https://a.example:8443/x",
        ] {
            assert!(names_a_host(pattern), "{pattern}");
        }
        for pattern in [
            "https://*/client",
            "https://*.*/client",
            "https://a.example",
            "https://a@b.example/*",
            "https://[::1]/*",
            "https:///client",
            "http://a.example/*",
        ] {
            assert!(!names_a_host(pattern), "{pattern}");
        }
    }
}
