//! `CreateTerms`

use poolhouse_api::shapes::{CreateTermsRequest, CreateTermsResponse};
use poolhouse_crypto::uuid_v4;
use poolhouse_store::{Batch, CommitError, Expect};

use super::terms;
use crate::base::error::ApiError;
use crate::records::{RecordBatch, Reference, TermsRecord};
use crate::request::Ctx;

/// Gives an app client terms of use or a privacy policy.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client; `TermsExistsException`; `InvalidParameterException` for links that are
/// none, or none for everybody.
pub async fn run(ctx: &Ctx, input: CreateTermsRequest) -> Result<CreateTermsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let pool_id = pool.id();
    let client = ctx.client(pool_id, &input.client_id).await?;
    let links = input.links.unwrap_or_default();
    terms::check(&links)?;
    let record = TermsRecord {
        id: uuid_v4(&*ctx.platform().entropy),
        client_id: input.client_id,
        name: input.terms_name,
        source: input.terms_source,
        enforcement: input.enforcement,
        links,
        created: ctx.now,
        modified: ctx.now,
    };
    let of_client = TermsRecord::of_client(pool_id, &record.client_id, &record.name);
    let batch = Batch::new()
        .check(client.key.clone(), Expect::Present)
        .create(of_client.clone(), &Reference(record.id.clone()))
        .create(TermsRecord::key(pool_id, &record.id), &record);
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(CreateTermsResponse {
            terms: Some(record.described(pool_id)),
        }),
        Err(CommitError::Conflict { key }) if key == client.key => {
            Err(ApiError::client_not_found(&record.client_id))
        }
        Err(CommitError::Conflict { key }) if key == of_client.as_str() => Err(terms::exist(&record.name)),
        Err(error) => Err(ApiError::lost_update(error)),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn request(pool: &str, client: &str, name: &str) -> Value {
        json!({
            "UserPoolId": pool,
            "ClientId": client,
            "TermsName": name,
            "TermsSource": "LINK",
            "Enforcement": "NONE",
            "Links": { "cognito:default": "https://a.example/terms", "cognito:german": "https://a.example/de" },
        })
    }

    #[tokio::test]
    async fn a_client_has_one_document_of_each_name() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let (client, other) = (server.client(&pool).await, server.client(&pool).await);
        for (client, name) in [
            (&client, "terms-of-use"),
            (&client, "privacy-policy"),
            (&other, "terms-of-use"),
        ] {
            let mut expected = request(&pool, client, name);
            let made = server.call("CreateTerms", expected.clone()).await.ok();
            expected["TermsId"] = made["Terms"]["TermsId"].clone();
            expected["CreationDate"] = json!(1_767_323_045);
            expected["LastModifiedDate"] = json!(1_767_323_045);
            assert_eq!(made, json!({ "Terms": expected }));
            for operation in ["DescribeTerms", "DescribeTermsByClient"] {
                assert_eq!(server.call(operation, expected.clone()).await.ok(), made);
            }
            server
                .call("CreateTerms", request(&pool, client, name))
                .await
                .assert_error(
                    "TermsExistsException",
                    &format!("The app client already has terms of the name {name}."),
                );
        }
    }

    #[tokio::test]
    async fn links_are_for_everybody_and_safe() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let unsafe_link = "The link for cognito:default must be an HTTPS URL.";
        for (links, sentence) in [
            (
                json!({ "cognito:german": "https://a.example" }),
                "Links need one for cognito:default.",
            ),
            (json!({ "cognito:default": "http://a.example" }), unsafe_link),
            (json!({ "cognito:default": "javascript:alert(1)" }), unsafe_link),
            (json!({ "cognito:default": "https:///a" }), unsafe_link),
            (Value::Null, "Links need one for cognito:default."),
        ] {
            let mut request = request(&pool, &client, "terms-of-use");
            request["Links"] = links;
            server
                .call("CreateTerms", request)
                .await
                .assert_error("InvalidParameterException", sentence);
        }
        server
            .call("CreateTerms", request(&pool, "nobody", "terms-of-use"))
            .await
            .assert_error(
                "ResourceNotFoundException",
                "User pool client nobody does not exist.",
            );
    }
}
