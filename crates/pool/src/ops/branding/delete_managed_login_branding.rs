//! `DeleteManagedLoginBranding`

use poolhouse_api::{Nothing, shapes};
use poolhouse_store::Batch;

use super::style;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Deletes a style with its pictures. The app client has the default again.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the style; `ConcurrentModificationException`.
pub async fn run(ctx: &Ctx, input: shapes::DeleteManagedLoginBrandingRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let stored = style::find(ctx, pool.id(), &input.managed_login_branding_id).await?;
    let batch = style::gone(Batch::new().remove(&stored), pool.id(), &stored.value);
    ctx.platform()
        .commit(batch)
        .await
        .map_err(ApiError::lost_update)?;
    Ok(Nothing)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_deleted_style_leaves_its_client_free_for_another() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let logo = json!({ "Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": "iVBORw0KGgo=" });
        let request = json!({ "UserPoolId": pool, "ClientId": client, "Assets": [logo] });
        let made = server
            .call("CreateManagedLoginBranding", request.clone())
            .await
            .ok();
        let id = made["ManagedLoginBranding"]["ManagedLoginBrandingId"].clone();
        let asked = json!({ "UserPoolId": pool, "ManagedLoginBrandingId": id, "ClientId": client });
        let gone = server.call("DeleteManagedLoginBranding", asked.clone()).await;
        assert_eq!((gone.status, gone.text.as_str()), (200, ""));
        for operation in [
            "DescribeManagedLoginBranding",
            "DescribeManagedLoginBrandingByClient",
            "UpdateManagedLoginBranding",
            "DeleteManagedLoginBranding",
        ] {
            server.call(operation, asked.clone()).await.assert_error(
                "ResourceNotFoundException",
                "Managed login branding does not exist.",
            );
        }
        let rows = server
            .store()
            .scan(poolhouse_store::Scan::prefix("", 1_000))
            .await
            .unwrap();
        assert!(rows.iter().all(|row| !row.key.contains("/branding")));
        server.call("CreateManagedLoginBranding", request).await.ok();
    }

    #[tokio::test]
    async fn a_deleted_client_takes_its_style_its_look_and_its_terms_along() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let domain = json!({ "UserPoolId": pool, "Domain": "acme" });
        server.call("CreateUserPoolDomain", domain).await.ok();
        let logo = json!({ "Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": "iVBORw0KGgo=" });
        let of_client = json!({
            "UserPoolId": pool,
            "ClientId": client,
            "Assets": [logo],
            "CSS": ".label-customizable { color: #000 }",
            "TermsName": "terms-of-use",
            "TermsSource": "LINK",
            "Enforcement": "NONE",
            "Links": { "cognito:default": "https://a.example/terms" },
        });
        for operation in ["CreateManagedLoginBranding", "SetUICustomization", "CreateTerms"] {
            server.call(operation, of_client.clone()).await.ok();
        }
        server.call("DeleteUserPoolClient", of_client).await;
        let rows = server
            .store()
            .scan(poolhouse_store::Scan::prefix(format!("p/{pool}/"), 1_000))
            .await
            .unwrap();
        let left: Vec<&str> = rows
            .iter()
            .map(|row| row.key.as_str())
            .filter(|key| !key.contains("/audit/"))
            .collect();
        assert_eq!(
            left,
            [format!("p/{pool}/domain"), format!("p/{pool}/signing-keys")]
        );
    }
}
