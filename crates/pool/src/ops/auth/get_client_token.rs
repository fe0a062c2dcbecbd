//! `GetClientToken`: an access token of an app client for itself, without the token endpoint.

use poolhouse_api::shapes::{
    ClientAuthenticationResultType, ExplicitAuthFlowsType as Flow, GetClientTokenRequest,
    GetClientTokenResponse,
};

use crate::auth::{client_secret, issue};
use crate::base::error::ApiError;
use crate::oauth::scopes;
use crate::request::Ctx;

/// Gives a token with the scopes that are asked for, or with all of the client's that are of resource servers. It is the one that the
/// grant `client_credentials` gives.
///
/// # Errors
/// `ResourceNotFoundException` for the client; `NotAuthorizedException` `Invalid client credentials.`;
/// `InvalidParameterException` for a client without `ALLOW_CLIENT_TOKEN_AUTH` and for a scope that it may not have; what
/// PreTokenGeneration says.
pub async fn run(ctx: &Ctx, input: GetClientTokenRequest) -> Result<GetClientTokenResponse, ApiError> {
    let (client, pool) = ctx.client_and_pool(&input.client_id).await?;
    client_secret::prove(ctx, &client.value, &input.secret)?;
    let flows = client.value.settings.explicit_auth_flows.as_deref();
    if flows != Some(&[Flow::AllowClientTokenAuth]) {
        return Err(ApiError::invalid_parameter(
            "ALLOW_CLIENT_TOKEN_AUTH is not enabled for the client.",
        ));
    }
    let asked = input.scopes.filter(|scopes| !scopes.is_empty());
    let asked = asked.map(|scopes| scopes.join(" "));
    let scopes = scopes::of_client(ctx, &pool.value, &client.value, asked.as_deref()).await;
    let scopes = scopes.map_err(|denied| match denied.is_ours() {
        true => ApiError::internal(denied),
        false => ApiError::invalid_parameter("Invalid scope requested"),
    })?;
    let metadata = input.client_metadata.unwrap_or_default();
    let given = issue::of_client(ctx, &pool.value, &client.value, &scopes.granted, &metadata).await?;
    Ok(GetClientTokenResponse {
        client_authentication_result: Some(ClientAuthenticationResultType {
            access_token: given.access_token,
            expires_in: given.expires_in,
            token_type: given.token_type,
        }),
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use crate::testing::TestPool;

    const API: &str = "https://api.example/v1";

    struct Scene {
        server: TestPool,
        pool: String,
        client: Value,
    }

    impl Scene {
        async fn new(flows: &[&str]) -> Scene {
            let server = TestPool::new().await;
            let pool = server.pool().await;
            let api = json!({
                "UserPoolId": pool,
                "Identifier": API,
                "Name": "Orders",
                "Scopes": [
                    { "ScopeName": "read", "ScopeDescription": "Read" },
                    { "ScopeName": "write", "ScopeDescription": "Write" },
                ],
            });
            server.call("CreateResourceServer", api).await.ok();
            let members = json!({
                "GenerateSecret": true,
                "ExplicitAuthFlows": flows,
                "AllowedOAuthScopes": [format!("{API}/read"), format!("{API}/write"), "openid"],
                "AccessTokenValidity": 2,
            });
            let client = server.client_with(&pool, members).await;
            Scene { server, pool, client }
        }

        fn request(&self) -> Value {
            json!({ "ClientId": self.client["ClientId"], "Secret": self.client["ClientSecret"] })
        }
    }

    fn claims(token: &str) -> Value {
        let payload = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_client_gets_a_token_for_itself_with_all_its_scopes_or_those_it_asks_for() {
        let scene = Scene::new(&["ALLOW_CLIENT_TOKEN_AUTH"]).await;
        for (scopes, expected) in [
            (json!(null), format!("{API}/read {API}/write")),
            (json!([]), format!("{API}/read {API}/write")),
            (json!([format!("{API}/write")]), format!("{API}/write")),
        ] {
            let mut request = scene.request();
            request["Scopes"] = scopes;
            let answer = scene.server.call("GetClientToken", request).await.ok();
            let result = &answer["ClientAuthenticationResult"];
            let token = result["AccessToken"].as_str().unwrap_or_default();
            assert_eq!(
                answer,
                json!({ "ClientAuthenticationResult": {
                    "AccessToken": token,
                    "ExpiresIn": 7200,
                    "TokenType": "Bearer",
                } })
            );
            let claims = claims(token);
            assert_eq!(
                (
                    &claims["scope"],
                    &claims["sub"],
                    &claims["client_id"],
                    claims.get("username")
                ),
                (
                    &json!(expected),
                    &scene.client["ClientId"],
                    &scene.client["ClientId"],
                    None
                )
            );
        }
    }

    #[tokio::test]
    async fn a_wrong_secret_gives_nothing_and_soon_nothing_is_tried_any_more() {
        let scene = Scene::new(&["ALLOW_CLIENT_TOKEN_AUTH"]).await;
        let mut wrong = scene.request();
        wrong["Secret"] = json!("a0".repeat(26));
        for _ in 0..20 {
            let refused = scene.server.call("GetClientToken", wrong.clone()).await;
            refused.assert_error("NotAuthorizedException", "Invalid client credentials.");
        }
        let refused = scene.server.call("GetClientToken", scene.request()).await;
        assert_eq!(refused["__type"], "TooManyRequestsException");
        scene.server.clock().advance_seconds(60);
        scene.server.call("GetClientToken", scene.request()).await.ok();
    }

    #[tokio::test]
    async fn a_client_of_users_and_scopes_that_are_not_the_clients_are_refused() {
        let scene = Scene::new(&["ALLOW_USER_SRP_AUTH"]).await;
        let refused = scene.server.call("GetClientToken", scene.request()).await;
        refused.assert_error(
            "InvalidParameterException",
            "ALLOW_CLIENT_TOKEN_AUTH is not enabled for the client.",
        );
        let scene = Scene::new(&["ALLOW_CLIENT_TOKEN_AUTH"]).await;
        for scope in [
            "openid",
            "aws.cognito.signin.user.admin",
            "https://api.example/v1/delete",
            "a b",
        ] {
            let mut request = scene.request();
            request["Scopes"] = json!([scope]);
            let refused = scene.server.call("GetClientToken", request).await;
            assert_eq!(refused["__type"], "InvalidParameterException", "{scope}");
        }
        let unknown = json!({ "ClientId": "nobody", "Secret": "a0".repeat(26) });
        scene.server.call("GetClientToken", unknown).await.assert_error(
            "ResourceNotFoundException",
            "User pool client nobody does not exist.",
        );
    }

    #[tokio::test]
    async fn a_client_that_gets_tokens_for_itself_signs_nobody_in() {
        let scene = Scene::new(&["ALLOW_CLIENT_TOKEN_AUTH"]).await;
        scene.server.user(&scene.pool, "mara", "Correct-Horse-9!").await;
        for flow in [
            "USER_SRP_AUTH",
            "USER_PASSWORD_AUTH",
            "CUSTOM_AUTH",
            "USER_AUTH",
            "REFRESH_TOKEN_AUTH",
        ] {
            let request = json!({
                "ClientId": scene.client["ClientId"],
                "AuthFlow": flow,
                "AuthParameters": { "USERNAME": "mara", "PASSWORD": "Correct-Horse-9!", "REFRESH_TOKEN": "x" },
            });
            let refused = scene.server.call("InitiateAuth", request).await;
            assert_eq!(refused.status, 400, "{flow}: {}", refused.text);
        }
    }
}
