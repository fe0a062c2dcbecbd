//! `SetUICustomization`

use poolhouse_api::Blob;
use poolhouse_api::shapes::{
    AssetExtensionType as Extension, SetUICustomizationRequest, SetUICustomizationResponse,
    UICustomizationType,
};
use poolhouse_crypto::sha256;
use poolhouse_store::{Batch, CommitError, Expect};
use poolhouse_text::hex;

use super::{css, images, look};
use crate::base::error::ApiError;
use crate::records::ui_customization::ALL;
use crate::records::{Image, RecordBatch, UiCustomizationRecord};
use crate::request::Ctx;

/// Sets the look of the classic pages for an app client, or for all that have none of their own. It replaces what was there; a
/// request with neither a style sheet nor a logo takes it away.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for a pool without a domain, a style sheet with more than the
/// documented classes, or a logo that is neither PNG nor JPEG.
pub async fn run(
    ctx: &Ctx,
    input: SetUICustomizationRequest,
) -> Result<SetUICustomizationResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let pool_id = pool.value.id();
    let client_id = input.client_id.unwrap_or_else(|| ALL.to_owned());
    let named = client_id.clone();
    let mut owner = pool.key.clone();
    if client_id != ALL {
        owner = ctx.client(pool_id, &client_id).await?.key;
    }
    look::check_domain(ctx, pool_id).await?;
    // An empty sheet is none, as an empty picture is.
    let css = input.css.filter(|css| !css.is_empty());
    if let Some(css) = &css {
        css::check(css).map_err(ApiError::invalid_parameter)?;
    }
    let image = input.image_file.filter(|file| !file.0.is_empty());
    let image = image.map(logo).transpose()?;
    let key = UiCustomizationRecord::key(pool_id, &client_id);
    let before = ctx.load(&key).await?;
    let mut batch = Batch::new().check(owner.clone(), Expect::Present);
    let mut description = UICustomizationType::default();
    if css.is_none() && image.is_none() {
        batch = batch.delete(key, Expect::Any);
    } else {
        let record = UiCustomizationRecord {
            client_id,
            css,
            image,
            created: before.map_or(ctx.now, |before| before.value.created),
            modified: ctx.now,
        };
        description = look::described(pool_id, &record);
        batch = batch.record(key, Expect::Any, &record);
    }
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(SetUICustomizationResponse {
            ui_customization: description,
        }),
        Err(CommitError::Conflict { key }) if key == pool.key => Err(ApiError::pool_not_found(pool_id)),
        Err(CommitError::Conflict { key }) if key == owner => Err(ApiError::client_not_found(&named)),
        Err(error) => Err(error.into()),
    }
}

fn logo(file: Blob) -> Result<Image, ApiError> {
    let bytes = images::bytes(&file);
    let extension = match images::kind(&bytes) {
        Some(Extension::Png) => "png",
        Some(Extension::Jpeg) => "jpg",
        _ => return Err(ApiError::invalid_parameter("ImageFile must be a PNG or a JPEG.")),
    };
    Ok(Image {
        extension: extension.to_owned(),
        digest: hex::encode(&sha256(&[&bytes])),
        base64: file.0,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    const CSS: &str = ".label-customizable {font-weight: 400;}\n";

    async fn with_domain(server: &TestPool) -> String {
        let pool = server.pool().await;
        let domain = json!({ "UserPoolId": pool, "Domain": "acme" });
        server.call("CreateUserPoolDomain", domain).await.ok();
        pool
    }

    #[tokio::test]
    async fn a_pool_without_a_domain_has_no_look() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for operation in ["SetUICustomization", "GetUICustomization"] {
            server
                .call(operation, json!({ "UserPoolId": pool }))
                .await
                .assert_error(
                    "InvalidParameterException",
                    "There has to be an existing domain associated with this user pool",
                );
        }
    }

    #[tokio::test]
    async fn a_client_has_the_look_of_its_pool_until_it_has_its_own_and_again_when_that_is_gone() {
        let server = TestPool::new().await;
        let pool = with_domain(&server).await;
        let client = server.client(&pool).await;
        let get = async |client: &str| {
            let asked = json!({ "UserPoolId": pool, "ClientId": client });
            server.call("GetUICustomization", asked).await.ok()["UICustomization"].clone()
        };
        assert_eq!(get("ALL").await, json!({}));
        assert_eq!(get(&client).await, json!({}));
        let set = |client: &str, members: Value| {
            let mut request = members;
            request["UserPoolId"] = json!(pool);
            request["ClientId"] = json!(client);
            request
        };
        let all = server
            .call("SetUICustomization", json!({ "UserPoolId": pool, "CSS": CSS }))
            .await
            .ok();
        let mut expected = json!({
            "UserPoolId": pool,
            "ClientId": "ALL",
            "CSS": CSS,
            "CSSVersion": "20260102030405",
            "LastModifiedDate": 1_767_323_045,
            "CreationDate": 1_767_323_045,
        });
        assert_eq!(all, json!({ "UICustomization": expected }));
        assert_eq!(get(&client).await, expected);

        server.clock().advance_seconds(1);
        let png = "iVBORw0KGgo=";
        server
            .call("SetUICustomization", set(&client, json!({ "ImageFile": png })))
            .await
            .ok();
        let own = get(&client).await;
        assert_eq!((&own["ClientId"], own.get("CSS")), (&json!(client), None));
        assert_eq!(own["CSSVersion"], "20260102030406");
        assert_eq!(
            own["ImageUrl"],
            format!("/_look/{client}/4c4b6a3be1314ab86138bef4314dde022e600960d8689a2c8f8631802d20dab6.png")
        );
        assert_eq!(get("ALL").await, expected);

        let gone = server
            .call("SetUICustomization", set(&client, json!({})))
            .await
            .ok();
        assert_eq!(gone, json!({ "UICustomization": {} }));
        assert_eq!(get(&client).await, expected);
        server.clock().advance_seconds(1);
        server
            .call("SetUICustomization", set("ALL", json!({ "CSS": CSS })))
            .await
            .ok();
        expected["CSSVersion"] = json!("20260102030407");
        expected["LastModifiedDate"] = json!(1_767_323_047);
        assert_eq!(get("ALL").await, expected);
        server
            .call("SetUICustomization", set("ALL", json!({})))
            .await
            .ok();
        assert_eq!(get("ALL").await, json!({}));
    }

    #[tokio::test]
    async fn what_is_no_look_is_refused() {
        let server = TestPool::new().await;
        let pool = with_domain(&server).await;
        let cases = [
            (
                json!({ "CSS": "body { color: red }" }),
                "InvalidParameterException",
                "Invalid CSS: the selector body is not allowed.",
            ),
            (
                json!({ "ImageFile": "R0lGODlh" }),
                "InvalidParameterException",
                "ImageFile must be a PNG or a JPEG.",
            ),
            (
                json!({ "ClientId": "nobody", "CSS": CSS }),
                "ResourceNotFoundException",
                "User pool client nobody does not exist.",
            ),
        ];
        for (mut request, name, sentence) in cases {
            request["UserPoolId"] = json!(pool);
            let answer = server.call("SetUICustomization", request).await;
            answer.assert_error(name, sentence);
        }
    }
}
