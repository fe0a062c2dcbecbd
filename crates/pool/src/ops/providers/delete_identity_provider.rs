//! `DeleteIdentityProvider`

use poolhouse_api::{Nothing, shapes};
use poolhouse_store::{Batch, CommitError, Scan};

use super::{found, saml};
use crate::base::error::ApiError;
use crate::records::document::decode;
use crate::records::{ClientRecord, RecordBatch, Stored};
use crate::request::Ctx;

/// App clients that a pool can have.
const CLIENTS: usize = 1_000;
/// How often it is decided again when another request changed one of the clients in between.
const RACES: usize = 16;

/// Deletes an identity provider and takes its name out of the lists of app clients, so that a provider that is made under this
/// name later is nobody's without being named again.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the provider; `ConcurrentModificationException` after too many lost races.
pub async fn run(ctx: &Ctx, input: shapes::DeleteIdentityProviderRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let (pool_id, name) = (pool.id(), input.provider_name.as_str());
    let mut lost = None;
    for _ in 0..RACES {
        let stored = found::find(ctx, pool_id, name).await?;
        let identifiers = stored.value.identifiers.as_ref();
        let batch = Batch::new()
            .remove(&stored)
            .merge(found::identifiers(pool_id, name, identifiers, None))
            .merge(saml::gone(pool_id, &stored.value))
            .merge(out_of_lists(ctx, pool_id, name).await?);
        match ctx.platform().commit(batch).await {
            Ok(_) => {
                forget(ctx, pool_id, name).await;
                return Ok(Nothing);
            }
            Err(error @ CommitError::Conflict { .. }) => lost = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(lost.map_or_else(ApiError::concurrent_modification, ApiError::lost_update))
}

/// The app clients that name the provider, without its name.
async fn out_of_lists(ctx: &Ctx, pool_id: &str, name: &str) -> Result<Batch, ApiError> {
    let scan = Scan::prefix(ClientRecord::all(pool_id), CLIENTS + 1);
    let mut batch = Batch::new();
    for row in ctx.platform().scan(scan).await? {
        let stored: Stored<ClientRecord> = decode(row)?;
        let mut client = stored.value.clone();
        let Some(list) = &mut client.settings.supported_identity_providers else {
            continue;
        };
        let before = list.len();
        list.retain(|provider| provider != name);
        if list.len() < before {
            batch = batch.replace(&stored, &client);
        }
    }
    Ok(batch)
}

/// Takes the name out of the clients that were made or changed between the look at them and the deletion. None comes after it:
/// their commits expect the provider. The provider is gone whatever happens here.
async fn forget(ctx: &Ctx, pool_id: &str, name: &str) {
    for _ in 0..RACES {
        let failed: ApiError = match out_of_lists(ctx, pool_id, name).await {
            Ok(batch) if batch.is_empty() => return,
            Ok(batch) => match ctx.platform().commit(batch).await {
                Ok(_) => return,
                Err(CommitError::Conflict { .. }) => continue,
                Err(error) => error.into(),
            },
            Err(error) => error,
        };
        tracing::warn!(request_id = ctx.request_id, pool = pool_id, error = %failed, "app clients still name a deleted identity provider");
        return;
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn saml(pool: &str, name: &str) -> Value {
        json!({
            "UserPoolId": pool,
            "ProviderName": name,
            "ProviderType": "SAML",
            "ProviderDetails": { "MetadataFile": poolhouse_saml::testing::Idp::new().metadata() },
            "IdpIdentifiers": [name],
        })
    }

    #[tokio::test]
    async fn a_deleted_provider_is_in_the_list_of_no_client_and_leaves_its_name_and_identifiers_free() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for name in ["Corp", "Other"] {
            server
                .call("CreateIdentityProvider", saml(&pool, name))
                .await
                .ok();
        }
        let providers = json!(["COGNITO", "Corp", "Other"]);
        let client = server
            .client_with(&pool, json!({ "SupportedIdentityProviders": providers }))
            .await;
        assert_eq!(client["SupportedIdentityProviders"], providers);
        let asked = json!({ "UserPoolId": pool, "ProviderName": "Corp" });
        let gone = server.call("DeleteIdentityProvider", asked.clone()).await;
        assert_eq!((gone.status, gone.text.as_str()), (200, ""));
        let described = json!({ "UserPoolId": pool, "ClientId": client["ClientId"] });
        let described = server.call("DescribeUserPoolClient", described).await.ok();
        assert_eq!(
            described["UserPoolClient"]["SupportedIdentityProviders"],
            json!(["COGNITO", "Other"])
        );
        for operation in [
            "DescribeIdentityProvider",
            "UpdateIdentityProvider",
            "DeleteIdentityProvider",
        ] {
            server.call(operation, asked.clone()).await.assert_error(
                "ResourceNotFoundException",
                "Identity provider Corp does not exist.",
            );
        }
        let by_identifier = json!({ "UserPoolId": pool, "IdpIdentifier": "Corp" });
        server
            .call("GetIdentityProviderByIdentifier", by_identifier)
            .await
            .assert_error(
                "ResourceNotFoundException",
                "Identity provider Corp does not exist.",
            );
        server
            .call("CreateIdentityProvider", saml(&pool, "Corp"))
            .await
            .ok();
    }

    #[tokio::test]
    async fn a_client_names_only_providers_that_there_are() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let sentence = format!("The provider Corp does not exist for User Pool {pool}.");
        for (operation, members) in [
            (
                "CreateUserPoolClient",
                json!({ "UserPoolId": pool, "ClientName": "web" }),
            ),
            (
                "UpdateUserPoolClient",
                json!({ "UserPoolId": pool, "ClientId": client }),
            ),
        ] {
            let mut request = members;
            request["SupportedIdentityProviders"] = json!(["COGNITO", "Corp"]);
            server
                .call(operation, request)
                .await
                .assert_error("InvalidParameterException", &sentence);
        }
    }
}
