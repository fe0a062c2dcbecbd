//! `UpdateTerms`

use poolhouse_api::shapes::{UpdateTermsRequest, UpdateTermsResponse};
use poolhouse_store::{Batch, CommitError, Expect};

use super::terms;
use crate::base::error::ApiError;
use crate::records::{RecordBatch, Reference, TermsRecord};
use crate::request::Ctx;

/// Changes the members of terms that the request has; links are replaced as a whole.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the terms; `TermsExistsException` for a name that other terms of the app client
/// have; `InvalidParameterException`; `ConcurrentModificationException`.
pub async fn run(ctx: &Ctx, input: UpdateTermsRequest) -> Result<UpdateTermsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let pool_id = pool.id();
    let stored = terms::find(ctx, pool_id, &input.terms_id).await?;
    let mut record = stored.value.clone();
    if let Some(links) = input.links {
        terms::check(&links)?;
        record.links = links;
    }
    record.name = input.terms_name.unwrap_or(record.name);
    record.source = input.terms_source.unwrap_or(record.source);
    record.enforcement = input.enforcement.unwrap_or(record.enforcement);
    record.modified = ctx.now;
    let note = |name: &str| TermsRecord::of_client(pool_id, &record.client_id, name);
    let mut batch = Batch::new().replace(&stored, &record);
    if record.name != stored.value.name {
        batch = batch
            .delete(note(&stored.value.name), Expect::Any)
            .create(note(&record.name), &Reference(record.id.clone()));
    }
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(UpdateTermsResponse {
            terms: Some(record.described(pool_id)),
        }),
        Err(CommitError::Conflict { key }) if key == note(&record.name).as_str() => {
            Err(terms::exist(&record.name))
        }
        Err(error) => Err(ApiError::lost_update(error)),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn an_update_keeps_what_it_does_not_name_and_takes_no_name_of_others() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let request = |name: &str| {
            json!({
                "UserPoolId": pool,
                "ClientId": client,
                "TermsName": name,
                "TermsSource": "LINK",
                "Enforcement": "NONE",
                "Links": { "cognito:default": "https://a.example/terms" },
            })
        };
        let mut expected = server.call("CreateTerms", request("terms-of-use")).await.ok()["Terms"].clone();
        let id = expected["TermsId"].clone();
        for (seconds, member, value) in [
            (1, "Links", json!({ "cognito:default": "https://b.example" })),
            (2, "TermsName", json!("privacy-policy")),
        ] {
            server.clock().advance_seconds(1);
            expected[member] = value.clone();
            expected["LastModifiedDate"] = json!(1_767_323_045 + seconds);
            let update = json!({ "UserPoolId": pool, "TermsId": id, member: value });
            let updated = server.call("UpdateTerms", update).await.ok();
            assert_eq!(updated, json!({ "Terms": expected }));
        }
        server.call("CreateTerms", request("terms-of-use")).await.ok();
        let update = json!({ "UserPoolId": pool, "TermsId": id, "TermsName": "terms-of-use" });
        server.call("UpdateTerms", update).await.assert_error(
            "TermsExistsException",
            "The app client already has terms of the name terms-of-use.",
        );
    }
}
