//! `CreateManagedLoginBranding`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{CreateManagedLoginBrandingRequest, CreateManagedLoginBrandingResponse};
use poolhouse_crypto::uuid_v4;
use poolhouse_store::{Batch, CommitError, Expect};

use super::{assets, settings, style};
use crate::base::error::ApiError;
use crate::records::{BrandingRecord, RecordBatch, Reference};
use crate::request::Ctx;

/// Gives an app client a style of its own.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client; `ManagedLoginBrandingExistsException`; `InvalidParameterException` for
/// settings and assets that are none; `LimitExceededException`.
pub async fn run(
    ctx: &Ctx,
    input: CreateManagedLoginBrandingRequest,
) -> Result<CreateManagedLoginBrandingResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let pool_id = pool.id();
    let client = ctx.client(pool_id, &input.client_id).await?;
    let provided = input.use_cognito_provided_values.unwrap_or(false);
    let given = assets::given(input.assets)?;
    if provided && (input.settings.is_some() || !given.is_empty()) {
        return Err(style::provided_excludes_own());
    }
    if let Some(settings) = &input.settings {
        settings::check(settings)?;
    }
    let record = BrandingRecord {
        id: uuid_v4(&*ctx.platform().entropy),
        client_id: input.client_id,
        provided,
        settings: input.settings,
        assets: given.iter().map(|one| one.asset.clone()).collect(),
        created: ctx.now,
        modified: ctx.now,
    };
    assets::check_size(&record.assets)?;
    let of_client = BrandingRecord::of_client(pool_id, &record.client_id);
    let batch = Batch::new()
        .check(client.key.clone(), Expect::Present)
        .create(of_client.clone(), &Reference(record.id.clone()))
        .create(BrandingRecord::key(pool_id, &record.id), &record);
    let batch = style::bytes(batch, pool_id, &record.id, &given);
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(CreateManagedLoginBrandingResponse {
            managed_login_branding: Some(style::described(ctx, pool_id, &record, false).await?),
        }),
        Err(CommitError::Conflict { key }) if key == client.key => {
            Err(ApiError::client_not_found(&record.client_id))
        }
        Err(CommitError::Conflict { key }) if key == of_client.as_str() => Err(ApiError::new(
            ErrorCode::ManagedLoginBrandingExistsException,
            "The app client already has a managed login branding style.",
        )),
        Err(error) => Err(ApiError::lost_update(error)),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    const PNG: &str = "iVBORw0KGgo=";

    fn asset(category: &str, mode: &str, extension: &str) -> Value {
        json!({ "Category": category, "ColorMode": mode, "Extension": extension, "Bytes": PNG })
    }

    #[tokio::test]
    async fn a_style_shows_its_own_settings_or_those_with_the_defaults() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let settings =
            json!({ "components": { "pageBackground": { "lightMode": { "color": "336699ff" } } } });
        let request = json!({
            "UserPoolId": pool,
            "ClientId": client,
            "Settings": settings,
            "Assets": [asset("FORM_LOGO", "LIGHT", "PNG")],
        });
        let made = server
            .call("CreateManagedLoginBranding", request.clone())
            .await
            .ok();
        let id = made["ManagedLoginBranding"]["ManagedLoginBrandingId"].clone();
        let expected = json!({ "ManagedLoginBranding": {
            "ManagedLoginBrandingId": id,
            "UserPoolId": pool,
            "UseCognitoProvidedValues": false,
            "Settings": settings,
            "Assets": [asset("FORM_LOGO", "LIGHT", "PNG")],
            "CreationDate": 1_767_323_045,
            "LastModifiedDate": 1_767_323_045,
        } });
        assert_eq!(made, expected);
        let mut asked = json!({ "UserPoolId": pool, "ManagedLoginBrandingId": id, "ClientId": client });
        for operation in [
            "DescribeManagedLoginBranding",
            "DescribeManagedLoginBrandingByClient",
        ] {
            assert_eq!(
                server.call(operation, asked.clone()).await.ok(),
                expected,
                "{operation}"
            );
        }
        asked["ReturnMergedResources"] = json!(true);
        for operation in [
            "DescribeManagedLoginBranding",
            "DescribeManagedLoginBrandingByClient",
        ] {
            let merged = server.call(operation, asked.clone()).await.ok()["ManagedLoginBranding"].clone();
            let components = &merged["Settings"]["components"];
            assert_eq!(components["pageBackground"]["lightMode"]["color"], "336699ff");
            assert_eq!(components["pageBackground"]["darkMode"]["color"], "0f1b2aff");
            assert_eq!(
                merged["Settings"]["categories"]["global"]["colorSchemeMode"],
                "LIGHT"
            );
        }
        server
            .call("CreateManagedLoginBranding", request)
            .await
            .assert_error(
                "ManagedLoginBrandingExistsException",
                "The app client already has a managed login branding style.",
            );
    }

    #[tokio::test]
    async fn a_style_of_the_defaults_has_nothing_of_its_own() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let request = json!({ "UserPoolId": pool, "ClientId": client, "UseCognitoProvidedValues": true });
        let made = server
            .call("CreateManagedLoginBranding", request.clone())
            .await
            .ok();
        let style = &made["ManagedLoginBranding"];
        assert_eq!(style["UseCognitoProvidedValues"], true);
        assert_eq!((style.get("Settings"), style.get("Assets")), (None, None));
        for own in [
            json!({ "Settings": {} }),
            json!({ "Assets": [asset("FORM_LOGO", "LIGHT", "PNG")] }),
        ] {
            let mut request = request.clone();
            for (member, value) in own.as_object().unwrap() {
                request[member] = value.clone();
            }
            request["ManagedLoginBrandingId"] = style["ManagedLoginBrandingId"].clone();
            for operation in ["CreateManagedLoginBranding", "UpdateManagedLoginBranding"] {
                server.call(operation, request.clone()).await.assert_error(
                    "InvalidParameterException",
                    "Settings and Assets cannot be given together with UseCognitoProvidedValues as true.",
                );
            }
        }
    }

    #[tokio::test]
    async fn pictures_are_what_they_say_and_not_too_many() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let mut bare = asset("FORM_LOGO", "LIGHT", "PNG");
        bare["Bytes"] = Value::Null;
        let big = base64(&[b"\x89PNG\r\n\x1a\n".as_slice(), &vec![0; 800_000]].concat());
        let large = |category: &str| {
            let mut asset = asset(category, "LIGHT", "PNG");
            asset["Bytes"] = json!(big);
            asset
        };
        let cases = [
            (
                json!([asset("FORM_LOGO", "LIGHT", "SVG")]),
                "InvalidParameterException",
                "The asset FORM_LOGO for LIGHT is not of the kind SVG.",
            ),
            (
                json!([
                    asset("FORM_LOGO", "LIGHT", "PNG"),
                    asset("FORM_LOGO", "LIGHT", "PNG")
                ]),
                "InvalidParameterException",
                "The asset FORM_LOGO for LIGHT is given twice.",
            ),
            (
                json!([bare]),
                "InvalidParameterException",
                "The asset FORM_LOGO for LIGHT needs Bytes.",
            ),
            (
                json!([
                    large("FORM_LOGO"),
                    large("PAGE_HEADER_LOGO"),
                    large("PAGE_FOOTER_LOGO")
                ]),
                "LimitExceededException",
                "A style can have at most 40 assets, and 2000000 bytes of them.",
            ),
        ];
        for (assets, name, sentence) in cases {
            let request = json!({ "UserPoolId": pool, "ClientId": client, "Assets": assets });
            let answer = server.call("CreateManagedLoginBranding", request).await;
            answer.assert_error(name, sentence);
        }
    }

    fn base64(bytes: &[u8]) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }
}
