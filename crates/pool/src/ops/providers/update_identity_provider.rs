//! `UpdateIdentityProvider`

use poolhouse_api::shapes::{
    IdentityProviderTypeType as Kind, UpdateIdentityProviderRequest, UpdateIdentityProviderResponse,
};
use poolhouse_store::{Batch, CommitError};

use super::create_identity_provider::acr_is_for_oidc;
use super::{details, found, mapping, saml};
use crate::base::error::ApiError;
use crate::records::{IdentityProviderRecord, PoolRecord, RecordBatch};
use crate::request::Ctx;

/// Changes the members of a provider that the request has, and keeps the others, as Terraform expects it. `ProviderDetails` are
/// replaced as a whole, but for a private key that is left out: it is not shown, so nobody could give it back.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for what a provider cannot be; `ConcurrentModificationException`.
pub async fn run(
    ctx: &Ctx,
    mut input: UpdateIdentityProviderRequest,
) -> Result<UpdateIdentityProviderResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let pool_id = pool.id();
    let stored = found::find(ctx, pool_id, &input.provider_name).await?;
    let looked = match &mut input.provider_details {
        Some(given) if stored.value.kind == Kind::Saml => {
            details::check(ctx, stored.value.kind, given)?;
            saml::look(ctx, pool_id, (stored.value.kind, &stored.value.id), given).await?
        }
        _ => None,
    };
    let record = changed(ctx, &pool, &stored.value, input)?;
    let before = stored.value.identifiers.as_ref();
    let after = record.identifiers.as_ref();
    let batch = Batch::new()
        .replace(&stored, &record)
        .merge(found::identifiers(pool_id, &record.name, before, after))
        .merge(saml::row(ctx, pool_id, &record, looked.as_ref()));
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(UpdateIdentityProviderResponse {
            identity_provider: found::described(ctx, pool_id, &record)?,
        }),
        Err(CommitError::Conflict { key }) if key != stored.key => {
            let taken = found::taken(pool_id, after, &key);
            Err(taken.unwrap_or_else(ApiError::concurrent_modification))
        }
        Err(error) => Err(ApiError::lost_update(error)),
    }
}

/// The provider as the request wants it.
fn changed(
    ctx: &Ctx,
    pool: &PoolRecord,
    before: &IdentityProviderRecord,
    input: UpdateIdentityProviderRequest,
) -> Result<IdentityProviderRecord, ApiError> {
    let mut record = before.clone();
    if let Some(mut given) = input.provider_details {
        let is_kept = !given.contains_key("private_key") && before.sealed.contains_key("private_key");
        if is_kept {
            // Stands for the one that is there, which need not be opened for this.
            given.insert("private_key".to_owned(), "kept".to_owned());
        }
        details::check(ctx, before.kind, &given)?;
        (record.details, record.sealed) = found::parted(ctx, pool.id(), &before.name, given);
        if is_kept && let Some(sealed) = before.sealed.get("private_key") {
            record.sealed.insert("private_key".to_owned(), sealed.clone());
        }
    }
    if let Some(given) = input.attribute_mapping {
        mapping::check(pool, &given)?;
        record.mapping = given;
    }
    if input.idp_identifiers.is_some() {
        found::check_identifiers(input.idp_identifiers.as_ref())?;
        record.identifiers = input.idp_identifiers;
    }
    if input.acr_mapping.is_some() {
        if before.kind != Kind::Oidc {
            return Err(acr_is_for_oidc());
        }
        record.acr = input.acr_mapping;
    }
    record.modified = ctx.now;
    Ok(record)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn an_update_keeps_what_it_does_not_name() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let details = |client: &str| {
            json!({
                "client_id": client,
                "client_secret": "s",
                "authorize_scopes": "openid",
                "attributes_request_method": "GET",
                "oidc_issuer": "https://corp.example",
                "attributes_url_add_attributes": "false",
            })
        };
        let request = json!({
            "UserPoolId": pool,
            "ProviderName": "Corp",
            "ProviderType": "OIDC",
            "ProviderDetails": details("c"),
            "AttributeMapping": { "username": "sub" },
            "IdpIdentifiers": ["a", "b"],
        });
        let made = server.call("CreateIdentityProvider", request).await.ok();
        let mut expected = made["IdentityProvider"].clone();
        for (seconds, member, value) in [
            (1, "ProviderDetails", details("d")),
            (
                2,
                "AttributeMapping",
                json!({ "username": "sub", "email": "email" }),
            ),
            (3, "IdpIdentifiers", json!(["b", "c"])),
        ] {
            server.clock().advance_seconds(1);
            let request = json!({ "UserPoolId": pool, "ProviderName": "Corp", member: value });
            expected[member] = value;
            expected["LastModifiedDate"] = json!(1_767_323_045 + seconds);
            let updated = server.call("UpdateIdentityProvider", request).await.ok();
            assert_eq!(updated, json!({ "IdentityProvider": expected }));
        }
        for (identifier, is_there) in [("a", false), ("b", true), ("c", true)] {
            let asked = json!({ "UserPoolId": pool, "IdpIdentifier": identifier });
            let answer = server.call("GetIdentityProviderByIdentifier", asked).await;
            assert_eq!(answer.status == 200, is_there, "{identifier}: {}", answer.text);
        }
    }

    #[tokio::test]
    async fn a_private_key_that_is_not_shown_stays_when_details_are_given_back() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let mut request = json!({
            "UserPoolId": pool,
            "ProviderName": "SignInWithApple",
            "ProviderType": "SignInWithApple",
            "ProviderDetails": {
                "client_id": "c", "team_id": "t", "key_id": "k", "private_key": "p", "authorize_scopes": "email",
            },
        });
        let made = server.call("CreateIdentityProvider", request.clone()).await.ok();
        request["ProviderDetails"] = made["IdentityProvider"]["ProviderDetails"].clone();
        let updated = server.call("UpdateIdentityProvider", request).await.ok();
        assert_eq!(updated, made);
    }

    #[tokio::test]
    async fn an_identifier_leads_to_one_provider() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let saml = |name: &str, identifiers: &[&str]| {
            json!({
                "UserPoolId": pool,
                "ProviderName": name,
                "ProviderType": "SAML",
                "ProviderDetails": { "MetadataFile": poolhouse_saml::testing::Idp::new().metadata() },
                "IdpIdentifiers": identifiers,
            })
        };
        server
            .call("CreateIdentityProvider", saml("First", &["a"]))
            .await
            .ok();
        let taken = "The identifier a belongs to another identity provider of the user pool.";
        server
            .call("CreateIdentityProvider", saml("Second", &["a"]))
            .await
            .assert_error("InvalidParameterException", taken);
        server
            .call("CreateIdentityProvider", saml("Second", &["b"]))
            .await
            .ok();
        server
            .call("UpdateIdentityProvider", saml("Second", &["b", "a"]))
            .await
            .assert_error("InvalidParameterException", taken);
    }
}
