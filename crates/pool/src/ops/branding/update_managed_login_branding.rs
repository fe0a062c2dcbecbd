//! `UpdateManagedLoginBranding`

use poolhouse_api::shapes::{UpdateManagedLoginBrandingRequest, UpdateManagedLoginBrandingResponse};
use poolhouse_store::Batch;

use super::assets::{self, Given};
use super::{settings, style};
use crate::base::error::ApiError;
use crate::records::{BrandingRecord, RecordBatch};
use crate::request::Ctx;

/// Changes a style: settings that are not given stay, an asset takes the place of the one of its category and colour mode. With
/// `UseCognitoProvidedValues` everything of its own is gone.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the style; `InvalidParameterException` for settings and assets that are none;
/// `LimitExceededException`; `ConcurrentModificationException`.
pub async fn run(
    ctx: &Ctx,
    input: UpdateManagedLoginBrandingRequest,
) -> Result<UpdateManagedLoginBrandingResponse, ApiError> {
    let (Some(pool_id), Some(id)) = (&input.user_pool_id, &input.managed_login_branding_id) else {
        return Err(ApiError::invalid_parameter(
            "UserPoolId and ManagedLoginBrandingId are required.",
        ));
    };
    let pool = ctx.pool(pool_id).await?.value;
    let pool_id = pool.id();
    let stored = style::find(ctx, pool_id, id).await?;
    let given = assets::given(input.assets)?;
    let own = input.settings;
    if let Some(own) = &own {
        settings::check(own)?;
    }
    let mut record = stored.value.clone();
    record.modified = ctx.now;
    let mut batch = Batch::new();
    match input.use_cognito_provided_values {
        Some(true) if own.is_some() || !given.is_empty() => return Err(style::provided_excludes_own()),
        Some(true) => {
            batch = style::without_assets(batch, pool_id, &record);
            record.provided = true;
            record.settings = None;
            record.assets = Vec::new();
        }
        _ => {
            let changes = own.is_some() || !given.is_empty();
            record.provided = record.provided && !changes && input.use_cognito_provided_values.is_none();
            change(&mut record, own, &given);
            assets::check_size(&record.assets)?;
            batch = style::bytes(batch, pool_id, &record.id, &given);
        }
    }
    ctx.platform()
        .commit(batch.replace(&stored, &record))
        .await
        .map_err(ApiError::lost_update)?;
    Ok(UpdateManagedLoginBrandingResponse {
        managed_login_branding: Some(style::described(ctx, pool_id, &record, false).await?),
    })
}

/// Settings over those of before, and pictures in the place of others.
fn change(record: &mut BrandingRecord, own: Option<serde_json::Value>, given: &[Given]) {
    record.settings = match (record.settings.take(), own) {
        (Some(before), Some(own)) => Some(settings::over(before, &own)),
        (before, own) => own.or(before),
    };
    for one in given {
        let mut held = record.assets.iter_mut();
        match held.find(|other| assets::is_same_place(other, &one.asset)) {
            Some(other) => *other = one.asset.clone(),
            None => record.assets.push(one.asset.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn asset(category: &str, mode: &str, bytes: &str) -> Value {
        json!({ "Category": category, "ColorMode": mode, "Extension": "PNG", "Bytes": bytes })
    }

    #[tokio::test]
    async fn an_update_keeps_other_settings_and_pictures() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let (one, other) = ("iVBORw0KGgo=", "iVBORw0KGgoA");
        let request = json!({
            "UserPoolId": pool,
            "ClientId": client,
            "Settings": { "categories": { "global": { "colorSchemeMode": "LIGHT", "spacingDensity": "REGULAR" } } },
            "Assets": [asset("FORM_LOGO", "LIGHT", one)],
        });
        let made = server.call("CreateManagedLoginBranding", request).await.ok();
        let mut style = made["ManagedLoginBranding"].clone();
        let id = style["ManagedLoginBrandingId"].clone();
        server.clock().advance_seconds(1);
        let request = json!({
            "UserPoolId": pool,
            "ManagedLoginBrandingId": id,
            "Settings": { "categories": { "global": { "colorSchemeMode": "DARK" } } },
            "Assets": [asset("FORM_LOGO", "LIGHT", other), asset("FORM_LOGO", "DARK", one)],
        });
        let updated = server.call("UpdateManagedLoginBranding", request).await.ok();
        style["Settings"] =
            json!({ "categories": { "global": { "colorSchemeMode": "DARK", "spacingDensity": "REGULAR" } } });
        style["Assets"] = json!([
            asset("FORM_LOGO", "LIGHT", other),
            asset("FORM_LOGO", "DARK", one)
        ]);
        style["LastModifiedDate"] = json!(1_767_323_046);
        assert_eq!(updated, json!({ "ManagedLoginBranding": style }));
        let asked = json!({ "UserPoolId": pool, "ManagedLoginBrandingId": id });
        let described = server.call("DescribeManagedLoginBranding", asked).await.ok();
        assert_eq!(described, updated);

        let request =
            json!({ "UserPoolId": pool, "ManagedLoginBrandingId": id, "UseCognitoProvidedValues": true });
        let updated = server.call("UpdateManagedLoginBranding", request).await.ok();
        let updated = &updated["ManagedLoginBranding"];
        assert_eq!((updated.get("Settings"), updated.get("Assets")), (None, None));
        assert_eq!(updated["UseCognitoProvidedValues"], true);
        server
            .call("UpdateManagedLoginBranding", json!({}))
            .await
            .assert_error(
                "InvalidParameterException",
                "UserPoolId and ManagedLoginBrandingId are required.",
            );
    }
}
