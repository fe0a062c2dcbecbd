//! `AdminLinkProviderForUser`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{
    AdminLinkProviderForUserRequest, AdminLinkProviderForUserResponse, ProviderUserIdentifierType,
};

use crate::base::error::ApiError;
use crate::records::linked_identity::SUBJECT;
use crate::records::{IdentityProviderRecord, LinkedIdentity, PoolRecord, user_index};
use crate::request::Ctx;
use crate::users::change;

/// The pool itself as a provider.
pub const NATIVE: &str = "Cognito";
/// Identities that a user can have at providers, as AWS documents it.
const MOST: usize = 5;
/// Characters of the longest value of an attribute.
const LONGEST: usize = 2048;

/// Notes that somebody at an identity provider is a user of the pool: whoever signs in there is that user here. It is shown as the
/// attribute `identities`.
///
/// # Errors
/// `ResourceNotFoundException`; `UserNotFoundException`; `AliasExistsException` where the source is a user already;
/// `LimitExceededException`; `InvalidParameterException` for what names nobody.
pub async fn run(
    ctx: &Ctx,
    input: AdminLinkProviderForUserRequest,
) -> Result<AdminLinkProviderForUserResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let destination = destination(&input.destination_user)?;
    let (provider, attribute, value) = source(ctx, &pool, &input.source_user).await?;
    let user = ctx.user(&pool, destination).await?;
    check_profile(ctx, &pool, (&provider, attribute, value)).await?;
    let linked = LinkedIdentity {
        provider: provider.name.clone(),
        provider_id: provider.id.clone(),
        kind: provider.kind.as_str().to_owned(),
        attribute: attribute.to_owned(),
        value: value.to_owned(),
        issuer: None,
        is_primary: false,
        linked: ctx.now,
    };
    change::change(ctx, &pool, user, |user| {
        // What was linked to a deleted provider of this name means nothing any more.
        user.identities
            .retain(|other| other.provider != linked.provider || other.provider_id == linked.provider_id);
        if user.identities.iter().any(|other| is_same(other, &linked)) {
            return Err(already_linked());
        }
        if user.identities.len() >= MOST {
            return Err(ApiError::new(
                ErrorCode::LimitExceededException,
                format!("A user can be linked to at most {MOST} identities."),
            ));
        }
        user.identities.push(linked.clone());
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(AdminLinkProviderForUserResponse {})
}

fn is_same(one: &LinkedIdentity, other: &LinkedIdentity) -> bool {
    (&one.provider_id, &one.attribute, &one.value) == (&other.provider_id, &other.attribute, &other.value)
}

fn already_linked() -> ApiError {
    ApiError::new(
        ErrorCode::AliasExistsException,
        "The source user is already linked to a user of this pool.",
    )
}

/// The username that the destination means.
fn destination(user: &ProviderUserIdentifierType) -> Result<&str, ApiError> {
    if user.provider_name.as_deref() != Some(NATIVE) {
        return Err(ApiError::invalid_parameter(
            "The ProviderName of DestinationUser must be Cognito.",
        ));
    }
    let value = user.provider_attribute_value.as_deref();
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| ApiError::invalid_parameter("DestinationUser needs a ProviderAttributeValue."))
}

/// The provider, the attribute and the value that name somebody at a provider.
///
/// # Errors
/// `InvalidParameterException`
pub async fn source<'a>(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &'a ProviderUserIdentifierType,
) -> Result<(IdentityProviderRecord, &'a str, &'a str), ApiError> {
    let given = |member: &'a Option<String>| member.as_deref().filter(|text| !text.is_empty());
    let parts = (
        given(&user.provider_name),
        given(&user.provider_attribute_name),
        given(&user.provider_attribute_value),
    );
    let (Some(name), Some(attribute), Some(value)) = parts else {
        return Err(ApiError::invalid_parameter(
            "A user of an identity provider needs ProviderName, ProviderAttributeName and ProviderAttributeValue.",
        ));
    };
    let provider = ctx.load(&IdentityProviderRecord::key(pool.id(), name)).await?;
    let provider = provider
        .ok_or_else(|| ApiError::provider_not_found(pool.id(), name))?
        .value;
    let is_mapped = !provider.is_social() && provider.mapping.values().any(|claim| claim == attribute);
    if attribute != SUBJECT && !is_mapped {
        return Err(ApiError::invalid_parameter(format!(
            "Users of {name} are not found by {attribute}."
        )));
    }
    if value.chars().count() > LONGEST {
        return Err(ApiError::invalid_parameter(format!(
            "A ProviderAttributeValue has at most {LONGEST} characters."
        )));
    }
    Ok((provider, attribute, value))
}

/// Checks that nobody of this name came by the provider before: two users would be one.
async fn check_profile(
    ctx: &Ctx,
    pool: &PoolRecord,
    (provider, attribute, value): (&IdentityProviderRecord, &str, &str),
) -> Result<(), ApiError> {
    let own =
        || ApiError::invalid_parameter("The source user has signed in before and has a profile of its own.");
    let row = LinkedIdentity::key(pool.id(), &provider.id, attribute, value);
    if let Some(held) = ctx.referenced(&row).await?
        && let Some(user) = ctx.user_by_sub(pool, &held.0).await?
    {
        let mut identities = user.value.identities.iter();
        if identities.any(|identity| identity.is_primary && identity.is(&provider.id, attribute, value)) {
            return Err(own());
        }
    }
    let username = format!("{}_{value}", provider.name);
    if username.len() > crate::request::LONGEST_NAME || username.contains('\0') {
        return Ok(());
    }
    match ctx.referenced(&user_index::name_key(pool, &username)).await? {
        Some(_) => Err(own()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    async fn corp(server: &TestPool, pool: &str) {
        let request = json!({
            "UserPoolId": pool,
            "ProviderName": "Corp",
            "ProviderType": "SAML",
            "ProviderDetails": { "MetadataFile": poolhouse_saml::testing::Idp::new().metadata() },
            "AttributeMapping": { "email": "mail" },
        });
        server.call("CreateIdentityProvider", request).await.ok();
    }

    fn link(pool: &str, user: &str, attribute: &str, value: &str) -> Value {
        json!({
            "UserPoolId": pool,
            "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": user },
            "SourceUser": {
                "ProviderName": "Corp",
                "ProviderAttributeName": attribute,
                "ProviderAttributeValue": value,
            },
        })
    }

    async fn identities(server: &TestPool, pool: &str, user: &str) -> Option<Value> {
        let user = server
            .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": user }))
            .await
            .ok();
        let attributes = user["UserAttributes"].as_array().unwrap().clone();
        let found = attributes
            .into_iter()
            .find(|attribute| attribute["Name"] == "identities")?;
        Some(serde_json::from_str(found["Value"].as_str().unwrap()).unwrap())
    }

    const LINKED: &str = "The source user is already linked to a user of this pool.";

    #[tokio::test]
    async fn a_user_lists_who_it_is_at_providers_and_nobody_else_is() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        corp(&server, &pool).await;
        for user in ["mara", "noel"] {
            server.user(&pool, user, "Correct-Horse-9!").await;
        }
        let request = link(&pool, "mara", "Cognito_Subject", "m-1");
        let answer = server
            .call("AdminLinkProviderForUser", request.clone())
            .await
            .ok();
        assert_eq!(answer, json!({}));
        let linked = json!([{
            "userId": "m-1",
            "providerName": "Corp",
            "providerType": "SAML",
            "issuer": null,
            "primary": false,
            "dateCreated": 1_767_323_045_000_i64,
        }]);
        assert_eq!(identities(&server, &pool, "mara").await, Some(linked));
        for again in [request, link(&pool, "noel", "Cognito_Subject", "m-1")] {
            server
                .call("AdminLinkProviderForUser", again)
                .await
                .assert_error("AliasExistsException", LINKED);
        }
        assert_eq!(identities(&server, &pool, "noel").await, None);
        let gone = json!({ "UserPoolId": pool, "Username": "mara" });
        server.call("AdminDeleteUser", gone).await;
        server
            .call(
                "AdminLinkProviderForUser",
                link(&pool, "noel", "Cognito_Subject", "m-1"),
            )
            .await
            .ok();
    }

    #[tokio::test]
    async fn a_link_to_a_deleted_provider_is_none_to_its_successor() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        corp(&server, &pool).await;
        for user in ["mara", "noel"] {
            server.user(&pool, user, "Correct-Horse-9!").await;
        }
        let of = |user: &str, value: &str| link(&pool, user, "Cognito_Subject", value);
        server
            .call("AdminLinkProviderForUser", of("mara", "1"))
            .await
            .ok();
        let named = json!({ "UserPoolId": pool, "ProviderName": "Corp" });
        server.call("DeleteIdentityProvider", named).await;
        corp(&server, &pool).await;
        server
            .call("AdminLinkProviderForUser", of("noel", "1"))
            .await
            .ok();
        server
            .call("AdminLinkProviderForUser", of("mara", "2"))
            .await
            .ok();
        let listed = identities(&server, &pool, "mara").await.unwrap();
        let ids: Vec<&Value> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["userId"])
            .collect();
        assert_eq!(ids, ["2"]);
    }

    #[tokio::test]
    async fn who_is_linked_and_to_what_must_be_clear() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        corp(&server, &pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        server.user(&pool, "Corp_2", "Correct-Horse-9!").await;
        let with = |part: &str, member: &str, value: Value| {
            let mut request = link(&pool, "mara", "Cognito_Subject", "1");
            request[part][member] = value;
            request
        };
        let unknown = format!("The provider Nobody does not exist for User Pool {pool}.");
        let cases = [
            (
                with("DestinationUser", "ProviderName", json!("Corp")),
                "InvalidParameterException",
                "The ProviderName of DestinationUser must be Cognito.",
            ),
            (
                with("DestinationUser", "ProviderAttributeValue", json!("")),
                "InvalidParameterException",
                "DestinationUser needs a ProviderAttributeValue.",
            ),
            (
                with("DestinationUser", "ProviderAttributeValue", json!("nobody")),
                "UserNotFoundException",
                "User does not exist.",
            ),
            (
                with("SourceUser", "ProviderName", json!("Nobody")),
                "InvalidParameterException",
                unknown.as_str(),
            ),
            (
                with("SourceUser", "ProviderAttributeName", json!("phone")),
                "InvalidParameterException",
                "Users of Corp are not found by phone.",
            ),
            (
                with("SourceUser", "ProviderAttributeValue", Value::Null),
                "InvalidParameterException",
                "A user of an identity provider needs ProviderName, ProviderAttributeName and ProviderAttributeValue.",
            ),
            (
                with("SourceUser", "ProviderAttributeValue", json!("v".repeat(2_049))),
                "InvalidParameterException",
                "A ProviderAttributeValue has at most 2048 characters.",
            ),
            (
                with("SourceUser", "ProviderAttributeValue", json!("2")),
                "InvalidParameterException",
                "The source user has signed in before and has a profile of its own.",
            ),
        ];
        for (request, name, sentence) in cases {
            let answer = server.call("AdminLinkProviderForUser", request).await;
            answer.assert_error(name, sentence);
        }
        for value in ["1", "3", "4", "5", "6"] {
            let request = link(&pool, "mara", "mail", value);
            server.call("AdminLinkProviderForUser", request).await.ok();
        }
        server
            .call("AdminLinkProviderForUser", link(&pool, "mara", "mail", "7"))
            .await
            .assert_error(
                "LimitExceededException",
                "A user can be linked to at most 5 identities.",
            );
    }
}
