//! `ListTerms`

use poolhouse_api::shapes::{ListTermsRequest, ListTermsResponse, TermsDescriptionType};

use crate::base::error::ApiError;
use crate::ops::paging::{self, Listing};
use crate::records::TermsRecord;
use crate::request::Ctx;

/// Answers a pool's terms in the order of their ids, without their links.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for a token that is none of this list's.
pub async fn run(ctx: &Ctx, input: ListTermsRequest) -> Result<ListTermsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let listing = Listing {
        operation: "ListTerms",
        subject: pool.id(),
    };
    let limit = paging::limit(input.max_results);
    let prefix = TermsRecord::all(pool.id());
    let page = listing
        .page::<TermsRecord>(ctx, prefix, input.next_token.as_deref(), limit)
        .await?;
    let described = page.records.into_iter().map(|terms| TermsDescriptionType {
        terms_id: terms.value.id,
        terms_name: terms.value.name,
        enforcement: terms.value.enforcement,
        creation_date: terms.value.created.timestamp(),
        last_modified_date: terms.value.modified.timestamp(),
    });
    Ok(ListTermsResponse {
        terms: described.collect(),
        next_token: page.next_token,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn terms_are_listed_without_links_and_gone_when_deleted() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let mut made = Vec::new();
        for name in ["terms-of-use", "privacy-policy"] {
            let request = json!({
                "UserPoolId": pool,
                "ClientId": client,
                "TermsName": name,
                "TermsSource": "LINK",
                "Enforcement": "NONE",
                "Links": { "cognito:default": "https://a.example/terms" },
            });
            let terms = server.call("CreateTerms", request).await.ok()["Terms"].clone();
            made.push(json!({
                "TermsId": terms["TermsId"],
                "TermsName": name,
                "Enforcement": "NONE",
                "CreationDate": 1_767_323_045,
                "LastModifiedDate": 1_767_323_045,
            }));
        }
        made.sort_by_key(|terms| terms["TermsId"].to_string());
        let listed = server.call("ListTerms", json!({ "UserPoolId": pool })).await.ok();
        assert_eq!(listed, json!({ "Terms": made }));
        let mut request = json!({ "UserPoolId": pool, "MaxResults": 1 });
        let first = server.call("ListTerms", request.clone()).await.ok();
        assert_eq!(first["Terms"], Value::from(made[..1].to_vec()));
        request["NextToken"] = first["NextToken"].clone();
        let last = server.call("ListTerms", request).await.ok();
        assert_eq!(last, json!({ "Terms": made[1..] }));
        for terms in &made {
            let asked = json!({ "UserPoolId": pool, "TermsId": terms["TermsId"] });
            let gone = server.call("DeleteTerms", asked.clone()).await;
            assert_eq!((gone.status, gone.text.as_str()), (200, ""));
            for operation in ["DescribeTerms", "UpdateTerms", "DeleteTerms"] {
                server
                    .call(operation, asked.clone())
                    .await
                    .assert_error("ResourceNotFoundException", "Terms do not exist.");
            }
            let by_client =
                json!({ "UserPoolId": pool, "ClientId": client, "TermsName": terms["TermsName"] });
            server
                .call("DescribeTermsByClient", by_client)
                .await
                .assert_error("ResourceNotFoundException", "Terms do not exist.");
        }
    }
}
