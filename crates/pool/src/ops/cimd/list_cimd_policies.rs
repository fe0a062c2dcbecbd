//! `ListCIMDPolicies`

use poolhouse_api::shapes::{CIMDPolicySummaryType, ListCIMDPoliciesRequest, ListCIMDPoliciesResponse};

use super::checks;
use crate::base::error::ApiError;
use crate::ops::paging::{self, Listing};
use crate::records::{CimdPolicyRecord, ClientRecord};
use crate::request::Ctx;

/// Answers a pool's policies in the order of their ids, without their patterns.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for a token that is none of this list's.
pub async fn run(ctx: &Ctx, input: ListCIMDPoliciesRequest) -> Result<ListCIMDPoliciesResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let listing = Listing {
        operation: "ListCIMDPolicies",
        subject: pool.id(),
    };
    let limit = paging::limit(input.max_results);
    let prefix = CimdPolicyRecord::all(pool.id());
    let page = listing
        .page::<CimdPolicyRecord>(ctx, prefix, input.next_token.as_deref(), limit)
        .await?;
    let clients = page.records.iter().map(|policy| &policy.value.client_id);
    let clients = clients.map(|client| ClientRecord::key(pool.id(), client).into());
    ctx.read_ahead(clients).await?;
    let mut policies = Vec::with_capacity(page.records.len());
    for policy in &page.records {
        let policy = checks::described(ctx, pool.id(), &policy.value).await?;
        policies.push(CIMDPolicySummaryType {
            cimd_policy_id: policy.cimd_policy_id,
            client_id: policy.client_id,
            policy_name: policy.policy_name,
            cache_duration: policy.cache_duration,
            creation_date: policy.creation_date,
            last_modified_date: policy.last_modified_date,
        });
    }
    Ok(ListCIMDPoliciesResponse {
        next_token: page.next_token,
        cimd_policies: policies,
    })
}
