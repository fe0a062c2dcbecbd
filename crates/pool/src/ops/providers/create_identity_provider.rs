//! `CreateIdentityProvider`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{
    CreateIdentityProviderRequest, CreateIdentityProviderResponse, IdentityProviderTypeType as Kind,
};
use poolhouse_crypto::uuid_v4;
use poolhouse_store::{Batch, CommitError, Expect, Scan};

use super::{details, found, mapping, saml};
use crate::base::error::ApiError;
use crate::records::{IdentityProviderRecord, PoolRecord, RecordBatch};
use crate::request::Ctx;

/// The most providers that a pool can have. Two requests at the same moment may exceed it by one.
const PROVIDERS: usize = 300;

/// Makes an identity provider. App clients can name it, and people sign in to them by it.
///
/// # Errors
/// `ResourceNotFoundException`; `DuplicateProviderException`; `LimitExceededException`; `InvalidParameterException` for what a
/// provider cannot be.
pub async fn run(
    ctx: &Ctx,
    mut input: CreateIdentityProviderRequest,
) -> Result<CreateIdentityProviderResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let pool_id = pool.value.id();
    check(ctx, &pool.value, &input)?;
    check_room(ctx, pool_id).await?;
    let id = uuid_v4(&*ctx.platform().entropy);
    let kind = (input.provider_type, id.as_str());
    let looked = saml::look(ctx, pool_id, kind, &mut input.provider_details).await?;
    let (plain, sealed) = found::parted(ctx, pool_id, &input.provider_name, input.provider_details);
    let record = IdentityProviderRecord {
        id,
        kind: input.provider_type,
        details: plain,
        sealed,
        mapping: input.attribute_mapping.unwrap_or_default(),
        identifiers: input.idp_identifiers,
        acr: input.acr_mapping,
        created: ctx.now,
        modified: ctx.now,
        name: input.provider_name,
    };
    let key = IdentityProviderRecord::key(pool_id, &record.name);
    let identifiers = record.identifiers.as_ref();
    let batch = Batch::new()
        .check(pool.key.clone(), Expect::Present)
        .create(key.clone(), &record)
        .merge(found::identifiers(pool_id, &record.name, None, identifiers))
        .merge(saml::row(ctx, pool_id, &record, looked.as_ref()));
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(CreateIdentityProviderResponse {
            identity_provider: found::described(ctx, pool_id, &record)?,
        }),
        Err(CommitError::Conflict { key: lost }) if lost == pool.key => {
            Err(ApiError::pool_not_found(pool_id))
        }
        Err(CommitError::Conflict { key: lost }) if lost == key.as_str() => Err(duplicate(&record.name)),
        Err(CommitError::Conflict { key: lost }) => {
            let taken = found::taken(pool_id, identifiers, &lost);
            Err(taken.unwrap_or_else(ApiError::concurrent_modification))
        }
        Err(error) => Err(error.into()),
    }
}

fn check(ctx: &Ctx, pool: &PoolRecord, input: &CreateIdentityProviderRequest) -> Result<(), ApiError> {
    check_name(input.provider_type, &input.provider_name)?;
    details::check(ctx, input.provider_type, &input.provider_details)?;
    if let Some(given) = &input.attribute_mapping {
        mapping::check(pool, given)?;
    }
    found::check_identifiers(input.idp_identifiers.as_ref())?;
    if input.acr_mapping.is_some() && input.provider_type != Kind::Oidc {
        return Err(acr_is_for_oidc());
    }
    Ok(())
}

/// Only OIDC providers are asked for a level.
pub fn acr_is_for_oidc() -> ApiError {
    ApiError::invalid_parameter("AcrMapping is for identity providers of type OIDC.")
}

/// A name tells which provider an app client means, so those of the well-known ones are theirs, and `COGNITO` is the pool itself.
fn check_name(kind: Kind, name: &str) -> Result<(), ApiError> {
    if let Some(fixed) = details::fixed_name(kind) {
        if fixed == name {
            return Ok(());
        }
        return Err(ApiError::invalid_parameter(format!(
            "A provider of type {fixed} must be named {fixed}."
        )));
    }
    let is_of_others = [
        Kind::Facebook,
        Kind::Google,
        Kind::LoginWithAmazon,
        Kind::SignInWithApple,
    ]
    .iter()
    .any(|other| other.as_str().eq_ignore_ascii_case(name));
    if is_of_others || name.eq_ignore_ascii_case("cognito") {
        return Err(ApiError::invalid_parameter(format!(
            "The name {name} is reserved."
        )));
    }
    Ok(())
}

fn duplicate(name: &str) -> ApiError {
    ApiError::new(
        ErrorCode::DuplicateProviderException,
        format!("A provider with the name {name} already exists in this user pool."),
    )
}

async fn check_room(ctx: &Ctx, pool_id: &str) -> Result<(), ApiError> {
    let scan = Scan::prefix(IdentityProviderRecord::all(pool_id), PROVIDERS);
    if ctx.platform().store.scan(scan).await?.len() < PROVIDERS {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::LimitExceededException,
        format!("A user pool can have at most {PROVIDERS} identity providers."),
    ))
}

#[cfg(test)]
mod tests {
    use poolhouse_store::Scan;
    use serde_json::{Value, json};

    use crate::testing::TestPool;

    fn corp(pool: &str) -> Value {
        json!({
            "UserPoolId": pool,
            "ProviderName": "Corp",
            "ProviderType": "OIDC",
            "ProviderDetails": {
                "client_id": "c",
                "client_secret": "the-secret-of-corp",
                "authorize_scopes": "openid email",
                "attributes_request_method": "GET",
                "oidc_issuer": "https://corp.example",
            },
        })
    }

    fn of(pool: &str, kind: &str, details: Value) -> Value {
        json!({ "UserPoolId": pool, "ProviderName": kind, "ProviderType": kind, "ProviderDetails": details })
    }

    #[tokio::test]
    async fn a_provider_shows_what_was_given_and_what_the_service_adds() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let mut request = corp(&pool);
        request["AttributeMapping"] = json!({ "email": "mail", "username": "sub" });
        request["IdpIdentifiers"] = json!(["corp.example", "corp"]);
        request["AcrMapping"] = json!({ "Level1": "urn:a" });
        let made = server.call("CreateIdentityProvider", request.clone()).await.ok();
        let mut expected = request.clone();
        expected["ProviderDetails"]["attributes_url_add_attributes"] = json!("false");
        for date in ["LastModifiedDate", "CreationDate"] {
            expected[date] = json!(1_767_323_045);
        }
        assert_eq!(made, json!({ "IdentityProvider": expected }));
        let asked = json!({ "UserPoolId": pool, "ProviderName": "Corp" });
        assert_eq!(server.call("DescribeIdentityProvider", asked).await.ok(), made);
        for identifier in ["corp.example", "corp"] {
            let asked = json!({ "UserPoolId": pool, "IdpIdentifier": identifier });
            let found = server.call("GetIdentityProviderByIdentifier", asked).await.ok();
            assert_eq!(found, made);
        }
        server.call("CreateIdentityProvider", request).await.assert_error(
            "DuplicateProviderException",
            "A provider with the name Corp already exists in this user pool.",
        );
    }

    #[tokio::test]
    async fn the_well_known_providers_have_the_addresses_that_terraform_expects() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let plain = json!({ "client_id": "c", "client_secret": "s", "authorize_scopes": "email" });
        let apple = json!({
            "client_id": "c", "team_id": "t", "key_id": "k", "private_key": "p", "authorize_scopes": "email",
        });
        let cases = [
            (
                "Google",
                plain.clone(),
                "sub",
                json!({
                    "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
                    "attributes_url_add_attributes": "true",
                    "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
                    "oidc_issuer": "https://accounts.google.com",
                    "token_request_method": "POST",
                    "token_url": "https://www.googleapis.com/oauth2/v4/token",
                }),
            ),
            (
                "Facebook",
                plain.clone(),
                "id",
                json!({
                    "attributes_url": "https://graph.facebook.com/v17.0/me?fields=",
                    "attributes_url_add_attributes": "true",
                    "authorize_url": "https://www.facebook.com/v17.0/dialog/oauth",
                    "token_request_method": "GET",
                    "token_url": "https://graph.facebook.com/v17.0/oauth/access_token",
                }),
            ),
            (
                "LoginWithAmazon",
                plain.clone(),
                "user_id",
                json!({
                    "attributes_url": "https://api.amazon.com/user/profile",
                    "attributes_url_add_attributes": "false",
                    "authorize_url": "https://www.amazon.com/ap/oa",
                    "token_request_method": "POST",
                    "token_url": "https://api.amazon.com/auth/o2/token",
                }),
            ),
            (
                "SignInWithApple",
                apple,
                "sub",
                json!({
                    "attributes_url_add_attributes": "false",
                    "authorize_url": "https://appleid.apple.com/auth/authorize",
                    "oidc_issuer": "https://appleid.apple.com",
                    "token_request_method": "POST",
                    "token_url": "https://appleid.apple.com/auth/token",
                }),
            ),
        ];
        for (kind, details, subject, mut added) in cases {
            let made = server
                .call("CreateIdentityProvider", of(&pool, kind, details.clone()))
                .await
                .ok();
            for (name, value) in details.as_object().unwrap() {
                if name != "private_key" {
                    added[name] = value.clone();
                }
            }
            let provider = &made["IdentityProvider"];
            assert_eq!(provider["ProviderDetails"], added, "{kind}");
            assert_eq!(
                provider["AttributeMapping"],
                json!({ "username": subject }),
                "{kind}"
            );
        }
    }

    #[tokio::test]
    async fn the_secrets_of_a_provider_are_in_no_row() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.call("CreateIdentityProvider", corp(&pool)).await.ok();
        let apple = json!({
            "client_id": "c", "team_id": "t", "key_id": "k", "private_key": "the-secret-of-apple", "authorize_scopes": "email",
        });
        server
            .call("CreateIdentityProvider", of(&pool, "SignInWithApple", apple))
            .await
            .ok();
        let rows = server.app().platform.scan(Scan::prefix("", 1_000)).await.unwrap();
        assert!(rows.iter().any(|row| row.key.contains("/identity-provider/")));
        assert!(rows.iter().all(|row| !row.body.contains("the-secret-of")));
    }

    #[tokio::test]
    async fn what_is_no_provider_is_refused() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let with = |member: &str, value: Value| {
            let mut request = corp(&pool);
            request[member] = value;
            request
        };
        let detail = |name: &str, value: &str| {
            let mut request = corp(&pool);
            request["ProviderDetails"][name] = json!(value);
            request
        };
        let plain = json!({ "client_id": "c", "client_secret": "s", "authorize_scopes": "email" });
        let saml = |details: Value| {
            let mut request = with("ProviderType", json!("SAML"));
            request["ProviderDetails"] = details;
            request
        };
        let either = "A provider of type SAML needs either MetadataURL or MetadataFile.";
        let cases = [
            (
                detail("client_id", ""),
                "The ProviderDetails of a provider of type OIDC need client_id.",
            ),
            (
                detail("oidc_issuer", "http://corp.example"),
                "oidc_issuer must be an HTTPS URL.",
            ),
            (
                detail("attributes_request_method", "PUT"),
                "attributes_request_method must be GET or POST.",
            ),
            (
                with("ProviderName", json!("COGNITO")),
                "The name COGNITO is reserved.",
            ),
            (
                with("ProviderName", json!("Google")),
                "The name Google is reserved.",
            ),
            (
                {
                    let mut request = of(&pool, "Google", plain);
                    request["ProviderName"] = json!("Goggle");
                    request
                },
                "A provider of type Google must be named Google.",
            ),
            (
                with("IdpIdentifiers", json!(["a", "a"])),
                "The identifier a is given twice.",
            ),
            (saml(json!({})), either),
            (
                saml(json!({ "MetadataURL": "https://a.example", "MetadataFile": "<a/>" })),
                either,
            ),
            (
                saml(json!({ "MetadataFile": "<a/>", "IDPInit": "yes" })),
                "IDPInit must be true or false.",
            ),
            (
                saml(json!({ "MetadataFile": "<a/>", "RequestSigningAlgorithm": "rsa-sha1" })),
                "RequestSigningAlgorithm must be rsa-sha256.",
            ),
            (
                {
                    let mut request = saml(json!({ "MetadataFile": "<a/>" }));
                    request["AcrMapping"] = json!({ "Level1": "a" });
                    request
                },
                "AcrMapping is for identity providers of type OIDC.",
            ),
        ];
        for (request, sentence) in cases {
            server
                .call("CreateIdentityProvider", request)
                .await
                .assert_error("InvalidParameterException", sentence);
        }
        let unknown =
            format!("The attribute plan of AttributeMapping is not in the schema of user pool {pool}.");
        server
            .call(
                "CreateIdentityProvider",
                with("AttributeMapping", json!({ "plan": "plan" })),
            )
            .await
            .assert_error("InvalidParameterException", &unknown);
    }
}
