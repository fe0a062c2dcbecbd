//! `GetUser`

use poolhouse_api::shapes;

use crate::auth::access_token;
use crate::base::error::ApiError;
use crate::ops::factors::Shown;
use crate::ops::users::view;
use crate::request::Ctx;
use crate::users::attributes;

/// Answers the user's own attributes, those that the app client may read.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good (any more), `UserNotFoundException` for a deleted user.
pub async fn run(ctx: &Ctx, input: shapes::GetUserRequest) -> Result<shapes::GetUserResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let (pool, client) = (&signed_in.pool.value, &signed_in.client.value);
    let user = &signed_in.user.value;
    let shown = Shown::of(user);
    Ok(shapes::GetUserResponse {
        username: user.username.clone(),
        user_attributes: view::attributes(user, |name| attributes::readable(pool, client, name)),
        mfa_options: shown.options,
        preferred_mfa_setting: shown.preferred,
        user_mfa_setting_list: shown.enabled,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    async fn token(server: &TestPool, client: &str) -> Value {
        let answer = server
            .password_sign_in(client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        answer["AuthenticationResult"]["AccessToken"].clone()
    }

    #[tokio::test]
    async fn a_client_sees_what_it_may_read() {
        let server = TestPool::new().await;
        let pool = server.open_confirm_pool().await;
        let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
        let custom = json!([{ "Name": "custom:authChallenge", "Value": "x" }]);
        let request = json!({ "UserPoolId": pool, "Username": "mara", "UserAttributes": custom });
        server.call("AdminUpdateUserAttributes", request).await.ok();
        let by_default = server.client(&pool).await;
        let listed = server
            .client_with(&pool, json!({ "ReadAttributes": ["custom:authChallenge"] }))
            .await;
        let cases = [
            (
                json!(by_default),
                json!([
                    { "Name": "sub", "Value": sub },
                    { "Name": "email", "Value": "mara@example.com" },
                    { "Name": "email_verified", "Value": "true" },
                    { "Name": "custom:authChallenge", "Value": "x" },
                ]),
            ),
            (
                listed["ClientId"].clone(),
                json!([{ "Name": "sub", "Value": sub }, { "Name": "custom:authChallenge", "Value": "x" }]),
            ),
        ];
        for (client, attributes) in cases {
            let token = token(&server, client.as_str().unwrap_or_default()).await;
            let user = server.call("GetUser", json!({ "AccessToken": token })).await.ok();
            assert_eq!(user, json!({ "Username": "mara", "UserAttributes": attributes }));
        }
    }

    #[tokio::test]
    async fn a_developer_only_attribute_is_the_administrators() {
        let server = TestPool::new().await;
        let schema =
            json!([{ "Name": "score", "AttributeDataType": "Number", "DeveloperOnlyAttribute": true }]);
        let pool = server.pool_with(json!({ "Schema": schema })).await;
        let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
        let score = json!([{ "Name": "dev:custom:score", "Value": "7" }]);
        let request = json!({ "UserPoolId": pool, "Username": "mara", "UserAttributes": score });
        server.call("AdminUpdateUserAttributes", request).await.ok();
        let request = json!({ "UserPoolId": pool, "Username": "mara" });
        let seen = server.call("AdminGetUser", request).await.ok();
        assert!(
            seen["UserAttributes"].as_array().unwrap().contains(&score[0]),
            "{seen}"
        );
        let client = server.client(&pool).await;
        let token = token(&server, &client).await;
        let user = server.call("GetUser", json!({ "AccessToken": token })).await.ok();
        assert!(!user["UserAttributes"].to_string().contains("score"), "{user}");
        assert!(user["UserAttributes"].to_string().contains(&sub), "{user}");
        let request = json!({ "AccessToken": token, "UserAttributes": score });
        server.call("UpdateUserAttributes", request).await.assert_error(
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute",
        );
    }

    #[tokio::test]
    async fn an_invalid_token_is_refused() {
        let server = TestPool::new().await;
        server
            .call("GetUser", json!({ "AccessToken": "abc" }))
            .await
            .assert_error("NotAuthorizedException", "Invalid Access Token");
    }
}
