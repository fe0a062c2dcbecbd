//! `GetDerivedToken`: token exchange, without the token endpoint.

use poolhouse_api::shapes::{
    GetDerivedTokenRequest, GetDerivedTokenResponse, IssuedTokenTypeIdentifierType as Wanted,
    OAuthTokenTypeType, TokenTypeIdentifierType as Given,
};

use crate::auth::client_secret;
use crate::auth::verified::Kind;
use crate::base::error::ApiError;
use crate::oauth::token_exchange::{self, Asked, Shown};
use crate::records::Actor;
use crate::request::Ctx;

/// Gives a token for another one of this pool. The client proves who it is by its secret; whoever has signed the request with an access
/// key needs none.
///
/// # Errors
/// `ResourceNotFoundException` for the client; `NotAuthorizedException` `Invalid client credentials.`, or in the service's words for
/// tokens that are not good; `InvalidParameterException` for a client that was not set up for it, for scopes and targets that are not given,
/// and, by name, for tokens of identity providers; what PreTokenGeneration says.
pub async fn run(ctx: &Ctx, input: GetDerivedTokenRequest) -> Result<GetDerivedTokenResponse, ApiError> {
    let (client, pool) = ctx.client_and_pool(&input.client_id).await?;
    match &input.client_secret {
        Some(secret) => client_secret::prove(ctx, &client.value, secret)?,
        None if ctx.audit.actor() == Actor::Anybody => {
            return Err(ApiError::not_authorized("Invalid client credentials."));
        }
        None => {}
    }
    check_supported(&input)?;
    let subject = Shown {
        token: &input.subject_token,
        kind: kind(input.subject_token_type)?,
    };
    let actor = match (&input.actor_token, input.actor_token_type) {
        (None, None) => None,
        (Some(token), Some(given)) => Some(Shown {
            token,
            kind: kind(given)?,
        }),
        _ => {
            return Err(ApiError::invalid_parameter(
                "ActorToken and ActorTokenType are given together or not at all.",
            ));
        }
    };
    let scope = input.scopes.as_ref().filter(|scopes| !scopes.is_empty());
    let scope = scope.map(|scopes| scopes.join(" "));
    let asked = Asked {
        subject,
        actor,
        scope: scope.as_deref(),
        audience: input.audiences.iter().flatten().map(String::as_str).next(),
        resource: input.resources.iter().flatten().map(String::as_str).next(),
        wanted: match input.requested_token_type {
            Some(Wanted::IdToken) => Kind::Id,
            Some(Wanted::AccessToken) | None => Kind::Access,
        },
    };
    let issued = token_exchange::exchange(ctx, &pool, &client, asked).await?;
    let (issued_token_type, token_type) = match issued.kind {
        Kind::Access => (Wanted::AccessToken, OAuthTokenTypeType::Bearer),
        Kind::Id => (Wanted::IdToken, OAuthTokenTypeType::NA),
    };
    Ok(GetDerivedTokenResponse {
        issued_token: issued.token,
        issued_token_type,
        token_type,
        expires_in: Some(issued.seconds),
        scopes: Some(issued.scopes),
    })
}

/// Tokens that this server has not made itself are not taken.
fn check_supported(input: &GetDerivedTokenRequest) -> Result<(), ApiError> {
    for (name, member) in [
        ("SubjectTokenProviderName", &input.subject_token_provider_name),
        ("ActorTokenProviderName", &input.actor_token_provider_name),
    ] {
        if member.is_some() {
            return Err(ApiError::unsupported_member(name));
        }
    }
    Ok(())
}

fn kind(given: Given) -> Result<Kind, ApiError> {
    match given {
        Given::AccessToken => Ok(Kind::Access),
        Given::IdToken => Ok(Kind::Id),
        Given::Saml2 => Err(ApiError::unsupported_member("The token type SAML2")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestPool;

    const PASSWORD: &str = "Correct-Horse-9!";

    struct Scene {
        server: TestPool,
        service: Value,
        tokens: Value,
    }

    impl Scene {
        async fn new(flows: &[&str]) -> Scene {
            let server = TestPool::new().await;
            let pool = server.pool().await;
            let client = server.client(&pool).await;
            server.user(&pool, "mara", PASSWORD).await;
            let members = json!({
                "GenerateSecret": true,
                "ExplicitAuthFlows": flows,
                "AllowedOAuthScopes": ["openid", "aws.cognito.signin.user.admin"],
            });
            let service = server.client_with(&pool, members).await;
            let tokens = server.password_sign_in(&client, "mara", PASSWORD).await.ok();
            Scene {
                server,
                service,
                tokens: tokens["AuthenticationResult"].clone(),
            }
        }

        async fn impersonating() -> Scene {
            Scene::new(&["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"]).await
        }

        /// A request of the service, with these members more.
        fn request(&self, more: Value) -> Value {
            let mut request = json!({
                "ClientId": self.service["ClientId"],
                "ClientSecret": self.service["ClientSecret"],
                "SubjectToken": self.tokens["AccessToken"],
                "SubjectTokenType": "ACCESS_TOKEN",
            });
            for (name, value) in more.as_object().into_iter().flatten() {
                request[name] = value.clone();
            }
            request
        }
    }

    #[tokio::test]
    async fn tokens_of_both_kinds_are_given_for_tokens_of_both_kinds() {
        let scene = Scene::impersonating().await;
        let id = json!({ "SubjectToken": scene.tokens["IdToken"], "SubjectTokenType": "ID_TOKEN" });
        let mut both = id.clone();
        both["RequestedTokenType"] = json!("ID_TOKEN");
        for (more, kind, usage, scope) in [
            (
                json!({}),
                "ACCESS_TOKEN",
                "Bearer",
                "aws.cognito.signin.user.admin",
            ),
            (id, "ACCESS_TOKEN", "Bearer", "openid"),
            (both, "ID_TOKEN", "N_A", "openid"),
        ] {
            let answer = scene
                .server
                .call("GetDerivedToken", scene.request(more))
                .await
                .ok();
            let expected = json!({
                "IssuedToken": answer["IssuedToken"],
                "IssuedTokenType": kind,
                "TokenType": usage,
                "ExpiresIn": 3600,
                "Scopes": [scope],
            });
            assert_eq!(answer, expected);
        }
    }

    #[tokio::test]
    async fn whoever_is_not_the_client_and_a_client_that_was_not_set_up_for_it_get_nothing() {
        let scene = Scene::impersonating().await;
        for secret in [json!("a0".repeat(26)), Value::Null] {
            let request = scene.request(json!({ "ClientSecret": secret }));
            let refused = scene.server.call("GetDerivedToken", request).await;
            refused.assert_error("NotAuthorizedException", "Invalid client credentials.");
        }
        let actor = json!({ "ActorToken": scene.tokens["AccessToken"], "ActorTokenType": "ACCESS_TOKEN" });
        let refused = scene.server.call("GetDerivedToken", scene.request(actor)).await;
        refused.assert_error(
            "InvalidParameterException",
            "ALLOW_TOKEN_EXCHANGE_DELEGATION is not enabled for the client.",
        );
        let scene = Scene::new(&["ALLOW_TOKEN_EXCHANGE_DELEGATION"]).await;
        let refused = scene
            .server
            .call("GetDerivedToken", scene.request(json!({})))
            .await;
        refused.assert_error(
            "InvalidParameterException",
            "ALLOW_TOKEN_EXCHANGE_IMPERSONATION is not enabled for the client.",
        );
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_in_the_sentences_of_tokens() {
        let scene = Scene::impersonating().await;
        let unsupported = |what: &str| {
            format!(
                "{what} is not supported by this server. Leave it out; docs/reference/members.md lists what is."
            )
        };
        for (more, code, sentence) in [
            (
                json!({ "SubjectToken": "x" }),
                "NotAuthorizedException",
                "Invalid Access Token".to_owned(),
            ),
            (
                json!({ "SubjectToken": scene.tokens["IdToken"] }),
                "NotAuthorizedException",
                "Invalid Access Token".to_owned(),
            ),
            (
                json!({ "SubjectTokenType": "ID_TOKEN" }),
                "NotAuthorizedException",
                "Invalid ID Token".to_owned(),
            ),
            (
                json!({ "SubjectTokenType": "SAML2" }),
                "InvalidParameterException",
                unsupported("The token type SAML2"),
            ),
            (
                json!({ "SubjectTokenProviderName": "Corp" }),
                "InvalidParameterException",
                unsupported("SubjectTokenProviderName"),
            ),
            (
                json!({ "ActorTokenProviderName": "Corp" }),
                "InvalidParameterException",
                unsupported("ActorTokenProviderName"),
            ),
            (
                json!({ "ActorTokenType": "ACCESS_TOKEN" }),
                "InvalidParameterException",
                "ActorToken and ActorTokenType are given together or not at all.".to_owned(),
            ),
            (
                json!({ "Scopes": ["openid"] }),
                "InvalidParameterException",
                "Invalid scope requested".to_owned(),
            ),
            (
                json!({ "RequestedTokenType": "ID_TOKEN" }),
                "InvalidParameterException",
                "Invalid scope requested".to_owned(),
            ),
            (
                json!({ "Resources": ["https://api.example"] }),
                "InvalidParameterException",
                "Invalid audience or resource requested".to_owned(),
            ),
            (
                json!({ "Resources": ["https://api.example"], "Audiences": ["web"] }),
                "InvalidParameterException",
                "Audience and resource exclude each other.".to_owned(),
            ),
        ] {
            let refused = scene.server.call("GetDerivedToken", scene.request(more)).await;
            refused.assert_error(code, &sentence);
        }
        scene.server.clock().advance_seconds(3600);
        let refused = scene
            .server
            .call("GetDerivedToken", scene.request(json!({})))
            .await;
        refused.assert_error("NotAuthorizedException", "Access Token has expired");
    }
}
