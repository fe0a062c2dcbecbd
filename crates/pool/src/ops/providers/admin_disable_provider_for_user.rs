//! `AdminDisableProviderForUser`

use poolhouse_api::shapes::{
    AdminDisableProviderForUserRequest, AdminDisableProviderForUserResponse, ProviderUserIdentifierType,
};

use super::admin_link_provider_for_user::{NATIVE, source};
use crate::base::error::ApiError;
use crate::records::linked_identity::SUBJECT;
use crate::records::{LinkedIdentity, PoolRecord};
use crate::request::Ctx;
use crate::users::change;

/// Takes from a user one of the ways in which somebody is that user: a link to somebody at an identity provider, or, for the
/// provider `Cognito`, the password. Whoever was linked is nobody's user then; whoever has a profile of its own signs in by it no more. Whoever may still reset a password gets a new one that way.
///
/// # Errors
/// `ResourceNotFoundException`; `UserNotFoundException` where there is no such user or link; `InvalidParameterException` for what
/// names nobody.
pub async fn run(
    ctx: &Ctx,
    input: AdminDisableProviderForUserRequest,
) -> Result<AdminDisableProviderForUserResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    match input.user.provider_name.as_deref() {
        Some(NATIVE) => disable_password(ctx, &pool, &input.user).await?,
        _ => unlink(ctx, &pool, &input.user).await?,
    }
    Ok(AdminDisableProviderForUserResponse {})
}

async fn disable_password(
    ctx: &Ctx,
    pool: &PoolRecord,
    named: &ProviderUserIdentifierType,
) -> Result<(), ApiError> {
    if named.provider_attribute_name.as_deref() != Some(SUBJECT) {
        return Err(ApiError::invalid_parameter(
            "The ProviderAttributeName of a user of Cognito must be Cognito_Subject.",
        ));
    }
    let name = named.provider_attribute_value.as_deref().unwrap_or_default();
    let user = ctx.user(pool, name).await?;
    change::change(ctx, pool, user, |user| {
        user.sealed_verifier = None;
        user.temporary_until = None;
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(())
}

async fn unlink(ctx: &Ctx, pool: &PoolRecord, named: &ProviderUserIdentifierType) -> Result<(), ApiError> {
    let (provider, attribute, value) = source(ctx, pool, named).await?;
    let row = LinkedIdentity::key(pool.id(), &provider.id, attribute, value);
    let linked = ctx.referenced(&row).await?.ok_or_else(ApiError::user_not_found)?;
    let user = ctx.user_by_sub(pool, &linked.0).await?;
    let user = user.ok_or_else(ApiError::user_not_found)?;
    change::change(ctx, pool, user, |user| {
        user.identities
            .retain(|other| !other.is(&provider.id, attribute, value));
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn user(pool: &str, provider: &str, attribute: &str, value: &str) -> Value {
        json!({
            "UserPoolId": pool,
            "User": {
                "ProviderName": provider,
                "ProviderAttributeName": attribute,
                "ProviderAttributeValue": value,
            },
        })
    }

    #[tokio::test]
    async fn a_user_whose_own_provider_is_disabled_signs_in_with_no_password() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        server
            .call(
                "AdminDisableProviderForUser",
                user(&pool, "Cognito", "sub", "mara"),
            )
            .await
            .assert_error(
                "InvalidParameterException",
                "The ProviderAttributeName of a user of Cognito must be Cognito_Subject.",
            );
        let request = user(&pool, "Cognito", "Cognito_Subject", "mara");
        let answer = server.call("AdminDisableProviderForUser", request).await.ok();
        assert_eq!(answer, json!({}));
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", "Incorrect username or password.");
        server
            .srp_sign_in(&pool, &client, "mara", "Correct-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", "Incorrect username or password.");
        server
            .call(
                "AdminDisableProviderForUser",
                user(&pool, "Cognito", "Cognito_Subject", "nobody"),
            )
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
    }

    #[tokio::test]
    async fn a_link_that_is_removed_can_be_made_to_somebody_else() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let details = json!({ "MetadataFile": poolhouse_saml::testing::Idp::new().metadata() });
        let corp = json!({ "UserPoolId": pool, "ProviderName": "Corp", "ProviderType": "SAML", "ProviderDetails": details });
        server.call("CreateIdentityProvider", corp).await.ok();
        let source = user(&pool, "Corp", "Cognito_Subject", "1");
        let link = |destination: &str| {
            json!({
                "UserPoolId": pool,
                "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": destination },
                "SourceUser": source["User"],
            })
        };
        for name in ["mara", "noel"] {
            server.user(&pool, name, "Correct-Horse-9!").await;
            server.call("AdminLinkProviderForUser", link(name)).await.ok();
            server
                .call("AdminDisableProviderForUser", source.clone())
                .await
                .ok();
            server
                .call("AdminDisableProviderForUser", source.clone())
                .await
                .assert_error("UserNotFoundException", "User does not exist.");
            let asked = json!({ "UserPoolId": pool, "Username": name });
            let shown = server.call("AdminGetUser", asked).await;
            assert!(!shown.text.contains("identities"), "{}", shown.text);
        }
    }
}
