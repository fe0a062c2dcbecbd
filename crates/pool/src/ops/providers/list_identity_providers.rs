//! `ListIdentityProviders`

use poolhouse_api::shapes::{
    ListIdentityProvidersRequest, ListIdentityProvidersResponse, ProviderDescription,
};

use crate::base::error::ApiError;
use crate::ops::paging::{self, Listing};
use crate::records::IdentityProviderRecord;
use crate::request::Ctx;

/// Answers a pool's identity providers in the order of their names, without their details.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for a token that is none of this list's.
pub async fn run(
    ctx: &Ctx,
    input: ListIdentityProvidersRequest,
) -> Result<ListIdentityProvidersResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let listing = Listing {
        operation: "ListIdentityProviders",
        subject: pool.id(),
    };
    let limit = paging::limit(input.max_results);
    let prefix = IdentityProviderRecord::all(pool.id());
    let page = listing
        .page::<IdentityProviderRecord>(ctx, prefix, input.next_token.as_deref(), limit)
        .await?;
    let described = page.records.into_iter().map(|provider| ProviderDescription {
        provider_name: Some(provider.value.name),
        provider_type: Some(provider.value.kind),
        last_modified_date: Some(provider.value.modified.timestamp()),
        creation_date: Some(provider.value.created.timestamp()),
    });
    Ok(ListIdentityProvidersResponse {
        providers: described.collect(),
        next_token: page.next_token,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn providers_are_listed_by_name_page_by_page_without_their_details() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for name in ["Third", "First", "Second"] {
            let request = json!({
                "UserPoolId": pool,
                "ProviderName": name,
                "ProviderType": "SAML",
                "ProviderDetails": { "MetadataFile": poolhouse_saml::testing::Idp::new().metadata() },
            });
            server.call("CreateIdentityProvider", request).await.ok();
        }
        let listed = |name: &str| {
            json!({
                "ProviderName": name,
                "ProviderType": "SAML",
                "LastModifiedDate": 1_767_323_045,
                "CreationDate": 1_767_323_045,
            })
        };
        let mut request = json!({ "UserPoolId": pool, "MaxResults": 2 });
        let first = server.call("ListIdentityProviders", request.clone()).await.ok();
        assert_eq!(first["Providers"], json!([listed("First"), listed("Second")]));
        request["NextToken"] = first["NextToken"].clone();
        let last = server.call("ListIdentityProviders", request).await.ok();
        assert_eq!(last, json!({ "Providers": [listed("Third")] }));
    }
}
