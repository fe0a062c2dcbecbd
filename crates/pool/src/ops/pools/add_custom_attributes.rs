//! `AddCustomAttributes`

use poolhouse_api::shapes;
use poolhouse_store::Batch;

use super::schema;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Adds custom attributes to a pool's schema, for good: they can be neither changed nor removed.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` in the service's words for an attribute it does not take.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AddCustomAttributesRequest,
) -> Result<shapes::AddCustomAttributesResponse, ApiError> {
    let mut pool = ctx.pool(&input.user_pool_id).await?.into_owned();
    let settings = &mut pool.value.settings;
    schema::extend(
        settings.schema_attributes.get_or_insert_default(),
        input.custom_attributes,
    )?;
    settings.last_modified_date = Some(ctx.now.timestamp());
    let batch = Batch::new().replace(&pool, &pool.value);
    ctx.platform().commit(batch).await?;
    Ok(shapes::AddCustomAttributesResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_custom_attribute_is_added_once() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let constraints = json!({ "MinLength": "1", "MaxLength": "15" });
        let plan = json!({ "Name": "plan", "AttributeDataType": "String", "StringAttributeConstraints": constraints });
        let request = json!({ "UserPoolId": pool, "CustomAttributes": [plan] });
        let answer = server.call("AddCustomAttributes", request.clone()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        let described = server
            .call("DescribeUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok();
        assert_eq!(
            described["UserPool"]["SchemaAttributes"][20],
            json!({
                "Name": "custom:plan",
                "AttributeDataType": "String",
                "DeveloperOnlyAttribute": false,
                "Mutable": true,
                "Required": false,
                "StringAttributeConstraints": constraints,
            })
        );
        server.call("AddCustomAttributes", request).await.assert_error(
            "InvalidParameterException",
            "custom:plan: Existing attribute already has name custom:plan.",
        );
    }
}
